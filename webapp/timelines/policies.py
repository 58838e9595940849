"""What a plan does by itself: keep what was agreed, follow its campaign's dates and the team's days
off, and empty its trash. Each policy re-reads the rows and acts on what is true now.
"""

from sqlalchemy import select

from webapp.approvals.commands import dismiss_open
from webapp.campaigns.models import Campaign
from webapp.campaigns.workflow import State as CampaignState
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.core.errors import NotFound
from webapp.db import current_team, db, find, unit_of_work
from webapp.events import timers
from webapp.events.log import record
from webapp.events.models import Event
from webapp.events.subscriptions import on
from webapp.timelines import replanning
from webapp.timelines.models import Task, Timeline
from webapp.timelines.tasks import PURGE_DUE, purge_task

REPLAN_DUE = "timeline.replan_due"
CLOSED = (CampaignState.COMPLETED, CampaignState.CANCELLED, CampaignState.FAILED)


@on("campaign.scheduled")
def keep_the_plan_that_was_approved(event: Event) -> None:
    with unit_of_work():
        timeline = _timeline(event.subject_id)
        if timeline is not None:
            replanning.replan(timeline)
            replanning.keep_baseline(timeline)
            timeline.baseline_at = clock.now()
            record("timeline.agreed", subject=timeline, by=_by(event))


@on("campaign.changed")
def move_the_plan_with_its_campaigns_dates(event: Event) -> None:
    if {"target_on", "starts_at"} & set(event.data.get("fields", ())):
        _replan(event.subject_id, _by(event))


@on("campaign.cancelled", "campaign.completed", "campaign.failed", "campaign.trashed")
def dismiss_moves_of_a_closed_campaigns_plan(event: Event) -> None:
    """Requests are locked before their campaign, as by whoever decides one."""
    query = (
        select(Timeline.id)
        .join(
            Campaign,
            (Campaign.team_id == Timeline.team_id) & (Campaign.id == Timeline.campaign_id),
        )
        .where(
            Timeline.team_id == current_team(),
            Timeline.campaign_id == event.subject_id,
            Campaign.state.in_(CLOSED) | Campaign.trashed_at.is_not(None),
        )
    )
    with unit_of_work():
        if (timeline_id := db.session.scalar(query)) is not None:
            dismiss_open("timeline", timeline_id, by=_by(event))


@on("working_week.changed", "blackout.added", "blackout.removed")
def arm_new_plans_when_days_off_change(event: Event) -> None:
    """A timer each, due at once: a thousand plans in one handler would hold everything up."""
    with unit_of_work():
        for timeline_id, campaign_id in _open_timelines(event.campaign_id):
            timers.arm(
                f"timeline:{timeline_id}:replan",
                REPLAN_DUE,
                due_at=clock.now(),
                team_id=event.team_id,
                campaign_id=campaign_id,
                label_key="timer.plan_laid_anew",
                by=_by(event),
            )


@on(REPLAN_DUE)
def lay_a_plan_anew(event: Event) -> None:
    assert event.campaign_id is not None
    _replan(event.campaign_id, _by(event))


@on(PURGE_DUE)
def purge_a_task_that_stayed_in_the_trash(event: Event) -> None:
    with unit_of_work():
        try:
            task = find(Task, event.subject_id, lock=True)
        except NotFound:
            return
        trashed = task.trashed_at.isoformat() if task.trashed_at else ""
        if trashed == event.data["trashed_at"]:
            purge_task(task, by=_by(event))


def _replan(campaign_id: int, by: Actor) -> None:
    with unit_of_work():
        timeline = _timeline(campaign_id)
        if timeline is not None:
            replanning.replan(timeline)
            timeline.updated_at = clock.now()
            record("timeline.replanned", subject=timeline, by=by)


def _timeline(campaign_id: int) -> Timeline | None:
    """The campaign's timeline, locked after the campaign; None when either is gone."""
    try:
        campaign = find(Campaign, campaign_id, lock=True)
    except NotFound:
        return None
    query = select(Timeline.id).where(
        Timeline.team_id == campaign.team_id, Timeline.campaign_id == campaign.id
    )
    found = db.session.scalar(query)
    return find(Timeline, found, lock=True) if found else None


def _open_timelines(campaign_id: int | None) -> list[tuple[int, int]]:
    query = (
        select(Timeline.id, Timeline.campaign_id)
        .join(
            Campaign,
            (Campaign.team_id == Timeline.team_id) & (Campaign.id == Timeline.campaign_id),
        )
        .where(Timeline.team_id == current_team(), Campaign.state.not_in(CLOSED))
    )
    if campaign_id is not None:
        query = query.where(Timeline.campaign_id == campaign_id)
    return [(row.id, row.campaign_id) for row in db.session.execute(query.order_by(Timeline.id))]


def _by(event: Event) -> Actor:
    return Actor.event(event.id, team_id=event.team_id)
