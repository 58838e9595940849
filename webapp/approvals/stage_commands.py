"""The commands of stages, beside those of requests: in which a kind is decided, and who gives one's
word in one's place.
"""

from pydantic import Field

from webapp.accounts import queries as accounts
from webapp.accounts.permissions import holds
from webapp.approvals import stages
from webapp.approvals.commands import PolicyChanged, StageDecided
from webapp.approvals.kinds import all_kinds, kind_of
from webapp.approvals.models import Proposal
from webapp.approvals.queries import standing_of
from webapp.approvals.stage_rules import rules_typed
from webapp.approvals.verdicts import policy_row
from webapp.approvals.workflow import State
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden, Invalid
from webapp.db import find, unit_of_work
from webapp.events.log import note, record
from webapp.operations import Input, check_version, operation


class Delegate(Input):
    """Somebody else decides in one's place."""

    proposal_id: int
    to_id: int


class SetStages(Input):
    """In which stages a kind is decided: lists side by side, a stage without a name is none;
    `approvers` are `place:user id`, places counted from 0.
    """

    kind: str
    names: list[str] = Field(default_factory=list, max_length=stages.MOST + 1)
    needs: list[str] = Field(default_factory=list)
    hours: list[str] = Field(default_factory=list)
    late: list[str] = Field(default_factory=list)
    approvers: list[str] = Field(default_factory=list, max_length=200)
    version: int


@operation("approvals.delegate", input=Delegate, permission="proposals.decide")
def delegate(*, proposal_id: int, to_id: int, by: Actor) -> int:
    """Let somebody else give one's word on the stage one was asked for by name."""
    with unit_of_work():
        proposal = find(Proposal, proposal_id, lock=True)
        if proposal.state != State.IN_REVIEW:
            raise Conflict("This is decided already.")
        stage = stages.open_stage(proposal)
        if by.user_id is None or standing_of(proposal, by.user_id) != "mine":
            raise Forbidden("You are not asked for this stage.")
        membership = accounts.membership_of(to_id)
        if membership is None or not holds(membership.role, "proposals.decide"):
            raise Invalid({"to_id": "Choose somebody of this team who takes part."})
        if proposal.by == f"user:{to_id}" or standing_of(proposal, to_id) != "named":
            raise Invalid({"to_id": "Choose somebody who is not asked yet and did not ask."})
        stages.ask(stage, to_id, for_id=by.user_id)
        stages.drop(stage, by.user_id)
        note(
            "proposal.delegated",
            subject=proposal,
            by=by,
            data=StageDecided(proposal.kind, stage.position),
        )
        return proposal.id


@operation("approvals.set_stages", input=SetStages, permission="policies.manage")
def set_stages(
    *,
    kind: str,
    names: list[str],
    needs: list[str],
    hours: list[str],
    late: list[str],
    approvers: list[str],
    version: int,
    by: Actor,
) -> int:
    """Set the stages of a kind; requests that wait keep those they were asked with."""
    if kind not in {one.name for one in all_kinds()}:
        raise Invalid({"": "Choose one of the kinds."})
    if not len(names) == len(needs) == len(hours) == len(late):
        raise Invalid({"": "The form is incomplete. Load the page again."})
    rules = [
        one.model_dump()
        for one in rules_typed(list(zip(names, needs, hours, late, strict=True)), approvers)
    ]
    with unit_of_work():
        policy = policy_row(kind_of(kind))
        check_version(policy, version, {})
        if policy.stages != rules:
            policy.stages = rules
            record("policy.changed", subject=policy, by=by, data=PolicyChanged(kind, policy.level))
        return policy.id
