"""Who may decide what, once, on values that still hold."""

import pytest
from sqlalchemy import select

from tests import people
from tests.approvals.kinds import CHANGE, EFFECT, ask_for, set_policy
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.accounts import commands as accounts
from webapp.accounts.queries import membership_of
from webapp.approvals.commands import decide, set_limit, settle, undo, withdraw
from webapp.approvals.history import said
from webapp.approvals.models import Approval, Policy, Proposal
from webapp.approvals.queries import inbox, waiting_for
from webapp.campaigns.commands import set_budget
from webapp.campaigns.models import Campaign
from webapp.core.actor import SYSTEM, Actor
from webapp.core.errors import Conflict, Forbidden, IllegalTransition, Invalid, StaleVersion
from webapp.db import acting_for, db, find, unit_of_work

START = 900_000


@pytest.fixture
def proposal(team, campaign):
    """Alice asks for 100.00 more."""
    set_policy(CHANGE, "ask")
    return ask_for(campaign, START + 10_000, by=team.alice.actor)


def limit_of(team, person, limit, role="manager"):
    member = membership_of(person.id)
    accounts.change_member(
        membership_id=member.id,
        role=role,
        approve_limit=limit,
        version=member.version,
        by=team.alice.actor,
    )


def only_alice(team):
    """Everybody else becomes a viewer."""
    for person in (team.bob, team.mia):
        limit_of(team, person, "", role="viewer")


def test_approving_makes_the_change_and_keeps_who_said_it(team, campaign, proposal):
    people.approve(proposal, team.bob, note="Good")

    assert campaign.budget_cents == START + 10_000
    (word,) = said(proposal.id)
    assert (word.name, word.approval.state, word.approval.comment) == (
        "Bob Brook",
        "approved",
        "Good",
    )
    assert names_of("proposal", proposal.id) == [
        "proposal.made",
        "proposal.asked",
        "proposal.approved",
        "proposal.applied",
    ]
    assert_one_event_per_version(Proposal, Campaign)


@pytest.mark.parametrize(
    ("decision", "said_state"), [("reject", "rejected"), ("changes", "changes_requested")]
)
def test_rejecting_needs_a_word_and_changes_nothing(team, campaign, proposal, decision, said_state):
    with pytest.raises(Invalid) as refused:
        people.approve(proposal, team.bob, decision=decision)
    assert list(refused.value.fields) == ["note"]

    people.approve(proposal, team.bob, decision=decision, note="Too much")

    assert proposal.state == "rejected"
    assert campaign.budget_cents == START
    assert db.session.scalars(select(Approval.state)).one() == said_state


def test_of_two_people_at_once_one_decides(team, campaign, proposal):
    limit_of(team, team.mia, "")
    number, version = proposal.id, proposal.version

    def approve(person):
        return lambda: decide(
            proposal_id=number, decision="approve", version=version, by=person.actor
        )

    answers = at_once(approve(team.bob), approve(team.mia), team_id=team.id)

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "int"]
    assert names_of("proposal", number).count("proposal.applied") == 1
    assert names_of("campaign", campaign.id).count("campaign.budget_set") == 1


def test_a_decided_request_is_not_decided_again(team, proposal):
    people.approve(proposal, team.bob)

    with pytest.raises(Conflict, match="decided already"):
        people.approve(proposal, team.bob)


def test_a_page_that_is_behind_is_refused(team, proposal):
    with pytest.raises(StaleVersion):
        people.approve(proposal, team.bob, version=proposal.version - 1)


def test_nobody_decides_their_own_while_somebody_else_may(team, proposal):
    with pytest.raises(Forbidden, match="your own"):
        people.approve(proposal, team.alice, confirm="approve")


def test_when_nobody_else_may_a_typed_word_decides_and_is_marked(team, proposal):
    only_alice(team)
    with pytest.raises(Invalid) as refused:
        people.approve(proposal, team.alice)
    assert list(refused.value.fields) == ["confirm"]

    people.approve(proposal, team.alice, confirm="Approve")

    assert proposal.state == "applied"
    assert db.session.scalars(select(Approval.is_self_approved)).one() is True


def test_above_a_managers_limit_only_an_owner_decides(team, campaign):
    limit_of(team, team.bob, "50")
    limit_of(team, team.mia, "")
    set_policy(CHANGE, "ask")
    proposal = ask_for(campaign, START + 5001, by=team.mia.actor)

    with pytest.raises(Forbidden, match="above the amount"):
        people.approve(proposal, team.bob)

    people.approve(proposal, team.alice)
    assert proposal.state == "applied"


def test_a_manager_decides_up_to_the_limit(team, campaign):
    limit_of(team, team.bob, "50")
    set_policy(CHANGE, "ask")
    proposal = ask_for(campaign, START + 5000, by=team.alice.actor)

    people.approve(proposal, team.bob)

    assert proposal.state == "applied"


def test_a_limit_in_another_currency_lets_a_manager_decide_nothing(team):
    limit_of(team, team.bob, "1,000,000")
    set_policy(CHANGE, "ask")
    campaign = people.draft(team, currency="EUR")
    proposal = ask_for(campaign, START + 1, by=team.mia.actor)

    with pytest.raises(Forbidden, match="above the amount"):
        people.approve(proposal, team.bob)


@pytest.mark.parametrize("who", ["mia", "vera"])
def test_members_and_viewers_do_not_decide(team, proposal, who):
    with pytest.raises(Forbidden, match="Managers and owners"):
        people.approve(proposal, getattr(team, who))


@pytest.mark.parametrize("kind", ["rule", "key", "timer", "system"])
def test_machines_do_not_decide(team, proposal, kind):
    with pytest.raises(Forbidden):
        decide(
            proposal_id=proposal.id,
            decision="approve",
            version=proposal.version,
            by=Actor(kind, 1, team.id),
        )


def test_who_was_removed_does_not_decide(team, proposal):
    accounts.remove_member(membership_id=membership_of(team.bob.id).id, by=team.alice.actor)

    with pytest.raises(Forbidden):
        people.approve(proposal, team.bob)


def test_values_that_changed_meanwhile_make_it_stale(team, campaign, proposal):
    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), START + 1, by=SYSTEM)

    people.approve(proposal, team.bob)

    assert proposal.state == "stale"
    assert campaign.budget_cents == START + 1
    assert_one_event_per_version(Proposal)


def test_undo_puts_back_what_was_there(team, campaign, proposal):
    people.approve(proposal, team.bob)

    undo(proposal_id=proposal.id, by=team.bob.actor)

    assert (proposal.state, campaign.budget_cents) == ("undone", START)
    assert_one_event_per_version(Proposal, Campaign)


def test_undo_is_refused_once_something_else_changed_it(team, campaign, proposal):
    people.approve(proposal, team.bob)
    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), START + 1, by=SYSTEM)

    with pytest.raises(Conflict, match="changed again"):
        undo(proposal_id=proposal.id, by=team.bob.actor)

    assert proposal.state == "applied"


def test_undo_works_once(team, proposal):
    people.approve(proposal, team.bob)
    undo(proposal_id=proposal.id, by=team.bob.actor)

    with pytest.raises(IllegalTransition):
        undo(proposal_id=proposal.id, by=team.bob.actor)


def test_two_undos_at_once_undo_once(team, campaign, proposal):
    people.approve(proposal, team.bob)
    number = proposal.id

    answers = at_once(*[lambda: undo(proposal_id=number, by=team.bob.actor)] * 2, team_id=team.id)

    assert sorted(type(answer).__name__ for answer in answers) == ["IllegalTransition", "int"]
    assert names_of("campaign", campaign.id).count("campaign.budget_set") == 2


def test_a_kind_without_undo_says_so(team, campaign):
    _, launch = people.submitted(team)
    people.approve(launch, team.bob)

    with pytest.raises(Conflict, match="cannot be undone"):
        undo(proposal_id=launch.id, by=team.bob.actor)


def test_who_asked_takes_it_back(team, campaign):
    set_policy(CHANGE, "ask")
    proposal = ask_for(campaign, START + 1, by=team.mia.actor)

    withdraw(proposal_id=proposal.id, by=team.mia.actor)

    assert proposal.state == "dismissed"
    with pytest.raises(Conflict, match="decided already"):
        people.approve(proposal, team.bob)


def test_another_member_does_not_take_it_back(team, proposal):
    with pytest.raises(Forbidden):
        withdraw(proposal_id=proposal.id, by=team.mia.actor)


def test_a_manager_takes_anybodys_back(team, proposal):
    withdraw(proposal_id=proposal.id, by=team.bob.actor)

    assert proposal.state == "dismissed"


def test_what_is_done_is_not_taken_back(team, proposal):
    people.approve(proposal, team.bob)

    with pytest.raises(IllegalTransition):
        withdraw(proposal_id=proposal.id, by=team.alice.actor)


@pytest.mark.parametrize("outcome", ["applied", "failed", "unknown"])
def test_an_effect_has_the_last_word_once(team, campaign, outcome):
    set_policy(EFFECT, "ask")
    proposal = ask_for(campaign, START + 1, by=team.alice.actor, kind=EFFECT)
    people.approve(proposal, team.bob)
    assert proposal.state == "applying"

    settle(proposal.id, outcome, by=SYSTEM)

    assert proposal.state == outcome
    with pytest.raises(IllegalTransition):
        settle(proposal.id, outcome, by=SYSTEM)
    assert_one_event_per_version(Proposal)


def test_what_is_unknown_can_be_settled_later(team, campaign):
    set_policy(EFFECT)
    proposal = ask_for(campaign, START + 1, by=team.alice.actor, kind=EFFECT)
    settle(proposal.id, "unknown", by=SYSTEM)

    settle(proposal.id, "applied", by=team.alice.actor)

    assert proposal.state == "applied"


def test_the_inbox_shows_each_person_what_they_may_decide(team, proposal):
    for person, number in ((team.bob, 1), (team.alice, 0), (team.mia, 0), (team.vera, 0)):
        assert waiting_for(person.id) == number
        assert len(inbox(person.id).yours) == number
    assert [item.proposal.id for item in inbox(team.alice.id).others] == [proposal.id]

    people.approve(proposal, team.bob)

    assert waiting_for(team.bob.id) == 0
    assert [item.proposal.id for item in inbox(team.bob.id).decided] == [proposal.id]


def test_another_team_does_not_find_it(team, proposal):
    number, version = proposal.id, proposal.version

    def charlie():
        with acting_for(team.charlie.actor.team_id):
            decide(proposal_id=number, decision="approve", version=version, by=team.charlie.actor)

    (answer,) = at_once(charlie)
    assert type(answer).__name__ == "NotFound"


def test_a_limit_is_set_once_per_version(team):
    set_limit(kind=CHANGE, limit="250", version=1, by=team.alice.actor)

    assert db.session.scalars(select(Policy.guard)).one() == {"max_amount_cents": 25_000}
    with pytest.raises(StaleVersion):
        set_limit(kind=CHANGE, limit="900", version=1, by=team.alice.actor)
    assert_one_event_per_version(Policy)
