"""Whatever people, rules and effects do in whatever order: legal paths, applied at most once, money
as the log says.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests import people
from tests.approvals.kinds import CHANGE, EFFECT, ask_for, set_policy
from tests.together import assert_one_event_per_version
from webapp.approvals.commands import decide, settle, undo, withdraw
from webapp.approvals.models import Policy, Proposal
from webapp.approvals.workflow import lifecycle
from webapp.campaigns.models import Campaign
from webapp.core.actor import SYSTEM, Actor
from webapp.core.errors import DomainError
from webapp.db import db, find
from webapp.events.models import Event

MOVES = {(move.event, source): move.to for move in lifecycle.moves for source in move.sources}

people_of_team = st.sampled_from(["alice", "bob", "mia", "vera"])
which = st.integers(0, 3)
operations = st.one_of(
    st.tuples(
        st.just("policy"),
        st.sampled_from([CHANGE, EFFECT]),
        st.sampled_from(["act", "ask", "recommend", "observe"]),
    ),
    st.tuples(
        st.just("ask"),
        st.sampled_from([CHANGE, EFFECT]),
        st.integers(0, 5),
        st.one_of(people_of_team, st.just("rule")),
    ),
    st.tuples(
        st.just("decide"), which, people_of_team, st.sampled_from(["approve", "reject", "changes"])
    ),
    st.tuples(st.just("withdraw"), which, people_of_team),
    st.tuples(st.just("undo"), which),
    st.tuples(st.just("settle"), which, st.sampled_from(["applied", "failed", "unknown"])),
)


def run(team, campaign, made, operation):
    verb, first, *rest = operation
    if verb == "policy":
        set_policy(first, rest[0])
        return
    if verb == "ask":
        amount, who = rest
        by = Actor("rule", "pace", team.id) if who == "rule" else getattr(team, who).actor
        made.append(ask_for(campaign, amount * 100, by=by, kind=first).id)
        return
    if first >= len(made):
        return
    number = made[first]
    if verb == "settle":
        if find(Proposal, number).kind == EFFECT:
            settle(number, rest[0], by=SYSTEM)
        return
    if verb == "undo":
        undo(proposal_id=number, by=team.bob.actor)
        return
    by = getattr(team, rest[0]).actor
    if verb == "withdraw":
        withdraw(proposal_id=number, by=by)
        return
    decide(
        proposal_id=number,
        decision=rest[1],
        note="Because",
        version=find(Proposal, number).version,
        by=by,
    )


def assert_legal_path(number):
    events = db.session.scalars(
        select(Event)
        .where(Event.subject_kind == "proposal", Event.subject_id == number)
        .order_by(Event.id)
    ).all()
    state = "proposed"
    assert events[0].name == "proposal.made"
    for event in events[1:]:
        assert event.data["was"] == state
        state = MOVES[event.name, state]
    assert state == find(Proposal, number).state
    assert [event.name for event in events].count("proposal.applied") <= 1


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(operations, min_size=3, max_size=14))
def test_any_sequence_leaves_legal_paths_and_applies_at_most_once(team, sequence):
    campaign, made = people.draft(team, platforms=[]), []
    for kind in (CHANGE, EFFECT):
        set_policy(kind, "act")

    for operation in sequence:
        try:
            run(team, campaign, made, operation)
        except DomainError:
            db.session.rollback()

    for number in made:
        assert_legal_path(number)
    set_events = select(Event.data).where(
        Event.name == "campaign.budget_set", Event.subject_id == campaign.id
    )
    now = 900_000
    for data in db.session.scalars(set_events.order_by(Event.id)):
        assert data["was_cents"] == now
        now = data["budget_cents"]
    assert find(Campaign, campaign.id).budget_cents == now
    assert_one_event_per_version(Proposal, Policy, Campaign)
