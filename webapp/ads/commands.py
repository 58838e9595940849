"""Writes about budgets and their split over platforms. Shares always sum to the budget, to the
minor unit.
"""

from dataclasses import dataclass
from datetime import date, time

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.ads.models import AdCampaign
from webapp.ads.platforms import PLATFORMS
from webapp.ads.queries import planned_parts
from webapp.ads.workflow import WHILE, State, lifecycle
from webapp.approvals.commands import propose
from webapp.approvals.kinds import Values
from webapp.campaigns.commands import create_campaign, set_budget
from webapp.campaigns.inputs import Dates, Words
from webapp.campaigns.models import Campaign
from webapp.campaigns.workflow import State as CampaignState
from webapp.core import fault, money
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.operations import Input, Lines, check_version, operation

BUDGET_CHANGE = "budget.change"

AFTER_CAMPAIGN = fault.point("ads.after_campaign")
AFTER_BUDGET = fault.point("ads.after_budget")


@dataclass(frozen=True)
class AdMoved(Payload):
    """A part followed its campaign."""

    move: str
    was: str
    to: str


@dataclass(frozen=True)
class Allocated(Payload):
    """A part's share before and after, minor units."""

    was_cents: int
    allocated_cents: int


class PlanCampaign(Words, Dates):
    """A new campaign with its budget and the platforms it is spent on."""

    currency: str
    budget: str = Field(min_length=1, max_length=40)
    platforms: list[str] = Field(default_factory=list)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value not in money.CURRENCIES:
            raise ValueError("Choose a currency from the list.")
        return value

    @field_validator("budget")
    @classmethod
    def _an_amount(cls, value: str, info: ValidationInfo) -> str:
        """Checked with the other fields, so that a form says everything at once."""
        if currency := info.data.get("currency"):
            money.parse(value, currency)
        return value

    @field_validator("platforms")
    @classmethod
    def _known_platforms(cls, value: list[str]) -> list[str]:
        if unknown := set(value) - set(PLATFORMS):
            raise ValueError(f"Unknown platform: {', '.join(sorted(unknown))}.")
        return list(dict.fromkeys(value))


class ChangeBudget(Input):
    """A new budget and its split: `shares[i]` belongs to `ad_campaign_ids[i]`, major units as
    typed.
    """

    campaign_id: int
    budget: str = Field(min_length=1, max_length=40)
    ad_campaign_ids: list[int] = Field(default_factory=list)
    shares: list[str] = Field(default_factory=list)
    evenly: bool = False
    why: Lines = Field(default="", max_length=1000)
    version: int


class AddPlatform(Input):
    campaign_id: int
    platform: str


@operation("campaigns.create", input=PlanCampaign, permission="campaign.edit")
def plan_campaign(
    *,
    name: str,
    type: str,
    objective: str,
    description: str = "",
    target_audience: str = "",
    owner_id: int,
    start_on: date,
    start_time: time = time(),
    target_on: date,
    end_on: date | None = None,
    currency: str,
    budget: str,
    platforms: list[str] | None = None,
    by: Actor,
) -> int:
    """A new draft with one part per platform; the first split is even, to the minor unit."""
    words = Words(
        name=name,
        type=type,
        objective=objective,
        description=description,
        target_audience=target_audience,
        owner_id=owner_id,
    )
    dates = Dates(start_on=start_on, start_time=start_time, target_on=target_on, end_on=end_on)
    budget_cents = _amount("budget", budget, currency)
    with unit_of_work():
        campaign = create_campaign(
            words=words,
            dates=dates,
            currency=currency,
            budget_cents=budget_cents,
            zone=accounts.team().zone,
            by=by,
        )
        AFTER_CAMPAIGN()
        chosen = platforms or []
        for platform, share in zip(
            chosen, money.split(budget_cents, [1] * len(chosen)), strict=True
        ):
            _new_part(campaign, platform, share, by)
        return campaign.id


def _new_part(
    campaign: Campaign, platform: str, share: int, by: Actor, *, name: str = ""
) -> AdCampaign:
    state = State.LIVE if campaign.state == CampaignState.ACTIVE else State.DRAFT
    part = AdCampaign(
        team_id=campaign.team_id,
        campaign_id=campaign.id,
        platform=platform,
        name=name,
        allocated_cents=share,
        state=state,
    )
    db.session.add(part)
    record("ad_campaign.created", subject=part, by=by, data=Allocated(0, share))
    return part


@operation("ads.add_platform", input=AddPlatform, permission="campaign.edit")
def add_platform(*, campaign_id: int, platform: str, by: Actor) -> int:
    """One more platform: the first one gets the whole budget, later ones nothing yet. Answers the
    part's id.
    """
    if platform not in PLATFORMS:
        raise Invalid({"platform": "Choose one of the list."})
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        if campaign.is_closed:
            raise Conflict("This campaign is closed.")
        parts = planned_parts(campaign.id)
        if any(part.platform == platform for part in parts):
            raise Invalid({"platform": "It is there already."})
        return _new_part(campaign, platform, 0 if parts else campaign.budget_cents, by).id


def part_from_report(campaign_id: int, platform: str, name: str, *, by: Actor) -> AdCampaign:
    """The part a report names, made on first sight; it has no share of the budget of its own."""
    with unit_of_work():
        found = db.session.scalars(
            select(AdCampaign).where(
                AdCampaign.team_id == current_team(),
                AdCampaign.campaign_id == campaign_id,
                AdCampaign.platform == platform,
                AdCampaign.name == name,
            )
        ).one_or_none()
        return found or _new_part(find(Campaign, campaign_id), platform, 0, by, name=name)


@operation("ads.change_budget", input=ChangeBudget, permission="proposals.make")
def change_budget(
    *,
    campaign_id: int,
    budget: str,
    ad_campaign_ids: list[int] | None = None,
    shares: list[str] | None = None,
    evenly: bool = False,
    why: str = "",
    version: int,
    by: Actor,
) -> int:
    """A draft's budget changes at once; after that it is a proposal, asked above the team's limit.

    Answers the proposal's id, or 0 when a draft was changed.
    """
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        check_version(campaign, version, {"budget_cents": ("Budget", budget)})
        total = _amount("budget", budget, campaign.currency)
        after = {
            "budget_cents": total,
            "shares": _shares(campaign, total, ad_campaign_ids, shares, evenly),
        }
        check_split(campaign.id, after)
        if campaign.is_draft:
            set_split(campaign, after, by)
            return 0
        if campaign.is_closed:
            raise Conflict("This campaign is closed: its budget stays as it was.")
        if campaign.state == CampaignState.IN_REVIEW:
            raise Conflict(
                "The budget is part of what is being approved. Take the request back to change it."
            )
        if after == before_change(campaign):
            raise Invalid({"budget": "That is what it is already."})
        return propose(
            BUDGET_CHANGE,
            campaign.id,
            after,
            campaign_id=campaign.id,
            currency=campaign.currency,
            by=by,
            why=why,
        )


def _shares(
    campaign: Campaign, total: int, ids: list[int] | None, typed: list[str] | None, evenly: bool
) -> dict[str, int]:
    parts = planned_parts(campaign.id)
    if evenly or not ids:
        weights = [1] * len(parts) if evenly else [part.allocated_cents for part in parts]
        return {
            str(part.id): share
            for part, share in zip(parts, money.split(total, weights), strict=True)
        }
    if len(ids) != len(typed or []):
        raise Invalid({"shares": "Each platform needs its share."})
    return {
        str(i): _amount("shares", t or "0", campaign.currency)
        for i, t in zip(ids, typed or [], strict=True)
    }


def before_change(campaign: Campaign) -> Values:
    """The present budget and its shares, as a proposal compares them."""
    shares = {str(part.id): part.allocated_cents for part in planned_parts(campaign.id)}
    return {"budget_cents": campaign.budget_cents, "shares": shares}


def check_split(campaign_id: int, after: Values) -> None:
    """Raise Invalid unless the shares name every planned part once and sum to the budget."""
    campaign = find(Campaign, campaign_id)
    parts = {str(part.id) for part in planned_parts(campaign_id)}
    total, shares = after["budget_cents"], after["shares"]
    if set(shares) != parts:
        raise Invalid({"shares": "The platforms changed meanwhile. Load the page again."})
    if parts and (gap := total - sum(shares.values())):
        words = money.words(abs(gap), campaign.currency, cents=True)
        raise Invalid(
            {"shares": f"The shares are {words} {'short of' if gap > 0 else 'above'} the budget."}
        )


def set_split(campaign: Campaign, after: Values, by: Actor) -> None:
    """Write a checked budget and its shares on a locked campaign, in the caller's unit of work."""
    set_budget(campaign, after["budget_cents"], by=by)
    AFTER_BUDGET()
    for part in planned_parts(campaign.id):
        share = after["shares"][str(part.id)]
        if part.allocated_cents != share:
            was, part.allocated_cents = part.allocated_cents, share
            record("ad_campaign.allocated", subject=part, by=by, data=Allocated(was, share))


def follow_campaign(campaign_id: int, *, by: Actor) -> None:
    """Bring every part to what its campaign is now, whatever order the news of it came in."""
    with unit_of_work():
        try:
            campaign = find(Campaign, campaign_id, lock=True)
        except NotFound:  # purged: its parts went with it
            return
        query = select(AdCampaign).where(
            AdCampaign.team_id == campaign.team_id, AdCampaign.campaign_id == campaign_id
        )
        for part in db.session.scalars(query.order_by(AdCampaign.id).with_for_update()):
            moves = WHILE.get(CampaignState(campaign.state), ())
            move = next((one for one in moves if lifecycle.find(one, part.state)), None)
            if move is not None:
                step = lifecycle.fire(move, part.state)
                part.state = step.to
                record(step.event, subject=part, by=by, data=AdMoved(step.move, step.was, step.to))


def _amount(field: str, typed: str, currency: str) -> int:
    try:
        return money.parse(typed, currency)
    except ValueError as error:
        raise Invalid({field: str(error)}) from None
