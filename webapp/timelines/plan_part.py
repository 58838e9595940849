"""The part `plan` of a playbook: a campaign's tasks, milestones and links without dates, and how
they are laid out again backwards from another target.
"""

from datetime import date, datetime

from pydantic import ValidationError

from webapp.availability.queries import working_time
from webapp.campaigns.models import Campaign
from webapp.campaigns.playbook_parts import Data, Part, playbook_part
from webapp.core import clock, zones
from webapp.core.actor import Actor
from webapp.core.errors import Conflict
from webapp.db import db, find
from webapp.events.log import record
from webapp.timelines import planning, queries, replanning
from webapp.timelines.backwards import (
    FARTHEST_STEP,
    MOST_TASKS,
    Outline,
    Step,
    Wait,
    before_target,
    earliest_target,
    starts,
)
from webapp.timelines.commands import add_link, writing
from webapp.timelines.critical_path import Network, Node
from webapp.timelines.models import Task
from webapp.timelines.tasks import new_task
from webapp.timelines.workflow import State


def export_plan(campaign_id: int) -> Data:
    """The campaign's plan as an outline: what is cancelled is left out, what a person pinned keeps
    its distance to the target as far as a step may be from it, the rest follows.
    """
    timeline = queries.timeline_of(campaign_id)
    if timeline is None:
        return {}
    campaign = find(Campaign, campaign_id)
    times = planning.times_of(timeline, campaign)
    target = times.minute_of(zones.day_start(campaign.target_on, campaign.zone))
    kept = [line for line in queries.lines(campaign_id) if line.state != State.CANCELLED]
    if len(kept) > MOST_TASKS:
        raise Conflict(
            f"This plan has {len(kept):,} tasks; it can be repeated up to {MOST_TASKS:,}."
        )
    waits: dict[int, list[Wait]] = {}
    ids = {line.id for line in kept}
    for link in queries.links(campaign_id):
        if link.waits_for_id in ids:
            wait = Wait(key=link.waits_for_id, kind=link.kind, lag_minutes=link.lag_minutes)
            waits.setdefault(link.task_id, []).append(wait)
    steps = []
    said = queries.descriptions(campaign_id)
    for line in kept:
        pinned = line.pinned_at or (line.starts_at if line.id not in waits else None)
        ahead = target - times.minute_of(pinned) if pinned else None
        steps.append(
            Step(
                key=line.id,
                title=line.title,
                phase=line.phase,
                description=said[line.id],
                is_milestone=line.is_milestone,
                estimate_minutes=line.estimate_minutes,
                priority=line.priority,  # type: ignore[arg-type]
                skills=list(line.skills),
                days_before=None if ahead is None else _days(ahead, times.day_minutes),
                waits_for=waits.get(line.id, []),
            )
        )
    return Outline(buffer_minutes=timeline.buffer_minutes, steps=steps).as_data()


def _days(minutes: int, day_minutes: int) -> int:
    """Working days, begun ones too, within what an outline holds."""
    return max(-FARTHEST_STEP, min(-(-minutes // day_minutes), FARTHEST_STEP))


def check_plan(data: Data) -> Data:
    """The outline as it is kept. Raises ValueError."""
    try:
        return Outline.model_validate(data).as_data()
    except ValidationError as error:
        raise ValueError(str(error.errors()[0]["msg"])) from None


def lay_plan(campaign_id: int, data: Data, by: Actor) -> None:
    """Make an outline's tasks in a campaign without any, counted back from its target. What would
    have to begin in the past begins as soon as it can; the plan says that it is late then.
    """
    outline = Outline.model_validate(data)
    if not outline.steps:
        return
    campaign, timeline = writing(campaign_id, by)
    if queries.lines(campaign_id) or queries.trashed(campaign_id):
        raise Conflict("This campaign has tasks already. A playbook begins an empty plan.")
    made: dict[int, Task] = {}
    for step in outline.steps:
        made[step.key] = new_task(
            campaign,
            title=step.title,
            description=step.description,
            phase=step.phase,
            is_milestone=step.is_milestone,
            estimate_minutes=step.estimate_minutes,
            priority=step.priority,
            skills=list(step.skills),
            by=by,
        )
    for link in outline.links():
        add_link(made[link.after], made[link.before], link.kind, link.lag)
    timeline.buffer_minutes = outline.buffer_minutes
    timeline.updated_at = clock.now()
    record("timeline.outlined", subject=timeline, by=by)
    times = planning.times_of(timeline, campaign)
    now = times.minute_of(clock.now())
    target = times.minute_of(zones.day_start(campaign.target_on, campaign.zone))
    pins = {
        made[key].id: _instant(times.start_at(minute), outline, key, campaign)
        for key, minute in starts(outline, target, times.day_minutes).items()
        if minute is not None and minute > now
    }
    replanning.replan(timeline)
    replanning.set_pins(pins)
    replanning.replan(timeline)
    db.session.flush()


def _instant(start: datetime, outline: Outline, key: int, campaign: Campaign) -> datetime:
    """A milestone on the target is on the day itself, also when nobody works on it."""
    step = next(one for one in outline.steps if one.key == key)
    if step.is_milestone and step.days_before == 0:
        return zones.day_start(campaign.target_on, campaign.zone)
    return zones.day_start(zones.today(start, campaign.zone), campaign.zone)


class Preview:
    """What an outline would become for a target day; nothing is written.

    `lines` are (step, start, finish) in order of time, `fits` whether everything ahead of the
    target ends in time for it with the buffer kept, `earliest_on` the first working day that
    leaves time for all of it from now on.
    """

    def __init__(self, data: Data, target_on: date, zone: str) -> None:
        outline = Outline.model_validate(data)
        today = zones.today(clock.now(), zone)
        times = working_time(zone, today)
        now = times.minute_of(clock.now())
        target = times.minute_of(zones.day_start(target_on, zone))
        pins = starts(outline, target, times.day_minutes)
        network = _network(outline, pins, now)
        latest = target - outline.buffer_minutes
        self.fits = all(network.slot(key).finish <= latest for key in before_target(outline))
        day = times.day_minutes
        morning = -(-earliest_target(outline, now) // day) * day  # its target is a day's beginning
        self.earliest_on = zones.today(times.start_at(morning), zone)
        self.buffer_days = outline.buffer_minutes / times.day_minutes
        lines = []
        for step in outline.steps:
            slot = network.slot(step.key)
            begins = times.start_at(slot.start)
            ends = begins if step.is_milestone else times.finish_at(slot.finish)
            lines.append((step, begins, ends))
        self.lines = sorted(lines, key=lambda line: (line[1], line[2], line[0].key))


def _network(outline: Outline, pins: dict[int, int | None], now: int) -> Network:
    nodes = [Node(s.key, s.minutes, not_before=pins[s.key]) for s in outline.steps]
    return Network(nodes, outline.links(), start=now)


def _words(data: Data) -> str:
    steps = data.get("steps", [])
    tasks = sum(not step["is_milestone"] for step in steps)
    milestones = len(steps) - tasks
    words = [f"{tasks} task{'' if tasks == 1 else 's'}"] if tasks else []
    if milestones:
        words.append(f"{milestones} milestone{'' if milestones == 1 else 's'}")
    return ", ".join(words)


playbook_part(Part("plan", export_plan, check_plan, lay_plan, _words))
