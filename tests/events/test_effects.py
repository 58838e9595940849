"""Effects act with no transaction open: claimed by a lease, marked only while the lease is
theirs.
"""

import sys

import pytest

from tests.events.apart import apart, meanwhile, together
from tests.events.ledger import budget_set, receipt, relayed
from webapp.core import clock, fault
from webapp.core.actor import SYSTEM
from webapp.db import in_unit_of_work, unit_of_work
from webapp.events import holds, receipts


class World:
    """What the effect did outside; `during` runs while it acts."""

    def __init__(self) -> None:
        self.acted: list[int] = []
        self.during = lambda: None

    def __call__(self, event) -> None:
        assert not in_unit_of_work()
        self.acted.append(event.id)
        self.during()


@pytest.fixture
def world(team, campaign, subscribe):
    made = World()
    subscribe(made, "campaign.budget_set", queue="mail")
    budget_set(team, campaign)
    (made.offer,) = relayed()
    return made


def perform(offer) -> None:
    receipts.perform(offer.team_id, offer.receipt_id)


def test_an_effect_acts_once_and_is_marked_done(world):
    apart(perform, world.offer)
    apart(perform, world.offer)

    found = receipt(world.offer.receipt_id)
    assert len(world.acted) == 1
    assert (found.state, found.leased_by) == ("done", None)


def test_many_workers_claim_it_once(world):
    together([(perform, world.offer)] * 6)

    assert len(world.acted) == 1


def test_while_it_acts_nobody_else_may(world):
    world.during = lambda: meanwhile(perform, world.offer)

    apart(perform, world.offer)

    assert len(world.acted) == 1


def test_an_expired_lease_is_taken_over_and_the_first_mark_does_not_count(world):
    def crawl() -> None:
        world.during = lambda: None
        clock.travel(receipts.LEASE_SECONDS + 1)
        fault.arm("effect.after_acting", sys.exit)  # takes it over and dies before its mark
        with pytest.raises(SystemExit):
            meanwhile(perform, world.offer)
        fault.disarm()

    world.during = crawl
    apart(perform, world.offer)

    found = receipt(world.offer.receipt_id)
    assert len(world.acted) == 2
    assert found.state == "pending"
    assert found.leased_by is not None


def test_a_failing_effect_is_tried_again_later(world):
    world.during = lambda: 1 / 0
    apart(perform, world.offer)
    failed = receipt(world.offer.receipt_id)
    assert (failed.state, failed.attempts, failed.leased_by) == ("pending", 1, None)
    assert "ZeroDivisionError" in failed.last_error

    world.during = lambda: None
    clock.travel(2)
    apart(perform, world.offer)

    assert receipt(world.offer.receipt_id).state == "done"
    assert len(world.acted) == 2


def test_a_failure_after_the_lease_was_lost_does_not_count(world):
    def crawl() -> None:
        world.during = lambda: None
        clock.travel(receipts.LEASE_SECONDS + 1)
        meanwhile(perform, world.offer)
        raise OSError("the first one fails at last")

    world.during = crawl
    apart(perform, world.offer)

    found = receipt(world.offer.receipt_id)
    assert (found.state, found.attempts) == ("done", 0)


def test_a_crashed_effect_is_swept_when_its_lease_is_over(world):
    def die() -> None:
        raise SystemExit  # as a killed process: nothing after it runs

    world.during = die
    with pytest.raises(SystemExit):
        apart(perform, world.offer)
    clock.travel(60)
    assert apart(receipts.sweep) == []

    clock.travel(receipts.LEASE_SECONDS)
    assert apart(receipts.sweep) == [world.offer]


def test_effects_of_a_held_campaign_wait(world, team, campaign):
    with unit_of_work():
        holds.place(team.id, campaign.id, reason="a look first", by=SYSTEM)
    apart(perform, world.offer)
    assert world.acted == []
    assert receipt(world.offer.receipt_id).state == "pending"

    with unit_of_work():
        holds.lift(team.id, campaign.id)
    apart(perform, world.offer)

    assert len(world.acted) == 1


def test_an_effect_that_says_it_is_alive_keeps_its_lease(world):
    def long_work() -> None:
        world.during = lambda: None
        for _ in range(3):
            receipts.keep_lease(60)
            clock.travel(40)
            meanwhile(perform, world.offer)

    world.during = long_work
    apart(perform, world.offer)

    assert len(world.acted) == 1
    assert receipt(world.offer.receipt_id).state == "done"


def test_one_that_falls_silent_is_taken_over_and_told_when_it_speaks_again(world):
    def silent() -> None:
        world.during = lambda: None
        receipts.keep_lease(60)
        clock.travel(61)
        meanwhile(perform, world.offer)
        with pytest.raises(receipts.LeaseLost):
            receipts.keep_lease(60)

    world.during = silent
    apart(perform, world.offer)

    assert len(world.acted) == 2
    assert receipt(world.offer.receipt_id).state == "done"


def test_outside_an_effect_there_is_no_lease_to_keep(app):
    assert receipts.keep_lease(60) is None
