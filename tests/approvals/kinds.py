"""Two small kinds of change for tests of the gate: one that is done at once, one that an effect
finishes. Both set a campaign's budget.
"""

from dataclasses import replace

from webapp.approvals.commands import PolicyChanged, propose
from webapp.approvals.kinds import Kind, Presentation, kind_of, register
from webapp.approvals.models import Policy, Proposal
from webapp.approvals.verdicts import policy_row
from webapp.campaigns.commands import set_budget
from webapp.campaigns.models import Campaign
from webapp.core.actor import SYSTEM
from webapp.db import find, unit_of_work
from webapp.events.log import record

CHANGE, EFFECT = "test.change", "test.effect"


def _set(values, proposal, by):
    set_budget(find(Campaign, proposal.subject_id, lock=True), values["budget_cents"], by=by)


change = Kind(
    name=CHANGE,
    words="Change it",
    subject_kind="campaign",
    before=lambda i: {"budget_cents": find(Campaign, i, lock=True).budget_cents},
    check=lambda _i, _after: None,
    apply=lambda proposal, by: _set(proposal.after, proposal, by),
    undo=lambda proposal, by: _set(proposal.before, proposal, by),
    present=lambda _proposal: Presentation("Change it", "/", []),
    amount=lambda before, after: abs(after["budget_cents"] - before["budget_cents"]),
    whole=lambda before: before["budget_cents"],
    level="act",
)
register(change)
register(replace(change, name=EFFECT, effect=True, apply=lambda _p, _by: None, undo=None))


def set_policy(kind: str, level: str = "act", **guard) -> Policy:
    """The team's policy for a kind, with exactly these bounds."""
    with unit_of_work():
        policy = policy_row(kind_of(kind))
        if (policy.level, policy.guard) != (level, guard):
            policy.level, policy.guard = level, guard
            record("policy.changed", subject=policy, by=SYSTEM, data=PolicyChanged(kind, level))
        return policy


def ask_for(campaign: Campaign, budget_cents: int, *, by, kind: str = CHANGE, **more) -> Proposal:
    """Propose a budget; answers the proposal as the policy left it."""
    values = {"campaign_id": campaign.id, "currency": campaign.currency} | more
    made = propose(kind, campaign.id, {"budget_cents": budget_cents}, by=by, **values)
    return find(Proposal, made)
