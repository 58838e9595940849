"""Guests as tests invite them, and what they say."""

from webapp.approvals.guest_commands import give_word, invite_guest
from webapp.approvals.models import GuestLink, Proposal
from webapp.core import tokens
from webapp.core.actor import Actor
from webapp.db import find


def invite(team, proposal, *, token="", by=None, purpose="decide", **more) -> GuestLink:
    """A guest of a request, invited by Bob unless by somebody else; may decide unless told."""
    values = {"label": "Label partner", "days": 7} | more
    return find(
        GuestLink,
        invite_guest(
            proposal_id=proposal.id,
            purpose=purpose,
            token=token or tokens.new_token(),
            by=(by or team.bob).actor,
            **values,
        ),
    )


def guest_says(link, decision="approve", **more) -> Proposal:
    """The guest's word on the request as it is now; answers the request."""
    proposal = find(Proposal, link.proposal_id)
    values = {"name": "Rosa Lind", "note": "Because", "version": proposal.version} | more
    by = Actor.guest(link.id, team_id=link.team_id)
    give_word(guest_link_id=link.id, decision=decision, by=by, **values)
    return find(Proposal, link.proposal_id)
