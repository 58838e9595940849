"""Requests decided in stages: one after the other, by those who are asked, within the amount each
may decide on, until their deadline.
"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import people
from tests.approvals.staging import START, asked_now, budget, in_stages, open_stage, says, stage
from tests.escalations import late as late_work
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.accounts.commands import change_member, remove_member
from webapp.accounts.queries import membership_of
from webapp.approvals.commands import decide
from webapp.approvals.history import steps
from webapp.approvals.models import Proposal
from webapp.approvals.queries import inbox, waiting_for
from webapp.approvals.stage_commands import delegate
from webapp.approvals.stages import is_complete
from webapp.availability.commands import add_absence
from webapp.campaigns.commands import set_budget
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.core.errors import Conflict, Forbidden, Invalid
from webapp.db import find, unit_of_work


def test_stages_open_one_after_the_other_and_the_last_one_applies(team, campaign, asked):
    proposal = asked(stage("Content", team.mia), stage("Final", team.bob))
    assert [(one.stage.name, one.state) for one in steps(proposal)] == [
        ("Content", "open"),
        ("Final", "later"),
    ]

    assert says(team.mia, proposal).state == "in_review"
    assert budget(campaign) == START
    assert open_stage(proposal).stage.name == "Final"
    assert says(team.bob, proposal).state == "applied"

    assert budget(campaign) == START + 10_000
    assert names_of("proposal", proposal.id) == [
        "proposal.made",
        "proposal.asked",
        "proposal.stage_passed",
        "proposal.approved",
        "proposal.applied",
    ]
    assert_one_event_per_version(Proposal)


def test_only_those_who_are_asked_decide_and_owners(team, campaign, asked):
    proposal = asked(stage("Content", team.mia), by=team.mia)  # who asks is not asked
    assert asked_now(proposal) == set()

    other = asked(stage("Content", team.mia))
    with pytest.raises(Forbidden, match="Others are asked"):
        says(team.bob, other)
    assert says(team.mia, other).state in ("in_review", "stale", "applied")


def test_an_owner_decides_a_stage_of_others_but_not_of_their_own_request(team, campaign, asked):
    own = asked(stage("Content", team.mia))
    with pytest.raises(Forbidden, match="your own request"):
        says(team.alice, own)

    assert says(team.alice, asked(stage("Content", team.mia), by=team.bob)).state == "applied"


def test_all_have_to_agree_where_all_are_asked(team, campaign, asked):
    proposal = asked(stage("Both", team.mia, team.bob, needs="all"))

    assert says(team.mia, proposal).state == "in_review"
    with pytest.raises(Conflict, match="decided this stage already"):
        says(team.mia, proposal)
    assert says(team.bob, proposal).state == "applied"


def test_two_who_agree_at_once_both_count(team, campaign, asked):
    proposal = asked(stage("Both", team.mia, team.bob, needs="all"))
    proposal_id, version = proposal.id, proposal.version

    def word(person):
        return lambda: decide(
            proposal_id=proposal_id, decision="approve", version=version, by=person.actor
        )

    answers = at_once(word(team.mia), word(team.bob), team_id=team.id)

    assert answers == [proposal_id] * 2
    assert find(Proposal, proposal.id).state == "applied"
    assert budget(campaign) == START + 10_000


def test_one_who_rejects_ends_it(team, campaign, asked):
    proposal = asked(stage("Both", team.mia, team.bob, needs="all"), stage("Final"))
    says(team.mia, proposal)

    assert says(team.bob, proposal, "reject").state == "rejected"

    assert budget(campaign) == START
    assert waiting_for(team.bob.id) == 0
    assert all(one.state != "open" for one in steps(find(Proposal, proposal.id)))


def test_members_alone_do_not_decide_on_money(team, campaign, asked):
    proposal = asked(stage("Content", team.mia))

    assert says(team.mia, proposal).state == "in_review"
    assert (open_stage(proposal).stage.name, open_stage(proposal).stage.position) == ("Amount", 2)
    assert says(team.bob, proposal).state == "applied"


def test_a_manager_above_their_limit_does_not_decide_on_money(team, campaign, asked):
    bob = membership_of(team.bob.id)
    change_member(
        membership_id=bob.id,
        role="manager",
        approve_limit="50",
        version=bob.version,
        by=team.alice.actor,
    )
    proposal = asked(stage("Content", team.bob), by=team.mia)

    assert says(team.bob, proposal).state == "in_review"
    with pytest.raises(Forbidden, match="above the amount"):
        says(team.bob, proposal)
    assert says(team.alice, proposal).state == "applied"


def test_a_page_of_an_earlier_stage_decides_nothing(team, campaign, asked):
    proposal = asked(stage("Content"), stage("Final"), by=team.mia)
    seen = open_stage(proposal).stage.id
    says(team.bob, proposal, stage_id=seen)

    with pytest.raises(Conflict, match="Another stage is open"):
        says(team.alice, proposal, stage_id=seen)


def test_what_changed_meanwhile_makes_it_stale_at_any_stage(team, campaign, asked):
    proposal = asked(stage("Content", team.mia), stage("Final", team.bob))
    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), 1, by=SYSTEM)

    assert says(team.mia, proposal).state == "stale"
    assert budget(campaign) == 1


def test_the_inbox_and_the_badge_count_what_waits_for_each(team, campaign, asked):
    proposal = asked(stage("Content", team.mia), stage("Final", team.bob), by=team.alice)
    assert [waiting_for(one.id) for one in (team.mia, team.bob, team.alice)] == [1, 0, 0]
    assert [one.proposal.id for one in inbox(team.mia.id).yours] == [proposal.id]

    says(team.mia, proposal)

    assert [waiting_for(one.id) for one in (team.mia, team.bob, team.alice)] == [0, 1, 0]


def test_requests_that_wait_keep_the_stages_they_were_asked_with(team, campaign, asked):
    proposal = asked(stage("Content", team.mia), stage("Final", team.bob))
    in_stages(team)

    assert [one.stage.name for one in steps(proposal)] == ["Content", "Final"]


def test_handing_it_on_asks_somebody_else(team, campaign, asked):
    proposal = asked(stage("Content", team.mia))
    delegate(proposal_id=proposal.id, to_id=team.bob.id, by=team.mia.actor)

    assert asked_now(proposal) == {"Bob Brook"}
    with pytest.raises(Forbidden):
        says(team.mia, proposal)
    delegate(proposal_id=proposal.id, to_id=team.mia.id, by=team.bob.actor)
    assert asked_now(proposal) == {"Mia Moss"}


@pytest.mark.parametrize("who", ["alice", "vera", "charlie"])
def test_it_is_not_handed_to_who_asked_nor_to_who_takes_no_part(team, campaign, asked, who):
    proposal = asked(stage("Content", team.mia))

    with pytest.raises(Invalid):
        delegate(proposal_id=proposal.id, to_id=getattr(team, who).id, by=team.mia.actor)


def test_only_who_is_asked_hands_it_on(team, campaign, asked):
    proposal = asked(stage("Content", team.mia))

    with pytest.raises(Forbidden, match="not asked"):
        delegate(proposal_id=proposal.id, to_id=team.bob.id, by=team.bob.actor)


def test_who_is_away_is_stood_in_for_from_the_start(team, campaign, asked):
    late_work.stands_in(team, team.mia, team.bob)
    today = clock.now().date()
    add_absence(
        user_id=team.mia.id,
        starts_on=today,
        ends_on=today + timedelta(days=3),
        reason="Holiday",
        by=team.alice.actor,
    )

    assert asked_now(asked(stage("Content", team.mia))) == {"Bob Brook"}


def test_who_leaves_is_not_waited_for(team, campaign, asked):
    proposal = asked(stage("Both", team.mia, team.bob, needs="all"))
    says(team.bob, proposal)

    remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)
    people.run_background()

    assert find(Proposal, proposal.id).state == "applied"


def test_a_stage_of_nobody_who_is_left_is_the_managers(team, campaign, asked):
    proposal = asked(stage("Content", team.mia))
    remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)
    people.run_background()

    assert says(team.bob, proposal).state == "applied"


@given(
    needs=st.sampled_from(["any", "all", "1", "2", "5"]),
    agreed=st.integers(0, 6),
    asked=st.one_of(st.none(), st.integers(1, 6)),
)
def test_more_who_agree_never_open_a_passed_stage_again(needs, agreed, asked):
    if is_complete(needs, agreed=agreed, asked=asked):
        assert agreed >= 1
        assert is_complete(needs, agreed=agreed + 1, asked=asked)
