"""Overdue and blocked work is told to whoever has it, then to their backup, then to a manager, in
working hours, until it is over; nothing is told twice, and nothing while a campaign is on hold.
"""

from datetime import timedelta

import pytest

from tests import people
from tests.escalations import late
from tests.escalations.late import until
from tests.timelines import plans
from webapp.accounts.commands import change_member, remove_member
from webapp.accounts.queries import membership_of
from webapp.approvals.models import Proposal
from webapp.availability.commands import add_absence
from webapp.campaigns.commands import move_campaign, submit_campaign
from webapp.campaigns.models import Campaign
from webapp.campaigns.trash import trash_campaign
from webapp.core.actor import SYSTEM
from webapp.db import db, find, unit_of_work
from webapp.escalations import queries
from webapp.escalations.models import Escalation
from webapp.events import holds
from webapp.events.models import Event, Timer
from webapp.timelines.models import Task
from webapp.timelines.tasks import edit_task, restore_task, trash_task

WEEK = timedelta(days=7)


@pytest.fixture
def monday(team):
    """One that stays the same while the clock moves."""
    return plans.monday()


@pytest.fixture
def release(team, monday):
    """A campaign of Alice's, from a Monday on for five weeks."""
    return people.draft(team, start_on=monday, target_on=monday + 5 * WEEK, name="Release")


@pytest.fixture
def artwork(team, monday, release):
    return late.artwork(team, release, monday)


def told(campaign):
    """Who was told what so far, in order."""
    query = db.select(Event).where(
        Event.campaign_id == campaign.id,
        Event.name.startswith("escalation."),
        Event.name.not_like("%_due"),
    )
    events = db.session.scalars(query.order_by(Event.id))
    return [(one.name.removeprefix("escalation."), one.data["user_id"]) for one in events]


def only(campaign):
    (row,) = queries.open_of(campaign.id)
    return row


def test_nothing_is_told_before_it_is_due(team, monday, release, artwork):
    until(monday, 16, 59)

    assert told(release) == []


def test_overdue_work_reminds_whoever_has_it_after_their_next_working_hour(
    team, monday, release, artwork
):
    until(monday, 18)
    assert told(release) == [("opened", None)]
    assert only(release).next_at == plans.at(monday + timedelta(days=1), 10)

    until(monday + timedelta(days=1), 10, 1)

    assert told(release)[1:] == [("reminded", team.mia.id)]


def test_it_goes_to_the_backup_and_to_the_manager_after_half_a_day_each(
    team, monday, release, artwork
):
    day = monday + timedelta(days=1)
    until(day, 13, 59)
    assert only(release).state == "reminded"
    until(day, 14, 1)
    assert (only(release).state, only(release).told_id) == ("with_backup", team.bob.id)

    until(day + timedelta(days=1), 10, 1)

    assert told(release)[1:] == [
        ("reminded", team.mia.id),
        ("passed_to_backup", team.bob.id),
        ("passed_to_manager", team.alice.id),
    ]
    assert only(release).next_at is None


def test_at_the_top_it_stays_until_it_is_over(team, monday, release, artwork):
    until(monday + timedelta(days=4), 12)
    before = told(release)

    plans.move(team, artwork, "finish")
    people.run_background()

    assert told(release) == [*before, ("settled", None)]
    assert queries.open_of(release.id) == []


def test_finishing_in_time_tells_nobody(team, monday, release, artwork):
    plans.move(team, artwork, "finish")
    until(monday + timedelta(days=3), 12)

    assert told(release) == []


def test_a_later_due_date_settles_it(team, monday, release, artwork):
    until(monday + timedelta(days=1), 11)
    due_later(team, artwork, monday + WEEK)
    people.run_background()
    assert queries.open_of(release.id) == []

    until(monday + WEEK + timedelta(days=1), 10, 1)

    assert [one for one in told(release) if one[0] == "reminded"] == [("reminded", team.mia.id)] * 2


def due_later(team, task, day):
    row = find(Task, task.id)
    edit_task(
        task_id=task.id,
        title=row.title,
        description="",
        phase="",
        priority="normal",
        estimate_minutes=row.estimate_minutes,
        skills="",
        due_on=day,
        version=row.version,
        by=team.mia.actor,
    )


def test_work_given_to_somebody_else_begins_anew_and_gives_them_time(
    team, monday, release, artwork
):
    day = monday + timedelta(days=1)
    until(day, 14, 1)
    plans.assign(team, artwork, team.bob.id)
    people.run_background()
    row = only(release)
    assert (row.state, row.assignee_id) == ("waiting", team.bob.id)

    until(day + timedelta(days=1), 11)

    assert (only(release).state, only(release).told_id) == ("reminded", team.bob.id)


def test_who_is_away_is_passed_over(team, monday, release, artwork):
    day = monday + timedelta(days=1)
    add_absence(
        user_id=team.mia.id,
        starts_on=monday,
        ends_on=monday + WEEK,
        reason="Holiday",
        by=team.alice.actor,
    )
    until(day, 10, 1)

    assert told(release)[1:] == [("passed_to_backup", team.bob.id)]


def test_a_manager_who_is_away_for_a_day_hears_of_it_when_they_are_back(
    team, monday, release, artwork
):
    day = monday + timedelta(days=1)
    for person in (team.alice, team.bob):
        add_absence(user_id=person.id, starts_on=day, ends_on=day, by=team.alice.actor)
    until(day, 18)
    assert told(release)[1:] == [("reminded", team.mia.id)]

    until(day + timedelta(days=1), 18)

    assert [name for name, _ in told(release)[2:]] == ["passed_to_backup"]
    assert only(release).told_id == team.bob.id


def test_what_a_manager_who_left_was_told_of_begins_anew(team, monday, release, artwork):
    until(monday + timedelta(days=2), 10, 1)
    assert (only(release).state, only(release).told_id) == ("with_manager", team.alice.id)

    bob = membership_of(team.bob.id)
    change_member(
        membership_id=bob.id,
        role="owner",
        approve_limit="",
        version=bob.version,
        by=team.alice.actor,
    )
    remove_member(membership_id=membership_of(team.alice.id).id, by=team.bob.actor)
    until(monday + timedelta(days=2), 16)

    assert told(release)[-3:] == [
        ("settled", None),
        ("opened", None),
        ("reminded", team.mia.id),
    ]


def test_work_of_nobody_reminds_the_campaigns_owner(team, monday, release):
    plans.task(team, release, "Artwork", due_on=monday)

    until(monday + timedelta(days=1), 10, 1)

    assert told(release)[1:] == [("reminded", team.alice.id)]


def test_a_planned_end_counts_once_the_plan_was_agreed(team, monday):
    agreed = people.draft(team, start_on=monday + 2 * WEEK, target_on=monday + 5 * WEEK)
    plans.task(team, agreed, "Artwork", assignee_id=team.mia.id)
    other = people.draft(team, start_on=monday + 2 * WEEK, target_on=monday + 5 * WEEK)
    plans.task(team, other, "Artwork", assignee_id=team.mia.id)
    for one in (agreed, other):
        plans.begin(team, one, monday)
    version = find(Campaign, agreed.id).version
    asked = submit_campaign(campaign_id=agreed.id, version=version, by=team.alice.actor)
    people.approve(find(Proposal, asked), team.bob)

    until(monday + timedelta(days=1), 10, 1)

    assert told(other) == []
    assert told(agreed) == [("opened", None), ("reminded", team.mia.id)]


def test_work_that_waits_for_late_work_is_not_late_by_itself(team, monday, release, artwork):
    later = plans.task(team, release, "Upload", assignee_id=team.bob.id, due_on=monday)
    plans.after(team, later, artwork)
    day = monday + timedelta(days=1)
    until(day, 10, 1)
    assert [row.task_id for row in queries.open_of(release.id)] == [artwork.id]

    plans.move(team, artwork, "finish")
    people.run_background()

    assert [row.task_id for row in queries.open_of(release.id)] == [later.id]


def test_milestones_are_nobodys_work(team, monday, release):
    plans.task(team, release, "Out", is_milestone=True, due_on=monday)

    until(monday + timedelta(days=2), 12)

    assert told(release) == []


def test_blocked_work_reminds_after_half_a_day_and_climbs_slower(team, monday, release, artwork):
    until(monday, 9)
    plans.block(team, artwork, "No masters yet")
    until(monday, 12, 59)
    assert told(release) == [("opened", None)]
    until(monday, 13, 1)
    assert told(release)[1:] == [("reminded", team.mia.id)]

    plans.block(team, artwork, "")
    people.run_background()

    assert told(release)[2:] == [("settled", None)]


def test_work_that_is_blocked_and_overdue_escalates_for_both(team, monday, release, artwork):
    until(monday, 16)
    plans.block(team, artwork, "No masters yet")

    until(monday, 18)

    assert {row.cause for row in queries.open_of(release.id)} == {"blocked", "overdue"}


def test_a_campaign_on_hold_tells_nobody_until_it_goes_on(team, monday, release, artwork):
    with unit_of_work():
        holds.place(team.id, release.id, reason="Wait", by=SYSTEM)
    until(monday + timedelta(days=2), 12)
    assert told(release) == []

    with unit_of_work():
        holds.lift(team.id, release.id)
    until(monday + timedelta(days=2), 13, 5)

    assert told(release)[1:] == [("reminded", team.mia.id)]


def test_what_is_closed_or_in_the_trash_is_settled(team, monday, release, artwork):
    until(monday + timedelta(days=1), 11)
    trash_task(task_id=artwork.id, by=team.mia.actor)
    people.run_background()
    assert queries.open_of(release.id) == []

    restore_task(task_id=artwork.id, by=team.mia.actor)
    people.run_background()
    assert only(release).cause == "overdue"

    trash_campaign(
        campaign_id=release.id, version=find(Campaign, release.id).version, by=team.alice.actor
    )
    people.run_background()
    assert queries.open_of(release.id) == []


def test_a_cancelled_campaign_settles_what_was_open(team, monday, release, artwork):
    until(monday + timedelta(days=1), 11)
    move_campaign(
        campaign_id=release.id,
        move="cancel",
        reason="Not now",
        version=find(Campaign, release.id).version,
        by=team.alice.actor,
    )
    people.run_background()

    assert queries.open_of(release.id) == []


def test_a_doubled_timer_tells_once(team, monday, release, artwork):
    until(monday, 18)
    row = only(release)
    with unit_of_work():
        event = Event(
            name="escalation.step_due",
            team_id=team.id,
            campaign_id=release.id,
            subject_kind="escalation",
            subject_id=row.id,
            by="timer:1",
            data={"state": "waiting"},
        )
        again = Event(
            name="escalation.step_due",
            team_id=team.id,
            campaign_id=release.id,
            subject_kind="escalation",
            subject_id=row.id,
            by="timer:1",
            data={"state": "waiting"},
        )
        db.session.add_all([event, again])
    people.run_background()

    assert told(release)[1:] == [("reminded", team.mia.id)]


def test_many_that_fall_due_at_once_are_all_opened(team, monday, release, monkeypatch):
    monkeypatch.setattr("webapp.escalations.policies.MOST", 2)
    for n in range(5):
        plans.task(team, release, f"Part {n}", assignee_id=team.mia.id, due_on=monday)

    until(monday, 18)

    assert len(queries.open_of(release.id)) == 5


def test_a_person_is_shown_what_they_were_told_of_last(team, monday, release, artwork):
    day = monday + timedelta(days=1)
    until(day, 10, 1)
    assert [one.title for one in queries.told(team.mia.id)] == ["Artwork <front>"]
    until(day, 14, 1)

    assert queries.told(team.mia.id) == []
    (seen,) = queries.told(team.bob.id)
    assert (seen.cause, seen.state, seen.assignee_id) == ("overdue", "with_backup", team.mia.id)


def test_a_task_purged_meanwhile_leaves_nothing_behind(team, monday, release, artwork):
    until(monday + timedelta(days=1), 11)
    trash_task(task_id=artwork.id, by=team.mia.actor)
    until(monday + 5 * WEEK, 12)

    assert db.session.scalars(db.select(Escalation)).all() == []
    pending = db.select(Timer).where(Timer.state == "pending", Timer.key.startswith("escalation"))
    assert db.session.scalars(pending).all() == []
