"""`dates.shift`: when tasks begin and who does them, moved through the gate. A person's own acts at
once; a machine's is asked for. Everything that waits for what moved follows, and one undo puts it
back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.approvals.kinds import Kind, Presentation, Row, register
from webapp.approvals.models import Proposal
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid
from webapp.db import current_team, db, execute, find
from webapp.events.log import Payload, record
from webapp.timelines import queries, replanning
from webapp.timelines.commands import SHIFT
from webapp.timelines.models import PlannedTask, Task, Timeline
from webapp.timelines.tasks import give
from webapp.timelines.workflow import OPEN

#: Lines of the difference that are spelled out; the rest is counted.
MOST_ROWS = 40


@dataclass(frozen=True)
class Shifted(Payload):
    """How many pins were set; the proposal that did it says which."""

    pins: int
    proposal_id: int


def _before(timeline_id: int) -> dict[str, Any]:
    """Every pin of a plan, by task, and who has each that is still to be done: what is finished or
    cancelled stays with whoever had it. The campaign is locked first, as by whoever writes plans,
    so that two never wait for each other.
    """
    timeline = _locked(timeline_id)
    query = (
        select(Task.id, Task.assignee_id, Task.state, Task.trashed_at, PlannedTask.pinned_at)
        .join(
            PlannedTask,
            (PlannedTask.team_id == Task.team_id) & (PlannedTask.task_id == Task.id),
        )
        .where(Task.team_id == current_team(), Task.campaign_id == timeline.campaign_id)
    )
    pins, assignees = {}, {}
    for row in execute(query.order_by(Task.id)):
        pins[str(row.id)] = row.pinned_at.isoformat() if row.pinned_at else None
        if row.state in OPEN and row.trashed_at is None:
            assignees[str(row.id)] = row.assignee_id
    return {"pins": pins, "assignees": assignees}


def _locked(timeline_id: int) -> Timeline:
    find(Campaign, find(Timeline, timeline_id).campaign_id, lock=True)
    return find(Timeline, timeline_id, lock=True)


def _narrow(present: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The present values of the tasks a change names."""
    return {
        part: {key: value for key, value in present[part].items() if key in after[part]}
        for part in ("pins", "assignees")
    }


def _check(timeline_id: int, after: dict[str, Any]) -> None:
    present = _before(timeline_id)
    for part in ("pins", "assignees"):
        if set(after[part]) - set(present[part]):
            raise Invalid({"": "It names a task that is not in this plan."})


def _apply(proposal: Proposal, by: Actor) -> None:
    _set(proposal, proposal.after, by)


def _undo(proposal: Proposal, by: Actor) -> None:
    _set(proposal, proposal.before, by)


def _set(proposal: Proposal, values: dict[str, Any], by: Actor) -> None:
    timeline = _locked(proposal.subject_id)
    campaign = find(Campaign, timeline.campaign_id)
    campaign.check_kept()
    if campaign.archived_at is not None:
        raise Conflict("This campaign is archived: its dates stay as they were.")
    for key, assignee_id in values["assignees"].items():
        try:
            give(find(Task, int(key), lock=True), assignee_id, by=by)
        except Invalid:
            raise Conflict(
                "Somebody it gives work to takes no part in this team any more."
            ) from None
    if values["pins"]:
        pins = {int(key): _instant(pin) for key, pin in values["pins"].items()}
        replanning.set_pins(pins)
        timeline.updated_at = clock.now()
        data = Shifted(len(pins), proposal.id)
        record("timeline.shifted", subject=timeline, by=by, data=data)
        replanning.replan(timeline)


def _instant(pin: str | None) -> datetime | None:
    return datetime.fromisoformat(pin) if pin else None


def _present(proposal: Proposal) -> Presentation:
    timeline = db.session.get(Timeline, proposal.subject_id)
    campaign = campaigns.known(timeline.campaign_id) if timeline else None
    if campaign is None:
        return Presentation("Move dates of a deleted campaign", "", [], "calendar")
    moved = set(proposal.after["pins"]) | set(proposal.after["assignees"])
    titles = queries.titles({int(key) for key in moved})
    people = accounts.names(
        {
            person
            for values in (proposal.before, proposal.after)
            for person in values["assignees"].values()
            if person
        }
    )
    rows = []
    for key in sorted(moved, key=int)[:MOST_ROWS]:
        title = titles.get(int(key), "A deleted task")
        was, now = (
            _line(values, key, campaign.zone, people)
            for values in (proposal.before, proposal.after)
        )
        rows.append(Row(title, was, now))
    if len(moved) > MOST_ROWS:
        rows.append(Row(f"{len(moved) - MOST_ROWS} more tasks", "", ""))
    single = titles.get(int(next(iter(moved)))) if len(moved) == 1 else None
    title = f"Move “{single}”" if single else f"Re-plan {len(moved)} tasks of {campaign.name}"
    return Presentation(
        title, f"/campaigns/{campaign.id}/timeline", rows, "calendar", campaign.name
    )


def _line(values: dict[str, Any], key: str, zone: str, people: Mapping[int, str]) -> str:
    """The day and the person of one task, as far as the change names them."""
    words = []
    if key in values["pins"]:
        pin = _instant(values["pins"][key])
        words.append(f"from {zones.today(pin, zone):%a %-d %b}" if pin else "as soon as it can")
    if key in values["assignees"]:
        person = values["assignees"][key]
        words.append(people.get(person, "Somebody") if person else "nobody")
    return ", ".join(words)


register(
    Kind(
        name=SHIFT,
        words="Move dates",
        subject_kind="timeline",
        before=_before,
        narrow=_narrow,
        check=_check,
        apply=_apply,
        undo=_undo,
        present=_present,
        amount=lambda _before, _after: 0,
        level="act",
    )
)
