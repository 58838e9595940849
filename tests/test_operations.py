"""A key does its work once: the same form pressed twice, at once or later."""

import contextlib

import pytest
from sqlalchemy import func, select

from tests import people
from tests.events.apart import apart, together
from webapp.ads.commands import add_platform, plan_campaign
from webapp.campaigns.models import Campaign
from webapp.core.errors import Conflict, Invalid
from webapp.db import acting_for, db
from webapp.operations import UsedKey, operation, operation_of, run_once


def press(team, key: str, **changes) -> int:
    """Send the form of a new campaign under a key, as its own request."""
    with acting_for(team.id):
        values = people.plan(team, **changes)
        return run_once(
            operation_of(plan_campaign), key, lambda: plan_campaign(**values, by=team.alice.actor)
        )


def campaigns() -> int:
    return db.session.scalars(select(func.count()).select_from(Campaign)).one()


def keys() -> int:
    return db.session.scalars(select(func.count()).select_from(UsedKey)).one()


def test_the_same_key_again_gives_the_same_answer_without_a_second_effect(team):
    first, again = apart(press, team, "k1"), apart(press, team, "k1")

    assert first == again
    assert campaigns() == 1


def test_the_same_key_from_many_threads_has_one_effect_and_one_answer(team):
    answers = together([(press, team, "k1")] * 8)

    assert len(set(answers)) == 1
    assert (campaigns(), keys()) == (1, 1)


def test_different_keys_are_different_presses(team):
    answers = together([(press, team, f"k{n}") for n in range(4)])

    assert len(set(answers)) == 4
    assert campaigns() == 4


def test_without_a_key_every_press_counts(team):
    apart(press, team, "")
    apart(press, team, "")

    assert (campaigns(), keys()) == (2, 0)


def test_a_key_used_for_something_else_is_refused(team):
    campaign_id = apart(press, team, "k1")
    command = operation_of(add_platform)

    with pytest.raises(Conflict, match="already used"):
        run_once(
            command,
            "k1",
            lambda: add_platform(campaign_id=campaign_id, platform="x", by=team.alice.actor),
        )


def test_a_command_that_fails_leaves_no_key(team):
    with pytest.raises(Invalid):
        apart(lambda: press(team, "k1", budget="plenty"))
    assert (campaigns(), keys()) == (0, 0)

    apart(press, team, "k1")

    assert (campaigns(), keys()) == (1, 1)


def test_a_refusal_in_one_thread_does_not_spoil_the_others(team):
    def spoiled() -> int | None:
        with contextlib.suppress(Invalid):
            return press(team, "k1", budget="plenty")
        return None

    answers = together([(spoiled,), (press, team, "k1"), (spoiled,), (press, team, "k1")])

    assert answers[1] == answers[3]
    assert set(answers[::2]) <= {None, answers[1]}
    assert campaigns() == 1


def test_keys_of_two_teams_do_not_meet(team):
    apart(press, team, "k1")
    other = people.Team(
        team.charlie.actor.team_id, team.charlie, team.bob, team.mia, team.vera, team.alice
    )

    apart(press, other, "k1")

    with acting_for(team.id):
        mine = db.session.scalars(
            select(func.count()).select_from(UsedKey).where(UsedKey.team_id == team.id)
        ).one()
    assert mine == 1


def test_two_operations_of_one_name_are_refused():
    known = operation_of(plan_campaign)

    with pytest.raises(RuntimeError, match="registered twice"):
        operation(known.name, input=known.input, permission=known.permission)(lambda: 0)
