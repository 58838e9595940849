"""The timers of a campaign: its start, its end, its purge. What they do is in `policies`."""

from datetime import datetime

from webapp.availability import queries as availability
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.core.actor import Actor
from webapp.events import timers

PURGE_DUE = "campaign.purge_due"


def closed_until(campaign: Campaign) -> tuple[datetime, str] | None:
    """When the days on which it would start are over, and why they are closed; None when it may
    start at its time, or now when that is past.
    """
    day = zones.today(max(campaign.starts_at, clock.now()), campaign.zone)
    opens_on, why = availability.open_from(day, campaign.id)
    return (zones.day_start(opens_on, campaign.zone), why) if opens_on != day else None


def arm_start(campaign: Campaign, *, by: Actor, due_at: datetime | None = None) -> None:
    """Let the start come at its time, or at a later one; at once when that is past."""
    timers.arm(
        _key(campaign, "start"),
        "campaign.start_due",
        due_at=due_at or campaign.starts_at,
        team_id=campaign.team_id,
        campaign_id=campaign.id,
        label_key="timer.campaign_starts",
        by=by,
    )


def arm_end(campaign: Campaign, *, by: Actor) -> None:
    """Let the end come at its time; at once, and once more if it came before, when that is past."""
    timers.arm(
        _key(campaign, "end"),
        "campaign.end_due",
        due_at=campaign.ends_at,
        team_id=campaign.team_id,
        campaign_id=campaign.id,
        label_key="timer.campaign_ends",
        by=by,
    )


def disarm(campaign: Campaign) -> None:
    """Neither start nor end comes by itself any more."""
    timers.cancel(_key(campaign, "start"))
    timers.cancel(_key(campaign, "end"))


def arm_purge(campaign: Campaign, *, by: Actor) -> None:
    """Let it be deleted for good when its time in the trash is over.

    The event says which stay in the trash it ends: one that comes late must not end the next.
    """
    assert campaign.trashed_at is not None
    assert campaign.purge_at is not None
    timers.arm(
        _key(campaign, "purge"),
        PURGE_DUE,
        due_at=campaign.purge_at,
        team_id=campaign.team_id,
        campaign_id=campaign.id,
        data={"trashed_at": campaign.trashed_at.isoformat()},
        label_key="timer.campaign_purged",
        by=by,
    )


def disarm_purge(campaign: Campaign) -> None:
    """It stays."""
    timers.cancel(_key(campaign, "purge"))


def _key(campaign: Campaign, purpose: str) -> str:
    return f"campaign:{campaign.id}:{purpose}"
