"""Reads of shared links: by token for an outsider, by team for its members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from webapp.accounts.models import Team, User
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, tokens
from webapp.core.errors import NotFound
from webapp.db import current_team, execute
from webapp.sharing.models import ShareLink
from webapp.sharing.numbers import heading_of
from webapp.sharing.sections import Numbers, numbers_of

#: One answer for every link that does not open, whatever the reason.
GONE = "This link does not work. Ask whoever sent it for a new one."


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that works now, as plain values."""

    id: int
    team_id: int
    campaign_id: int
    team_name: str
    zone: str
    sections: tuple[str, ...]
    is_live: bool
    numbers: Numbers
    token_hash: str
    password_hash: str
    created_at: datetime
    expires_at: datetime


def _is_open() -> tuple[ColumnElement[bool], ...]:
    return (ShareLink.revoked_at.is_(None), ShareLink.expires_at > clock.now())


def _opened(*where: ColumnElement[bool]) -> OpenLink:
    """The open link that fits, or NotFound: wrong, expired and revoked are the same answer."""
    row = execute(
        select(
            ShareLink.id,
            ShareLink.team_id,
            ShareLink.campaign_id,
            Team.name,
            Team.zone,
            ShareLink.sections,
            ShareLink.is_live,
            ShareLink.numbers,
            ShareLink.token_hash,
            ShareLink.password_hash,
            ShareLink.created_at,
            ShareLink.expires_at,
        )
        .join(Team, Team.id == ShareLink.team_id)
        .where(*where, *_is_open())
    ).one_or_none()
    if row is None:
        raise NotFound(GONE)
    values = row._asdict()
    name, sections = values.pop("name"), tuple(values.pop("sections"))
    return OpenLink(team_name=name, sections=sections, **values)


def link_behind(token: str) -> OpenLink:
    """The open link of a token, or NotFound. Whose it is is known only now: no team is asked."""
    return _opened(ShareLink.token_hash == tokens.hashed(token))


def open_link(share_id: int) -> OpenLink:
    """An open link of this team by its id, or NotFound."""
    return _opened(ShareLink.id == share_id, ShareLink.team_id == current_team())


def live_links(share_ids: set[int]) -> dict[int, datetime]:
    """Those of the links whose sockets may stay open, and until when."""
    found: dict[int, datetime] = {}
    wanted = sorted(share_ids)
    for start in range(0, len(wanted), 500):
        batch = ShareLink.id.in_(wanted[start : start + 500])
        query = select(ShareLink.id, ShareLink.expires_at)
        rows = execute(query.where(batch, ShareLink.is_live, *_is_open()))
        found |= {row.id: row.expires_at for row in rows}
    return found


def heading(link: OpenLink) -> Numbers:
    """What stands over everything a link shows. NotFound once the campaign is in the trash or gone:
    then there is nothing to share.
    """
    campaign = campaigns.known(link.campaign_id)
    if campaign is None or campaign.trashed_at is not None:
        raise NotFound(GONE)
    found: Numbers = heading_of(campaign.id) if link.is_live else link.numbers["heading"]
    return found


def shown(link: OpenLink, *names: str) -> dict[str, Numbers]:
    """What a link shows of these sections (all it has, unless named), with its heading."""
    wanted = [name for name in link.sections if name in names or not names]
    over = {"heading": heading(link)}
    if link.is_live:
        return over | numbers_of(link.campaign_id, wanted)
    return over | {name: link.numbers[name] for name in wanted if name in link.numbers}


def taken(campaign_id: int, names: list[str]) -> dict[str, Numbers]:
    """The numbers as they are now: what a live link shows and a frozen one keeps."""
    return {"heading": heading_of(campaign_id), **numbers_of(campaign_id, names)}


def is_of(link_id: int, token: str) -> bool:
    """Whether a token is the one of this team's link."""
    mine = ShareLink.id == link_id, ShareLink.team_id == current_team()
    found = execute(select(ShareLink.token_hash).where(*mine)).scalar_one_or_none()
    return tokens.same(found or "", tokens.hashed(token))


def links(campaign_id: int | None = None) -> list[Row[Any]]:
    """The team's open links (of one campaign), the newest first; never their numbers or tokens."""
    query = (
        select(
            ShareLink.id,
            ShareLink.campaign_id,
            ShareLink.name,
            ShareLink.sections,
            ShareLink.is_live,
            (ShareLink.password_hash != "").label("has_password"),
            ShareLink.expires_at,
            ShareLink.views,
            ShareLink.last_viewed_at,
            User.name.label("made_by"),
            Campaign.name.label("campaign_name"),
        )
        .join(User, User.id == ShareLink.created_by)
        .join(
            Campaign,
            (Campaign.team_id == ShareLink.team_id) & (Campaign.id == ShareLink.campaign_id),
        )
        .where(ShareLink.team_id == current_team(), *_is_open())
    )
    if campaign_id is not None:
        query = query.where(ShareLink.campaign_id == campaign_id)
    return list(execute(query.order_by(ShareLink.id.desc()).limit(200)).all())
