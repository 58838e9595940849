"""Parts follow their campaign: it launches, they go live; it pauses, they pause."""

from webapp.ads.commands import follow_campaign
from webapp.core.actor import Actor
from webapp.events.models import Event
from webapp.events.subscriptions import on


@on(
    "campaign.launched",
    "campaign.paused",
    "campaign.resumed",
    "campaign.completed",
    "campaign.cancelled",
    "campaign.failed",
)
def move_ad_campaigns_with_their_campaign(event: Event) -> None:
    follow_campaign(event.subject_id, by=Actor.event(event.id, team_id=event.team_id))
