"""A stage that is not decided in time: what it says happens, never a silent yes."""

from tests import people
from tests.approvals.staging import START, asked_now, budget, open_stage, says, stage, too_late
from tests.escalations import late as late_work
from tests.together import names_of
from webapp.approvals.models import Proposal
from webapp.approvals.queries import waiting_for
from webapp.core import clock
from webapp.db import find


def test_a_deadline_is_counted_in_working_hours(team, campaign, asked):
    proposal = asked(stage("Content", team.mia, hours="8"))
    due_at = open_stage(proposal).stage.due_at

    assert due_at > clock.now()
    assert due_at.weekday() < 5
    assert 9 <= due_at.hour <= 17


def test_a_late_stage_is_never_a_silent_yes(team, campaign, asked):
    for measure in ("remind", "escalate", "reroute", "reject"):
        too_late(asked(stage("Content", team.mia, hours="4", late=measure)))

    assert budget(campaign) == START


def test_a_late_stage_is_reminded_of_again_and_again(team, campaign, asked):
    proposal = asked(stage("Content", team.mia, hours="4"))

    too_late(proposal)
    too_late(proposal)

    assert names_of("proposal", proposal.id)[2:] == ["proposal.reminded"] * 2
    assert asked_now(proposal) == {"Mia Moss"}


def test_a_late_stage_goes_up_to_any_manager(team, campaign, asked):
    proposal = asked(stage("Content", team.mia, hours="4", late="escalate"))
    too_late(proposal)

    assert names_of("proposal", proposal.id)[2:] == ["proposal.escalated"]
    assert waiting_for(team.bob.id) == 1
    assert says(team.bob, proposal).state == "applied"


def test_a_late_stage_goes_to_whoever_steps_in_then_up(team, campaign, asked):
    late_work.stands_in(team, team.mia, team.bob)
    proposal = asked(stage("Content", team.mia, hours="4", late="reroute"))

    too_late(proposal)
    assert asked_now(proposal) == {"Bob Brook"}
    too_late(proposal)

    assert names_of("proposal", proposal.id)[2:] == ["proposal.rerouted", "proposal.escalated"]


def test_a_late_stage_that_says_so_rejects(team, campaign, asked):
    proposal = asked(stage("Content", team.mia, hours="4", late="reject"))

    assert too_late(proposal).state == "expired"
    assert waiting_for(team.mia.id) == 0


def test_a_decision_in_time_disarms_the_deadline(team, campaign, asked):
    proposal = asked(stage("Content", team.bob, hours="4", late="reject"))
    due_at = open_stage(proposal).stage.due_at
    says(team.bob, proposal)

    clock.travel((due_at - clock.now()).total_seconds() + 1)
    people.run_background()

    assert find(Proposal, proposal.id).state == "applied"
