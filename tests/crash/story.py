"""The story every crash test tells: everything people do that more than one row must agree on, in
commands, with the background in between.
"""

from pathlib import Path

from flask import Flask

from tests import people
from tests.files import uploads
from tests.imports import staged
from tests.notifications.posts import wishes
from tests.timelines import plans
from webapp.accounts import queries as accounts
from webapp.ads.commands import change_budget
from webapp.ads.queries import planned_parts
from webapp.ads.results import Day, record_results
from webapp.approvals.commands import undo
from webapp.approvals.models import Proposal
from webapp.assignments.commands import ask_for_plan
from webapp.campaigns.commands import archive_campaign, move_campaign
from webapp.campaigns.models import IN_TRASH, Campaign
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.db import acting_for, db, find
from webapp.demo import queries as demos
from webapp.demo.commands import ask_for_demo, remove_demo
from webapp.events.models import Event
from webapp.events.subscriptions import Subscriber, subscribe
from webapp.imports.commands import undo_import
from webapp.playbooks.commands import start_campaign
from webapp.timelines.tasks import trash_task


def write_down_launches(path: Path) -> None:
    """An effect of the test: each launch is a line in a file, the world outside."""

    def act(event: Event) -> None:
        with path.open("a") as file:
            file.write(f"{event.id}\n")

    subscribe(Subscriber("write_down_launches", ("campaign.launched",), "mail", act))


def tell(app: Flask) -> None:
    """A team forms, a campaign is asked for, planned, launched, changed and ends; a draft goes into
    the trash and is purged; a demo is loaded and removed.
    """
    with app.app_context():
        team = people.found_team(app)
        with acting_for(team.id):
            campaign = people.active(team, currency="EUR")
            _plan(team, campaign)
            _tell_somebody(team, campaign)
            _raise_budget(team, campaign)
            batch = staged.stage(campaign, team.alice, staged.report())
            batch = staged.commit(batch, team.alice)
            undo_import(import_batch_id=batch.id, version=batch.version, by=team.alice.actor)
            staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)
            _record_a_day(team, campaign)
            _move(team, campaign, "pause")
            _move(team, campaign, "resume")
            form = people.plan(team, name="A draft beside it")
            unwanted_id = start_campaign(playbook="paid-social", by=team.mia.actor, **form)
            unwanted = find(Campaign, unwanted_id)
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
            demo_id = ask_for_demo(by=team.alice.actor)
            people.run_background()
            remove_demo(demo_id=demo_id, by=team.alice.actor)
            people.run_background()


def _remove_demo() -> None:
    alice_id = accounts.user_at("alice@example.com")
    own = [team.id for team in accounts.teams_of(alice_id)] if alice_id else []
    db.session.rollback()
    db.session.expunge_all()
    if not own:
        return
    with acting_for(own[0]):
        if (demo := demos.of_team()) is not None and demo.is_ready:
            by = Actor.user(alice_id or 0, team_id=own[0], role="owner")
            remove_demo(demo_id=demo.id, by=by)
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


def _plan(team: people.Team, campaign: Campaign) -> None:
    """Two tasks in a row, begun, moved and moved back; a third one in the trash; a search for who
    does them.
    """
    artwork = plans.task(team, campaign, "Artwork", 2)
    masters = plans.task(team, campaign, "Masters", 3)
    plans.after(team, masters, artwork)
    plans.move(team, artwork, "start")
    plans.shift(team, masters, plans.monday(1))
    undo(proposal_id=plans.shift(team, masters, plans.monday(2)), by=team.bob.actor)
    unwanted = plans.task(team, campaign, "Posters", waits_for_id=masters.id)
    trash_task(task_id=unwanted.id, by=team.mia.actor)
    uploads.attach(team.mia, "task", artwork.id)
    ask_for_plan(campaign_id=campaign.id, by=team.mia.actor)
    people.run_background()


def _tell_somebody(team: people.Team, campaign: Campaign) -> None:
    """Bob, who is never left alone, is given work, and the letter leaves."""
    wishes(team.bob, quiet=False)
    plans.assign(team, plans.task(team, campaign, "Press kit"), team.bob.id)
    people.run_background()
    clock.travel(6 * 60)
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
    """What a restarted process does by itself, long enough for every lease and date to pass; a demo
    that was on its way is finished, and removed before its own future begins.
    """
    with app.app_context():
        people.run_background()
        _remove_demo()
        for _ in range(3):
            clock.travel(30 * 86_400)
            people.run_background()
            _remove_demo()
