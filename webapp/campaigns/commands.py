"""Every write of a campaign. Each change of the row records exactly one event, in the same unit of
work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from webapp.accounts import queries as accounts
from webapp.accounts.permissions import permit
from webapp.approvals.commands import propose
from webapp.campaigns import timing
from webapp.campaigns.inputs import (
    Archive,
    Dates,
    EditDates,
    EditWords,
    MoveCampaign,
    SubmitCampaign,
    Words,
)
from webapp.campaigns.models import KEY_LENGTH, Campaign, Transition
from webapp.campaigns.workflow import LAUNCH, State, lifecycle
from webapp.core import clock, fault, zones
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid
from webapp.core.text import fold
from webapp.core.workflow import Step
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.operations import check_version, operation

AFTER_ROW = fault.point("campaigns.after_row")
AFTER_SUBMIT = fault.point("campaigns.after_submit")


@dataclass(frozen=True)
class Moved(Payload):
    """A transition: which move, from where to where."""

    move: str
    was: str
    to: str


@dataclass(frozen=True)
class Created(Payload):
    """A campaign began, with this budget."""

    budget_cents: int


@dataclass(frozen=True)
class Changed(Payload):
    """Which fields were edited (names only)."""

    fields: list[str]


@dataclass(frozen=True)
class BudgetSet(Payload):
    """The budget before and after, minor units."""

    was_cents: int
    budget_cents: int


def create_campaign(
    *, words: Words, dates: Dates, currency: str, budget_cents: int, zone: str, by: Actor
) -> Campaign:
    """A new draft. Called by whoever also splits its budget; the operation is there."""
    with unit_of_work():
        _check_owner(words.owner_id)
        starts, ends = dates.walls()
        assert by.user_id is not None
        campaign = Campaign(
            team_id=current_team(),
            name=words.name,
            name_key=name_key(words.name),
            type=words.type,
            objective=words.objective,
            description=words.description,
            target_audience=words.target_audience,
            owner_id=words.owner_id,
            created_by=by.user_id,
            currency=currency,
            budget_cents=budget_cents,
            zone=zone,
            starts_wall=starts,
            starts_at=zones.to_utc(starts, zone),
            ends_wall=ends,
            ends_at=zones.to_utc(ends, zone),
            target_on=dates.target_on,
        )
        db.session.add(campaign)
        db.session.flush()
        AFTER_ROW()
        record("campaign.created", subject=campaign, by=by, data=Created(budget_cents))
        return campaign


@operation("campaigns.edit", input=EditWords, permission="campaign.edit")
def edit_campaign(
    *,
    campaign_id: int,
    name: str,
    type: str,
    objective: str,
    description: str,
    target_audience: str,
    owner_id: int,
    version: int,
    by: Actor,
) -> int:
    """Change what a campaign says of itself; a stale form is refused with both versions."""
    typed = {
        "name": ("Name", name),
        "type": ("Type", type),
        "objective": ("Objective", objective),
        "description": ("Description", description),
        "target_audience": ("Target audience", target_audience),
        "owner_id": ("Owner", owner_id),
    }
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        check_version(campaign, version, typed)
        if campaign.is_closed or campaign.archived_at:
            raise Conflict("A closed campaign is not edited any more.")
        if owner_id != campaign.owner_id:  # who left the team may stay the owner of what was theirs
            _check_owner(owner_id)
        _change(campaign, {field: value for field, (_, value) in typed.items()}, by)
        return campaign.id


@operation("campaigns.edit_dates", input=EditDates, permission="campaign.edit")
def edit_dates(
    *,
    campaign_id: int,
    start_on: date,
    start_time: time,
    target_on: date,
    end_on: date | None,
    version: int,
    by: Actor,
) -> int:
    """Move a draft's dates. Once approval is asked, dates are part of what was asked for."""
    dates = Dates(start_on=start_on, start_time=start_time, target_on=target_on, end_on=end_on)
    starts, ends = dates.walls()
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        check_version(
            campaign,
            version,
            {
                "starts_wall": ("Start", starts),
                "target_on": ("Target date", target_on),
                "ends_wall": ("End", ends),
            },
        )
        if not campaign.is_draft:
            raise Conflict(
                "Dates are approved with the launch. Take the request back to change them."
            )
        fields = {
            "starts_wall": starts,
            "starts_at": zones.to_utc(starts, campaign.zone),
            "ends_wall": ends,
            "ends_at": zones.to_utc(ends, campaign.zone),
            "target_on": target_on,
        }
        _change(campaign, fields, by)
        return campaign.id


def _change(campaign: Campaign, fields: Mapping[str, object], by: Actor) -> None:
    changed = [name for name, value in fields.items() if getattr(campaign, name) != value]
    for name in changed:
        setattr(campaign, name, fields[name])
    if changed:
        campaign.name_key = name_key(campaign.name)
        record("campaign.changed", subject=campaign, by=by, data=Changed(changed))


def set_budget(campaign: Campaign, budget_cents: int, *, by: Actor) -> None:
    """Set the budget of a locked campaign; the caller changes the shares in the same unit of
    work.
    """
    was, campaign.budget_cents = campaign.budget_cents, budget_cents
    if was != budget_cents:
        record("campaign.budget_set", subject=campaign, by=by, data=BudgetSet(was, budget_cents))


@operation("campaigns.submit", input=SubmitCampaign, permission="proposals.make")
def submit_campaign(*, campaign_id: int, note: str = "", version: int, by: Actor) -> int:
    """Ask for the launch: the draft goes into review and its request through the gate."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        check_version(campaign, version, {})
        if campaign.ends_at <= clock.now():
            raise Invalid({"": "Its end has passed already. Move the dates first."})
        take(campaign, lifecycle.fire("submit", campaign.state), by=by)
        AFTER_SUBMIT()
        return propose(
            LAUNCH,
            campaign.id,
            {"state": State.SCHEDULED},
            campaign_id=campaign.id,
            currency=campaign.currency,
            by=by,
            why=note,
        )


@operation("campaigns.move", input=MoveCampaign, permission="see")
def move_campaign(*, campaign_id: int, move: str, reason: str = "", version: int, by: Actor) -> int:
    """One transition a person may choose; each has its own permission in the workflow's table."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        found = lifecycle.find(move, campaign.state)
        if found is not None and by.kind == "user":
            permit(by, found.permission)
        campaign.check_kept()
        step = lifecycle.fire(move, campaign.state)
        check_version(campaign, version, {})
        if move in ("cancel", "complete"):
            timing.disarm(campaign)
        take(campaign, step, by=by, reason=reason)
        return campaign.id


@operation("campaigns.archive", input=Archive, permission="campaign.manage")
def archive_campaign(*, campaign_id: int, archived: bool, version: int, by: Actor) -> int:
    """Put a closed campaign out of the lists, or back."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        check_version(campaign, version, {})
        if not campaign.is_closed:
            raise Conflict(
                "Complete or cancel it first: what is archived does nothing by itself any more."
            )
        if archived != (campaign.archived_at is not None):
            campaign.archived_at = clock.now() if archived else None
            record(
                "campaign.archived" if archived else "campaign.restored", subject=campaign, by=by
            )
        return campaign.id


def take(campaign: Campaign, step: Step, *, by: Actor, reason: str = "") -> None:
    """Make one step of the lifecycle on a locked campaign: state, event, and a line in the
    transition log.
    """
    campaign.state = step.to
    event = record(step.event, subject=campaign, by=by, data=Moved(step.move, step.was, step.to))
    db.session.add(
        Transition(
            team_id=campaign.team_id,
            campaign_id=campaign.id,
            event_id=event.id,
            move=step.move,
            was=step.was,
            became=step.to,
            by=str(by),
            reason=reason,
        )
    )
    db.session.flush()


def name_key(name: str) -> str:
    """What a search compares with; one sign may fold into many, so the key has its own bound."""
    return fold(name)[:KEY_LENGTH]


def _check_owner(user_id: int) -> None:
    if accounts.membership_of(user_id) is None:
        raise Invalid({"owner_id": "Choose somebody of this team."})
