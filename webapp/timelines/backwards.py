"""A plan laid backwards from its target: tasks that know how many working days ahead of it they
begin begin there, others follow what they wait for, and what waits for nothing begins as late as it
can with the buffer kept free.

Times are minutes of the working axis (`webapp.availability.working_time`), the target's is the
morning of its day. Nothing here reads or writes a row.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from webapp.timelines.critical_path import Cycle, Link, Network, Node
from webapp.timelines.inputs import LONGEST_MINUTES, MOST_SKILLS

#: More tasks are a portfolio, not a campaign.
MOST_TASKS = 1000
#: A step begins at most this many working days, eight years, before or after the target.
FARTHEST_STEP = 2000


class Wait(BaseModel):
    """It waits for the task of that key, as a dependency does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: int
    kind: Literal["fs", "ss"] = "fs"
    lag_minutes: int = Field(default=0, ge=-LONGEST_MINUTES, le=LONGEST_MINUTES)


class Step(BaseModel):
    """A task of a plan without dates.

    `days_before` is how many working days before the target's day it begins: 0 is that day itself,
    negative is after it, None is when what it waits for allows, or as late as possible when it
    waits for nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: int
    title: str = Field(min_length=1, max_length=200)
    phase: str = Field(default="", max_length=60)
    description: str = Field(default="", max_length=8000)
    is_milestone: bool = False
    estimate_minutes: int = Field(default=480, ge=0, le=LONGEST_MINUTES)
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    skills: list[str] = Field(default_factory=list, max_length=MOST_SKILLS)
    days_before: int | None = Field(default=None, ge=-FARTHEST_STEP, le=FARTHEST_STEP)
    waits_for: list[Wait] = Field(default_factory=list)

    @property
    def minutes(self) -> int:
        return 0 if self.is_milestone else self.estimate_minutes


class Outline(BaseModel):
    """A whole plan without dates. Raises ValueError when a step waits for one that is not there,
    or steps wait for each other.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    buffer_minutes: int = Field(default=0, ge=0, le=LONGEST_MINUTES)
    steps: list[Step] = Field(default_factory=list, max_length=MOST_TASKS)

    @model_validator(mode="after")
    def _hangs_together(self) -> "Outline":
        keys = [step.key for step in self.steps]
        if len(set(keys)) != len(keys):
            raise ValueError("two steps have one key")
        try:
            Network([Node(step.key, step.minutes) for step in self.steps], self.links())
        except Cycle as circle:
            raise ValueError(str(circle)) from None
        return self

    def links(self) -> list[Link]:
        """What waits for what."""
        return [
            Link(wait.key, step.key, wait.kind, wait.lag_minutes)
            for step in self.steps
            for wait in step.waits_for
        ]

    def as_data(self) -> dict[str, Any]:
        """Plain JSON, as a playbook keeps it."""
        return self.model_dump(mode="json")


def starts(outline: Outline, target: int, day_minutes: int) -> dict[int, int | None]:
    """When each step begins at the earliest, so that everything ends in time for the target: its
    pin, in minutes of the axis; None for what simply follows.
    """
    behind = _behind_target(outline)
    pins: dict[int, int | None] = {
        step.key: target - step.days_before * day_minutes
        for step in outline.steps
        if step.days_before is not None
    }
    # What has a day of its own is the latest for those that lead to it, however late the target.
    nodes = [
        Node(step.key, step.minutes, due=pin + step.minutes if pin is not None else None)
        for step in outline.steps
        if step.key not in behind
        for pin in [pins.get(step.key)]
    ]
    late = _ahead(outline, behind, nodes).latest(target - outline.buffer_minutes)
    for step in outline.steps:
        follows = step.waits_for or step.key in behind
        pins.setdefault(step.key, None if follows else late[step.key])
    return pins


def earliest_target(outline: Outline, now: int) -> int:
    """The first target minute that leaves time for everything before it, begun now, and for the
    buffer.
    """
    behind = _behind_target(outline)
    nodes = [Node(step.key, step.minutes) for step in outline.steps if step.key not in behind]
    return _ahead(outline, behind, nodes, start=now).finish + outline.buffer_minutes


def before_target(outline: Outline) -> list[int]:
    """The steps that have to be over before the target's day."""
    behind = _behind_target(outline)
    return [
        step.key
        for step in outline.steps
        if step.key not in behind and (step.days_before is None or step.days_before > 0)
    ]


def _ahead(outline: Outline, behind: set[int], nodes: list[Node], start: int = 0) -> Network:
    """What leads to the target, without what follows it."""
    links = [link for link in outline.links() if not {link.before, link.after} & behind]
    return Network(nodes, links, start=start)


def _behind_target(outline: Outline) -> set[int]:
    """The steps that come after the target: those that say so, and all that wait for them or for
    the milestone on the day itself.
    """
    out_of: dict[int, list[int]] = {}
    for link in outline.links():
        out_of.setdefault(link.before, []).append(link.after)
    found = {s.key for s in outline.steps if s.days_before is not None and s.days_before < 0}
    waiting = [*found, *(s.key for s in outline.steps if s.is_milestone and s.days_before == 0)]
    while waiting:
        for key in out_of.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found
