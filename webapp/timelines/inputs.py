"""What the commands of timelines and tasks take from outside, and the rules a form can check by
itself.
"""

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from webapp.core.text import clean_line
from webapp.operations import Input, Lines
from webapp.timelines.models import USUAL_MINUTES
from webapp.timelines.workflow import lifecycle

#: A year of working days: longer is a project of its own, or a slip of the hand.
LONGEST_MINUTES = 260 * 480
MOST_SKILLS = 12
#: Nobody moves a plan farther than this many working days.
FARTHEST = 260


class TaskWords(Input):
    """What a task says of itself; `estimate_minutes` are working minutes, `skills` one word or
    few each, separated by commas.
    """

    title: str = Field(min_length=1, max_length=200)
    description: Lines = Field(default="", max_length=8000)
    phase: str = Field(default="", max_length=60)
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    estimate_minutes: int = Field(default=USUAL_MINUTES, ge=0, le=LONGEST_MINUTES)
    skills: str = Field(default="", max_length=400)
    due_on: date | None = None

    @field_validator("skills")
    @classmethod
    def _few_short_words(cls, value: str) -> str:
        words = words_of(value)
        if len(words) > MOST_SKILLS:
            raise ValueError(f"Name at most {MOST_SKILLS} skills.")
        if any(len(word) > 40 for word in words):
            raise ValueError("A skill is a word or two, at most 40 characters.")
        return ", ".join(words)

    @field_validator("due_on")
    @classmethod
    def _in_our_time(cls, value: date | None) -> date | None:
        return checked_day(value)


class AddTask(TaskWords):
    """A new task; `start_on` pins its first day, `waits_for_id` is the one it follows."""

    campaign_id: int
    is_milestone: bool = False
    assignee_id: int | None = None
    start_on: date | None = None
    waits_for_id: int | None = None

    @field_validator("start_on")
    @classmethod
    def _start_in_our_time(cls, value: date | None) -> date | None:
        return checked_day(value)


class EditTask(TaskWords):
    task_id: int
    version: int


class TaskId(Input):
    task_id: int


class EstimateTask(Input):
    """How many working minutes a task takes."""

    task_id: int
    estimate_minutes: int = Field(ge=0, le=LONGEST_MINUTES)
    version: int


class MoveTask(Input):
    """One move of the lifecycle, by its name."""

    task_id: int
    move: str
    version: int

    @field_validator("move")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in {move.name for move in lifecycle.moves}:
            raise ValueError("Choose one of the list.")
        return value


class BlockTask(Input):
    """Say what keeps it from going on; an empty reason takes the mark away."""

    task_id: int
    reason: str = Field(default="", max_length=500)
    version: int


class AssignTask(Input):
    """Whose it is from now on; nobody's when empty."""

    task_id: int
    assignee_id: int | None = None
    version: int


class LinkTasks(Input):
    """`task_id` waits for `waits_for_id`; linking the same two again changes how."""

    task_id: int
    waits_for_id: int
    kind: Literal["fs", "ss"] = "fs"
    lag_minutes: int = Field(default=0, ge=-LONGEST_MINUTES, le=LONGEST_MINUTES)


class UnlinkTasks(Input):
    task_id: int
    waits_for_id: int


class EditTimeline(Input):
    """When work begins at the earliest, and the working hours kept free before the target."""

    campaign_id: int
    starts_on: date
    buffer_hours: int = Field(default=0, ge=0, le=LONGEST_MINUTES // 60)
    version: int

    @field_validator("starts_on")
    @classmethod
    def _in_our_time(cls, value: date) -> date:
        checked_day(value)
        return value


class ShiftDates(Input):
    """A task begins on a day at the earliest; without a day, as soon as it can. `gaps` says what
    happens to those behind it.
    """

    task_id: int
    start_on: date | None = None
    gaps: Literal["consume", "maintain", "ignore"] = "consume"
    why: Lines = Field(default="", max_length=1000)

    @field_validator("start_on")
    @classmethod
    def _in_our_time(cls, value: date | None) -> date | None:
        return checked_day(value)


class ShiftPlan(Input):
    """A whole plan moves by working days; what stood on `target_was` stands on the target again."""

    campaign_id: int
    days: int = Field(ge=-FARTHEST, le=FARTHEST)
    target_was: date | None = None


class Recalculate(Input):
    campaign_id: int
    version: int


def words_of(skills: str) -> list[str]:
    """The skills of a comma-separated text, each once, in its order.

    >>> words_of("Video, German,, video ")
    ['Video', 'German']
    """
    found: dict[str, str] = {}
    for one in skills.split(","):
        if word := clean_line(one):
            found.setdefault(word.casefold(), word)
    return list(found.values())


def checked_day(value: date | None) -> date | None:
    """The day, when its year is one people mean."""
    if value is not None and not 2000 < value.year < 2100:
        raise ValueError("Check the year.")
    return value
