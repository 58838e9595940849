"""The people every test knows, and ready-made campaigns: all made through commands, so that their
events exist.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tasks import context
from webapp.accounts import commands as accounts
from webapp.accounts import joining
from webapp.accounts.queries import teams_of
from webapp.ads.commands import plan_campaign
from webapp.approvals.commands import decide
from webapp.approvals.models import Proposal
from webapp.campaigns.commands import submit_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock, tokens, zones
from webapp.core.actor import Actor
from webapp.db import acting_for, db, find
from webapp.events import receipts, timers
from webapp.events.relay import relay_batch
from webapp.sharing.commands import create_link
from webapp.sharing.models import ShareLink

PASSWORD = "seven quiet lanterns"
BROWSER = joining.Browser("127.0.0.1", "a test")


@dataclass(frozen=True)
class Person:
    """Somebody with an account in a team."""

    id: int
    email: str
    actor: Actor

    def sign_in(self, app: Flask) -> FlaskClient:
        """A browser signed in as this person."""
        client = app.test_client()
        answer = client.post(
            "/login", data={"email": self.email, "password": PASSWORD, "remember": "1"}
        )
        assert answer.status_code == 303, answer.text
        return client


@dataclass(frozen=True)
class Team:
    """Alice's team with its people, and Charlie from elsewhere."""

    id: int
    alice: Person
    bob: Person
    mia: Person
    vera: Person
    charlie: Person


def found_team(app: Flask) -> Team:
    """Make everybody. Call inside an application context, with no team set."""
    alice_id = joining.sign_up(_form("Alice Arden", "alice@example.com", "Northlight"), mode="open")
    team_id = teams_of(alice_id)[0].id
    alice = Person(
        alice_id, "alice@example.com", Actor.user(alice_id, team_id=team_id, role="owner")
    )
    others = [
        invited(team_id, alice.actor, name, role)
        for name, role in (
            ("Bob Brook", "manager"),
            ("Mia Moss", "member"),
            ("Vera Vale", "viewer"),
        )
    ]
    charlie_id = joining.sign_up(
        _form("Charlie Cole", "charlie@example.com", "Elsewhere"), mode="open"
    )
    elsewhere = teams_of(charlie_id)[0].id
    charlie = Person(
        charlie_id, "charlie@example.com", Actor.user(charlie_id, team_id=elsewhere, role="owner")
    )
    db.session.rollback()
    db.session.expunge_all()
    return Team(team_id, alice, *others, charlie)


def _form(name: str, email: str, team_name: str) -> joining.SignUp:
    return joining.SignUp(name=name, email=email, password=PASSWORD, team_name=team_name)


def invited(team_id: int, by: Actor, name: str, role: Any) -> Person:
    """Somebody more in a team, who joined by an invitation. Call with no team set."""
    token = tokens.new_token()
    with acting_for(team_id):
        accounts.invite(role=role, label="", token=token, by=by)
    db.session.expunge_all()
    email = f"{name.split()[0].lower()}@example.com"
    user_id = joining.join(token, joining.Person(name=name, email=email, password=PASSWORD))
    db.session.expunge_all()
    return Person(user_id, email, Actor.user(user_id, team_id=team_id, role=role))


def plan(team: Team, **changes: Any) -> dict[str, Any]:
    """The form of a new campaign, with what differs."""
    today = zones.today(clock.now(), "UTC")
    values = {
        "name": "Tidal Lines EP",
        "type": "music_release",
        "objective": "streams",
        "description": "Five songs",
        "target_audience": "Listeners of quiet guitars",
        "owner_id": team.alice.id,
        "start_on": today + timedelta(days=1),
        "target_on": today + timedelta(days=15),
        "currency": "USD",
        "budget": "9,000",
        "platforms": ["google", "instagram", "tiktok"],
    }
    return values | changes


def draft(team: Team, **changes: Any) -> Campaign:
    return find(Campaign, plan_campaign(**plan(team, **changes), by=team.alice.actor))


def submitted(team: Team, **changes: Any) -> tuple[Campaign, Proposal]:
    """A campaign in review with its request."""
    campaign = draft(team, **changes)
    proposal_id = submit_campaign(
        campaign_id=campaign.id, version=campaign.version, by=team.alice.actor
    )
    return campaign, find(Proposal, proposal_id)


def approve(proposal: Proposal, by: Person, **changes: Any) -> None:
    values = {
        "proposal_id": proposal.id,
        "decision": "approve",
        "version": proposal.version,
        "by": by.actor,
    }
    decide(**(values | changes))


def scheduled(team: Team, **changes: Any) -> Campaign:
    campaign, proposal = submitted(team, **changes)
    approve(proposal, team.bob)
    return campaign


def active(team: Team, **changes: Any) -> Campaign:
    """A running campaign: approved by Bob, its start has come."""
    campaign = scheduled(team, **changes)
    clock.travel((campaign.starts_at - clock.now()).total_seconds() + 1)
    run_background()
    return campaign


def shared(team: Team, campaign: Campaign, token: str = "", **changes: Any) -> ShareLink:
    """A link to a campaign, made by Bob; of everything, live, for a week, unless told."""
    values = {
        "campaign_id": campaign.id,
        "name": "Label partners",
        "sections": ["overview", "spend", "results"],
        "days": 7,
        "kind": "live",
        "password": "",
        "token": token or tokens.new_token(),
        "by": team.bob.actor,
    }
    return find(ShareLink, create_link(**(values | changes)))


def run_background() -> None:
    """Everything the worker would do now, until nothing is left: timers, relay, receipts.

    In a thread of its own, as a worker is: a fresh session, no team. The test's rows are read again
    afterwards.
    """
    db.session.rollback()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_work_until_quiet).result()
    db.session.expire_all()


def _work_until_quiet() -> None:
    for _ in range(100):
        with context.fresh():
            fired = timers.fire_due()
            batch = relay_batch()
            offers = (batch.offers if batch else []) + receipts.sweep()
        for offer in offers:
            with context.fresh():
                settle = receipts.settle if offer.queue == "policies" else receipts.perform
                settle(offer.team_id, offer.receipt_id)
        if not fired and not offers and not (batch and batch.events):
            return
    raise AssertionError("the background never came to rest")
