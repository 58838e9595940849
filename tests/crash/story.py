"""The story every crash test tells: everything people do that more than one row must agree on, in
commands, with the background in between.
"""

from pathlib import Path

from flask import Flask

from tests import people
from tests.imports import staged
from webapp.ads.commands import change_budget
from webapp.ads.queries import planned_parts
from webapp.ads.results import Day, record_results
from webapp.approvals.models import Proposal
from webapp.campaigns.commands import archive_campaign, move_campaign
from webapp.campaigns.models import IN_TRASH, Campaign
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock
from webapp.db import acting_for, find
from webapp.events.models import Event
from webapp.events.subscriptions import Subscriber, subscribe
from webapp.imports.commands import undo_import


def write_down_launches(path: Path) -> None:
    """An effect of the test: each launch is a line in a file, the world outside."""

    def act(event: Event) -> None:
        with path.open("a") as file:
            file.write(f"{event.id}\n")

    subscribe(Subscriber("write_down_launches", ("campaign.launched",), "mail", act))


def tell(app: Flask) -> None:
    """A team forms, a campaign is planned, asked for, launched, changed and ends; a draft goes into
    the trash and is purged.
    """
    with app.app_context():
        team = people.found_team(app)
        with acting_for(team.id):
            campaign = people.active(team, currency="EUR")
            _raise_budget(team, campaign)
            batch = staged.stage(campaign, team.alice, staged.report())
            batch = staged.commit(batch, team.alice)
            undo_import(import_batch_id=batch.id, version=batch.version, by=team.alice.actor)
            staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)
            _record_a_day(team, campaign)
            _move(team, campaign, "pause")
            _move(team, campaign, "resume")
            unwanted = people.draft(team, name="A draft beside it")
            trash_campaign(campaign_id=unwanted.id, version=unwanted.version, by=team.mia.actor)
            clock.travel((campaign.ends_at - clock.now()).total_seconds() + 1)
            people.run_background()
            archive_campaign(
                campaign_id=campaign.id,
                archived=True,
                version=campaign.version,
                by=team.alice.actor,
            )
            people.run_background()
            clock.travel(IN_TRASH.total_seconds() + 1)
            people.run_background()


def _raise_budget(team: people.Team, campaign: Campaign) -> None:
    proposal_id = change_budget(
        campaign_id=campaign.id,
        budget="12,000.01",
        evenly=True,
        version=campaign.version,
        by=team.alice.actor,
    )
    people.approve(find(Proposal, proposal_id), team.bob)
    people.run_background()


def _record_a_day(team: people.Team, campaign: Campaign) -> None:
    day = Day(on=clock.now().date(), spend="12.50", impressions=900)
    part = planned_parts(campaign.id)[0]
    record_results(ad_campaign_id=part.id, days=[day], by=team.mia.actor)


def _move(team: people.Team, campaign: Campaign, move: str) -> None:
    campaign = find(Campaign, campaign.id)
    move_campaign(campaign_id=campaign.id, move=move, version=campaign.version, by=team.alice.actor)
    people.run_background()


def recover(app: Flask) -> None:
    """What a restarted process does by itself, long enough for every lease and date to pass."""
    with app.app_context():
        people.run_background()
        for _ in range(3):
            clock.travel(30 * 86_400)
            people.run_background()
