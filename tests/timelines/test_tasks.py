"""Tasks: who may do what with one, what each change records, and what is refused."""

import pytest

from tests import people, together
from tests.timelines import plans
from tests.together import assert_one_event_per_version
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.campaigns.commands import archive_campaign, move_campaign
from webapp.core import clock
from webapp.core.errors import Conflict, IllegalTransition, Invalid, NotFound, StaleVersion
from webapp.db import acting_for, db, find
from webapp.timelines import queries
from webapp.timelines.models import Task
from webapp.timelines.tasks import (
    IN_TRASH,
    add_task,
    block_task,
    edit_task,
    restore_task,
    trash_task,
)
from webapp.timelines.workflow import LANES, MOVE_TO, State, lifecycle


def names_of(task_id):
    return together.names_of("task", task_id)


def edited(task, team, **changes):
    values = {
        "title": task.title,
        "description": task.description,
        "phase": task.phase,
        "priority": task.priority,
        "estimate_minutes": task.estimate_minutes,
        "skills": ", ".join(task.skills),
        "due_on": task.due_on,
        "version": task.version,
    }
    edit_task(task_id=task.id, by=team.mia.actor, **(values | changes))


def test_the_first_task_makes_the_campaigns_timeline(team, campaign):
    assert queries.timeline_of(campaign.id) is None

    plans.task(team, campaign, "Artwork")

    assert queries.timeline_of(campaign.id).campaign_id == campaign.id


def test_a_card_moves_from_every_lane_to_every_other(team, campaign):
    for source in LANES:
        for target in LANES:
            if source != target:
                assert lifecycle.find(MOVE_TO[target], source), f"{source} to {target}"


def test_finishing_notes_when_and_reopening_forgets_it(team, campaign):
    task = plans.task(team, campaign, "Artwork")

    done = plans.move(team, task, "finish")
    assert done.completed_at is not None
    assert done.started_at is not None

    again = plans.move(team, done, "put_back")
    assert (again.completed_at, again.started_at) == (None, None)


def test_a_move_that_is_not_in_the_table_writes_nothing(team, campaign):
    task = plans.task(team, campaign, "Artwork")

    with pytest.raises(IllegalTransition, match="Cannot revive a task that is todo"):
        plans.move(team, task, "revive")

    assert names_of(task.id) == ["task.added"]


def test_every_change_of_a_task_records_one_event_with_its_version(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    first = plans.task(team, campaign, "Photos")
    plans.after(team, task, first)
    edited(find(Task, task.id), team, title="Cover artwork", priority="high")
    plans.assign(team, task, team.bob.id)
    plans.move(team, task, "start")
    started = find(Task, task.id)
    block_task(task_id=task.id, reason="No photo", version=started.version, by=team.mia.actor)
    plans.move(team, task, "finish")
    trash_task(task_id=task.id, by=team.mia.actor)
    restore_task(task_id=task.id, by=team.mia.actor)

    assert names_of(task.id) == [
        "task.added",
        "task.linked",
        "task.changed",
        "task.assigned",
        "task.started",
        "task.blocked",
        "task.finished",
        "task.trashed",
        "task.restored",
    ]
    assert_one_event_per_version(Task)


def test_what_is_finished_is_not_blocked_any_more(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    block_task(task_id=task.id, reason="No photo", version=1, by=team.mia.actor)

    assert plans.move(team, task, "finish").blocked_reason == ""


def test_a_stale_form_shows_both_versions(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    edited(task, team, title="Cover artwork")

    with pytest.raises(StaleVersion) as refused:
        edited(task, team, title="Sleeve", version=1)

    assert refused.value.fields["title"] == ("Title", "Sleeve", "Cover artwork")


def test_nobody_of_another_team_and_no_viewer_is_given_a_task(team, campaign):
    for person in (team.charlie, team.vera):
        with pytest.raises(Invalid, match="Choose somebody of this team"):
            plans.task(team, campaign, "Artwork", assignee_id=person.id)


def test_a_task_of_another_team_is_not_there(team, campaign, app):
    task_id = plans.task(team, campaign, "Artwork").id
    db.session.expunge_all()
    with acting_for(team.charlie.actor.team_id), pytest.raises(NotFound):
        trash_task(task_id=task_id, by=team.charlie.actor)


def test_a_milestone_takes_no_time(team, campaign):
    task = plans.task(team, campaign, "Release day", is_milestone=True)

    assert task.estimate_minutes == 0


def test_a_task_stays_in_the_trash_for_its_time_and_is_purged(team, campaign):
    task_id = plans.task(team, campaign, "Artwork").id
    trash_task(task_id=task_id, by=team.mia.actor)
    assert [line.id for line in queries.trashed(campaign.id)] == [task_id]

    clock.travel(IN_TRASH.total_seconds() + 1)
    people.run_background()

    assert queries.trashed(campaign.id) == []
    assert names_of(task_id)[-1] == "task.purged"


def test_a_restored_task_is_not_purged(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    trash_task(task_id=task.id, by=team.mia.actor)
    restore_task(task_id=task.id, by=team.mia.actor)

    clock.travel(IN_TRASH.total_seconds() + 1)
    people.run_background()

    assert [line.id for line in queries.lines(campaign.id)] == [task.id]


def test_nothing_is_planned_in_an_archived_campaign(team, campaign):
    move_campaign(
        campaign_id=campaign.id, move="cancel", version=campaign.version, by=team.alice.actor
    )
    archive_campaign(
        campaign_id=campaign.id, archived=True, version=campaign.version, by=team.alice.actor
    )

    with pytest.raises(Conflict, match="archived"):
        plans.task(team, campaign, "Artwork")


def test_who_left_the_team_keeps_the_task(team, campaign):
    task = plans.task(team, campaign, "Artwork", assignee_id=team.bob.id)
    membership = membership_of(team.bob.id)
    remove_member(membership_id=membership.id, by=team.alice.actor)

    edited(find(Task, task.id), team, title="Cover artwork")

    assert queries.line(task.id).assignee_id == team.bob.id


def test_skills_are_kept_once_each_in_their_order(team, campaign):
    task = plans.task(team, campaign, "Subtitles", skills="Video, German, video")

    assert task.skills == ["Video", "German"]


def test_cancelled_work_leaves_the_plan_and_comes_back_with_its_date(team, campaign):
    task = plans.task(team, campaign, "Artwork", start_on=plans.monday(2))
    plans.move(team, task, "cancel")
    plans.move(team, task, "revive")

    assert queries.line(task.id).starts_at == plans.at(plans.monday(2), 9)
    assert queries.line(task.id).state == State.TO_DO


def test_an_unknown_task_to_wait_for_is_refused(team, campaign):
    with pytest.raises(NotFound):
        add_task(campaign_id=campaign.id, title="Masters", waits_for_id=999, by=team.mia.actor)
