"""What a team's policy says of a change: observe, recommend, ask, or act within a guard. Counted
under the policy's row lock.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from webapp.accounts import queries as accounts
from webapp.accounts.commands import lock_team
from webapp.approvals.kinds import Guard, Kind
from webapp.approvals.models import Policy, Proposal
from webapp.approvals.stages import StageRule
from webapp.approvals.workflow import State
from webapp.core import clock, zones
from webapp.core.actor import SYSTEM, Actor
from webapp.db import current_team, db
from webapp.events.log import record

#: What counts against a cap: also what an effect is still doing, or may have done.
DONE_OR_DOING = (State.APPROVED, State.APPLYING, State.UNKNOWN, State.APPLIED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the change may go, and the bound that stopped it from acting ('' when none did)."""

    level: str
    stopped_by: str = ""


def policy_row(kind: Kind) -> Policy:
    """The team's policy for a kind, locked; made from the kind's default on first use."""
    query = (
        select(Policy)
        .where(Policy.team_id == current_team(), Policy.kind == kind.name)
        .with_for_update()
    )
    if (policy := db.session.scalars(query).one_or_none()) is not None:
        return policy
    lock_team()  # two first uses at once: one of them makes it, the other one finds it
    if (policy := db.session.scalars(query).one_or_none()) is not None:
        return policy
    guard = kind.guard.model_dump(exclude_none=True)
    policy = Policy(
        team_id=current_team(),
        kind=kind.name,
        level=kind.level,
        guard=guard,
        currency=accounts.team().currency,
    )
    db.session.add(policy)
    record("policy.made", subject=policy, by=SYSTEM)
    return policy


def rules_of(policy: Policy) -> list[StageRule]:
    """The stages in which a team decides a kind; none is one manager or owner."""
    return [StageRule.model_validate(one) for one in policy.stages]


def judge(kind: Kind, proposal: Proposal, by: Actor) -> Verdict:
    """What happens to this proposal. Anything but a person asks, unless the team lets it do
    less.
    """
    policy = policy_row(kind)
    if policy.level != "act":
        return Verdict(policy.level)
    if by.kind != "user" and not policy.guard.get("min_confidence"):
        return Verdict("ask", "a machine asks until the team sets how sure it must be")
    guard = Guard.model_validate(policy.guard)
    limits = (guard.max_amount_cents, guard.daily_cap_cents)
    if limits != (None, None) and proposal.currency != policy.currency:
        return Verdict("ask", "the team's limit is in another currency")
    stopped = first_broken_bound(guard, kind, proposal, by)
    return Verdict("ask", stopped) if stopped else Verdict("act")


def first_broken_bound(guard: Guard, kind: Kind, proposal: Proposal, by: Actor) -> str:
    """The name of the first bound that does not hold, or ''."""
    acted_today = _acted_since(kind, clock.now() - timedelta(hours=24))
    bounds = {
        "max_amount_cents": guard.max_amount_cents is None
        # A limit of nothing asks for everything, also for what costs nothing.
        or 0 < guard.max_amount_cents >= proposal.amount_cents,
        "max_pct": guard.max_pct is None or _share(kind, proposal) <= guard.max_pct,
        "max_per_day": guard.max_per_day is None or acted_today[0] < guard.max_per_day,
        "daily_cap_cents": guard.daily_cap_cents is None
        or acted_today[1] + proposal.amount_cents <= guard.daily_cap_cents,
        "min_confidence": guard.min_confidence is None
        or by.kind == "user"
        or (proposal.confidence or 0.0) >= guard.min_confidence,
        "min_days_of_data": guard.min_days_of_data is None
        or int(proposal.evidence.get("days_of_data", 0)) >= guard.min_days_of_data,
        "cooldown_hours": guard.cooldown_hours is None
        or not _touched_since(kind, proposal, guard.cooldown_hours),
        "hours_window": guard.hours_window is None or _within(guard.hours_window),
    }
    return next((name for name, holds in bounds.items() if not holds), "")


def _share(kind: Kind, proposal: Proposal) -> float:
    """The amount in percent of what was there before; from nothing it is boundless."""
    whole = kind.whole(proposal.before) if kind.whole else 0
    return 100 * proposal.amount_cents / whole if whole else float("inf")


def _acted_since(kind: Kind, since: object) -> tuple[int, int]:
    row = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Proposal.amount_cents), 0)).where(
            Proposal.team_id == current_team(),
            Proposal.kind == kind.name,
            Proposal.acted,
            Proposal.state.in_(DONE_OR_DOING),
            Proposal.decided_at > since,
        )
    ).one()
    return int(row[0]), int(row[1])


def _touched_since(kind: Kind, proposal: Proposal, hours: float) -> bool:
    query = select(Proposal.id).where(
        Proposal.team_id == current_team(),
        Proposal.kind == kind.name,
        Proposal.subject_id == proposal.subject_id,
        Proposal.state.in_(DONE_OR_DOING),
        Proposal.decided_at > clock.now() - timedelta(hours=hours),
    )
    return db.session.scalar(query.limit(1)) is not None


def _within(window: tuple[int, int]) -> bool:
    """Whether it is now between two hours of the team's day; `(22, 6)` spans midnight."""
    hour = zones.local(clock.now(), accounts.team().zone).hour
    first, last = window
    return first <= hour < last if first <= last else hour >= first or hour < last
