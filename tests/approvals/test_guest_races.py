"""A guest and somebody else at the same moment: one of them is first, and nothing is half done."""

from tests.approvals.guests import invite
from tests.approvals.staging import open_stage, stage
from tests.together import assert_one_event_per_version, at_once
from webapp.approvals.commands import decide
from webapp.approvals.guest_commands import give_word, revoke_guest
from webapp.approvals.history import remarks
from webapp.approvals.models import GuestLink, Proposal
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden, NotFound
from webapp.db import find


def test_a_guest_who_agrees_while_a_member_rejects_is_one_decision(team, campaign, asked):
    proposal = asked(stage("Content", team.mia), stage("Final", team.bob))
    link = invite(team, proposal)
    proposal_id, link_id, version = proposal.id, link.id, proposal.version
    guest, mia = Actor.guest(link.id, team_id=team.id), team.mia.actor

    answers = at_once(
        lambda: give_word(
            guest_link_id=link_id, name="Rosa", decision="approve", version=version, by=guest
        ),
        lambda: decide(
            proposal_id=proposal_id, decision="reject", note="No", version=version, by=mia
        ),
        team_id=team.id,
    )

    state = find(Proposal, proposal_id).state
    if state == "rejected":
        assert isinstance(answers[0], NotFound)
        assert answers[1] == proposal_id
    else:
        assert answers[0] == link_id
        assert isinstance(answers[1], (Forbidden, Conflict))
        assert open_stage(proposal).stage.name == "Final"
    assert_one_event_per_version(Proposal)


def test_two_presses_at_once_are_one_decision(team, campaign, asked):
    proposal = asked(stage("Both", team.mia, needs="all"))
    link = invite(team, proposal)
    link_id, version = link.id, proposal.version
    by = Actor.guest(link.id, team_id=team.id)

    def press(decision):
        return lambda: give_word(
            guest_link_id=link_id, name="Rosa", decision=decision, note="x", version=version, by=by
        )

    answers = at_once(press("approve"), press("reject"), team_id=team.id)

    assert sum(one == link_id for one in answers) == 1
    assert sum(isinstance(one, (Conflict, NotFound)) for one in answers) == 1
    assert len(remarks(proposal.id)) == 1


def test_a_link_revoked_while_its_guest_agrees_counts_or_does_not(team, campaign, asked):
    proposal = asked(stage("Both", team.bob, needs="all"))
    link = invite(team, proposal)
    link_id, version = link.id, proposal.version
    by, bob = Actor.guest(link.id, team_id=team.id), team.bob.actor

    said, closed = at_once(
        lambda: give_word(
            guest_link_id=link_id, name="Rosa", decision="approve", version=version, by=by
        ),
        lambda: revoke_guest(guest_link_id=link_id, by=bob),
        team_id=team.id,
    )

    assert closed == link_id
    assert [one.state for one in remarks(proposal.id)] == ["approved"] * (said == link_id)
    assert said == link_id or isinstance(said, NotFound)
    assert find(GuestLink, link_id).revoked_at is not None
