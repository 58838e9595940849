"""Every write of who works when: the team's week, blackout days, people's work and absences.

What people do about themselves needs no more than a place in the team; about somebody else it takes
a manager.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from webapp.accounts import queries as accounts
from webapp.accounts.commands import lock_team
from webapp.accounts.permissions import holds, permit
from webapp.availability import public_holidays, week
from webapp.availability.inputs import (
    LEVELS,
    AbsenceId,
    AddAbsence,
    AddBlackout,
    BlackoutId,
    EditWork,
    SetCostRate,
    SetWeek,
    own_hours,
)
from webapp.availability.models import Absence, Blackout, WorkingWeek, WorkProfile
from webapp.availability.queries import MAX_CONCURRENT, WORKS, hours_of, week_of
from webapp.availability.week import Week
from webapp.core import money
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid, NotFound, StaleVersion
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, note, record
from webapp.operations import operation

#: What it takes to change how somebody else works.
MANAGES = "campaign.manage"


@dataclass(frozen=True)
class PersonOf(Payload):
    """Whose work or absence it is; what was said about it stays in the row."""

    user_id: int


@operation("availability.set_week", input=SetWeek, permission="team.manage")
def set_week(
    *,
    weekdays: list[int],
    starts: time,
    ends: time,
    country: str = "",
    region: str = "",
    version: int,
    by: Actor,
) -> int:
    """Set the days and hours the team works, and the public holidays it keeps."""
    typed = Week(frozenset(weekdays), *week.span(starts, ends), country, region)
    with unit_of_work():
        lock_team()  # two who set it for the first time: the second finds the first one's
        query = select(WorkingWeek).where(WorkingWeek.team_id == current_team())
        row = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        _check_version(row, version, _week_words(typed), _week_words(week_of(row)))
        values: dict[str, Any] = {
            "weekdays": week.mask(typed.weekdays),
            "starts_minute": typed.starts,
            "ends_minute": typed.ends,
            "country": country,
            "region": region,
        }
        return _keep(row or WorkingWeek(team_id=current_team(), **values), values, by)


def _week_words(one: Week) -> dict[str, tuple[str, str]]:
    country = public_holidays.countries().get(one.country, one.country)
    region = public_holidays.regions(one.country).get(one.region, one.region)
    return {
        "weekdays": ("Working days", week.days_in_words(one.hours)),
        "country": ("Public holidays", ", ".join(filter(None, (country, region)))),
    }


@operation("availability.add_blackout", input=AddBlackout, permission=MANAGES)
def add_blackout(
    *,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
    campaign_id: int | None = None,
    by: Actor,
) -> int:
    """Close some days for one campaign, or for the whole team."""
    with unit_of_work():
        row = Blackout(
            team_id=current_team(),
            campaign_id=campaign_id,
            starts_on=starts_on,
            ends_on=ends_on or starts_on,
            reason=reason,
        )
        try:  # campaigns are above: that it is one of this team's is known to the foreign key
            with db.session.begin_nested():
                db.session.add(row)
                db.session.flush()
        except IntegrityError:
            if campaign_id is None:
                raise
            raise Invalid({"campaign_id": "Choose a campaign of this team."}) from None
        record("blackout.added", subject=row, by=by)
        return row.id


@operation("availability.remove_blackout", input=BlackoutId, permission=MANAGES)
def remove_blackout(*, blackout_id: int, by: Actor) -> int:
    """Open the days again."""
    with unit_of_work():
        row = find(Blackout, blackout_id, lock=True)
        note("blackout.removed", subject=row, by=by)
        db.session.delete(row)
        db.session.flush()
        return blackout_id


@operation("availability.edit_work", input=EditWork, permission=WORKS)
def edit_work(
    *,
    user_id: int,
    skills: list[str],
    levels: list[int],
    hours: str = "team",
    starts: Sequence[str] = (),
    ends: Sequence[str] = (),
    max_concurrent: int = MAX_CONCURRENT,
    backup_id: int | None = None,
    slack_user_id: str = "",
    version: int,
    by: Actor,
) -> int:
    """Say how somebody works: what they can do, when, how much at once, who steps in for them."""
    own = own_hours(hours, starts, ends)
    pairs = zip(skills, levels, strict=True)
    typed = {
        "skills": [[word, level] for word, level in pairs if word],
        "hours": None if own is None else [list(day) if day else None for day in own],
        "max_concurrent": max_concurrent,
        "backup_id": backup_id,
        "slack_user_id": slack_user_id,
    }
    with unit_of_work():
        _check_works(user_id, by)
        row = _profile_row(user_id)
        _check_version(row, version, _work_words(typed), _work_words(_kept(row)))
        if backup_id is not None and (row is None or backup_id != row.backup_id):
            _check_backup(backup_id, user_id)
        fresh = WorkProfile(team_id=current_team(), user_id=user_id, **_kept(None))
        return _keep(row or fresh, typed, by, PersonOf(user_id))


def _profile_row(user_id: int) -> WorkProfile | None:
    query = select(WorkProfile).where(
        WorkProfile.team_id == current_team(), WorkProfile.user_id == user_id
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _kept(row: WorkProfile | None) -> dict[str, Any]:
    """What a person says of their work, as the row has it or as it is until they do."""
    if row is None:
        return {
            "skills": [],
            "hours": None,
            "max_concurrent": MAX_CONCURRENT,
            "backup_id": None,
            "slack_user_id": "",
        }
    return {name: getattr(row, name) for name in _kept(None)}


def _work_words(values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    hours, backup = values["hours"], values["backup_id"]
    name = accounts.names({backup}).get(backup, "") if backup is not None else ""
    skills = ", ".join(f"{word} ({LEVELS[level].lower()})" for word, level in values["skills"])
    return {
        "skills": ("Skills", skills),
        "hours": (
            "Hours",
            "The team's" if hours is None else week.days_in_words(hours_of(hours)),
        ),
        "max_concurrent": ("Most tasks at once", str(values["max_concurrent"])),
        "backup_id": ("Backup", name),
        "slack_user_id": ("Slack member ID", values["slack_user_id"]),
    }


def _check_backup(backup_id: int, user_id: int) -> None:
    member = accounts.membership_of(backup_id)
    if backup_id == user_id:
        raise Invalid({"backup_id": "Choose somebody else."})
    if member is None or not holds(member.role, WORKS):
        raise Invalid({"backup_id": "Choose somebody of this team who edits campaigns."})


@operation("availability.set_cost_rate", input=SetCostRate, permission="team.manage")
def set_cost_rate(*, user_id: int, cost_rate: str, version: int, by: Actor) -> int:
    """Set what an hour of somebody costs, in the team's present currency."""
    with unit_of_work():
        _check_works(user_id, by)
        currency = accounts.team().currency
        cents = _parsed(cost_rate, currency)
        row = _profile_row(user_id)
        theirs = _rate_words(row.cost_rate_cents, row.cost_currency) if row else ""
        words = {"cost_rate": ("An hour costs", _rate_words(cents, currency))}
        _check_version(row, version, words, {"cost_rate": ("An hour costs", theirs)})
        typed = {"cost_rate_cents": cents, "cost_currency": currency if cents is not None else ""}
        fresh = WorkProfile(team_id=current_team(), user_id=user_id, **_kept(None))
        return _keep(row or fresh, typed, by, PersonOf(user_id))


def _parsed(typed: str, currency: str) -> int | None:
    try:
        return money.parse(typed, currency) if typed else None
    except ValueError as error:
        raise Invalid({"cost_rate": str(error)}) from None


def _rate_words(cents: int | None, currency: str) -> str:
    return "" if cents is None else money.words(cents, currency, cents=True)


@operation("availability.add_absence", input=AddAbsence, permission=WORKS)
def add_absence(
    *, user_id: int, starts_on: date, ends_on: date | None = None, reason: str = "", by: Actor
) -> int:
    """Say that somebody is away; days they are away already are not said twice."""
    last = ends_on or starts_on
    with unit_of_work():
        _check_works(user_id, by)
        known = select(Absence.id).where(
            Absence.team_id == current_team(),
            Absence.user_id == user_id,
            Absence.starts_on <= starts_on,
            Absence.ends_on >= last,
        )
        if db.session.scalar(known.limit(1)) is not None:
            raise Invalid({"starts_on": "These days are in the list already."})
        row = Absence(
            team_id=current_team(),
            user_id=user_id,
            starts_on=starts_on,
            ends_on=last,
            reason=reason,
        )
        db.session.add(row)
        record("absence.added", subject=row, by=by, data=PersonOf(user_id))
        return row.id


@operation("availability.remove_absence", input=AbsenceId, permission=WORKS)
def remove_absence(*, absence_id: int, by: Actor) -> int:
    """Say that somebody is there after all."""
    with unit_of_work():
        row = find(Absence, absence_id, lock=True)
        _check_works(row.user_id, by)
        note("absence.removed", subject=row, by=by, data=PersonOf(row.user_id))
        db.session.delete(row)
        db.session.flush()
        return absence_id


def _check_works(user_id: int, by: Actor) -> None:
    """Raise unless there is work to speak of, and this person may. Until the unit ends nobody else
    changes the team's people, or says something of them for the first time.
    """
    lock_team()
    if by.kind == "user" and by.user_id != user_id:
        permit(by, MANAGES)
    member = accounts.membership_of(user_id)
    if member is None:
        raise NotFound()
    if not holds(member.role, WORKS):
        raise Conflict("Who only looks on has no work to plan. Change the role first.")


def _check_version(
    row: WorkingWeek | WorkProfile | None,
    version: int,
    yours: Mapping[str, tuple[str, str]],
    theirs: Mapping[str, tuple[str, str]],
) -> None:
    """Raise StaleVersion when the row moved on since the form was shown; 0 is before there was
    one.
    """
    present = row.version if row else 0
    if present != version:
        fields = {name: (label, mine, theirs[name][1]) for name, (label, mine) in yours.items()}
        raise StaleVersion(
            "Somebody changed this while you were editing.", version=present, fields=fields
        )


def _keep(
    row: WorkingWeek | WorkProfile,
    values: Mapping[str, Any],
    by: Actor,
    data: Payload | None = None,
) -> int:
    """Write what differs into a row that is locked or new, with its one event."""
    is_new = row.id is None
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if is_new:
        db.session.add(row)
    if is_new or changed:
        record(f"{row.__tablename__}.changed", subject=row, by=by, data=data)
    return row.id
