"""Reads of who works when. Each takes the same few statements for one person or a hundred; what it
answers are plain values, so nothing expires under the caller's feet.

Days of a campaign count in the campaign's zone, a person's in their own. Only present members who
do work are people here: viewers and those who left are not.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Membership, Team, User
from webapp.accounts.permissions import ROLES, holds
from webapp.availability import public_holidays, week
from webapp.availability.models import Absence, Blackout, WorkingWeek, WorkProfile
from webapp.availability.week import Hours, Slot, Week
from webapp.availability.working_time import WorkingTime
from webapp.core import zones
from webapp.core.errors import NotFound
from webapp.core.text import fold
from webapp.db import current_team, db, execute, rows

#: How much somebody takes on at once until they say otherwise.
MAX_CONCURRENT = 5
#: Whoever holds it works here.
WORKS = "work.edit"


@dataclass(frozen=True, slots=True)
class Skill:
    """Something a person can do. `key` is the word folded, for comparing; levels are 1 to 3."""

    word: str
    key: str
    level: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One person at work. `hours` are theirs, or the team's when they have none of their own; a
    `version` of 0 says that nothing was ever saved.
    """

    user_id: int
    name: str
    zone: str
    role: str
    skills: tuple[Skill, ...]
    hours: Hours
    has_own_hours: bool
    max_concurrent: int
    cost_rate_cents: int | None
    backup_id: int | None
    slack_user_id: str
    version: int

    def level(self, skill: str) -> int:
        """How well they can do something, by its word or key; 0 is not at all."""
        wanted = fold(skill)
        return next((one.level for one in self.skills if one.key == wanted), 0)


@dataclass(frozen=True, slots=True)
class Away:
    """Days somebody is away, both ends included."""

    id: int
    user_id: int
    starts_on: date
    ends_on: date
    reason: str


def working_week() -> Week:
    """The team's week, the default one until somebody set it. One statement."""
    query = select(WorkingWeek).where(WorkingWeek.team_id == current_team())
    return week_of(db.session.scalars(query).one_or_none())


def week_of(row: WorkingWeek | None) -> Week:
    """A team's week as a value."""
    if row is None:
        return week.DEFAULT
    return Week(
        week.unmask(row.weekdays),
        row.starts_minute,
        row.ends_minute,
        row.country,
        row.region,
        row.version,
    )


def holidays(first: date, last: date, own: Week | None = None) -> dict[date, str]:
    """The public holidays the team keeps, with their names. One statement; none with the team's
    week at hand.
    """
    own = own or working_week()
    return dict(public_holidays.between(own.country, own.region, first, last))


def blackouts(first: date, last: date, campaign_id: int | None = None) -> list[Blackout]:
    """The blackouts that touch these days: the whole team's, and one campaign's when it is named.
    One statement.
    """
    values = {"team_id": current_team(), "campaign_id": campaign_id, "first": first, "last": last}
    return list(execute(_blackouts(of_one=campaign_id is not None), values).scalars())


@cache
def _blackouts(*, of_one: bool) -> Any:
    whose: ColumnElement[bool] = Blackout.campaign_id.is_(None)
    if of_one:
        whose = or_(whose, Blackout.campaign_id == bindparam("campaign_id"))
    query = select(Blackout).where(
        Blackout.team_id == bindparam("team_id"),
        Blackout.ends_on >= bindparam("first", type_=Date),
        Blackout.starts_on <= bindparam("last", type_=Date),
        whose,
    )
    return query.order_by(Blackout.starts_on, Blackout.id)


def blackouts_from(first: date) -> list[Blackout]:
    """Every blackout that is not over on a day, the team's and all campaigns'. One statement."""
    query = select(Blackout).where(Blackout.team_id == current_team(), Blackout.ends_on >= first)
    return list(db.session.scalars(query.order_by(Blackout.starts_on, Blackout.id)))


def open_from(day: date, campaign_id: int) -> tuple[date, str]:
    """The first day from this one on that no blackout of a campaign or the team closes, and why
    the day itself is closed ('' when it is open). One statement.
    """
    query = select(Blackout.starts_on, Blackout.ends_on, Blackout.reason).where(
        Blackout.team_id == current_team(),
        Blackout.ends_on >= day,
        or_(Blackout.campaign_id.is_(None), Blackout.campaign_id == campaign_id),
    )
    opens, why = day, ""
    for starts_on, ends_on, reason in execute(query.order_by(Blackout.starts_on, Blackout.id)):
        if starts_on <= opens <= ends_on:
            opens, why = ends_on + timedelta(days=1), why or reason
    return opens, why


def closed_days(
    first: date, last: date, campaign_id: int | None = None, own: Week | None = None
) -> dict[date, str]:
    """Day → why nothing is planned on it: a holiday's name, a blackout's reason, or both. Weekends
    are not in it, they are the week's. Days in order; two statements, one with the team's week at
    hand.
    """
    why: dict[date, list[str]] = {}
    for day, name in holidays(first, last, own).items():
        why.setdefault(day, []).append(name)
    for one in blackouts(first, last, campaign_id):
        for day in week.each_day(max(first, one.starts_on), min(last, one.ends_on)):
            if one.reason not in why.setdefault(day, []):
                why[day].append(one.reason)
    return {day: ", ".join(why[day]) for day in sorted(why)}


def working_time(zone: str, origin_on: date, campaign_id: int | None = None) -> WorkingTime:
    """The team's week on the clocks of a zone, from a day on, without the holidays and blackouts of
    whatever day is asked for later (the team's, and a campaign's when it is named). Two statements,
    none afterwards.
    """
    own = working_week()
    dark: set[date] = set()
    for one in blackouts(date.min, date.max, campaign_id):
        dark.update(week.each_day(one.starts_on, one.ends_on))

    def is_closed(day: date) -> bool:
        return day in dark or day in public_holidays.of_year(own.country, own.region, day.year)

    return WorkingTime(zone, origin_on, own.weekdays, own.starts, own.ends, is_closed)


def profiles(user_ids: Collection[int] | None = None, own: Week | None = None) -> list[Profile]:
    """Everybody who works here (or those of them who are asked for), by name, whether or not they
    ever said how. Two statements, one with the team's week at hand.
    """
    team_hours = (own or working_week()).hours
    values: dict[str, Any] = {"team_id": current_team()}
    if user_ids is not None:
        values["ids"] = list(user_ids)
    found = execute(_people(of_some=user_ids is not None), values)
    return [_profile(row, team_hours) for row in found]


def profile_of(user_id: int) -> Profile:
    """One person who works here, or NotFound. Two statements."""
    found = profiles([user_id])
    if not found:
        raise NotFound()
    return found[0]


@cache
def _people(*, of_some: bool) -> Any:
    """Who works here, with what they said of it; of some of them, the `ids`."""
    roles = [role for role in ROLES if holds(role, WORKS)]
    own = and_(WorkProfile.team_id == Membership.team_id, WorkProfile.user_id == Membership.user_id)
    backup = aliased(Membership)  # who left since, or only looks on, steps in for nobody
    is_there = and_(
        backup.team_id == WorkProfile.team_id,
        backup.user_id == WorkProfile.backup_id,
        backup.removed_at.is_(None),
        backup.role.in_(roles),
    )
    columns = User.id, User.name, User.zone, Membership.role, Team.currency
    query = (
        select(*columns, WorkProfile, backup.user_id.label("backup_id"))
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .join(Team, Team.id == Membership.team_id)
        .outerjoin(WorkProfile, own)
        .outerjoin(backup, is_there)
        .where(
            Membership.team_id == bindparam("team_id"),
            Membership.removed_at.is_(None),
            Membership.role.in_(roles),
        )
        .order_by(func.lower(User.name), User.id)
    )
    return query.where(User.id.in_(bindparam("ids", expanding=True))) if of_some else query


def _profile(row: Any, team_hours: Hours) -> Profile:
    kept: WorkProfile | None = row.WorkProfile
    if kept is None:
        return Profile(
            row.id, row.name, row.zone, row.role, (), team_hours, False,
            MAX_CONCURRENT, None, None, "", 0,
        )  # fmt: skip
    counts = kept.cost_currency == row.currency  # a rate in a currency the team left is none
    return Profile(
        row.id,
        row.name,
        row.zone,
        row.role,
        tuple(Skill(word, fold(word), level) for word, level in kept.skills),
        team_hours if kept.hours is None else hours_of(kept.hours),
        kept.hours is not None,
        kept.max_concurrent,
        kept.cost_rate_cents if counts else None,
        row.backup_id,
        kept.slack_user_id,
        kept.version,
    )


def hours_of(kept: list[Any]) -> Hours:
    """A week of hours as a row keeps it."""
    return tuple((day[0], day[1]) if day else None for day in kept)


def absences(first: date, last: date, user_id: int | None = None) -> list[Away]:
    """Who is away on any of these days (everybody, or one person), in order. One statement."""
    values = {"team_id": current_team(), "user_id": user_id, "first": first, "last": last}
    return [Away(*row) for row in rows(_absences(of_one=user_id is not None), values)]


@cache
def _absences(*, of_one: bool) -> Any:
    query = (
        select(Absence.id, Absence.user_id, Absence.starts_on, Absence.ends_on, Absence.reason)
        .join(
            Membership,
            and_(Membership.team_id == Absence.team_id, Membership.user_id == Absence.user_id),
        )
        .join(User, User.id == Absence.user_id)
        .where(
            Absence.team_id == bindparam("team_id"),
            Absence.ends_on >= bindparam("first", type_=Date),
            Absence.starts_on <= bindparam("last", type_=Date),
            Membership.removed_at.is_(None),
        )
        .order_by(Absence.starts_on, Absence.id)
    )
    return query.where(Absence.user_id == bindparam("user_id")) if of_one else query


def away(at: datetime) -> set[int]:
    """Who is away at an instant, each on the day it is where they are. One statement."""
    day, step = at.date(), timedelta(days=1)
    around = {"team_id": current_team(), "first": day - step, "last": day + step}
    return {
        row.user_id
        for row in execute(_absences(of_one=False).add_columns(User.zone), around)
        if row.starts_on <= zones.today(at, row.zone) <= row.ends_on
    }


def slots_of(user_ids: Collection[int], first: date, last: date) -> dict[int, list[Slot]]:
    """When each person can work, as UTC instants: their hours in their zone from one of their days
    to another (both included), but for the team's holidays and their own absences. Blackouts are
    campaigns', not people's, and are not taken out.

    Sorted, and what touches is one; empty for who does not work here. Three statements.
    """
    own = working_week()
    found: dict[int, list[Slot]] = {user_id: [] for user_id in user_ids}
    people = profiles(user_ids, own)
    return found | slots_for(people, own, absences(first, last), first, last)


def slots_for(
    people: Iterable[Profile], own: Week, absent: Iterable[Away], first: date, last: date
) -> dict[int, list[Slot]]:
    """`slots_of` of people at hand, with the team's week and who is away on these days (more days
    do no harm). No statement.
    """
    off = {day for day, _ in public_holidays.between(own.country, own.region, first, last)}
    gone: dict[int, set[date]] = {}
    for one in absent:
        days = week.each_day(max(first, one.starts_on), min(last, one.ends_on))
        gone.setdefault(one.user_id, set()).update(days)
    found: dict[int, list[Slot]] = {}
    alike: dict[tuple[Hours, str, frozenset[date]], list[Slot]] = {}
    for person in people:
        key = person.hours, person.zone, frozenset(off | gone.get(person.user_id, set()))
        if key not in alike:
            alike[key] = week.slots(person.hours, person.zone, first, last, key[2])
        found[person.user_id] = alike[key][:]
    return found


def stand_ins(at: datetime) -> dict[int, int]:
    """Who takes over each person's work at an instant: their backup, else that one's backup when
    they are away themselves, and so on. Who has nobody left is not in it. Three statements.
    """
    backups = {one.user_id: one.backup_id for one in profiles()}
    gone = away(at)
    found = {
        user_id: next((one for one in _steps(user_id, backups) if one not in gone), None)
        for user_id in backups
    }
    return {user_id: one for user_id, one in found.items() if one is not None}


def _steps(user_id: int, backups: dict[int, int | None]) -> Iterator[int]:
    """The backup, their backup and so on, each once."""
    seen = {user_id}
    step = backups.get(user_id)
    while step is not None and step not in seen:
        seen.add(step)
        yield step
        step = backups.get(step)
