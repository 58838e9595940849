"""Absences: who may say that somebody is away, what the log keeps of it, and who steps in."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests.availability.work import edit_work
from tests.clients import signed_in
from webapp.accounts import commands as accounts
from webapp.accounts.commands import edit_profile
from webapp.accounts.queries import membership_of, person
from webapp.availability import commands, queries
from webapp.core.errors import Conflict, Forbidden, Invalid
from webapp.db import db
from webapp.events.models import Event

MONDAY = date(2026, 12, 7)
FRIDAY = MONDAY + timedelta(days=4)


def noon(day):
    return datetime.combine(day, time(12), UTC)


def leave(person, first=MONDAY, last=FRIDAY, *, by=None, reason=""):
    return commands.add_absence(
        user_id=person.id, starts_on=first, ends_on=last, reason=reason, by=(by or person).actor
    )


def test_the_team_sees_the_days_and_the_word(team):
    absence_id = leave(team.mia, reason="Conference")

    assert queries.absences(FRIDAY, FRIDAY + timedelta(days=9)) == [
        queries.Away(absence_id, team.mia.id, MONDAY, FRIDAY, "Conference")
    ]


def test_without_an_end_it_is_one_day(team):
    leave(team.mia, last=None)

    assert queries.away(noon(MONDAY)) == {team.mia.id}
    assert queries.away(noon(MONDAY + timedelta(days=1))) == set()


def test_both_its_ends_are_included(team):
    leave(team.mia)

    days = [MONDAY - timedelta(days=1), MONDAY, FRIDAY, FRIDAY + timedelta(days=1)]

    assert [bool(queries.away(noon(day))) for day in days] == [False, True, True, False]


def test_somebody_is_away_on_the_days_where_they_are(team):
    """At 11:00 UTC on Monday it is Tuesday in Kiritimati, fourteen hours ahead."""
    mia = person(team.mia.id)
    edit_profile(
        name=mia.name, company="", zone="Pacific/Kiritimati", version=mia.version, by=team.mia.actor
    )
    leave(team.mia, MONDAY + timedelta(days=1), None)

    assert queries.away(datetime.combine(MONDAY, time(9), UTC)) == set()
    assert queries.away(datetime.combine(MONDAY, time(11), UTC)) == {team.mia.id}
    assert queries.away(datetime.combine(MONDAY + timedelta(days=1), time(11), UTC)) == set()


def test_the_log_says_who_and_never_why(team):
    absence_id = leave(team.mia, reason="Surgery")
    commands.remove_absence(absence_id=absence_id, by=team.mia.actor)

    query = select(Event).where(Event.name.like("absence.%")).order_by(Event.id)
    added, removed = db.session.scalars(query)

    assert (added.name, removed.name) == ("absence.added", "absence.removed")
    assert added.data == removed.data == {"user_id": team.mia.id}


def test_days_that_are_in_the_list_are_not_said_twice(team):
    leave(team.mia)
    leave(team.bob)

    with pytest.raises(Invalid) as refused:
        leave(team.mia, MONDAY + timedelta(days=1), FRIDAY)
    leave(team.mia, MONDAY, FRIDAY + timedelta(days=1))

    assert set(refused.value.fields) == {"starts_on"}
    assert len(queries.absences(MONDAY, FRIDAY, team.mia.id)) == 2


def test_a_manager_speaks_for_others_and_a_member_for_themselves(team):
    leave(team.mia, by=team.bob)

    with pytest.raises(Forbidden):
        leave(team.bob, by=team.mia)

    assert queries.away(noon(MONDAY)) == {team.mia.id}


def test_a_member_takes_back_only_their_own(app, team):
    own, other = leave(team.mia), leave(team.bob)
    mia = signed_in(app, team.mia)

    answers = [
        mia.post(f"/settings/work/absences/{one}/remove").status_code for one in (own, other)
    ]

    assert answers == [303, 403]
    assert queries.away(noon(MONDAY)) == {team.bob.id}


def test_who_only_looks_on_is_never_away(team):
    with pytest.raises(Conflict, match="only looks on"):
        leave(team.vera, by=team.alice)


def test_who_left_the_team_is_not_away_any_more(team):
    leave(team.mia)
    accounts.remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)

    assert queries.away(noon(MONDAY)) == set()


def test_the_backup_takes_over(team):
    edit_work(team.mia, backup_id=team.bob.id)

    assert queries.stand_ins(noon(MONDAY))[team.mia.id] == team.bob.id


def test_the_backup_of_a_backup_takes_over_when_that_one_is_away(team):
    edit_work(team.mia, backup_id=team.bob.id)
    edit_work(team.bob, backup_id=team.alice.id)
    leave(team.bob)

    assert queries.stand_ins(noon(MONDAY))[team.mia.id] == team.alice.id
    assert queries.stand_ins(noon(MONDAY - timedelta(days=1)))[team.mia.id] == team.bob.id


def test_nobody_takes_over_when_all_are_away_or_nobody_was_named(team):
    edit_work(team.mia, backup_id=team.bob.id)
    edit_work(team.bob, backup_id=team.mia.id)
    leave(team.bob)

    assert team.mia.id not in queries.stand_ins(noon(MONDAY))
    assert team.alice.id not in queries.stand_ins(noon(MONDAY))


def test_a_backup_who_left_takes_nothing_over(team):
    edit_work(team.mia, backup_id=team.bob.id)
    accounts.remove_member(membership_id=membership_of(team.bob.id).id, by=team.alice.actor)

    assert team.mia.id not in queries.stand_ins(noon(MONDAY))
