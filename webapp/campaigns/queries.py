"""Reads of campaigns: lists by key, one campaign, its log. Lists are Core rows; writes use
entities.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, text
from sqlalchemy.orm import aliased

from webapp.accounts.models import User
from webapp.campaigns.models import RUNS, Campaign, Transition
from webapp.campaigns.workflow import State, lifecycle
from webapp.core.text import fold, number_of_row
from webapp.db import current_team, db, execute, find
from webapp.events.models import Event

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


@cache
def _columns() -> tuple[Any, ...]:
    owner = aliased(User, name="owner")
    return owner, (
        Campaign.id,
        Campaign.name,
        Campaign.name_key,
        Campaign.type,
        Campaign.state,
        Campaign.budget_cents,
        Campaign.currency,
        Campaign.target_on,
        Campaign.starts_at,
        Campaign.ends_at,
        Campaign.zone,
        Campaign.archived_at,
        Campaign.trashed_at,
        Campaign.owner_id,
        owner.name.label("owner_name"),
    )


def campaigns(wanted: Filter) -> Page:
    """One page of the list, by key: no offset, no count."""
    owner, columns = _columns()
    query = (
        select(*columns)
        .join(owner, owner.id == Campaign.owner_id)
        .where(Campaign.team_id == current_team())
    )
    if wanted.tab == "trash":
        query = query.where(Campaign.trashed_at.is_not(None))
    else:
        is_archived = Campaign.archived_at.is_not(None)
        query = query.where(
            is_archived if wanted.tab == "archived" else ~is_archived,
            Campaign.trashed_at.is_(None),
        )
    if wanted.tab not in ("all", *ASIDE):
        query = query.where(Campaign.state.in_(TABS.get(wanted.tab, TABS["all"])))
    if wanted.q:
        query = query.where(Campaign.name_key.contains(fold(wanted.q), autoescape=True))
    if wanted.owner_id is not None:
        query = query.where(Campaign.owner_id == wanted.owner_id)
    if wanted.type:
        query = query.where(Campaign.type == wanted.type)
    query = _ordered(query, wanted)
    rows = list(execute(query.limit(PAGE + 1)).all())
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Page(rows, _key_of(rows[-1], wanted.sort) if more else "")


def _ordered(query: Any, wanted: Filter) -> Any:
    """Order and start after the key; `id` makes every order total."""
    name = wanted.sort.removeprefix("-")
    down = wanted.sort.startswith("-") or wanted.sort == "new"
    column: Any = {"target": Campaign.target_on, "name": Campaign.name_key}.get(name)
    order = [Campaign.id] if column is None else [column, Campaign.id]
    key = _parse_key(wanted.after, name)
    if key is not None:
        value, last_id = key
        past = Campaign.id < last_id if down else Campaign.id > last_id
        if column is not None:
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


def row(campaign_id: int) -> Row[Any] | None:
    """One campaign as the list shows it."""
    owner, columns = _columns()
    query = select(*columns).join(owner, owner.id == Campaign.owner_id)
    query = query.where(Campaign.team_id == current_team(), Campaign.id == campaign_id)
    return db.session.execute(query).one_or_none()


def campaign(campaign_id: int) -> Campaign:
    """One campaign of this team, or NotFound."""
    return find(Campaign, campaign_id)


def known(campaign_id: int) -> Campaign | None:
    """One campaign of this team; None when it was purged."""
    query = select(Campaign).where(Campaign.team_id == current_team(), Campaign.id == campaign_id)
    return db.session.scalars(query).one_or_none()


def live(limit: int = 8) -> list[Row[Any]]:
    """Running campaigns, the next to end first."""
    owner, columns = _columns()
    query = select(*columns).join(owner, owner.id == Campaign.owner_id)
    query = query.where(
        Campaign.team_id == current_team(),
        IS_RUNNING,
        Campaign.archived_at.is_(None),
        Campaign.trashed_at.is_(None),
    )
    return list(execute(query.order_by(Campaign.ends_at, Campaign.id).limit(limit)).all())


# On every page: built once, and only what the navigation shows.
_RUNNING_NAMES = (
    select(Campaign.id, Campaign.name, Campaign.state)
    .where(
        Campaign.team_id == bindparam("team_id"),
        IS_RUNNING,
        Campaign.archived_at.is_(None),
        Campaign.trashed_at.is_(None),
    )
    .order_by(Campaign.ends_at, Campaign.id)
    .limit(bindparam("most"))
)


def running_names(most: int) -> list[Row[Any]]:
    """Id, name and state of running campaigns, the next to end first."""
    return list(execute(_RUNNING_NAMES, {"team_id": current_team(), "most": most}).all())


def open_names(most: int = 200) -> list[Row[Any]]:
    """Id and name of campaigns that are not over, by name: for choosing one."""
    is_open = [state for state in State if not lifecycle.is_final(state)]
    query = select(Campaign.id, Campaign.name).where(
        Campaign.team_id == current_team(),
        Campaign.state.in_(is_open),
        Campaign.archived_at.is_(None),
        Campaign.trashed_at.is_(None),
    )
    return list(execute(query.order_by(Campaign.name_key, Campaign.id).limit(most)).all())


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
    rows = execute(_COUNTS, {"team_id": current_team(), "most": MOST_COUNTED}).all()
    by_state = {state: int(number) for state, number in rows}
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
