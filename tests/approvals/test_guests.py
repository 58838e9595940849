"""Guests of a request: invited to one stage of it, they count as one of those who are asked, and
their word alone is never the last.
"""

import pytest
from sqlalchemy import select

from tests import people
from tests.approvals.guests import guest_says, invite
from tests.approvals.kinds import CHANGE, ask_for, set_policy
from tests.approvals.staging import (
    START,
    asked_now,
    budget,
    edited,
    open_stage,
    says,
    stage,
    too_late,
)
from tests.together import assert_one_event_per_version, names_of
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.approvals import guests
from webapp.approvals.commands import withdraw
from webapp.approvals.guest_commands import (
    MOST_COMMENTS,
    MOST_LINKS,
    revoke_guest,
)
from webapp.approvals.history import remarks
from webapp.approvals.models import GuestLink, Proposal
from webapp.approvals.report import paces, since, waits
from webapp.campaigns.commands import set_budget
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from webapp.db import db, find, unit_of_work
from webapp.events.models import Event


@pytest.fixture
def open_request(team, campaign):
    """Mia's request for 100.00 more, which any manager or owner decides."""
    set_policy(CHANGE, "ask")
    return ask_for(campaign, START + 10_000, by=team.mia.actor)


def free(campaign, by):
    """A request about no money."""
    set_policy(CHANGE, "ask")
    return ask_for(campaign, START, by=by.actor)


def test_a_guest_counts_as_one_of_those_who_are_asked(team, campaign, asked):
    proposal = asked(stage("Both", team.bob, needs="all"))
    link = invite(team, proposal)
    assert asked_now(proposal) == {"Bob Brook", "Label partner (guest)"}

    assert says(team.bob, proposal).state == "in_review"
    assert guest_says(link).state == "applied"

    assert budget(campaign) == START + 10_000
    assert_one_event_per_version(Proposal)


@pytest.mark.parametrize(("needs", "state"), [("any", "Amount"), ("2", "Both"), ("all", "Both")])
def test_how_many_have_to_agree_counts_the_guest(team, campaign, asked, needs, state):
    proposal = asked(stage("Both", team.mia, team.bob, needs=needs))

    guest_says(invite(team, proposal))

    assert open_stage(proposal).stage.name == state


def test_a_guest_is_never_the_last_word_on_money(team, campaign, asked):
    proposal = asked(stage("Label", team.mia))

    assert guest_says(invite(team, proposal)).state == "in_review"
    assert open_stage(proposal).stage.name == "Amount"
    assert budget(campaign) == START
    assert says(team.bob, proposal).state == "applied"


def test_a_guest_is_never_the_only_word_where_no_money_is_at_stake(team, campaign):
    proposal = free(campaign, team.mia)

    assert guest_says(invite(team, proposal)).state == "in_review"
    assert open_stage(proposal).stage.name == "Team"
    assert says(team.bob, proposal).state == "applied"


def test_a_guest_may_be_the_last_one_after_somebody_with_authority(team, campaign, asked):
    proposal = asked(stage("First", team.bob), stage("Label", team.mia))
    says(team.bob, proposal)

    assert guest_says(invite(team, proposal)).state == "applied"

    assert find(Campaign, campaign.id).budget_cents == START + 10_000
    (applied,) = db.session.scalars(select(Event).where(Event.name == "proposal.applied"))
    assert applied.by == "guest:1"


def test_without_names_a_guest_or_a_manager_decides(team, open_request):
    link = invite(team, open_request)

    assert says(team.bob, open_request).state == "applied"

    with pytest.raises(NotFound):
        guest_says(link)


@pytest.mark.parametrize("decision", ["reject", "changes"])
def test_a_guest_who_does_not_agree_ends_it(team, campaign, asked, decision):
    proposal = asked(stage("Both", team.mia, needs="all"), stage("Final"))

    assert guest_says(invite(team, proposal), decision).state == "rejected"

    assert budget(campaign) == START


def test_a_guest_who_does_not_agree_says_why(team, open_request):
    with pytest.raises(Invalid, match="Say what should change"):
        guest_says(invite(team, open_request), "reject", note="")


def test_a_guest_says_their_name_once(team, open_request):
    link = invite(team, open_request)
    with pytest.raises(Invalid, match="Write your name"):
        guest_says(link, "comment", name="")

    guest_says(link, "comment")
    guest_says(link, "comment", name="Somebody else", note="More")

    assert {one.name for one in remarks(open_request.id)} == {"Rosa Lind (guest)"}


def test_a_comment_decides_nothing_and_the_team_sees_it(team, campaign, open_request):
    link = invite(team, open_request, purpose="comment")

    assert guest_says(link, "comment", note="Lovely <b>").state == "in_review"

    (said,) = remarks(open_request.id)
    assert (said.name, said.state, said.text) == ("Rosa Lind (guest)", "commented", "Lovely <b>")
    (event,) = db.session.scalars(select(Event).where(Event.name == "proposal.guest_commented"))
    assert (event.by, event.campaign_id) == (f"guest:{link.id}", campaign.id)
    assert "Rosa" not in str(event.data)


def test_who_may_only_comment_decides_nothing(team, open_request):
    with pytest.raises(Forbidden, match="comments only"):
        guest_says(invite(team, open_request, purpose="comment"))


def test_a_guest_decides_once(team, campaign, asked):
    proposal = asked(stage("Both", team.mia, needs="all"))
    link = invite(team, proposal)
    guest_says(link)

    with pytest.raises(Conflict, match="decided already"):
        guest_says(link, "reject")

    assert find(Proposal, proposal.id).state == "in_review"


def test_one_link_says_so_much_and_no_more(team, open_request):
    link = invite(team, open_request, purpose="comment")
    for _ in range(MOST_COMMENTS):
        guest_says(link, "comment")

    with pytest.raises(Conflict, match="as much as one link may say"):
        guest_says(link, "comment")


def test_only_a_request_that_waits_has_guests(team, open_request):
    says(team.bob, open_request)

    with pytest.raises(Conflict, match="waits for nobody"):
        invite(team, open_request)


def test_a_request_has_so_many_guests_and_no_more(team, open_request):
    for _ in range(MOST_LINKS):
        invite(team, open_request)

    with pytest.raises(Conflict, match="Revoke one first"):
        invite(team, open_request)


def test_nobody_lets_a_guest_decide_their_own_request_past_those_who_are_asked(
    team, campaign, asked
):
    proposal = asked(stage("Content", team.mia), by=team.bob)

    with pytest.raises(Forbidden, match="your own request"):
        invite(team, proposal)

    invite(team, proposal, purpose="comment")
    invite(team, proposal, by=team.alice)


def test_a_guest_named_like_a_member_is_not_that_member(team, campaign, asked):
    """The numbers of links and of people are not the same numbers."""
    proposal = asked(stage("Both", team.mia, needs="all"))
    links = [invite(team, proposal, label=f"Label {n}") for n in range(team.mia.id)]
    assert links[-1].id == team.mia.id

    guest_says(links[-1])

    assert "Mia Moss" in asked_now(proposal)

    remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)
    people.run_background()
    assert "Mia Moss" not in asked_now(proposal)
    assert len(asked_now(proposal)) == team.mia.id - 1


# What ends a link.


def decided(team, proposal, _link):
    says(team.bob, proposal)


def taken_back(team, proposal, _link):
    withdraw(proposal_id=proposal.id, by=team.mia.actor)


def revoked(team, _proposal, link):
    revoke_guest(guest_link_id=link.id, by=team.bob.actor)


def over(_team, _proposal, link):
    clock.travel((link.expires_at - clock.now()).total_seconds())


ENDS = [decided, taken_back, revoked, over]


@pytest.mark.parametrize("end", ENDS)
def test_a_dead_link_says_nothing_any_more(team, open_request, end):
    link = invite(team, open_request)
    end(team, open_request, link)
    before = find(Proposal, open_request.id).state

    for decision in ("approve", "comment"):
        with pytest.raises(NotFound, match="does not work"):
            guest_says(link, decision)

    assert find(Proposal, open_request.id).state == before
    assert guests.links(open_request.id) == []


def test_a_stage_that_passed_ends_the_links_of_it(team, campaign, asked):
    proposal = asked(stage("Content", team.mia), stage("Final", team.bob))
    link = invite(team, proposal)
    says(team.mia, proposal)

    with pytest.raises(NotFound):
        guest_says(link)


def test_a_request_not_decided_in_time_ends_its_links(team, campaign, asked):
    proposal = asked(stage("Content", team.mia, hours="1", late="reject"))
    link = invite(team, proposal, days=30)
    too_late(proposal)

    with pytest.raises(NotFound):
        guest_says(link, "comment")


def test_a_change_found_at_the_decision_decides_nothing(team):
    campaign, proposal = people.submitted(team)
    link = invite(team, proposal)
    edited(team, campaign, description="Louder")

    after = guest_says(link)

    assert (after.state, after.round) == ("in_review", 2)
    assert guests.review(link.id).standing == "changed"
    assert find(GuestLink, link.id).used_at is None
    with pytest.raises(StaleVersion):
        guest_says(link)


def test_asked_again_the_guest_is_asked_anew_or_not_at_all(team):
    campaign, proposal = people.submitted(team)
    link = invite(team, proposal)
    edited(team, campaign, description="Louder")
    people.run_background()

    with pytest.raises(StaleVersion):
        guest_says(link)
    assert guests.links(proposal.id) == []
    assert guest_says(invite(team, proposal)).state == "in_review"
    assert open_stage(proposal).stage.name == "Amount"


def test_a_number_that_moved_makes_it_stale_and_decides_nothing(team, campaign, open_request):
    link = invite(team, open_request)
    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), START + 5, by=SYSTEM)

    assert guest_says(link).state == "stale"

    assert find(GuestLink, link.id).used_at is None


@pytest.mark.parametrize("end", [revoked, over])
def test_a_stage_does_not_wait_for_a_guest_who_cannot_answer(team, campaign, asked, end):
    proposal = asked(stage("Both", team.bob, needs="all"))
    link = invite(team, proposal)
    assert says(team.bob, proposal).state == "in_review"

    end(team, proposal, link)
    people.run_background()

    assert find(Proposal, proposal.id).state == "applied"
    assert budget(campaign) == START + 10_000


def test_an_approval_stays_when_its_link_is_revoked(team, campaign, asked):
    proposal = asked(stage("Both", team.bob, needs="all"))
    link = invite(team, proposal)
    guest_says(link)

    revoked(team, proposal, link)
    people.run_background()

    assert says(team.bob, proposal).state == "applied"


def test_revoking_twice_is_told_once(team, open_request):
    link = invite(team, open_request)

    for _ in range(2):
        revoked(team, open_request, link)

    assert names_of("proposal", open_request.id).count("proposal.guest_revoked") == 1


def test_the_report_calls_guests_by_their_names(team, campaign, asked):
    proposal = asked(stage("Both", team.bob, needs="all"))
    link = invite(team, proposal)
    assert waits()[0].asked == ["Bob Brook", "Label partner (guest)"]

    guest_says(link)
    says(team.bob, proposal)

    assert [one.count for one in paces(since(30))] == [1]
