"""Who is told next, and when: nobody twice in a row, nobody who is away, never down again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.escalations.ladder import Crew, answerable, later, next_rung
from webapp.escalations.workflow import OPEN, State, lifecycle

OWNER, BOSS, HAND, BACKUP, GUEST = 1, 2, 3, 4, 5
ROLES = {OWNER: "owner", BOSS: "manager", HAND: "member", BACKUP: "member", GUEST: "viewer"}


def crew(*, away=(), backups=None):
    return Crew(ROLES, {HAND: BACKUP} if backups is None else backups, away)


def rung(state, told=None, *, whose=HAND, owner=OWNER, **changes):
    found = next_rung(state, told, assignee_id=whose, owner_id=owner, crew=crew(**changes))
    return (found.move, found.user_id) if found else None


def test_first_whoever_has_the_work_is_reminded():
    assert rung("waiting") == ("remind", HAND)


def test_work_of_nobody_is_its_campaigns_owners():
    assert rung("waiting", whose=None) == ("remind", OWNER)


def test_work_of_somebody_who_only_looks_is_its_campaigns_owners():
    assert rung("waiting", whose=GUEST) == ("remind", OWNER)


def test_then_their_backup():
    assert rung("reminded", HAND) == ("pass_to_backup", BACKUP)


def test_without_a_backup_it_goes_to_a_manager_at_once():
    assert rung("reminded", HAND, backups={}, owner=HAND) == ("pass_to_manager", BOSS)


def test_the_campaigns_owner_comes_before_other_managers():
    assert rung("with_backup", BACKUP, owner=OWNER) == ("pass_to_manager", OWNER)


def test_a_manager_comes_before_the_teams_owner():
    assert rung("with_backup", BACKUP, owner=HAND) == ("pass_to_manager", BOSS)


def test_who_is_away_is_passed_over():
    assert rung("waiting", away={HAND}) == ("pass_to_backup", BACKUP)
    assert rung("with_backup", BACKUP, owner=HAND, away={BOSS}) == ("pass_to_manager", OWNER)


def test_who_is_away_still_hears_of_it_when_nobody_else_is_there():
    assert rung("waiting", away=set(ROLES)) == ("remind", HAND)


def test_at_the_top_nobody_else_is_told():
    assert rung("with_manager", BOSS) is None


def test_nobody_is_left_to_tell_in_a_team_of_one():
    alone = Crew({OWNER: "owner"}, {})
    assert next_rung("reminded", OWNER, assignee_id=OWNER, owner_id=OWNER, crew=alone) is None


people = st.sampled_from([None, *ROLES])


@given(
    state=st.sampled_from(OPEN),
    told=people,
    whose=people,
    owner=people,
    away=st.sets(st.sampled_from(sorted(ROLES))),
    backups=st.dictionaries(st.sampled_from(sorted(ROLES)), st.sampled_from(sorted(ROLES))),
)
def test_every_step_is_a_move_to_somebody_else_who_takes_part(
    state, told, whose, owner, away, backups
):
    team = Crew(ROLES, backups, away)
    found = next_rung(state, told, assignee_id=whose, owner_id=owner, crew=team)
    if found is None:
        return
    assert lifecycle.find(found.move, state) is not None
    assert team.takes_part(found.user_id)
    if found.user_id in away:
        assert (state, found.user_id) == (State.WAITING, answerable(whose, owner, team))
    elif state != State.WAITING:
        assert found.user_id != told


NINE = datetime(2026, 4, 2, 9)
DAY = (NINE, NINE + timedelta(hours=8))
NEXT_DAY = (NINE + timedelta(days=1), NINE + timedelta(days=1, hours=8))


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        (NINE - timedelta(hours=2), 0, NINE),
        (NINE + timedelta(hours=1), 0, NINE + timedelta(hours=1)),
        (NINE + timedelta(hours=8), 0, NEXT_DAY[0]),
        (NINE + timedelta(hours=7), 60, NEXT_DAY[0]),
        (NINE + timedelta(hours=7), 61, NEXT_DAY[0] + timedelta(minutes=1)),
        (NEXT_DAY[1], 0, None),
        (NINE, 16 * 60, None),
    ],
)
def test_time_is_counted_in_working_hours(start, minutes, expected):
    assert later([DAY, NEXT_DAY], start, minutes) == expected


@given(first=st.integers(0, 2000), second=st.integers(0, 2000), start=st.integers(-3000, 3000))
def test_two_waits_are_as_long_as_both_together(first, second, start):
    slots = [(NINE + timedelta(days=n), NINE + timedelta(days=n, hours=8)) for n in range(30)]
    begins = NINE + timedelta(minutes=start)
    after_both = later(slots, later(slots, begins, first), second)
    assert after_both == later(slots, begins, first + second)
