"""The commands of the planner: ask it for a plan, and write what it found. Assigning one task is
`webapp.timelines.tasks.assign_task`.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import Field, model_validator
from sqlalchemy import select

from webapp.approvals.commands import propose
from webapp.assignments.answer import Change, seen_of
from webapp.assignments.models import PlanRun
from webapp.assignments.workflow import State, lifecycle
from webapp.campaigns.models import Campaign
from webapp.core import clock, fault
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, NotFound
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.operations import Input, operation
from webapp.timelines import queries as timelines
from webapp.timelines.commands import SHIFT, writing
from webapp.timelines.models import Task
from webapp.timelines.tasks import give

#: Who proposes a plan: a machine, so it is asked for unless a team lets it act.
PLANNER = "schedule"
#: Why a search is done over.
MEANWHILE = "changed"
AFTER_FOUND = fault.point("assignments.after_found")
AFTER_PROPOSED = fault.point("assignments.after_proposed")


@dataclass(frozen=True)
class Asked(Payload):
    """Why a plan was asked for: a person pressed a button (''), or what happened."""

    reason: str = ""


@dataclass(frozen=True)
class Ended(Payload):
    """What a run proposed, if anything."""

    proposal_id: int | None = None


class AcceptSuggestions(Input):
    """Give several tasks to people at once: three lists side by side, `versions` as shown."""

    campaign_id: int
    task_ids: list[int] = Field(min_length=1, max_length=200)
    assignee_ids: list[int]
    versions: list[int]

    @model_validator(mode="after")
    def _side_by_side(self) -> "AcceptSuggestions":
        if not len(self.task_ids) == len(self.assignee_ids) == len(self.versions):
            raise ValueError("Each task needs somebody.")
        return self


class Replan(Input):
    """Look for who does what, when, in one campaign."""

    campaign_id: int


@operation("assignments.replan", input=Replan, permission="campaign.edit")
def ask_for_plan(*, campaign_id: int, reason: str = "", by: Actor) -> int:
    """Ask the planner. While one run of a campaign is asked for, asking again answers that one;
    one that never came back is given up.
    """
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        campaign.check_kept()
        if why := _nothing_to_plan(campaign):
            raise Conflict(why)
        return _run_of(campaign, reason, by)


def ask_where_there_is_a_plan(*, campaign_id: int, reason: str, by: Actor) -> None:
    """The same for whoever asks by itself: what cannot be planned (any more) is passed over without
    an error, which would doom the unit of work around it.
    """
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        if campaign.trashed_at is None and not _nothing_to_plan(campaign):
            _run_of(campaign, reason, by)


def _nothing_to_plan(campaign: Campaign) -> str:
    """Why a campaign is not planned; '' when it can be."""
    if campaign.is_closed or campaign.archived_at is not None:
        return "This campaign is closed: there is nothing to plan."
    return (
        "" if timelines.timeline_of(campaign.id) is not None else "There are no tasks to plan yet."
    )


def _run_of(campaign: Campaign, reason: str, by: Actor) -> int:
    """The run of a locked campaign that is asked for, a new one when there is none."""
    query = select(PlanRun).where(
        PlanRun.team_id == current_team(),
        PlanRun.campaign_id == campaign.id,
        PlanRun.state == State.ASKED,
    )
    if (waiting := db.session.scalars(query).one_or_none()) is not None:
        if not waiting.is_lost:
            return waiting.id
        fail_run(waiting.id, by=by)
    run = PlanRun(team_id=current_team(), campaign_id=campaign.id, by=str(by), reason=reason)
    db.session.add(run)
    record("plan_run.asked", subject=run, by=by, data=Asked(reason))
    return run.id


@operation("assignments.accept", input=AcceptSuggestions, permission="campaign.edit")
def accept_suggestions(
    *,
    campaign_id: int,
    task_ids: list[int],
    assignee_ids: list[int],
    versions: list[int],
    by: Actor,
) -> int:
    """Give tasks of one campaign to people, all of them or none: a task that changed since it was
    shown refuses the whole.
    """
    with unit_of_work():
        writing(campaign_id, by)
        for task_id, person_id, version in zip(task_ids, assignee_ids, versions, strict=True):
            task = find(Task, task_id, lock=True)
            if task.campaign_id != campaign_id:
                raise NotFound()
            if task.version != version or task.trashed_at is not None or not task.is_open:
                raise Conflict(f"“{task.title}” changed since you looked. Nothing was assigned.")
            give(task, person_id, by=by)
        return campaign_id


def propose_plan(run_id: int, change: Change, *, by: Actor) -> None:
    """What a run found, as a request to move dates and people; nothing when it was ended already
    or found nothing better.

    A search takes a while. Where somebody changed a task of the answer meanwhile, their change is
    not to be undone by it: it is searched again.
    """
    AFTER_FOUND()
    with unit_of_work():
        campaign = find(Campaign, find(PlanRun, run_id).campaign_id, lock=True)
        run = find(PlanRun, run_id, lock=True)
        if run.state != State.ASKED:
            return
        timeline = timelines.timeline_of(campaign.id)
        if timeline is None or campaign.trashed_at or not change.seen:
            _end(run, "keep", by, change.outcome)
            return
        present = {line.id: seen_of(line) for line in timelines.lines(campaign.id)}
        if any(present.get(key) != was for key, was in change.seen.items()):
            _end(run, "fail", by, {})
            _run_of(campaign, MEANWHILE, by)
            return
        after = {
            "pins": {str(key): pin.isoformat() for key, pin in sorted(change.pins.items())},
            "assignees": {str(key): who for key, who in sorted(change.assignees.items())},
        }
        proposal_id = propose(
            SHIFT,
            timeline.id,
            after,
            campaign_id=campaign.id,
            currency=campaign.currency,
            by=Actor("rule", PLANNER, run.team_id),
            why=change.why,
            evidence=change.evidence,
        )
        AFTER_PROPOSED()
        run.proposal_id = proposal_id
        _end(run, "propose", by, change.outcome)


def fail_run(run_id: int, *, by: Actor) -> None:
    """The search broke; the next one may be asked for."""
    with unit_of_work():
        run = find(PlanRun, run_id, lock=True)
        if run.state == State.ASKED:
            _end(run, "fail", by, {})


def _end(run: PlanRun, move: str, by: Actor, outcome: dict[str, Any]) -> None:
    """All of a run's change at once, right before its event: what is flushed in between would be a
    version nobody told.
    """
    step = lifecycle.fire(move, run.state)
    run.state, run.outcome, run.ended_at = step.to, outcome, clock.now()
    record(step.event, subject=run, by=by, data=Ended(run.proposal_id))
