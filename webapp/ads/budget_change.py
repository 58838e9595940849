"""`budget.change`: a campaign's budget and its split, moved through the gate; acts within the
team's limit, can be undone.
"""

from typing import Any

from webapp.ads.commands import BUDGET_CHANGE, before_change, check_split, set_split
from webapp.ads.platforms import PLATFORM_WORDS
from webapp.ads.queries import planned_parts
from webapp.approvals.kinds import Guard, Kind, Presentation, Row, register
from webapp.approvals.models import Proposal
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import money
from webapp.core.actor import Actor
from webapp.core.errors import Conflict
from webapp.db import find


def _before(campaign_id: int) -> dict[str, Any]:
    return before_change(find(Campaign, campaign_id, lock=True))


def amount(before: dict[str, Any], after: dict[str, Any]) -> int:
    """What is at stake: the money added, moved or taken away, whichever is most (minor units).

    >>> before = {"budget_cents": 900, "shares": {"1": 450, "2": 450}}
    >>> amount(before, {"budget_cents": 900, "shares": {"1": 300, "2": 600}})
    150
    """
    moves = [
        after["shares"].get(key, 0) - before["shares"].get(key, 0)
        for key in before["shares"] | after["shares"]
    ]
    added: int = sum(move for move in moves if move > 0)
    taken: int = -sum(move for move in moves if move < 0)
    return max(abs(int(after["budget_cents"]) - int(before["budget_cents"])), added, taken)


def _apply(proposal: Proposal, by: Actor) -> None:
    set_split(_open(proposal), proposal.after, by)


def _undo(proposal: Proposal, by: Actor) -> None:
    set_split(_open(proposal), proposal.before, by)


def _open(proposal: Proposal) -> Campaign:
    campaign = find(Campaign, proposal.subject_id, lock=True)
    campaign.check_kept()
    if campaign.is_closed:
        raise Conflict("This campaign is closed: its budget stays as it was.")
    return campaign


def _present(proposal: Proposal) -> Presentation:
    campaign = campaigns.known(proposal.subject_id)
    currency = proposal.currency
    parts = {str(part.id): part for part in planned_parts(proposal.subject_id)}

    def words(values: dict[str, Any], key: str) -> str:
        return money.words(values["shares"].get(key, 0), currency, cents=True)

    was, will = proposal.before["budget_cents"], proposal.after["budget_cents"]
    rows = [Row("Budget", money.words(was, currency), money.words(will, currency))]
    rows += [
        Row(PLATFORM_WORDS[part.platform], words(proposal.before, key), words(proposal.after, key))
        for key, part in parts.items()
        if proposal.before["shares"].get(key) != proposal.after["shares"].get(key)
    ]
    if campaign is None:
        return Presentation(_title("a deleted campaign", proposal), "", rows, "swap")
    title = _title(campaign.name, proposal)
    return Presentation(title, f"/campaigns/{campaign.id}/budget", rows, "swap", campaign.name)


def _title(name: str, proposal: Proposal) -> str:
    change = proposal.after["budget_cents"] - proposal.before["budget_cents"]
    if change:
        verb = "Raise" if change > 0 else "Lower"
        return f"{verb} the budget of {name} by {money.words(abs(change), proposal.currency)}"
    moved = money.words(proposal.amount_cents, proposal.currency)
    return f"Move {moved} between platforms of {name}"


register(
    Kind(
        name=BUDGET_CHANGE,
        words="Change a budget",
        subject_kind="campaign",
        before=_before,
        check=check_split,
        apply=_apply,
        undo=_undo,
        present=_present,
        amount=amount,
        whole=lambda before: int(before["budget_cents"]),
        level="act",
        guard=Guard(max_amount_cents=0),
    )
)
