"""Every move of a campaign's life: from where, by whom, and what the log says of it."""

import pytest

from tests import people
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.ads.models import AdCampaign
from webapp.approvals.commands import withdraw
from webapp.approvals.models import Proposal
from webapp.campaigns.commands import archive_campaign, move_campaign, submit_campaign
from webapp.campaigns.models import Campaign
from webapp.campaigns.queries import transitions
from webapp.campaigns.workflow import State, lifecycle
from webapp.core import clock
from webapp.core.errors import Conflict, Forbidden, IllegalTransition, Invalid, StaleVersion
from webapp.db import db
from webapp.events import receipts, timers
from webapp.events.relay import relay_batch

WAYS = {
    "draft": lambda team: people.draft(team),
    "in_review": lambda team: people.submitted(team)[0],
    "scheduled": people.scheduled,
    "active": people.active,
    "paused": lambda team: moved(people.active(team), "pause", team.alice),
    "completed": lambda team: moved(people.active(team), "complete", team.alice),
    "cancelled": lambda team: moved(people.draft(team), "cancel", team.alice),
}
#: move → the states it starts from and the least role that may make it.
TABLE = {
    "pause": (("active",), "member"),
    "resume": (("paused",), "manager"),
    "complete": (("active", "paused"), "manager"),
    "cancel": (("draft", "in_review", "scheduled", "active", "paused"), "manager"),
}
BECOMES = {"pause": "paused", "resume": "active", "complete": "completed", "cancel": "cancelled"}


def moved(campaign, name, person, reason=""):
    move_campaign(
        campaign_id=campaign.id,
        move=name,
        reason=reason,
        version=campaign.version,
        by=person.actor,
    )
    return campaign


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("move", TABLE)
def test_a_move_is_possible_from_the_states_of_the_table_only(team, state, move):
    campaign = WAYS[state](team)
    assert campaign.state == state

    if state in TABLE[move][0]:
        moved(campaign, move, team.alice)
        assert campaign.state == BECOMES[move]
    else:
        with pytest.raises(IllegalTransition):
            moved(campaign, move, team.alice)
        assert campaign.state == state
    assert_one_event_per_version(Campaign, Proposal, AdCampaign)


@pytest.mark.parametrize("who", ["vera", "mia", "bob", "alice"])
@pytest.mark.parametrize("move", TABLE)
def test_each_move_has_its_own_least_role(team, who, move):
    sources, least = TABLE[move]
    campaign = WAYS[sources[0]](team)
    person = getattr(team, who)
    ranks = ["viewer", "member", "manager", "owner"]

    if ranks.index(person.actor.role) >= ranks.index(least):
        moved(campaign, move, person)
        assert campaign.state == BECOMES[move]
    else:
        with pytest.raises(Forbidden):
            moved(campaign, move, person)
        assert campaign.state == sources[0]


@pytest.mark.parametrize("move", ["schedule", "launch", "return"])
def test_moves_of_the_gate_are_offered_to_nobody_and_refused(move):
    (source, *_) = next(m for m in lifecycle.moves if m.name == move).sources

    assert move not in [m.name for m in lifecycle.offered(source)]
    with pytest.raises(IllegalTransition, match="once its request is approved"):
        lifecycle.fire(move, source)


def test_the_log_says_who_why_and_when(team):
    campaign = people.active(team)
    moved(campaign, "pause", team.mia, reason="Cover art is late")

    newest, *_, oldest = transitions(campaign.id)

    assert (newest.was, newest.became) == ("active", "paused")
    assert (newest.by, newest.reason) == (str(team.mia.actor), "Cover art is late")
    assert abs((clock.now() - newest.created_at).total_seconds()) < 60
    assert (oldest.was, oldest.became) == ("draft", "in_review")


def test_the_log_is_a_legal_path(team):
    campaign = people.active(team)
    moved(moved(moved(campaign, "pause", team.bob), "resume", team.bob), "complete", team.bob)

    state = State.DRAFT
    for step in reversed(transitions(campaign.id)):
        assert step.was == state
        assert lifecycle.find(step.move, step.was).to == step.became
        state = step.became
    assert state == campaign.state


def test_of_two_pauses_at_once_one_happens(team):
    campaign = people.active(team)
    number, version = campaign.id, campaign.version

    def pause(person):
        return lambda: move_campaign(
            campaign_id=number, move="pause", version=version, by=person.actor
        )

    answers = at_once(pause(team.bob), pause(team.mia), team_id=team.id)

    assert sorted(type(answer).__name__ for answer in answers) == ["IllegalTransition", "int"]
    assert names_of("campaign", number).count("campaign.paused") == 1


def test_a_stale_press_is_refused(team):
    campaign = people.active(team)

    with pytest.raises(StaleVersion):
        move_campaign(
            campaign_id=campaign.id,
            move="pause",
            version=campaign.version - 1,
            by=team.alice.actor,
        )


def test_cancelling_stops_its_timers_and_closes_its_requests(team):
    campaign = people.scheduled(team)
    other, proposal = people.submitted(team)
    assert len(timers.pending_for(campaign.id)) == 2

    moved(campaign, "cancel", team.bob)
    moved(other, "cancel", team.bob)
    people.run_background()

    assert timers.pending_for(campaign.id) == []
    assert proposal.state == "dismissed"
    assert other.state == "cancelled"
    assert_one_event_per_version(Proposal, Campaign)


def test_a_cancelled_campaign_is_not_launched_by_its_clock(team):
    campaign = people.scheduled(team)
    moved(campaign, "cancel", team.bob)

    clock.travel((campaign.starts_at - clock.now()).total_seconds() + 1)
    people.run_background()

    assert campaign.state == "cancelled"


def test_a_paused_campaign_still_completes_at_its_end(team):
    campaign = moved(people.active(team), "pause", team.bob)

    clock.travel((campaign.ends_at - clock.now()).total_seconds() + 1)
    people.run_background()

    assert campaign.state == "completed"


def test_a_start_in_the_past_launches_as_soon_as_it_is_approved(team):
    campaign = people.draft(team)
    clock.travel((campaign.starts_at - clock.now()).total_seconds() + 3600)
    number = submit_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)

    people.approve(db.session.get(Proposal, number), team.bob)
    people.run_background()

    assert campaign.state == "active"


def test_a_campaign_whose_end_has_passed_is_not_submitted(team):
    campaign = people.draft(team)
    clock.travel((campaign.ends_at - clock.now()).total_seconds() + 1)

    with pytest.raises(Invalid, match="end has passed"):
        submit_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)


def test_an_approval_after_the_end_is_refused(team):
    campaign, proposal = people.submitted(team)
    clock.travel((campaign.ends_at - clock.now()).total_seconds() + 1)

    with pytest.raises(Conflict, match="end has passed"):
        people.approve(proposal, team.bob)

    assert (campaign.state, proposal.state) == ("in_review", "in_review")


@pytest.mark.parametrize("order", [1, -1])
def test_after_a_long_sleep_it_starts_and_ends_whichever_is_seen_first(team, order):
    campaign = people.scheduled(team)
    clock.travel((campaign.ends_at - clock.now()).total_seconds() + 3600)

    def both_are_due():
        assert timers.fire_due() == 2
        for offer in relay_batch().offers[::order]:
            receipts.settle(offer.team_id, offer.receipt_id)

    assert at_once(both_are_due) == [None]
    people.run_background()

    assert campaign.state == "completed"


@pytest.mark.parametrize("decision", ["reject", "changes"])
def test_a_refused_request_returns_it_to_draft(team, decision):
    campaign, proposal = people.submitted(team)

    people.approve(proposal, team.bob, decision=decision, note="Not like this")

    assert campaign.state == "draft"
    assert transitions(campaign.id)[0].reason == "The request was rejected: Not like this"


def test_the_log_keeps_what_the_approver_wrote(team):
    campaign, proposal = people.submitted(team)

    people.approve(proposal, team.bob, note="The video is ready")

    assert transitions(campaign.id)[0].reason == "The video is ready"


def test_a_request_taken_back_returns_it_to_draft_to_be_asked_again(team):
    campaign, proposal = people.submitted(team)
    withdraw(proposal_id=proposal.id, by=team.alice.actor)
    assert campaign.state == "draft"

    submit_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)

    assert campaign.state == "in_review"


def test_only_a_closed_campaign_is_archived_and_it_comes_back(team):
    campaign = people.draft(team)

    def archive(archived):
        archive_campaign(
            campaign_id=campaign.id,
            archived=archived,
            version=campaign.version,
            by=team.bob.actor,
        )

    with pytest.raises(Conflict, match="Complete or cancel"):
        archive(True)
    moved(campaign, "cancel", team.bob)

    archive(True)
    assert campaign.archived_at is not None
    assert campaign.moves == []
    archive(False)

    assert campaign.archived_at is None
    assert names_of("campaign", campaign.id)[-2:] == ["campaign.archived", "campaign.restored"]
    assert_one_event_per_version(Campaign)
