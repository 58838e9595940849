"""`dates.shift` through the gate: a person's acts at once, a machine's is asked for, both can be
undone while nothing else moved the same tasks.
"""

import pytest

from tests import people
from tests.timelines import plans
from tests.together import names_of
from webapp.approvals.commands import propose, undo
from webapp.approvals.kinds import kind_of
from webapp.approvals.models import Proposal
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid
from webapp.db import db, find
from webapp.timelines import queries
from webapp.timelines.commands import SHIFT
from webapp.timelines.models import Task

OPTIMISER = Actor("rule", "schedule")


def asked_by_a_machine(campaign, pins, assignees=()):
    timeline = queries.timeline_of(campaign.id)
    values = {
        "pins": {str(task.id): day.isoformat() for task, day in pins},
        "assignees": {str(task.id): person_id for task, person_id in assignees},
    }
    proposal_id = propose(
        SHIFT, timeline.id, values, campaign_id=campaign.id, currency="USD", by=OPTIMISER
    )
    return find(Proposal, proposal_id)


def test_a_persons_own_move_acts_at_once(team, campaign, chain):
    proposal = find(Proposal, plans.shift(team, chain[0], plans.monday(1)))

    assert proposal.state == "applied"


def test_a_move_to_where_it_is_asks_nothing(team, chain):
    assert plans.shift(team, chain[0], None) == 0


def test_a_move_is_one_event_of_the_timeline_however_much_it_moves(team, campaign, chain):
    plans.shift(team, chain[0], plans.monday(1))

    assert names_of("timeline", queries.timeline_of(campaign.id).id).count("timeline.shifted") == 1
    assert names_of("task", chain[1].id) == ["task.added", "task.linked"]


def test_an_undo_puts_the_dates_back(team, campaign, chain):
    before = queries.lines(campaign.id)
    proposal_id = plans.shift(team, chain[0], plans.monday(1))

    undo(proposal_id=proposal_id, by=team.bob.actor)

    assert queries.lines(campaign.id) == before


def test_a_move_of_another_task_does_not_keep_the_first_from_being_undone(team, campaign, chain):
    proposal_id = plans.shift(team, chain[0], plans.monday(1))
    plans.shift(team, chain[2], plans.monday(3))

    undo(proposal_id=proposal_id, by=team.bob.actor)

    assert plans.by_title(campaign)["Artwork"].pinned_at is None
    assert plans.by_title(campaign)["Upload"].pinned_at == plans.at(plans.monday(3), 0)


def test_a_second_move_of_the_same_task_ends_the_firsts_undo(team, campaign, chain):
    proposal_id = plans.shift(team, chain[0], plans.monday(1))
    plans.shift(team, chain[0], plans.monday(2))

    with pytest.raises(Conflict, match="changed again"):
        undo(proposal_id=proposal_id, by=team.bob.actor)


def test_a_machines_move_waits_for_a_person_and_then_acts(team, campaign, chain):
    day = plans.at(plans.monday(1), 0)
    proposal = asked_by_a_machine(campaign, [(chain[0], day)], [(chain[0], team.bob.id)])
    assert proposal.state == "in_review"

    people.approve(proposal, team.bob)

    assert plans.by_title(campaign)["Artwork"].pinned_at == day
    assert find(Task, chain[0].id).assignee_id == team.bob.id


def test_a_machines_move_is_stale_once_somebody_moved_the_same_task(team, campaign, chain):
    proposal = asked_by_a_machine(campaign, [(chain[0], plans.at(plans.monday(1), 0))])
    plans.shift(team, chain[0], plans.monday(2))

    people.approve(proposal, team.bob)

    assert find(Proposal, proposal.id).state == "stale"
    assert plans.by_title(campaign)["Artwork"].pinned_at == plans.at(plans.monday(2), 0)


def test_a_move_of_a_task_of_another_plan_is_refused(team, campaign, chain):
    elsewhere = plans.task(team, people.draft(team, name="Another"), "Posters")

    with pytest.raises(Invalid, match="not in this plan"):
        asked_by_a_machine(campaign, [(elsewhere, plans.at(plans.monday(1), 0))])


def test_it_reads_as_days_and_names(team, campaign, chain):
    day = plans.at(plans.monday(1), 0)
    proposal = asked_by_a_machine(campaign, [(chain[0], day)], [(chain[0], team.bob.id)])

    (row,) = kind_of(SHIFT).present(proposal).rows

    assert (row.label, row.before) == ("Artwork", "as soon as it can, nobody")
    assert row.after == f"from {day:%a %-d %b}, Bob Brook"


@pytest.mark.parametrize("people_named", [1, 3])
def test_a_request_is_shown_in_as_many_statements_whoever_it_names(
    team, campaign, chain, statements, people_named
):
    persons = [team.alice.id, team.bob.id, team.mia.id][:people_named]
    named = list(zip(chain, persons, strict=False))
    proposal = asked_by_a_machine(campaign, [(chain[0], plans.at(plans.monday(1), 0))], named)
    db.session.commit()
    statements.clear()

    shown = kind_of(proposal.kind).present(proposal)

    assert len(shown.rows) == people_named
    assert len([one for one in statements if "membership" in one]) == 1
