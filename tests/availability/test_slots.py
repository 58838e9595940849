"""When people can work, as instants: zones, clocks that change, holidays, absences; and how many
statements it takes to know.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, update

from tests.availability.work import edit_work, own_hours, set_week
from webapp.accounts.models import User
from webapp.availability import commands, queries, week
from webapp.db import db, unit_of_work

MONDAY = date(2026, 12, 21)
ALL_DAY = ((0, 1440),) * 7


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def move(person, zone):
    with unit_of_work():
        db.session.execute(update(User).where(User.id == person.id).values(zone=zone))


def days_of(slots):
    return [starts.date() for starts, _ in slots]


@pytest.fixture
def statements(app):
    """What is asked of the database, in a list that a test empties."""
    asked = []

    def note(_conn, _cursor, statement, *_rest):
        if (
            statement.lstrip().upper().startswith(("SELECT", "WITH"))
            and "set_config" not in statement
        ):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def test_each_works_in_their_own_zone(team):
    move(team.mia, "America/New_York")

    found = queries.slots_of([team.mia.id, team.bob.id], MONDAY, MONDAY)

    assert found == {
        team.mia.id: [(at(MONDAY, 14), at(MONDAY, 22))],
        team.bob.id: [(at(MONDAY, 9), at(MONDAY, 17))],
    }


def test_own_hours_take_the_place_of_the_teams(team):
    edit_work(team.mia, **own_hours(Tue="10:00-12:30"))

    found = queries.slots_of([team.mia.id], MONDAY, MONDAY + timedelta(days=6))

    tuesday = MONDAY + timedelta(days=1)
    assert found[team.mia.id] == [(at(tuesday, 10), at(tuesday, 12, 30))]


def test_nobody_works_on_a_holiday_or_while_away(team):
    set_week(team, country="DE")
    commands.add_absence(user_id=team.mia.id, starts_on=MONDAY, by=team.mia.actor)
    thursday = MONDAY + timedelta(days=3)

    found = queries.slots_of([team.mia.id, team.bob.id], MONDAY, MONDAY + timedelta(days=4))

    assert days_of(found[team.mia.id]) == [MONDAY + timedelta(days=n) for n in (1, 2, 3)]
    assert days_of(found[team.bob.id])[-1] == thursday


def test_blackouts_are_campaigns_and_take_nobodys_hours(team):
    commands.add_blackout(starts_on=MONDAY, reason="Quiet", by=team.bob.actor)

    assert days_of(queries.slots_of([team.mia.id], MONDAY, MONDAY)[team.mia.id]) == [MONDAY]


def test_who_does_not_work_here_has_no_hours(team):
    asked = [team.vera.id, team.charlie.id, 10**9]

    assert queries.slots_of(asked, MONDAY, MONDAY) == {one: [] for one in asked}


def test_two_people_alike_do_not_share_a_list(team):
    found = queries.slots_of([team.mia.id, team.bob.id], MONDAY, MONDAY)

    found[team.mia.id].clear()

    assert found[team.bob.id]


def test_whole_days_that_touch_are_one_slot(team):
    (slot,) = week.slots(ALL_DAY, "Europe/Berlin", MONDAY, MONDAY + timedelta(days=1))

    assert slot[1] - slot[0] == timedelta(hours=48)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_is_as_long_as_its_clocks_say(day, hours):
    (slot,) = week.slots(ALL_DAY, "Europe/Berlin", day, day)

    assert slot[1] - slot[0] == timedelta(hours=hours)


def test_hours_the_clocks_jump_over_are_no_slot():
    skipped = ((120, 180),) * 7

    assert week.slots(skipped, "Europe/Berlin", date(2026, 3, 29), date(2026, 3, 29)) == []


@given(
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia",
         "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"]
    ),
    first=st.dates(date(2010, 1, 1), date(2035, 12, 1)),
    days=st.integers(0, 40),
    spans=st.lists(
        st.none()
        | st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda one: one[0] < one[1]),
        min_size=7,
        max_size=7,
    ),
)  # fmt: skip
def test_slots_are_in_order_apart_and_never_empty(zone, first, days, spans):
    found = week.slots(tuple(spans), zone, first, first + timedelta(days=days))

    assert all(starts < ends for starts, ends in found)
    assert all(one[1] < next_one[0] for one, next_one in pairwise(found))


def test_the_teams_axis_leaves_out_what_is_closed_whenever_it_is(team, campaign):
    set_week(team, country="DE")
    commands.add_blackout(
        starts_on=date(2026, 12, 28),
        ends_on=date(2026, 12, 30),
        reason="Tour finale",
        campaign_id=campaign.id,
        by=team.bob.actor,
    )

    own = queries.working_time("Europe/Berlin", MONDAY, campaign.id)
    everybody = queries.working_time("Europe/Berlin", MONDAY)

    assert own.next_working(date(2026, 12, 25)) == date(2026, 12, 31)
    assert everybody.next_working(date(2026, 12, 25)) == date(2026, 12, 28)
    assert own.is_working(date(2030, 5, 1)) is False  # a holiday of a year nobody asked for before
    assert own.start_at(0) == at(MONDAY, 8)


def test_it_takes_as_few_statements_for_everybody_as_for_one(team, statements):
    edit_work(team.mia, backup_id=team.bob.id, **own_hours(Mon="10:00-12:00"))
    edit_work(team.bob, skills=["press"], levels=[1])
    commands.add_absence(user_id=team.bob.id, starts_on=MONDAY, by=team.bob.actor)
    one, everybody = [team.mia.id], [team.mia.id, team.bob.id, team.alice.id]
    reads = {
        "working_week": (queries.working_week, 1),
        "holidays": (lambda: queries.holidays(MONDAY, MONDAY), 1),
        "working_time": (
            lambda: queries.working_time("UTC", MONDAY, 1).minute_of(at(MONDAY, 12)),
            2,
        ),
        "closed_days": (lambda: queries.closed_days(MONDAY, MONDAY + timedelta(days=900), 1), 2),
        "profile_of": (lambda: queries.profile_of(team.mia.id), 2),
        "profiles": (queries.profiles, 2),
        "absences": (lambda: queries.absences(MONDAY, MONDAY), 1),
        "away": (lambda: queries.away(at(MONDAY, 12)), 1),
        "slots of one": (lambda: queries.slots_of(one, MONDAY, MONDAY), 3),
        "slots of all": (lambda: queries.slots_of(everybody, MONDAY, MONDAY), 3),
        "stand_ins": (lambda: queries.stand_ins(at(MONDAY, 12)), 3),
    }
    counted = {}
    for name, (read, _) in reads.items():
        db.session.rollback()
        db.session.expire_all()
        statements.clear()
        read()
        counted[name] = len(statements)

    assert counted == {name: most for name, (_, most) in reads.items()}
