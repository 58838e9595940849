"""Reads of guests: the link behind a token, how it stands, the links of a request, what guests said
and what they are called.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, or_, select

from webapp.accounts.models import Team, User
from webapp.approvals.models import Approval, GuestComment, GuestLink, Proposal, Stage
from webapp.approvals.workflow import State
from webapp.core import clock, tokens
from webapp.core.errors import NotFound
from webapp.db import current_team, db, execute, find

#: One answer for every link that does not open, whatever the reason.
GONE = "This link does not work, or not any more. Ask whoever sent it for a new one."

#: May say something now; decided already; or what it was about has changed since.
Standing = Literal["open", "spoken", "changed"]


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that was neither revoked nor ran out, and whose it is."""

    id: int
    team_id: int
    team_name: str
    zone: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """What a guest's link leads to; `word` is what they decided."""

    link: GuestLink
    stage: Stage
    proposal: Proposal
    standing: Standing
    word: Approval | None


def link_behind(token: str) -> OpenLink:
    """The link of a token, or NotFound. Whose it is is known only now: no team is asked."""
    row = execute(
        select(GuestLink.id, GuestLink.team_id, Team.name, Team.zone, GuestLink.expires_at)
        .join(Team, Team.id == GuestLink.team_id)
        .where(
            GuestLink.token_hash == tokens.hashed(token),
            GuestLink.revoked_at.is_(None),
            GuestLink.expires_at > clock.now(),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return OpenLink(*row)


def is_of(link_id: int, token: str) -> bool:
    """Whether this team's link has this token; not when the form made it with an earlier press."""
    mine = GuestLink.id == link_id, GuestLink.team_id == current_team()
    found = execute(select(GuestLink.token_hash).where(*mine)).scalar_one_or_none()
    return tokens.same(found or "", tokens.hashed(token))


def review(link_id: int) -> Review:
    """What this team's link leads to now, or NotFound where it is dead."""
    link = find(GuestLink, link_id)
    stage, proposal = find(Stage, link.stage_id), find(Proposal, link.proposal_id)
    standing = standing_of(link, stage, proposal)
    if standing is None:
        raise NotFound(GONE)
    return Review(link, stage, proposal, standing, _word(link) if link.used_at else None)


def standing_of(link: GuestLink, stage: Stage, proposal: Proposal) -> Standing | None:
    """How a link stands; None when it is dead: revoked, over, or its stage ended without it."""
    if link.revoked_at is not None or link.expires_at <= clock.now():
        return None
    if link.used_at is not None:
        return "spoken"
    if proposal.state == State.IN_REVIEW and stage.opened_at and stage.done_at is None:
        return "open"
    is_waiting = proposal.state == State.IN_REVIEW
    if proposal.state == State.STALE or (is_waiting and stage.round < proposal.round):
        return "changed"
    return None


def _word(link: GuestLink) -> Approval | None:
    query = select(Approval).where(
        Approval.team_id == link.team_id,
        Approval.stage_id == link.stage_id,
        Approval.approver_kind == "guest",
        Approval.approver_id == link.id,
    )
    return db.session.scalars(query).one_or_none()


def links(proposal_id: int) -> list[Row[Any]]:
    """A request's links that can still be opened, the oldest first; never their tokens."""
    query = (
        select(
            GuestLink.id,
            GuestLink.label,
            GuestLink.guest_name,
            GuestLink.may_decide,
            GuestLink.expires_at,
            GuestLink.last_viewed_at,
            GuestLink.used_at,
            User.name.label("made_by"),
        )
        .join(Stage, (Stage.team_id == GuestLink.team_id) & (Stage.id == GuestLink.stage_id))
        .join(User, User.id == GuestLink.created_by)
        .where(
            GuestLink.team_id == current_team(),
            GuestLink.proposal_id == proposal_id,
            GuestLink.revoked_at.is_(None),
            GuestLink.expires_at > clock.now(),
            or_(GuestLink.used_at.is_not(None), Stage.done_at.is_(None)),
        )
    )
    return list(execute(query.order_by(GuestLink.id)).all())


def comments(proposal_id: int) -> list[tuple[GuestComment, str, int]]:
    """What guests said about a request without deciding, in order: with their name, and the round
    it was about.
    """
    query = (
        select(GuestComment, GuestLink.guest_name, GuestLink.label, Stage.round)
        .join(
            GuestLink,
            (GuestLink.team_id == GuestComment.team_id)
            & (GuestLink.id == GuestComment.guest_link_id),
        )
        .join(Stage, (Stage.team_id == GuestLink.team_id) & (Stage.id == GuestLink.stage_id))
        .where(GuestComment.team_id == current_team(), GuestLink.proposal_id == proposal_id)
        .order_by(GuestComment.id)
    )
    return [
        (one, called(name, label), number)
        for one, name, label, number in db.session.execute(query).all()
    ]


def last_comment(link_id: int) -> str:
    """What a guest said last, '' when nothing."""
    query = select(GuestComment.body).where(
        GuestComment.team_id == current_team(), GuestComment.guest_link_id == link_id
    )
    return db.session.scalar(query.order_by(GuestComment.id.desc()).limit(1)) or ""


def invited_by(link_id: int) -> int:
    """Who made this team's link."""
    return find(GuestLink, link_id).created_by


def names(link_ids: Iterable[int]) -> dict[int, str]:
    """What the guests of this team's links are called."""
    wanted = set(link_ids)
    if not wanted:
        return {}
    query = select(GuestLink.id, GuestLink.guest_name, GuestLink.label).where(
        GuestLink.team_id == current_team(), GuestLink.id.in_(wanted)
    )
    return {number: called(name, label) for number, name, label in execute(query).all()}


def called(name: str, label: str) -> str:
    """A guest by the name they gave, else by what the team calls them.

    >>> called("Rosa Lind", "Label partner"), called("", "Label partner"), called("", "")
    ('Rosa Lind (guest)', 'Label partner (guest)', 'A guest')
    """
    known = name or label
    return f"{known} (guest)" if known else "A guest"
