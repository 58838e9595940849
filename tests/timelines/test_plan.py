"""When tasks happen: in working time, after what they wait for, and what that does to the
target.
"""

from datetime import date, timedelta

import pytest

from tests import people
from tests.availability.work import set_week
from tests.timelines import plans
from webapp.approvals.models import Proposal
from webapp.availability.commands import add_blackout
from webapp.campaigns.commands import edit_dates, submit_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.errors import Conflict, Invalid
from webapp.db import db, find, unit_of_work
from webapp.timelines import planning, queries, replanning
from webapp.timelines.commands import link_tasks, recalculate, unlink_tasks
from webapp.timelines.models import PlannedTask, Task, Timeline
from webapp.timelines.outlook import outlook
from webapp.timelines.tasks import restore_task, trash_task


def dates(campaign):
    """Each task's first and last working day, counted from the Monday everything begins."""
    first = plans.monday()
    return {
        line.title: ((line.starts_at.date() - first).days, (line.finishes_at.date() - first).days)
        for line in queries.lines(campaign.id)
    }


def test_a_chain_runs_in_working_time_over_the_weekend(chain, campaign):
    assert dates(campaign) == {"Artwork": (0, 1), "Masters": (2, 4), "Upload": (7, 7)}


def test_work_that_ends_with_a_day_does_not_touch_the_next(chain, campaign):
    found = plans.by_title(campaign)

    assert found["Artwork"].finishes_at == plans.at(plans.monday() + timedelta(days=1), 17)
    assert found["Masters"].starts_at == plans.at(plans.monday() + timedelta(days=2), 9)


def test_start_to_start_lets_two_tasks_run_side_by_side(team, campaign, chain):
    art, masters, _ = chain
    link_tasks(
        task_id=masters.id, waits_for_id=art.id, kind="ss", lag_minutes=240, by=team.mia.actor
    )

    assert plans.by_title(campaign)["Masters"].starts_at == plans.at(plans.monday(), 13)


def test_linking_twice_changes_the_link_instead_of_adding_one(team, campaign, chain):
    art, masters, _ = chain
    plans.after(team, masters, art, "ss", 60)

    assert [(row.kind, row.lag_minutes) for row in queries.links(campaign.id)] == [
        ("ss", 60),
        ("fs", 0),
    ]


def test_a_circle_is_refused_and_named(team, chain, campaign):
    art, _, upload = chain

    with pytest.raises(Invalid) as refused:
        plans.after(team, art, upload)

    words = refused.value.fields["waits_for_id"]
    assert "in a circle" in words
    assert all(f"“{title}”" in words for title in ("Artwork", "Masters", "Upload"))
    assert len(queries.links(campaign.id)) == 2


def test_a_task_that_links_made_meanwhile_lead_around_to_stays_in_the_trash(team, chain, campaign):
    artwork, masters, upload = chain
    trash_task(task_id=masters.id, by=team.mia.actor)
    plans.after(team, artwork, upload)

    with pytest.raises(Conflict, match="in a circle: “Artwork” → “Masters” → “Upload”"):
        restore_task(task_id=masters.id, by=team.mia.actor)

    assert find(Task, masters.id).trashed_at is not None
    unlink_tasks(task_id=artwork.id, waits_for_id=upload.id, by=team.mia.actor)
    restore_task(task_id=masters.id, by=team.mia.actor)
    assert find(Task, masters.id).trashed_at is None


def test_cancelled_work_that_links_lead_around_to_is_not_revived(team, chain, campaign):
    artwork, masters, upload = chain
    plans.move(team, masters, "cancel")
    plans.after(team, artwork, upload)

    with pytest.raises(Conflict, match="in a circle"):
        plans.move(team, masters, "revive")

    assert find(Task, masters.id).state == "cancelled"


def test_a_plan_that_leads_too_far_is_refused_in_words(team, campaign, chain):
    plans.begin(team, campaign, date(2001, 1, 1))

    with pytest.raises(Conflict, match="too far from 2001-01-01"):
        plans.shift(team, plans.task(team, campaign, "Anniversary", 260), date(2099, 12, 31))
        plans.task(
            team, campaign, "Party", 260, waits_for_id=plans.by_title(campaign)["Anniversary"].id
        )


def test_a_task_does_not_wait_for_itself_or_for_another_campaign(team, campaign, chain):
    elsewhere = plans.task(team, people.draft(team, name="Another"), "Posters")

    with pytest.raises(Invalid, match="itself"):
        plans.after(team, chain[0], chain[0])
    with pytest.raises(Invalid, match="same campaign"):
        plans.after(team, chain[0], elsewhere)


def test_unlinked_tasks_begin_with_everything_else(team, campaign, chain):
    unlink_tasks(task_id=chain[1].id, waits_for_id=chain[0].id, by=team.mia.actor)

    assert dates(campaign)["Masters"] == (0, 2)


def test_what_waited_for_a_trashed_task_waits_no_longer(team, campaign, chain):
    trash_task(task_id=chain[0].id, by=team.mia.actor)

    assert dates(campaign)["Masters"] == (0, 2)


def test_what_is_done_stands_where_it_happened(team, campaign, chain):
    plans.move(team, chain[0], "finish")

    done = plans.by_title(campaign)["Artwork"]
    assert done.finishes_at == find(Task, chain[0].id).completed_at


def test_the_longest_chain_is_critical_and_the_rest_has_room(team, campaign, chain):
    plans.task(team, campaign, "Photos", 1)

    found = plans.by_title(campaign)
    assert {title: line.is_critical for title, line in found.items()} == {
        "Artwork": True,
        "Masters": True,
        "Upload": True,
        "Photos": False,
    }
    assert found["Photos"].float_minutes == 5 * plans.DAY


def test_a_milestone_on_the_target_day_measures_what_leads_to_it(team, campaign, chain):
    target = campaign.target_on
    release = plans.task(team, campaign, "Release", is_milestone=True, start_on=target)
    plans.after(team, release, chain[2])
    wrap_up = plans.task(team, campaign, "Wrap-up", 20)
    plans.after(team, wrap_up, release)

    found = outlook(campaign.id)

    assert found.target_id == release.id
    assert chain[2].id in found.critical_ids
    assert found.ends_at == plans.by_title(campaign)["Upload"].finishes_at


def test_a_milestone_on_a_day_nobody_works_stays_on_it(team, campaign, chain):
    saturday = plans.monday() + timedelta(days=12)
    show = plans.task(team, campaign, "Show", is_milestone=True, start_on=saturday)
    plans.after(team, show, chain[2])

    assert plans.by_title(campaign)["Show"].finishes_at.date() == saturday


def test_with_time_to_spare_the_chain_before_the_target_is_critical(team):
    first = plans.monday()
    campaign = people.draft(team, start_on=first, target_on=first + timedelta(days=14), end_on=None)
    art, photos = (plans.task(team, campaign, *one) for one in (("Artwork", 3), ("Photos", 1)))
    plans.begin(team, campaign, first)
    release = plans.task(team, campaign, "Release", is_milestone=True, start_on=campaign.target_on)
    for one in (art, photos):
        plans.after(team, release, one)

    critical = {line.title for line in queries.lines(campaign.id) if line.is_critical}

    assert critical == {"Artwork", "Release"}


def test_the_reserve_is_what_lies_between_the_last_task_and_the_target(team):
    first = plans.monday()
    campaign = people.draft(team, start_on=first, target_on=first + timedelta(days=11), end_on=None)
    plans.task(team, campaign, "Artwork", 2)
    plans.begin(team, campaign, first, buffer_hours=16)

    found = outlook(campaign.id)

    # Two weeks of five days, the second one's Friday included, less two days of work.
    assert found.reserve_minutes == 8 * plans.DAY
    assert (found.is_late, found.eats_its_buffer) == (False, False)


def test_a_plan_longer_than_its_time_is_late_by_so_much(team):
    first = plans.monday()
    campaign = people.draft(team, start_on=first, target_on=first + timedelta(days=1))
    plans.task(team, campaign, "Artwork", 5)
    plans.begin(team, campaign, first)

    found = outlook(campaign.id)

    assert found.is_late
    assert found.reserve_minutes == -3 * plans.DAY


def test_a_due_date_that_cannot_be_met_shows_on_the_task(team, campaign, chain):
    late = plans.task(
        team, campaign, "Press kit", 3, due_on=plans.monday(), waits_for_id=chain[0].id
    )

    line = queries.line(late.id)
    assert line.misses_its_date
    assert line.float_minutes < 0


def test_a_due_date_on_a_weekend_is_the_friday_before(team, campaign):
    saturday = plans.monday() + timedelta(days=5)
    task = plans.task(team, campaign, "Press kit", due_on=saturday)

    assert task.due_at == plans.at(saturday - timedelta(days=1), 17)


def test_moving_a_task_moves_what_waits_for_it(team, campaign, chain):
    plans.shift(team, chain[1], plans.monday(1))

    assert dates(campaign) == {"Artwork": (0, 1), "Masters": (7, 9), "Upload": (10, 10)}


def test_what_a_move_would_do_is_told_without_doing_it(team, campaign, chain):
    timeline = queries.timeline_of(campaign.id)
    pins = {chain[1].id: plans.at(plans.monday(1), 0)}

    moved, after = planning.moved_by(timeline, pins)

    assert [one.task_id for one in moved] == [chain[1].id, chain[2].id]
    assert after.finishes_at(chain[2].id) == plans.at(plans.monday(1) + timedelta(days=3), 17)
    assert dates(campaign)["Masters"] == (2, 4)


def test_the_preview_of_a_move_is_what_the_move_does(team, campaign, chain):
    timeline = queries.timeline_of(campaign.id)
    day = plans.monday(1) + timedelta(days=2)
    moved, _ = planning.moved_by(timeline, {chain[0].id: plans.at(day, 0)})

    plans.shift(team, chain[0], day)

    found = {line.id: (line.starts_at, line.finishes_at) for line in queries.lines(campaign.id)}
    assert {one.task_id: (one.starts_at, one.finishes_at) for one in moved} == found


def test_laying_a_plan_twice_changes_nothing(team, campaign, chain):
    before = queries.lines(campaign.id)

    with unit_of_work():
        replanning.replan(queries.timeline_of(campaign.id))

    assert queries.lines(campaign.id) == before


def test_what_has_not_begun_does_not_begin_in_the_past(team, campaign, chain):
    clock.travel((plans.at(plans.monday(3), 9) - clock.now()).total_seconds())
    timeline = queries.timeline_of(campaign.id)
    before = clock.now()

    recalculate(campaign_id=campaign.id, version=timeline.version, by=team.mia.actor)

    assert plans.by_title(campaign)["Artwork"].starts_at >= before - timedelta(minutes=1)


def test_the_approved_plan_is_kept_and_a_slip_is_measured_against_it(team, campaign, chain):
    version = find(Campaign, campaign.id).version
    proposal_id = submit_campaign(campaign_id=campaign.id, version=version, by=team.alice.actor)
    people.approve(find(Proposal, proposal_id), team.bob)
    people.run_background()
    assert find(Timeline, queries.timeline_of(campaign.id).id).baseline_at is not None

    plans.shift(team, chain[2], plans.monday(2))

    found = plans.by_title(campaign)
    assert found["Artwork"].slip == 0
    assert found["Upload"].slip == 7 * 86_400


def test_a_moved_target_moves_what_is_measured_against_it(team, campaign, chain):
    was = outlook(campaign.id).reserve_minutes
    edit_dates(
        campaign_id=campaign.id,
        start_on=campaign.starts_wall.date(),
        start_time=campaign.starts_wall.time(),
        target_on=campaign.target_on + timedelta(days=7),
        end_on=None,
        version=find(Campaign, campaign.id).version,
        by=team.alice.actor,
    )
    people.run_background()

    assert outlook(campaign.id).reserve_minutes == was + 5 * plans.DAY


def test_a_task_without_a_place_cannot_be_moved(team, campaign, chain):
    with unit_of_work():
        db.session.delete(db.session.get(PlannedTask, (team.id, chain[0].id)))

    with pytest.raises(Conflict, match="no place"):
        plans.shift(team, chain[0], plans.monday(1))


def test_what_is_due_on_a_day_follows_the_hours_people_work_on_it(team, campaign, chain):
    task = plans.task(team, campaign, "Poster", due_on=plans.monday(1))
    assert find(Task, task.id).due_at == plans.at(plans.monday(1), 17)

    set_week(team, ends="15:00")
    people.run_background()

    assert find(Task, task.id).due_at == plans.at(plans.monday(1), 15)
    assert find(Task, task.id).version == 1


def test_what_is_due_on_a_day_that_was_closed_since_is_due_the_working_day_before(
    team, campaign, chain
):
    task = plans.task(team, campaign, "Poster", due_on=plans.monday(1))
    add_blackout(starts_on=plans.monday(1), reason="Fair", by=team.alice.actor)
    people.run_background()

    assert find(Task, task.id).due_at == plans.at(plans.monday(1) - timedelta(days=3), 17)


@pytest.mark.parametrize("more", [0, 12])
def test_a_plan_is_written_in_as_few_statements_whatever_moves(
    team, campaign, chain, statements, more
):
    for number in range(more):
        last = plans.task(team, campaign, f"Extra {number}", due_on=plans.monday(3))
        plans.after(team, last, chain[0])
    statements.clear()

    plans.shift(team, chain[0], plans.monday(1))

    assert len([one for one in statements if one.startswith("UPDATE planned_task")]) == 2
