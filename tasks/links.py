"""Looking whether anybody answers at the addresses of a campaign's texts. One request at a time
goes to a host from a process, and what is seen is kept address by address.
"""

import threading
from dataclasses import dataclass
from weakref import WeakValueDictionary

from tasks.effects import effect
from webapp.adapters import http
from webapp.campaigns.links import ASKED, links_of, note_checked
from webapp.campaigns.models import Campaign
from webapp.core.actor import Actor
from webapp.core.errors import NotFound
from webapp.db import db, find
from webapp.events import receipts
from webapp.events.models import Event
from webapp.links import commands, queries
from webapp.links.urls import host_of

#: Of one look, redirects included.
SECONDS = 6.0
MOST_REDIRECTS = 5
MOST_BYTES = 100_000
#: Servers that do not know HEAD say so with these, or with worse.
ASK_AGAIN = frozenset({400, 403, 404, 405, 501})
#: There is something, and it is not shown to programs like us.
GUARDED = frozenset({401, 403, 407, 429, 999})
HEADERS = {"User-Agent": "Drumbeat (link check)", "Accept": "text/html,*/*;q=0.5"}


class _Turn:
    """Whose turn it is at a host; forgotten when nobody waits."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
_turns_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw, as it is stored."""

    state: str
    http_status: int | None = None
    detail: str = ""


@effect(ASKED, queue="sync")
def look_at_the_links_of_a_campaign(event: Event) -> None:
    """A look that is repeated does no harm; what was kept before a crash is not looked at again."""
    try:
        campaign = find(Campaign, event.subject_id)
    except NotFound:
        return
    campaign_id, waiting = campaign.id, queries.waiting(links_of(campaign))
    db.session.rollback()  # nothing is held while others are asked
    for check_id, url in waiting:
        receipts.keep_lease(60)
        seen = look_at(url)
        commands.keep(check_id, state=seen.state, http_status=seen.http_status, detail=seen.detail)
    if waiting:
        note_checked(campaign_id, by=Actor.event(event.id, team_id=event.team_id))


def look_at(url: str) -> Seen:
    """Ask for an address without its content, and with it where that is not understood."""
    with _turns_lock:
        turn = _turns.setdefault(host_of(url), _Turn())
    with turn.lock:
        seen = _asked("HEAD", url)
        return _asked("GET", url) if seen.http_status in ASK_AGAIN else seen


def _asked(method: str, url: str) -> Seen:
    try:
        answer = http.request(
            method,
            url,
            headers=HEADERS,
            timeout=SECONDS,
            max_bytes=MOST_BYTES,
            redirects=MOST_REDIRECTS,
        )
        status = answer.status
    except http.TooLarge as error:
        status = error.status
    except (http.Invalid, http.Refused) as error:
        return Seen("refused", None, str(error))
    except http.HttpError as error:
        return Seen("unreachable", None, str(error))
    is_there = status < 400 or status in GUARDED
    return Seen("ok" if is_there else "broken", status)
