"""Stages as tests set them, and how a request stands in them."""

from tests import people
from tests.approvals.kinds import CHANGE
from webapp.approvals.commands import decide
from webapp.approvals.history import steps
from webapp.approvals.models import Proposal
from webapp.approvals.queries import policy_of
from webapp.approvals.stage_commands import set_stages
from webapp.campaigns.commands import edit_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.db import find

START = 900_000


def stage(name, *who, needs="any", hours="", late="remind"):
    return name, needs, hours, late, [person.id for person in who]


def in_stages(team, *wanted, kind=CHANGE):
    policy = policy_of(kind)
    return set_stages(
        kind=kind,
        names=[one[0] for one in wanted],
        needs=[one[1] for one in wanted],
        hours=[one[2] for one in wanted],
        late=[one[3] for one in wanted],
        approvers=[f"{place}:{who}" for place, one in enumerate(wanted) for who in one[4]],
        version=policy.version if policy else 1,
        by=team.alice.actor,
    )


def says(person, proposal, decision="approve", **more):
    proposal = find(Proposal, proposal.id)
    values = {"note": "Because"} | more
    decide(
        proposal_id=proposal.id,
        decision=decision,
        version=proposal.version,
        by=person.actor,
        **values,
    )
    return find(Proposal, proposal.id)


def budget(campaign):
    return find(Campaign, campaign.id).budget_cents


def open_stage(proposal):
    return next(one for one in steps(find(Proposal, proposal.id)) if one.state == "open")


def asked_now(proposal):
    return {one.name for one in open_stage(proposal).asked if one.approval.state == "open"}


def too_late(proposal):
    """The deadline of the open stage came."""
    due_at = open_stage(proposal).stage.due_at
    clock.travel((due_at - clock.now()).total_seconds() + 1)
    people.run_background()
    return find(Proposal, proposal.id)


def edited(team, draft, **more):
    """Alice edits what a launch is about."""
    campaign = find(Campaign, draft.id)
    fields = ("name", "type", "objective", "description", "target_audience", "owner_id")
    values = {name: getattr(campaign, name) for name in fields} | more
    edit_campaign(campaign_id=draft.id, **values, version=campaign.version, by=team.alice.actor)
