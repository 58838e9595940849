"""What a kept panel of a whole team is named after: a mark that changes with every event of some
kinds and with no other, so that a busy team's panels live until their own numbers change.

A process starts a mark at the position it first looks at and adds what came since, so its panels
are found by its own next pages (and by those of a process that began there too).
"""

import threading
from collections import OrderedDict

from webapp.db import current_team
from webapp.events.log import newest_position, positions_after, unrelayed_ids

#: Marks a process remembers; the ones looked at longest ago begin anew.
MOST_MARKS = 1024

Key = tuple[int, tuple[str, ...]]

_marks: OrderedDict[Key, tuple[int, int, int]] = OrderedDict()
_lock = threading.Lock()


def mark_of_team(*names: str) -> str:
    """Changes with every event of the team that has one of the names; `noun.*` means every event
    of the noun. Read it before what it stands for.
    """
    team_id = current_team()
    key = (team_id, names)
    with _lock:
        known = _marks.get(key)
    if known is None:
        reached = newest_position(team_id)
        known = (reached, reached, 0)
    began, reached, total = known
    # What the relay has not seen yet counts already, and by the same number. It is read first: what
    # is relayed between the two counts twice, and draws once too often, never too rarely.
    waiting = unrelayed_ids(names)
    news = positions_after(reached, names)
    if news:
        reached, total = news[-1][0], total + sum(event_id for _, event_id in news)
    with _lock:
        _marks[key] = (began, reached, total)
        _marks.move_to_end(key)
        while len(_marks) > MOST_MARKS:
            _marks.popitem(last=False)
    return f"{began}.{total + sum(waiting)}"


def forget() -> None:
    """Begin every mark anew."""
    with _lock:
        _marks.clear()
