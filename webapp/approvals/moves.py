"""Steps of a request's life, as every command and policy of the gate makes them."""

from dataclasses import dataclass

from webapp.approvals import stages
from webapp.approvals.kinds import Kind
from webapp.approvals.models import Proposal
from webapp.approvals.workflow import lifecycle
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.events.log import Payload, record


@dataclass(frozen=True)
class ProposalMoved(Payload):
    """Which kind moved, from where; whether the person who asked also decided; the bound that made
    it ask.
    """

    kind: str
    was: str
    is_self_approved: bool = False
    stopped_by: str = ""


def move(
    proposal: Proposal, name: str, by: Actor, *, alone: bool = False, stopped_by: str = ""
) -> None:
    """One move of the lifecycle on a locked request."""
    step = lifecycle.fire(name, proposal.state)
    take(proposal, step.to, step.event, by, alone=alone, stopped_by=stopped_by)


def take(
    proposal: Proposal, to: str, event: str, by: Actor, *, alone: bool = False, stopped_by: str = ""
) -> None:
    """Put a request into a state, and record which event brought it there."""
    was, proposal.state = proposal.state, to
    data = ProposalMoved(proposal.kind, was, alone, stopped_by)
    record(event, subject=proposal, by=by, data=data)


def close(kind: Kind, proposal: Proposal, name: str, by: Actor) -> None:
    """End a proposal that is not applied, and let its kind tidy up."""
    stages.close_all(proposal)
    proposal.decided_at = clock.now()
    move(proposal, name, by)
    if kind.returned is not None:
        kind.returned(proposal, by)
