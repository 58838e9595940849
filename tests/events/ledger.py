"""Short questions about the ledger, and one event to work with."""

from sqlalchemy import select

from tests.events.apart import apart
from tests.people import Team
from webapp.campaigns.commands import set_budget
from webapp.campaigns.models import Campaign
from webapp.db import acting_for, db, find, unit_of_work
from webapp.events.models import Event, Receipt, Timer
from webapp.events.relay import Offer, relay_batch


def budget_set(team: Team, campaign: Campaign, cents: int = 5_00) -> int:
    """Record one `campaign.budget_set`; answers the event's id."""
    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), cents, by=team.alice.actor)
    return newest_event("campaign.budget_set").id


def relayed() -> list[Offer]:
    """Relay everything elsewhere; answers what to put on queues."""
    offers: list[Offer] = []
    while (batch := apart(relay_batch)) and batch.events:
        offers += batch.offers
    return offers


def newest_event(name: str) -> Event:
    query = select(Event).where(Event.name == name).order_by(Event.id.desc()).limit(1)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def events(name: str) -> list[Event]:
    query = select(Event).where(Event.name == name).order_by(Event.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def receipt(receipt_id: int) -> Receipt:
    query = select(Receipt).where(Receipt.id == receipt_id)
    db.session.rollback()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def timer(key: str) -> Timer:
    query = select(Timer).where(Timer.key == key)
    db.session.rollback()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def raise_budget(team: Team, campaign_id: int, by_cents: int = 1) -> None:
    """What a policy may do: add to the budget of a campaign in its own nested unit."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        set_budget(campaign, campaign.budget_cents + by_cents, by=team.alice.actor)


def write_once(team: Team, campaign_id: int) -> None:
    """One command as a request would run it."""
    with acting_for(team.id):
        raise_budget(team, campaign_id)
