"""Writing the log: one event per change, in the transaction of the change; reading it by
position.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, bindparam, func, or_, select

from webapp.core.actor import Actor
from webapp.core.errors import WrongUse
from webapp.db import (
    Base,
    after_commit,
    current_team,
    db,
    execute,
    in_unit_of_work,
    rows,
)
from webapp.events import bus
from webapp.events.models import Event

#: The event whose handler is running, so that what it causes says so.
cause: ContextVar[int | None] = ContextVar("cause", default=None)
#: Events of the history that is being told, until it has reacted to them; None otherwise.
told: ContextVar[list[Event] | None] = ContextVar("told_events", default=None)


@dataclass(frozen=True)
class Payload:
    """What an event carries besides its row: ids and numbers. Fields are only ever added; a new
    meaning is a new `v`.
    """

    v: ClassVar[int] = 1


def record(
    name: str, *, subject: Base, by: Actor, data: Payload | None = None, team_id: int | None = None
) -> Event:
    """The one event of a change to `subject`, with the version that change led to.

    Flushes first, so the row's version is the one after the change. `name` is
    `noun.past_participle`. `team_id` is for rows of a person, who may be in several: the team the
    fact is logged in.
    """
    db.session.flush()
    return _append(name, subject, by, data, team_id, version=getattr(subject, "version", None))


def note(
    name: str, *, subject: Base, by: Actor, data: Payload | None = None, team_id: int | None = None
) -> Event:
    """A fact about `subject` that did not change the row itself: no version."""
    db.session.flush()
    return _append(name, subject, by, data, team_id, version=None)


def _append(
    name: str,
    subject: Base,
    by: Actor,
    data: Payload | None,
    team_id: int | None,
    *,
    version: int | None,
) -> Event:
    if not in_unit_of_work():
        raise WrongUse("an event is recorded with its change, in one unit of work")
    kind = subject.__tablename__
    row: Any = subject
    campaign_id = row.id if kind == "campaign" else getattr(row, "campaign_id", None)
    event = Event(
        name=name,
        v=data.v if data else 1,
        team_id=team_id or (row.id if kind == "team" else getattr(row, "team_id", None)),
        campaign_id=campaign_id,
        subject_kind=kind,
        subject_id=row.id,
        subject_version=version,
        by=str(by),
        caused_by=by.id if by.kind == "event" else cause.get(),  # type: ignore[arg-type]
        data=asdict(data) if data else {},
    )
    db.session.add(event)
    db.session.flush()
    if (history := told.get()) is not None:
        history.append(event)
    after_commit("events", bus.ring_events)
    return event


_EVENT = Event.__table__.c
_NEWEST = select(func.max(_EVENT.position).label("position"))
NEWEST_OF_TEAM = _NEWEST.where(_EVENT.team_id == bindparam("team_id"))


def newest_position(team_id: int | None = None) -> int:
    """The position of the newest relayed event (of one team); a page reads it before its data."""
    asked = rows(_NEWEST) if team_id is None else rows(NEWEST_OF_TEAM, {"team_id": team_id})
    return asked[0][0] or 0


def events_after(
    position: int,
    *,
    team_id: int | None = None,
    campaign_id: int | None = None,
    until: int | None = None,
    limit: int = 501,
) -> list[Event]:
    """Relayed events (of one team, of one campaign) after a position, up to another one, in
    order.
    """
    query = select(Event).where(Event.position > position)
    if team_id is not None:
        query = query.where(Event.team_id == team_id)
    if campaign_id is not None:
        query = query.where(Event.campaign_id == campaign_id)
    if until is not None:
        query = query.where(Event.position <= until)
    return list(db.session.scalars(query.order_by(Event.position).limit(limit)))


def positions_after(position: int, names: Sequence[str]) -> list[tuple[int, int]]:
    """(position, id) of this team's relayed events with one of the names, in order; `noun.*` is
    every event of the noun.
    """
    query = select(Event.position, Event.id).where(
        Event.team_id == current_team(), Event.position > position, _is_called(names)
    )
    return [tuple(row) for row in execute(query.order_by(Event.position)).all()]


def unrelayed_ids(names: Sequence[str]) -> list[int]:
    """Ids of this team's events with one of the names that have no position yet."""
    query = select(Event.id).where(
        Event.position.is_(None), Event.team_id == current_team(), _is_called(names)
    )
    return list(db.session.scalars(query))


def _is_called(names: Sequence[str]) -> ColumnElement[bool]:
    nouns = [name.removesuffix("*") for name in names if name.endswith(".*")]
    return or_(
        Event.name.in_([name for name in names if not name.endswith(".*")]),
        *(Event.name.startswith(noun, autoescape=True) for noun in nouns),
    )


#: How many of a campaign's newest events are looked at for `mark_of`.
_NEWEST_OF_CAMPAIGN = 50


def mark_of(campaign_id: int) -> str:
    """Changes with every event of a campaign, also one that got its id before another and was
    committed after it.
    """
    query = select(Event.id).where(
        Event.team_id == current_team(), Event.campaign_id == campaign_id
    )
    newest = query.order_by(Event.id.desc()).limit(_NEWEST_OF_CAMPAIGN)
    ids = list(db.session.scalars(newest))
    return f"{max(ids, default=0)}.{sum(ids)}"
