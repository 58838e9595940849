"""A request whose content changed while it waits: what was agreed was about something else, so it
is asked again from its first stage, or it is out of date.
"""

from webapp.approvals import stages
from webapp.approvals.kinds import Kind, Values
from webapp.approvals.models import Proposal
from webapp.approvals.moves import close, move
from webapp.approvals.verdicts import policy_row, rules_of
from webapp.approvals.workflow import State
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid


def meet_changes(kind: Kind, proposal: Proposal, by: Actor) -> bool:
    """Whether a locked, undecided request is about something that changed since it was asked: then
    it is asked again where its kind says what it is about, and stale where it does not or where
    the change cannot be made any more.
    """
    present = kind.present_values(proposal.subject_id, proposal.after)
    if present == proposal.before:
        return False
    if kind.content and proposal.state == State.IN_REVIEW and _can_be(kind, proposal):
        _ask_again(kind, proposal, present, by)
    else:
        close(kind, proposal, "go_stale", by)
    return True


def _can_be(kind: Kind, proposal: Proposal) -> bool:
    try:
        kind.check(proposal.subject_id, proposal.after)
    except (Conflict, Invalid):
        return False
    return True


def _ask_again(kind: Kind, proposal: Proposal, present: Values, by: Actor) -> None:
    proposal.earlier = [*proposal.earlier, proposal.before]
    proposal.before = present
    proposal.amount_cents = kind.amount(present, proposal.after)
    proposal.round += 1
    # Recorded before anything else is flushed: a version has one event.
    move(proposal, "reopen", by)
    stages.close_all(proposal)
    stages.open_round(proposal, rules_of(policy_row(kind)))
