"""Every write of shared links: make one, change its name and end, revoke one, count a look."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from pydantic import Field, field_validator
from sqlalchemy import update

from webapp.accounts import passwords
from webapp.accounts import queries as accounts
from webapp.campaigns import queries as campaigns
from webapp.core import clock, tokens, zones
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.operations import Input, Secret, check_version, operation
from webapp.sharing.models import ShareLink
from webapp.sharing.queries import taken
from webapp.sharing.sections import sections as known_sections

#: How long a link may last, in days; the first form offers `DEFAULT_DAYS`.
DAYS = (1, 7, 30, 90)
DEFAULT_DAYS = 7
#: Guessing is slowed down, so a link's password may be shorter than a person's.
LEAST_PASSWORD, MOST_PASSWORD = 8, 256

Kind = Literal["live", "frozen"]


@dataclass(frozen=True)
class Shared(Payload):
    """What an outsider may see now, for how long."""

    sections: list[str]
    days: int
    is_live: bool
    has_password: bool


@dataclass(frozen=True)
class LinkEdited(Payload):
    """Until when it was open and is now; whether its name is another."""

    was_until: str
    until: str
    is_renamed: bool


class CreateLink(Input):
    """A link to a campaign. The token comes from the caller, who alone may show it."""

    campaign_id: int
    name: str = Field(min_length=1, max_length=80)
    sections: list[str] = Field(min_length=1)
    days: int = DEFAULT_DAYS
    kind: Kind = "live"
    password: Secret = ""
    token: str = Field(min_length=40, max_length=60)

    @field_validator("sections")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        known = [one.name for one in known_sections()]
        if not set(value) <= set(known):
            raise ValueError("Choose of the list.")
        return [name for name in known if name in value]

    @field_validator("days")
    @classmethod
    def _offered(cls, value: int) -> int:
        if value not in DAYS:
            raise ValueError("Choose one of the list.")
        return value

    @field_validator("password")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < LEAST_PASSWORD:
            raise ValueError(f"Use at least {LEAST_PASSWORD} characters, or leave it empty.")
        if len(value) > MOST_PASSWORD:
            raise ValueError(f"Use at most {MOST_PASSWORD} characters.")
        return value


class EditLink(Input):
    """A link's new name and end, on the clock of the team's zone."""

    share_link_id: int
    version: int
    name: str = Field(min_length=1, max_length=80)
    ends_on: date
    ends_at: time = time()


class RevokeLink(Input):
    share_link_id: int


@operation("sharing.create", input=CreateLink, permission="share")
def create_link(
    *,
    campaign_id: int,
    name: str,
    sections: list[str],
    days: int,
    kind: Kind,
    password: str,
    token: str,
    by: Actor,
) -> int:
    """Make a link; only the hashes of its token and its password are kept. A frozen one takes the
    numbers now.
    """
    password_hash = passwords.hashed(password) if password else ""  # slow: before the unit begins
    with unit_of_work():
        campaigns.campaign(campaign_id).check_kept()
        assert by.user_id is not None
        link = ShareLink(
            team_id=current_team(),
            campaign_id=campaign_id,
            name=name,
            sections=sections,
            is_live=kind == "live",
            numbers=taken(campaign_id, sections) if kind == "frozen" else {},
            token_hash=tokens.hashed(token),
            password_hash=password_hash,
            created_by=by.user_id,
            expires_at=clock.now() + timedelta(days=days),
        )
        db.session.add(link)
        data = Shared(sections, days, kind == "live", bool(password))
        record("share.created", subject=link, by=by, data=data)
        return link.id


@operation("sharing.edit", input=EditLink, permission="share")
def edit_link(
    *,
    share_link_id: int,
    version: int,
    name: str,
    ends_on: date,
    ends_at: time = time(),
    by: Actor,
) -> int:
    """Give an open link another name, or an earlier or later end; its address stays."""
    with unit_of_work():
        link = find(ShareLink, share_link_id, lock=True)
        if not link.is_open:
            raise Conflict("This link has ended and stays closed. Make a new one.")
        check_version(link, version, {"name": ("Who it is for", name)})
        zone = accounts.team().zone
        was, wall = link.expires_at, datetime.combine(ends_on, ends_at)
        if wall != shown_end(was, zone):  # the form shows no seconds
            link.expires_at = _end(wall, zone)
        is_renamed, link.name = link.name != name, name
        if is_renamed or link.expires_at != was:
            data = LinkEdited(was.isoformat(), link.expires_at.isoformat(), is_renamed)
            record("share.edited", subject=link, by=by, data=data)
        return link.id


def shown_end(instant: datetime, zone: str) -> datetime:
    """The end of a link as the form shows it: a wall clock, to the minute."""
    return zones.local(instant, zone).replace(second=0, microsecond=0, tzinfo=None)


def _end(wall: datetime, zone: str) -> datetime:
    instant, now = zones.to_utc(wall, zone), clock.now()
    if instant <= now:
        raise Invalid({"ends_on": "That has passed. To close the link now, revoke it."})
    if instant > now + timedelta(days=max(DAYS)):
        raise Invalid({"ends_on": f"At most {max(DAYS)} days from now."})
    return instant


@operation("sharing.revoke", input=RevokeLink, permission="share")
def revoke_link(*, share_link_id: int, by: Actor) -> int:
    """Close a link at once: its page answers nothing more, its open sockets close."""
    with unit_of_work():
        link = find(ShareLink, share_link_id, lock=True)
        if link.revoked_at is None:
            link.revoked_at = clock.now()
            record("share.revoked", subject=link, by=by)
        return link.id


def count_view(share_id: int) -> None:
    """Somebody opened the page. No command of anybody: an outsider has no account to act with."""
    # A Core update does not move the version: looking is not an edit.
    seen = {"views": ShareLink.views + 1, "last_viewed_at": clock.now()}
    with unit_of_work():
        execute(update(ShareLink).where(ShareLink.id == share_id).values(**seen))
