"""What every page asks before its own data, in one statement: how far the log is, and what the
navigation counts and names.

The position comes first: what changes between it and the page's data is then sent to the page
again, and never missed.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, literal_column, select, union_all

from webapp.approvals.deciders import Standing
from webapp.approvals.queries import WAITING
from webapp.campaigns.queries import RUNNING_NAMES
from webapp.core import clock
from webapp.db import rows
from webapp.events.log import NEWEST_OF_TEAM
from webapp.notifications.queries import UNREAD

#: Campaigns the navigation names.
NAMED = 4


class Running(NamedTuple):
    """A campaign the navigation names."""

    id: int
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """`waiting`: who asked for how much in which currency, and how whoever looks stands to it, per
    open request; `running`: the next campaigns to end; `unread`: how much is new in their inbox.
    """

    position: int
    unread: int
    waiting: list[tuple[str, int, str, Standing]]
    running: list[Running]


def _part(
    kind: str, query: Select[Any], number: str, one: str = "", two: str = "", three: str = ""
) -> Any:
    """A statement's rows as (kind, number, text, text, text)."""
    found = query.subquery(kind)

    def column(name: str, otherwise: str) -> Any:
        return found.c[name] if name else literal_column(otherwise)

    return select(
        literal_column(f"'{kind}'").label("kind"),
        column(number, "0").label("number"),
        column(one, "''").label("one"),
        column(two, "''").label("two"),
        column(three, "''").label("three"),
    )


_ASKED = union_all(
    _part("position", NEWEST_OF_TEAM, "position"),
    _part("waiting", WAITING, "amount_cents", "by", "currency", "standing"),
    _part("running", RUNNING_NAMES, "id", "name", "state"),
    _part("unread", UNREAD, "number"),
)


def ask(team_id: int, user_id: int) -> Ahead:
    """Ask for a person's pages."""
    position, unread, waiting, running = 0, 0, [], []
    asked = {"team_id": team_id, "user_id": user_id, "most": NAMED, "now": clock.now()}
    for kind, number, one, two, three in rows(_ASKED, asked):
        if kind == "position":
            position = number or 0
        elif kind == "unread":
            unread = number
        elif kind == "waiting":
            waiting.append((one, number, two, three))
        else:
            running.append(Running(number, one, two))
    return Ahead(position, unread, waiting, running)
