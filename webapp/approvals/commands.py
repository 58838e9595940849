"""The gate: propose, decide, withdraw, undo, settle. One proposal is applied once, under its lock,
on values that still hold.
"""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, field_validator
from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.approvals import stages
from webapp.approvals.deciders import may_decide_stage
from webapp.approvals.kinds import Guard, Kind, Values, all_kinds, kind_of
from webapp.approvals.models import Approval, Proposal, Stage
from webapp.approvals.moves import ProposalMoved, close, move, take
from webapp.approvals.queries import deciders, standing_of
from webapp.approvals.rounds import meet_changes
from webapp.approvals.verdicts import judge, policy_row, rules_of
from webapp.approvals.workflow import State, lifecycle
from webapp.core import clock, fault, money
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden, Invalid
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.events.log import note as tell
from webapp.operations import Input, Lines, check_version, operation

#: Nobody has decided yet: offered as a recommendation, or asked for.
UNDECIDED = (State.PROPOSED, State.IN_REVIEW)

AFTER_APPROVED = fault.point("approvals.after_approved")
AFTER_APPLIED = fault.point("approvals.after_applied")


@dataclass(frozen=True)
class PolicyChanged(Payload):
    """What a kind may do from now on."""

    kind: str
    level: str


@dataclass(frozen=True)
class StageDecided(Payload):
    """Somebody agreed to a stage, the so-manieth."""

    kind: str
    position: int


class Decide(Input):
    """A decision on a proposal; `version` is the one the page showed."""

    proposal_id: int
    decision: Literal["approve", "reject", "changes"]
    note: Lines = Field(default="", max_length=2000)
    confirm: str = ""
    stage_id: int | None = None
    version: int


class ProposalId(Input):
    proposal_id: int


class SetLimit(Input):
    """Up to which amount a kind acts without asking (major units as typed; '' or 0 always asks)."""

    kind: str
    limit: str = Field(default="0", max_length=40)
    version: int

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if value not in {kind.name for kind in all_kinds()}:
            raise ValueError("Choose one of the list.")
        return value


def propose(
    kind_name: str,
    subject_id: int,
    after: Values,
    *,
    campaign_id: int | None,
    currency: str,
    by: Actor,
    why: str = "",
    evidence: dict[str, Any] | None = None,
    confidence: float | None = None,
) -> int:
    """Ask for a change; the team's policy decides whether it is noted, offered, asked for or done
    at once.

    Answers the proposal's id. Called by features, which register the kind and own the operation.
    """
    kind = kind_of(kind_name)
    with unit_of_work():
        kind.check(subject_id, after)
        before = kind.present_values(subject_id, after)
        proposal = Proposal(
            team_id=current_team(),
            campaign_id=campaign_id,
            kind=kind.name,
            subject_kind=kind.subject_kind,
            subject_id=subject_id,
            before=before,
            after=after,
            why=why,
            evidence=evidence or {},
            confidence=confidence,
            amount_cents=kind.amount(before, after),
            currency=currency,
            by=str(by),
        )
        db.session.add(proposal)
        record("proposal.made", subject=proposal, by=by, data=ProposalMoved(kind.name, ""))
        verdict = judge(kind, proposal, by)
        if verdict.level == "observe":
            close(kind, proposal, "observe", by)
        elif verdict.level == "recommend":
            stages.open_round(proposal, [])
        elif verdict.level == "ask":
            stages.open_round(proposal, rules_of(policy_row(kind)))
            move(proposal, "ask", by, stopped_by=verdict.stopped_by)
        elif verdict.level == "act":
            proposal.acted = True
            _approve_and_apply(kind, proposal, by)
        return proposal.id


@operation("approvals.decide", input=Decide, permission="proposals.decide")
def decide(
    *,
    proposal_id: int,
    decision: str,
    note: str = "",
    confirm: str = "",
    stage_id: int | None = None,
    version: int,
    by: Actor,
) -> int:
    """Approve, reject or ask for changes, once: the second of two people who press at once gets a
    409, unless the stage needs both.

    The last stage's approval applies it in the same transaction. When what it is about has changed
    since, it is asked again or stale, and nothing is decided. `stage_id` is the stage the page
    showed.
    """
    with unit_of_work():
        proposal = find(Proposal, proposal_id, lock=True)
        kind = kind_of(proposal.kind)
        if proposal.state not in UNDECIDED:
            raise Conflict(f"This is decided already: {proposal.state.replace('_', ' ')}.")
        check_version(proposal, version, {})
        stage = stages.open_stage(proposal)
        if stage_id not in (None, stage.id):
            raise Conflict("Another stage is open now. Read the request again, then decide.")
        alone = _check_decider(proposal, by)
        if alone and decision == "approve" and confirm.casefold() != "approve":
            raise Invalid(
                {"confirm": "Nobody else may decide this. Type approve to approve it yourself."}
            )
        if decision != "approve" and not note:
            raise Invalid({"note": "Say what should change, or why not."})
        if meet_changes(kind, proposal, by):
            return proposal.id
        take_word(proposal, stage, by, decision, note, alone=alone)
        return proposal.id


def take_word(
    proposal: Proposal, stage: Stage, by: Actor, decision: str, note: str, *, alone: bool = False
) -> None:
    """Write down somebody's word on the open stage of a locked request, and what follows from it.
    Whether they may give it is checked before.
    """
    _write_approval(stage, by, decision, note, alone=alone)
    if decision == "approve":
        advance(proposal, stage, by, alone=alone)
    else:
        offered = proposal.state == State.PROPOSED
        close(kind_of(proposal.kind), proposal, "dismiss" if offered else "reject", by)


def advance(proposal: Proposal, stage: Stage, by: Actor, *, alone: bool = False) -> None:
    """What follows from the words given on a locked request: its stage waits for others, the next
    one opens, or it is applied.
    """
    kind = kind_of(proposal.kind)
    said = StageDecided(proposal.kind, stage.position)
    if not stages.is_passed(stage):
        tell("proposal.agreed", subject=proposal, by=by, data=said)
        return
    stages.close(stage)
    following = stages.open_next(proposal)
    if following is None and stages.lacks_authority(proposal, deciders(proposal.currency)):
        following = stages.ask_for_the_amount(proposal)
    if following is not None:
        tell("proposal.stage_passed", subject=proposal, by=by, data=said)
        return
    _approve_and_apply(kind, proposal, by, alone=alone)


def _check_decider(proposal: Proposal, by: Actor) -> bool:
    """Whether this is a person deciding alone on their own request; raises when it is not theirs to
    decide.
    """
    people = deciders(proposal.currency)
    person = next((p for p in people if p.user_id == by.user_id), None)
    if person is None:
        raise Forbidden()
    answer = may_decide_stage(
        person,
        people,
        standing=standing_of(proposal, person.user_id),
        proposer=proposal.by,
        amount_cents=proposal.amount_cents,
    )
    if answer == "own":
        raise Forbidden("This is your own request: somebody else decides it.")
    if answer == "limit":
        raise Forbidden("This is above the amount you may decide alone. An owner can.")
    if answer == "role":
        raise Forbidden("Managers and owners decide requests.")
    if answer == "named":
        raise Forbidden("Others are asked for this stage.")
    if answer == "done":
        raise Conflict("You decided this stage already. It waits for others.")
    return answer == "self"


def _write_approval(stage: Stage, by: Actor, decision: str, note: str, *, alone: bool) -> None:
    """Somebody's word, in the row they were asked with or in a new one."""
    assert by.kind in ("user", "guest")
    assert by.id is not None
    states = {"approve": "approved", "reject": "rejected", "changes": "changes_requested"}
    query = select(Approval).where(
        Approval.team_id == stage.team_id,
        Approval.stage_id == stage.id,
        Approval.approver_kind == by.kind,
        Approval.approver_id == int(by.id),
    )
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        row = Approval(
            team_id=stage.team_id,
            stage_id=stage.id,
            approver_kind=by.kind,
            approver_id=int(by.id),
        )
        db.session.add(row)
    row.state, row.comment, row.is_self_approved = states[decision], note, alone
    row.decided_at = clock.now()
    db.session.flush()


def _approve_and_apply(kind: Kind, proposal: Proposal, by: Actor, *, alone: bool = False) -> None:
    if kind.present_values(proposal.subject_id, proposal.after) != proposal.before:
        close(kind, proposal, "go_stale", by)
        return
    # Before the move: what the kind flushes must find nothing of the proposal left to write, or its
    # version would move without an event.
    proposal.decided_at = clock.now()
    move(proposal, "approve", by, alone=alone)
    AFTER_APPROVED()
    if kind.effect:
        move(proposal, "start", by)
    kind.apply(proposal, by)
    if not kind.effect:
        move(proposal, "apply", by)
    AFTER_APPLIED()


def expire(proposal: Proposal, *, by: Actor) -> None:
    """A locked request was not decided in time, and its stage says that this is a no."""
    close(kind_of(proposal.kind), proposal, "expire", by)


@operation("approvals.withdraw", input=ProposalId, permission="proposals.make")
def withdraw(*, proposal_id: int, by: Actor) -> int:
    """Take one's own request back before it is decided; managers may take anybody's back."""
    with unit_of_work():
        proposal = find(Proposal, proposal_id, lock=True)
        if proposal.by != str(by) and by.role not in ("manager", "owner"):
            raise Forbidden("Only who asked, a manager or an owner takes a request back.")
        close(kind_of(proposal.kind), proposal, "dismiss", by)
        return proposal.id


def dismiss_open(subject_kind: str, subject_id: int, *, by: Actor) -> None:
    """Close every open request about a subject that is gone: for policies of the features above."""
    with unit_of_work():
        for proposal in _undecided_about(subject_kind, subject_id):
            close(kind_of(proposal.kind), proposal, "dismiss", by)


def ask_again_if_changed(subject_kind: str, subject_id: int, *, by: Actor) -> None:
    """Ask again for what a subject's edit changed: for policies of the features above. Kinds that
    do not say what they are about find out when they are decided.
    """
    with unit_of_work():
        for proposal in _undecided_about(subject_kind, subject_id):
            if kind_of(proposal.kind).content:
                meet_changes(kind_of(proposal.kind), proposal, by)


def _undecided_about(subject_kind: str, subject_id: int) -> list[Proposal]:
    """Every undecided request about a subject, locked."""
    query = select(Proposal).where(
        Proposal.team_id == current_team(),
        Proposal.subject_kind == subject_kind,
        Proposal.subject_id == subject_id,
        Proposal.state.in_(UNDECIDED),
    )
    return list(db.session.scalars(query.order_by(Proposal.id).with_for_update()))


@operation("approvals.undo", input=ProposalId, permission="proposals.undo")
def undo(*, proposal_id: int, by: Actor) -> int:
    """Put back what was there before, while nothing else has changed it since."""
    with unit_of_work():
        proposal = find(Proposal, proposal_id, lock=True)
        kind = kind_of(proposal.kind)
        if kind.undo is None:
            raise Conflict("This kind of change cannot be undone.")
        step = lifecycle.fire("undo", proposal.state)
        if kind.present_values(proposal.subject_id, proposal.after) != proposal.after:
            raise Conflict("It was changed again since, so there is nothing to put back.")
        kind.undo(proposal, by)
        take(proposal, step.to, step.event, by)
        return proposal.id


def settle(
    proposal_id: int, outcome: Literal["applied", "failed", "unknown"], *, by: Actor
) -> None:
    """An effect actor's last word on a proposal that was applying."""
    moves = {"applied": "apply", "failed": "fail", "unknown": "lose"}
    with unit_of_work():
        move(find(Proposal, proposal_id, lock=True), moves[outcome], by)


@operation("approvals.set_limit", input=SetLimit, permission="policies.manage")
def set_limit(*, kind: str, limit: str, version: int, by: Actor) -> int:
    """Set the amount, in the team's present currency, up to which a person's change of this kind
    acts at once.
    """
    chosen = kind_of(kind)
    if chosen.level != "act":
        raise Invalid({"kind": "This kind of change is always asked for."})
    with unit_of_work():
        policy = policy_row(chosen)
        check_version(policy, version, {})
        currency = accounts.team().currency
        try:
            most = money.parse(limit or "0", currency)
        except ValueError as error:
            raise Invalid({"limit": str(error)}) from None
        guard = Guard.model_validate(policy.guard | {"max_amount_cents": most}).model_dump(
            exclude_none=True
        )
        if (policy.level, policy.guard, policy.currency) != ("act", guard, currency):
            policy.level, policy.guard, policy.currency = "act", guard, currency
            record("policy.changed", subject=policy, by=by, data=PolicyChanged(kind, policy.level))
        return policy.id
