"""Settling receipts: once in effect, whatever is delivered twice, out of order, or fails."""

import random

import pytest

from tests.events.apart import apart, together
from tests.events.ledger import budget_set, events, raise_budget, receipt, relayed
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.core.errors import NotFound
from webapp.db import find, unit_of_work
from webapp.events import receipts, subscriptions
from webapp.events.log import note


@pytest.fixture
def offer(team, campaign, subscribe):
    """A receipt of a policy that notes that it ran."""

    def handler(event):
        with unit_of_work():
            note("campaign.counted", subject=find(Campaign, event.subject_id), by=SYSTEM)

    subscribe(handler, "campaign.budget_set")
    budget_set(team, campaign)
    return relayed()[0]


@pytest.fixture
def failing(team, campaign, subscribe):
    """A receipt whose handler fails after its work; `failing.heal()` mends it."""

    class Failing:
        broken = True

        def heal(self) -> None:
            self.broken = False

        def __call__(self, event) -> None:
            with unit_of_work():
                note("campaign.counted", subject=find(Campaign, event.subject_id), by=SYSTEM)
            if self.broken:
                raise ValueError("the handler\x00 fails")

    made = Failing()
    subscribe(made, "campaign.budget_set")
    budget_set(team, campaign)
    made.offer = relayed()[0]
    return made


def settle(offer) -> None:
    receipts.settle(offer.team_id, offer.receipt_id)


def test_a_settled_receipt_is_done_with_its_effect(offer):
    apart(settle, offer)

    assert len(events("campaign.counted")) == 1
    assert receipt(offer.receipt_id).state == "done"
    assert receipt(offer.receipt_id).done_at is not None


def test_a_message_delivered_again_has_no_effect(offer):
    apart(settle, offer)

    apart(settle, offer)

    assert len(events("campaign.counted")) == 1


def test_a_message_delivered_to_many_workers_at_once_has_one_effect(offer):
    together([(settle, offer)] * 8)

    assert len(events("campaign.counted")) == 1
    assert receipt(offer.receipt_id).attempts == 0


def test_a_message_with_the_wrong_team_does_nothing(offer, team):
    apart(receipts.settle, team.charlie.actor.team_id, offer.receipt_id)

    assert receipt(offer.receipt_id).state == "pending"


def test_shuffled_messages_three_times_each_add_up_once(team, campaign, subscribe):
    campaign_id = campaign.id

    def handler(event):
        raise_budget(team, campaign_id, by_cents=100)

    subscribe(handler, "campaign.looked_at")
    with unit_of_work():
        for _ in range(40):
            note("campaign.looked_at", subject=find(Campaign, campaign_id), by=SYSTEM)
    before = find(Campaign, campaign_id).budget_cents
    messages = relayed() * 3
    random.Random(7).shuffle(messages)

    together([(settle, one) for one in messages], threads=4)

    assert find(Campaign, campaign_id).budget_cents == before + 40 * 100
    assert len(events("campaign.budget_set")) == 40


def test_a_failing_handler_leaves_no_trace(failing):
    apart(settle, failing.offer)

    found = receipt(failing.offer.receipt_id)
    assert events("campaign.counted") == []
    assert (found.state, found.attempts) == ("pending", 1)
    assert found.last_error == "ValueError: the handler fails"


def test_a_failed_receipt_waits_for_its_next_attempt(failing):
    apart(settle, failing.offer)
    failing.heal()

    apart(settle, failing.offer)
    assert receipt(failing.offer.receipt_id).state == "pending"

    clock.travel(receipts.PATIENCE[0] + 0.5)
    apart(settle, failing.offer)
    assert receipt(failing.offer.receipt_id).state == "done"
    assert len(events("campaign.counted")) == 1


def test_patience_grows_then_ends(failing):
    waited = []
    for _ in range(len(receipts.PATIENCE)):
        apart(settle, failing.offer)
        found = receipt(failing.offer.receipt_id)
        assert found.state == "pending"
        wait = round((found.next_attempt_at - clock.now()).total_seconds())
        waited.append(wait)
        clock.travel(wait + 1)
    apart(settle, failing.offer)

    assert waited == list(receipts.PATIENCE)
    assert receipt(failing.offer.receipt_id).state == "dead"
    assert receipt(failing.offer.receipt_id).attempts == len(receipts.PATIENCE) + 1


def test_a_dead_receipt_is_listed_and_can_be_replayed(failing, team, alice):
    for _ in range(len(receipts.PATIENCE) + 1):
        apart(settle, failing.offer)
        clock.travel(1000)
    assert [one.id for one in receipts.dead_receipts(team.id)] == [failing.offer.receipt_id]

    failing.heal()
    receipts.retry_dead(receipt_id=failing.offer.receipt_id, by=alice.actor)
    assert [one.receipt_id for one in apart(receipts.sweep)] == [failing.offer.receipt_id]
    apart(settle, failing.offer)

    assert receipt(failing.offer.receipt_id).state == "done"
    assert receipts.dead_receipts(team.id) == []


def test_only_a_dead_receipt_of_the_own_team_is_replayed(failing, team, alice):
    with pytest.raises(NotFound):
        receipts.retry_dead(receipt_id=failing.offer.receipt_id, by=alice.actor)
    for _ in range(len(receipts.PATIENCE) + 1):
        apart(settle, failing.offer)
        clock.travel(1000)

    with pytest.raises(NotFound):
        receipts.retry_dead(receipt_id=failing.offer.receipt_id, by=team.charlie.actor)


def test_a_subscriber_that_is_gone_dies_visibly(offer, monkeypatch):
    monkeypatch.setattr(subscriptions, "_subscribers", {})
    for _ in range(len(receipts.PATIENCE) + 1):
        apart(settle, offer)
        clock.travel(1000)

    assert receipt(offer.receipt_id).state == "dead"
    assert "nobody is called counts" in receipt(offer.receipt_id).last_error


def test_the_sweep_leaves_alone_what_is_on_offer(offer):
    assert apart(receipts.sweep) == []

    clock.travel(31)

    assert apart(receipts.sweep) == [offer]
    assert apart(receipts.sweep) == []


def test_the_sweep_leaves_alone_what_is_done_or_not_due(failing):
    apart(settle, failing.offer)
    assert apart(receipts.sweep) == []

    clock.travel(2)
    assert apart(receipts.sweep) == [failing.offer]

    failing.heal()
    apart(settle, failing.offer)
    clock.travel(3600)
    assert apart(receipts.sweep) == []


def test_forgotten_offers_are_offered_at_once(offer):
    apart(receipts.forget_offers)

    assert apart(receipts.sweep) == [offer]
