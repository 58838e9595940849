"""Reads of campaigns: lists by key, one campaign, its log. Lists are Core rows; writes use
entities.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, text

from webapp.accounts.models import User
from webapp.campaigns.models import RUNS, Campaign, Transition
from webapp.campaigns.workflow import State, lifecycle
from webapp.core.text import fold, number_of_row
from webapp.db import current_team, db, execute, find, rows
from webapp.events.models import Event
from webapp.sql import containing

#: What `ix_campaign_running` holds.
IS_RUNNING = text(f"campaign.{RUNS}")
PAGE = 50
#: A tab counts no further; pages show it as "99+".
MOST_COUNTED = 100
#: The tabs of the list: name → the states it shows.
TABS = {
    "all": tuple(State),
    "live": (State.ACTIVE,),
    "planning": (State.DRAFT, State.SCHEDULED),
    "approval": (State.IN_REVIEW,),
    "paused": (State.PAUSED,),
    "closed": (State.COMPLETED, State.CANCELLED, State.FAILED),
}
#: The tabs of what is out of sight elsewhere.
ASIDE = ("archived", "trash")
#: What a list may be sorted by; newest first is the default.
SORTS = ("new", "target", "-target", "name", "-name")

# Text, once: as an expression it takes longer to put together than to answer.
_COUNTS = text(
    " UNION ALL ".join(
        f"SELECT '{state}', count(*) FROM (SELECT id FROM campaign WHERE team_id = :team_id"  # noqa: S608 (our own words)
        f" AND state = '{state}' AND archived_at IS NULL AND trashed_at IS NULL"
        f" LIMIT :most) AS {state}"
        for state in State
    )
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows; all of it is in the URL."""

    tab: str = "all"
    q: str = ""
    owner_id: int | None = None
    type: str = ""
    sort: str = "new"
    after: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `PAGE` rows and the key of the next page ('' when this is the last)."""

    rows: list[Row[Any]]
    next_key: str


_CAMPAIGN, _OWNER = Campaign.__table__.c, User.__table__.alias("owner")
# What a list shows. Of tables, not entities: those cost a page of rows twice as much.
_LISTED = select(
    _CAMPAIGN.id,
    _CAMPAIGN.name,
    _CAMPAIGN.name_key,
    _CAMPAIGN.type,
    _CAMPAIGN.state,
    _CAMPAIGN.budget_cents,
    _CAMPAIGN.currency,
    _CAMPAIGN.target_on,
    _CAMPAIGN.zone,
    _CAMPAIGN.archived_at,
    _CAMPAIGN.trashed_at,
    _OWNER.c.name.label("owner_name"),
)
_LISTED = _LISTED.join(_OWNER, _OWNER.c.id == _CAMPAIGN.owner_id).where(
    _CAMPAIGN.team_id == bindparam("team_id")
)
_RUNNING = (IS_RUNNING, _CAMPAIGN.archived_at.is_(None), _CAMPAIGN.trashed_at.is_(None))
_ONE = _LISTED.where(_CAMPAIGN.id == bindparam("campaign_id"))
_LIVE = _LISTED.where(*_RUNNING).order_by(_CAMPAIGN.ends_at, _CAMPAIGN.id).limit(bindparam("most"))


#: What another feature knows of each listed campaign, put beside it in the same statement.
Beside = Callable[[Select[Any]], Select[Any]]


def _alone(query: Select[Any]) -> Select[Any]:
    return query


def campaigns(wanted: Filter, beside: Beside = _alone) -> Page:
    """One page of the list, by key: no offset, no count."""
    values: dict[str, Any] = {"team_id": current_team(), "most": PAGE + 1}
    if wanted.q:
        values["words"] = containing(fold(wanted.q))
    if wanted.owner_id is not None:
        values["owner_id"] = wanted.owner_id
    if wanted.type:
        values["type"] = wanted.type
    if key := _parse_key(wanted.after, wanted.sort.removeprefix("-")):
        values["value"], values["last_id"] = key
    tab = wanted.tab if wanted.tab in (*TABS, *ASIDE) else "all"
    found = rows(beside(_listing(tab, wanted.sort, frozenset(values))), values)
    more = len(found) > PAGE
    found = found[:PAGE]
    return Page(found, _key_of(found[-1], wanted.sort) if more else "")


@cache
def _listing(tab: str, sort: str, given: frozenset[str]) -> Select[Any]:
    """The list's statement for the values it is given: as many as the filter has shapes."""
    if tab == "trash":
        query = _LISTED.where(_CAMPAIGN.trashed_at.is_not(None))
    else:
        is_archived = _CAMPAIGN.archived_at.is_not(None)
        query = _LISTED.where(
            is_archived if tab == "archived" else ~is_archived, _CAMPAIGN.trashed_at.is_(None)
        )
    if tab not in ("all", *ASIDE):
        query = query.where(_CAMPAIGN.state.in_(TABS[tab]))
    if "words" in given:
        query = query.where(_CAMPAIGN.name_key.like(bindparam("words"), escape="/"))
    if "owner_id" in given:
        query = query.where(_CAMPAIGN.owner_id == bindparam("owner_id"))
    if "type" in given:
        query = query.where(_CAMPAIGN.type == bindparam("type"))
    return _ordered(query, sort, after_key="last_id" in given).limit(bindparam("most"))


def _ordered(query: Select[Any], sort: str, *, after_key: bool) -> Select[Any]:
    """Order and start after the key; `id` makes every order total."""
    down = sort.startswith("-") or sort == "new"
    column = {"target": _CAMPAIGN.target_on, "name": _CAMPAIGN.name_key}.get(sort.removeprefix("-"))
    order = [_CAMPAIGN.id] if column is None else [column, _CAMPAIGN.id]
    if after_key:
        last_id: Any = bindparam("last_id")
        past = _CAMPAIGN.id < last_id if down else _CAMPAIGN.id > last_id
        if column is not None:
            value = bindparam("value", type_=column.type)
            beyond = column < value if down else column > value
            past = or_(beyond, and_(column == value, past))
        query = query.where(past)
    return query.order_by(*[one.desc() if down else one for one in order])


def _key_of(row: Row[Any], sort: str) -> str:
    name = sort.removeprefix("-")
    value = {"target": lambda: row.target_on.isoformat(), "name": lambda: row.name_key}.get(
        name, lambda: ""
    )()
    return f"{row.id}~{value}"


def _parse_key(text: str, name: str) -> tuple[Any, int] | None:
    from_id, _, value = text.partition("~")
    number = number_of_row(from_id)
    if number is None:
        return None
    if name != "target":
        return value, number
    try:
        return date.fromisoformat(value), number
    except ValueError:
        return None


def row(campaign_id: int, beside: Beside = _alone) -> Row[Any] | None:
    """One campaign as the list shows it."""
    found = rows(beside(_ONE), {"team_id": current_team(), "campaign_id": campaign_id})
    return found[0] if found else None


def campaign(campaign_id: int) -> Campaign:
    """One campaign of this team, or NotFound."""
    return find(Campaign, campaign_id)


def known(campaign_id: int) -> Campaign | None:
    """One campaign of this team; None when it was purged."""
    query = select(Campaign).where(Campaign.team_id == current_team(), Campaign.id == campaign_id)
    return db.session.scalars(query).one_or_none()


def live(limit: int = 8, beside: Beside = _alone) -> list[Row[Any]]:
    """Running campaigns, the next to end first."""
    return rows(beside(_LIVE), {"team_id": current_team(), "most": limit})


# On every page: only what the navigation shows.
RUNNING_NAMES = (
    select(_CAMPAIGN.id, _CAMPAIGN.name, _CAMPAIGN.state)
    .where(_CAMPAIGN.team_id == bindparam("team_id"), *_RUNNING)
    .order_by(_CAMPAIGN.ends_at, _CAMPAIGN.id)
    .limit(bindparam("most"))
)


def running_names(most: int) -> list[Row[Any]]:
    """Id, name and state of running campaigns, the next to end first."""
    return rows(RUNNING_NAMES, {"team_id": current_team(), "most": most})


_OPEN_NAMES = (
    select(Campaign.id, Campaign.name)
    .where(
        Campaign.team_id == bindparam("team_id"),
        Campaign.state.in_([state for state in State if not lifecycle.is_final(state)]),
        Campaign.archived_at.is_(None),
        Campaign.trashed_at.is_(None),
    )
    .order_by(Campaign.name_key, Campaign.id)
    .limit(bindparam("most"))
)


def open_names(most: int = 200) -> list[Row[Any]]:
    """Id and name of campaigns that are not over, by name: for choosing one."""
    return rows(_OPEN_NAMES, {"team_id": current_team(), "most": most})


def names(campaign_ids: set[int]) -> dict[int, str]:
    """Names of several campaigns."""
    if not campaign_ids:
        return {}
    query = select(Campaign.id, Campaign.name).where(
        Campaign.team_id == current_team(), Campaign.id.in_(campaign_ids)
    )
    return {row.id: row.name for row in execute(query)}


def counts() -> dict[str, int]:
    """How many campaigns each tab holds (of those not aside), `MOST_COUNTED` at most: counting
    them all would cost more than the rest of the page.
    """
    found = rows(_COUNTS, {"team_id": current_team(), "most": MOST_COUNTED})
    by_state = {state: int(number) for state, number in found}
    return {
        tab: min(MOST_COUNTED, sum(by_state[state] for state in states))
        for tab, states in TABS.items()
    }


def transitions(campaign_id: int) -> list[Transition]:
    """The transition log, newest first."""
    query = select(Transition).where(
        Transition.team_id == current_team(), Transition.campaign_id == campaign_id
    )
    return list(db.session.scalars(query.order_by(Transition.id.desc()).limit(200)))


def reasons(event_ids: set[int]) -> dict[int, str]:
    """The words that belong to transition events."""
    if not event_ids:
        return {}
    query = select(Transition.event_id, Transition.reason).where(
        Transition.team_id == current_team(),
        Transition.event_id.in_(event_ids),
        Transition.reason != "",
    )
    return {one.event_id: one.reason for one in execute(query)}


def activity(
    campaign_id: int, *, before: int | None = None, prefix: tuple[str, ...] = ()
) -> list[Event]:
    """A campaign's events, newest first, one page by key."""
    query = select(Event).where(Event.team_id == current_team(), Event.campaign_id == campaign_id)
    if before is not None:
        query = query.where(Event.id < before)
    if prefix:
        query = query.where(or_(*[Event.by.like(f"{one}:%") for one in prefix]))
    return list(db.session.scalars(query.order_by(Event.id.desc()).limit(PAGE + 1)))
