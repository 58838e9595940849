"""Delete is a trash: a campaign goes there, comes back, or is gone for good after `IN_TRASH`. What
closes and what archives a campaign is in `commands`.
"""

from sqlalchemy import delete

from webapp.campaigns import timing
from webapp.campaigns.inputs import RestoreCampaign, TrashCampaign
from webapp.campaigns.models import Campaign, Transition
from webapp.core import clock, fault
from webapp.core.actor import Actor
from webapp.core.errors import Conflict
from webapp.db import db, execute, find, unit_of_work
from webapp.events.log import note, record
from webapp.operations import check_version, operation

AFTER_TRASHED = fault.point("campaigns.after_trashed")
AFTER_PURGE_NOTED = fault.point("campaigns.after_purge_noted")


@operation("campaigns.trash", input=TrashCampaign, permission="campaign.edit")
def trash_campaign(*, campaign_id: int, version: int, by: Actor) -> int:
    """Put a draft or a closed campaign into the trash; its purge is armed with it."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        check_version(campaign, version, {})
        if not campaign.may_be_trashed:
            raise Conflict("Cancel it first.")
        campaign.trashed_at = clock.now()
        record("campaign.trashed", subject=campaign, by=by)
        AFTER_TRASHED()
        timing.arm_purge(campaign, by=by)
        return campaign.id


@operation("campaigns.restore", input=RestoreCampaign, permission="campaign.edit")
def restore_campaign(*, campaign_id: int, by: Actor) -> int:
    """Take it out of the trash, as it was; what is not there stays where it is."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        if campaign.trashed_at:
            campaign.trashed_at = None
            record("campaign.untrashed", subject=campaign, by=by)
            timing.disarm_purge(campaign)
        return campaign.id


def purge(campaign: Campaign, *, by: Actor) -> None:
    """Delete a locked campaign and what hangs on it; its events and its proposals stay as the log.

    Parts with their results and imports with their rows go by their foreign keys.
    """
    note("campaign.purged", subject=campaign, by=by)
    AFTER_PURGE_NOTED()
    timing.disarm(campaign)
    execute(
        delete(Transition).where(
            Transition.team_id == campaign.team_id, Transition.campaign_id == campaign.id
        )
    )
    db.session.delete(campaign)
    db.session.flush()
