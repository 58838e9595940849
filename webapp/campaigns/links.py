"""The addresses a campaign's texts lead to: asking for looks at them, by itself and when told."""

from contextlib import suppress

from webapp.campaigns.models import Campaign
from webapp.core.actor import Actor
from webapp.core.errors import NotFound
from webapp.db import find, unit_of_work
from webapp.events.log import note
from webapp.events.models import Event
from webapp.events.subscriptions import on
from webapp.links import commands as links
from webapp.links.urls import found_in
from webapp.operations import Input, operation

ASKED, CHECKED = "link.asked", "link.checked"


class CampaignId(Input):
    campaign_id: int


def links_of(campaign: Campaign) -> list[str]:
    """Every address in what is written about it."""
    return found_in(campaign.description, campaign.target_audience)


@operation("campaigns.check_links", input=CampaignId, permission="campaign.edit")
def check_links(*, campaign_id: int, by: Actor) -> int:
    """Look at every address again, also those that were fine; answers at once."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id)
        campaign.check_kept()
        _ask(campaign, by=by, anew=True)
        return campaign.id


@on("campaign.created", "campaign.changed", "campaign.submitted")
def look_at_the_links_of_what_was_written(event: Event) -> None:
    with unit_of_work(), suppress(NotFound):  # it was purged meanwhile
        campaign = find(Campaign, event.subject_id)
        if not campaign.trashed_at and not campaign.is_closed:
            _ask(campaign, by=Actor.event(event.id, team_id=event.team_id))


def note_checked(campaign_id: int, *, by: Actor) -> None:
    """Say that its addresses were looked at, so that pages show it."""
    with unit_of_work(), suppress(NotFound):
        note(CHECKED, subject=find(Campaign, campaign_id), by=by)


def _ask(campaign: Campaign, *, by: Actor, anew: bool = False) -> None:
    urls = links_of(campaign)
    if urls and links.ask_for(urls, anew=anew):
        note(ASKED, subject=campaign, by=by)
