"""The commands of playbooks: keep a campaign as one, begin a campaign from one, and clone a
campaign, which is both at once without keeping anything.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal

from pydantic import Field, field_validator
from sqlalchemy import select

from webapp.accounts.commands import lock_team
from webapp.ads.commands import PlanCampaign, plan_campaign, set_split
from webapp.ads.queries import planned_parts
from webapp.campaigns.models import TYPES, Campaign
from webapp.campaigns.playbook_parts import Data, part_named, parts
from webapp.core import fault, money
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.core.text import fold
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, note, record
from webapp.operations import Input, Lines, check_version, operation
from webapp.playbooks import queries
from webapp.playbooks.models import Playbook

AFTER_CAMPAIGN = fault.point("playbooks.after_campaign")


@dataclass(frozen=True)
class Started(Payload):
    """What a campaign was begun from: a playbook's row, or another campaign; neither for a shipped
    playbook.
    """

    playbook_id: int | None = None
    campaign_id: int | None = None


class SavePlaybook(Input):
    """Keep what a campaign is made of under a name."""

    campaign_id: int
    name: str = Field(min_length=1, max_length=120)
    description: Lines = Field(default="", max_length=2000)


class EditPlaybook(Input):
    playbook_id: int
    name: str = Field(min_length=1, max_length=120)
    type: Literal[tuple(TYPES)]  # type: ignore[valid-type]
    description: Lines = Field(default="", max_length=2000)
    version: int


class UsePlaybook(Input):
    """Lay a playbook out in a campaign that has no plan yet."""

    campaign_id: int
    playbook: str = Field(min_length=1, max_length=40)


class StartCampaign(PlanCampaign):
    """A new campaign, from a playbook when one is named."""

    playbook: str = Field(default="", max_length=40)


class CloneCampaign(Input):
    """Another campaign like this one, for another target day; its other dates keep their distance
    to it.
    """

    campaign_id: int
    name: str = Field(min_length=1, max_length=120)
    target_on: date

    @field_validator("target_on")
    @classmethod
    def _in_our_time(cls, value: date) -> date:
        if not 2000 < value.year < 2100:
            raise ValueError("Check the year.")
        return value


@operation("playbooks.save", input=SavePlaybook, permission="playbooks.manage")
def save_playbook(*, campaign_id: int, name: str, description: str, by: Actor) -> int:
    """Keep a campaign's parts as a playbook, dates counted from its target."""
    with unit_of_work():
        campaign = find(Campaign, campaign_id)
        kept = export(campaign_id)
        if not kept:
            raise Conflict("There is nothing planned in this campaign yet.")
        assert by.user_id is not None
        playbook = Playbook(
            team_id=current_team(),
            name=name,
            name_key=_free_key(name),
            type=campaign.type,
            description=description,
            parts=kept,
            created_by=by.user_id,
        )
        db.session.add(playbook)
        record("playbook.saved", subject=playbook, by=by, data=Started(campaign_id=campaign_id))
        return playbook.id


@operation("playbooks.edit", input=EditPlaybook, permission="playbooks.manage")
def edit_playbook(
    *, playbook_id: int, name: str, type: str, description: str, version: int, by: Actor
) -> int:
    """Change what a playbook says of itself; a stale form is refused with both versions."""
    typed = {
        "name": ("Name", name),
        "type": ("Type", type),
        "description": ("Description", description),
    }
    with unit_of_work():
        lock_team()  # before the playbook, as by whoever restores one
        playbook = find(Playbook, playbook_id, lock=True)
        check_version(playbook, version, typed)
        if playbook.trashed_at is not None:
            raise Conflict("This playbook is in the trash. Restore it first.")
        if any(getattr(playbook, field) != value for field, (_, value) in typed.items()):
            if _key(name) != playbook.name_key:
                playbook.name_key = _free_key(name)
            playbook.name, playbook.type, playbook.description = name, type, description
            record("playbook.changed", subject=playbook, by=by)
        return playbook.id


@operation("playbooks.start", input=StartCampaign, permission="campaign.edit")
def start_campaign(*, playbook: str = "", by: Actor, **form: Any) -> int:
    """A new draft, with everything a playbook holds laid out backwards from its target."""
    with unit_of_work():
        chosen = _chosen(playbook) if playbook else None
        campaign_id = plan_campaign(**form, by=by)
        if chosen is not None:
            AFTER_CAMPAIGN()
            _lay(campaign_id, chosen.parts, chosen.name, Started(playbook_id=chosen.id), by)
        return campaign_id


@operation("playbooks.use", input=UsePlaybook, permission="campaign.edit")
def use_playbook(*, campaign_id: int, playbook: str, by: Actor) -> int:
    """Lay a playbook out in a campaign that has nothing of it yet."""
    with unit_of_work():
        chosen = _chosen(playbook)
        _lay(campaign_id, chosen.parts, chosen.name, Started(playbook_id=chosen.id), by)
        return campaign_id


@operation("campaigns.clone", input=CloneCampaign, permission="campaign.edit")
def clone_campaign(*, campaign_id: int, name: str, target_on: date, by: Actor) -> int:
    """Another draft like a campaign: its words, its budget with the same split, its plan counted
    back from the new target. Results, requests and people's work stay where they were.
    """
    with unit_of_work():
        old = find(Campaign, campaign_id)
        shift = target_on - old.target_on
        new_id = plan_campaign(
            name=name,
            type=old.type,
            objective=old.objective,
            description=old.description,
            target_audience=old.target_audience,
            owner_id=by.user_id or old.owner_id,
            start_on=old.starts_wall.date() + shift,
            start_time=time(old.starts_wall.hour, old.starts_wall.minute),
            target_on=target_on,
            end_on=old.last_on + shift,
            currency=old.currency,
            budget=money.typed(old.budget_cents, old.currency),
            platforms=[part.platform for part in planned_parts(campaign_id)],
            by=by,
        )
        _split_alike(campaign_id, find(Campaign, new_id, lock=True), by)
        AFTER_CAMPAIGN()
        _lay(new_id, export(campaign_id), old.name, Started(campaign_id=campaign_id), by)
        return new_id


def _split_alike(old_id: int, new: Campaign, by: Actor) -> None:
    """The same share of the budget for each platform."""
    shares = {part.platform: part.allocated_cents for part in planned_parts(old_id)}
    fresh = {str(part.id): shares[part.platform] for part in planned_parts(new.id)}
    set_split(new, {"budget_cents": new.budget_cents, "shares": fresh}, by)


def export(campaign_id: int) -> dict[str, Data]:
    """What a campaign has of every registered part."""
    found = {part.name: part.export(campaign_id) for part in parts()}
    return {name: data for name, data in found.items() if data}


def _lay(campaign_id: int, kept: dict[str, Data], name: str, started: Started, by: Actor) -> None:
    """Lay parts out in a campaign. A part this release does not know is left out."""
    campaign = find(Campaign, campaign_id, lock=True)
    for part_name, data in kept.items():
        if (part := part_named(part_name)) is not None:
            part.lay(campaign_id, data, by)
    note("campaign.outlined", subject=campaign, by=by, data=started)


def _chosen(ref: str) -> queries.Choice:
    try:
        found = queries.choice(ref)
    except NotFound:
        raise Invalid({"playbook": "Choose one of the list."}) from None
    if found.trashed_at is not None:
        raise Invalid({"playbook": "This playbook is in the trash."})
    return found


def _key(name: str) -> str:
    """What names are compared by, as much of it as the column holds."""
    return fold(name)[:240]


def _free_key(name: str) -> str:
    lock_team()  # two of the same name at once: the second one is told
    key = _key(name)
    if is_taken(key):
        raise Invalid({"name": "There is a playbook of that name already."})
    return key


def is_taken(key: str) -> bool:
    """Whether a playbook that is kept has the folded name."""
    query = select(Playbook.id).where(
        Playbook.team_id == current_team(),
        Playbook.name_key == key,
        Playbook.trashed_at.is_(None),
    )
    return db.session.scalar(query) is not None
