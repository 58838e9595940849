"""`campaign.launch`: what is asked when a campaign is to start, and what approval does: schedule it
and arm its clock.
"""

from datetime import datetime
from typing import Any

from webapp.approvals import history
from webapp.approvals.kinds import Kind, Presentation, Row, register
from webapp.approvals.models import Proposal
from webapp.approvals.readiness import blocking
from webapp.campaigns import queries, timing
from webapp.campaigns.commands import take
from webapp.campaigns.models import OBJECTIVES, TYPES, Campaign
from webapp.campaigns.workflow import LAUNCH, State, lifecycle
from webapp.core import clock, money
from webapp.core.actor import Actor
from webapp.core.errors import Conflict
from webapp.db import find

#: What is written about a campaign, by field, as a request shows it.
WORDS = {
    "name": "Name",
    "type": "Type",
    "objective": "Objective",
    "target_audience": "Audience",
    "description": "Description",
}


def _before(campaign_id: int) -> dict[str, Any]:
    """Everything the approval is about: if one of these changes meanwhile, it is asked again."""
    campaign = find(Campaign, campaign_id, lock=True)
    return {
        "state": campaign.state,
        "budget_cents": campaign.budget_cents,
        "starts_wall": campaign.starts_wall.isoformat(),
        "ends_wall": campaign.ends_wall.isoformat(),
        "currency": campaign.currency,
        "zone": campaign.zone,
        **{field: getattr(campaign, field) for field in WORDS},
    }


def _content(values: dict[str, Any]) -> dict[str, str]:
    """What a launch is about, as a person reads it; requests of old know less."""
    said = {label: str(values[field]) for field, label in WORDS.items() if values.get(field)}
    if "Objective" in said:
        said["Objective"] = OBJECTIVES.get(said["Objective"], said["Objective"])
    if "Type" in said:
        said["Type"] = TYPES.get(said["Type"], said["Type"])
    starts, ends = (datetime.fromisoformat(values[at]) for at in ("starts_wall", "ends_wall"))
    zone = f" ({values['zone']})" if "zone" in values else ""
    return {
        "Starts": f"{starts:%d %b %Y, %H:%M}{zone}",
        "Ends": f"{ends:%d %b %Y, %H:%M}{zone}",
        "Budget": money.words(values["budget_cents"], values.get("currency", ""), cents=True),
        **said,
    }


def _check(campaign_id: int, after: dict[str, Any]) -> None:
    campaign = find(Campaign, campaign_id)
    if campaign.state != State.IN_REVIEW:
        raise Conflict("Only a campaign in review can be launched.")
    if found := blocking("campaign", campaign_id):
        raise Conflict(" ".join(f"{one.missing}." for one in found))


def _apply(proposal: Proposal, by: Actor) -> None:
    campaign = find(Campaign, proposal.subject_id, lock=True)
    campaign.check_kept()
    if campaign.ends_at <= clock.now():
        raise Conflict("Its end has passed already. Reject it, so that the dates can be moved.")
    step = lifecycle.fire("schedule", campaign.state, asked_by=LAUNCH)
    take(campaign, step, by=by, reason=_note(proposal))
    timing.arm_start(campaign, by=by)
    timing.arm_end(campaign, by=by)


def _returned(proposal: Proposal, by: Actor) -> None:
    """Rejected, withdrawn or out of date: the campaign is a draft again, if it still waits."""
    campaign = find(Campaign, proposal.subject_id, lock=True)
    if campaign.state == State.IN_REVIEW:
        take(
            campaign,
            lifecycle.fire("return", campaign.state, asked_by=LAUNCH),
            by=by,
            reason=_last_word(proposal),
        )


def _last_word(proposal: Proposal) -> str:
    words = {"rejected": "The request was rejected", "stale": "The request was out of date"}
    last = words.get(proposal.state, "The request was taken back")
    note = _note(proposal) if proposal.state == "rejected" else ""
    return f"{last}: {note}" if note else last


def _note(proposal: Proposal) -> str:
    """What the decider wrote, as far as a line of the log holds it."""
    said = history.said(proposal.id)
    return said[-1].approval.comment[:400] if said else ""


def _present(proposal: Proposal) -> Presentation:
    campaign = queries.known(proposal.subject_id)
    if campaign is None:
        budget = money.words(proposal.before["budget_cents"], proposal.currency)
        rows = [Row("Budget", "—", budget)]
        return Presentation("Launch a deleted campaign", "", rows, icon="flag")
    return Presentation(
        title=f"Launch {campaign.name}",
        url=f"/campaigns/{campaign.id}",
        rows=[
            Row("Status", "Waiting for approval", "Scheduled"),
            Row("Starts", "—", f"{campaign.starts_wall:%d %b %Y, %H:%M} ({campaign.zone})"),
            Row("Ends", "—", f"{campaign.last_on:%d %b %Y}, end of day ({campaign.zone})"),
            Row("Budget", "—", money.words(proposal.before["budget_cents"], campaign.currency)),
            *(
                Row(label, "—", words)
                for label, words in _content(proposal.before).items()
                if label in ("Objective", "Audience", "Description")
            ),
        ],
        icon="flag",
        about=campaign.name,
    )


register(
    Kind(
        name=LAUNCH,
        words="Launch a campaign",
        subject_kind="campaign",
        before=_before,
        check=_check,
        apply=_apply,
        present=_present,
        amount=lambda before, after: int(before["budget_cents"]),
        content=_content,
        returned=_returned,
        level="ask",
    )
)
