"""What a campaign does by itself: each policy re-reads the row and acts on what is true now. A row
that was purged meanwhile has nothing left to do.
"""

from sqlalchemy import Select, select

from webapp.approvals.commands import ask_again_if_changed, dismiss_open
from webapp.campaigns import timing
from webapp.campaigns.commands import take
from webapp.campaigns.models import Campaign
from webapp.campaigns.trash import purge
from webapp.campaigns.workflow import LAUNCH, RUNNING, State, lifecycle
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.db import current_team, db, unit_of_work
from webapp.events.log import note
from webapp.events.models import Event
from webapp.events.subscriptions import on


@on("campaign.start_due")
def launch_a_campaign_whose_start_came(event: Event) -> None:
    with unit_of_work():
        campaign = _locked(event)
        if campaign is not None and campaign.state == State.SCHEDULED:
            if (closed := timing.closed_until(campaign)) is not None:
                note("campaign.start_deferred", subject=campaign, by=_by(event))
                timing.arm_start(campaign, by=_by(event), due_at=closed[0])
                return
            step = lifecycle.fire("launch", campaign.state, asked_by=LAUNCH)
            take(campaign, step, by=_by(event), reason="Its start came")
            # After a long sleep both were due, and the end may have been seen while it was only
            # scheduled: let it come once more.
            if campaign.ends_at <= clock.now():
                timing.arm_end(campaign, by=_by(event))


@on("blackout.removed")
def let_starts_come_when_days_are_open_again(event: Event) -> None:
    with unit_of_work():
        query = select(Campaign).where(
            Campaign.team_id == current_team(),
            Campaign.state == State.SCHEDULED,
            Campaign.starts_at <= clock.now(),
        )
        for campaign in db.session.scalars(query.order_by(Campaign.id)):
            timing.arm_start(campaign, by=_by(event))


@on("campaign.end_due")
def complete_a_campaign_whose_end_came(event: Event) -> None:
    with unit_of_work():
        campaign = _locked(event)
        if campaign is not None and campaign.state in RUNNING:
            take(
                campaign,
                lifecycle.fire("complete", campaign.state),
                by=_by(event),
                reason="Its end came",
            )


@on("campaign.cancelled", "campaign.completed", "campaign.failed", "campaign.trashed")
def dismiss_requests_of_a_closed_campaign(event: Event) -> None:
    """Requests are locked before their campaign, as by whoever decides one."""
    with unit_of_work():
        campaign = db.session.scalars(_query(event)).one_or_none()
        if campaign is None or campaign.is_closed or campaign.trashed_at:
            dismiss_open("campaign", event.subject_id, by=_by(event))


@on("campaign.changed", "campaign.budget_set")
def ask_again_for_what_was_edited(event: Event) -> None:
    """What was agreed so far was about something else."""
    ask_again_if_changed("campaign", event.subject_id, by=_by(event))


@on(timing.PURGE_DUE)
def purge_a_campaign_that_stayed_in_the_trash(event: Event) -> None:
    with unit_of_work():
        campaign = _locked(event)
        if campaign is None or campaign.trashed_at is None:
            return
        if campaign.trashed_at.isoformat() == event.data["trashed_at"]:
            purge(campaign, by=_by(event))


def _locked(event: Event) -> Campaign | None:
    """The event's campaign as it is now; None when it was purged."""
    query = _query(event).with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(query).one_or_none()


def _query(event: Event) -> Select[Campaign]:
    return select(Campaign).where(
        Campaign.team_id == current_team(), Campaign.id == event.subject_id
    )


def _by(event: Event) -> Actor:
    return Actor.event(event.id, team_id=event.team_id)
