"""What a campaign's commands take from outside, and the rules a form can check by itself."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from webapp.campaigns.models import OBJECTIVES, TYPES
from webapp.operations import Input, Lines

#: A campaign is a project, not an era: a mistyped year shows here.
LONGEST = timedelta(days=5 * 366)


class Words(Input):
    """The parts of a campaign that may be edited as long as it is open."""

    name: str = Field(min_length=1, max_length=120)
    type: str
    objective: str
    description: Lines = Field(default="", max_length=4000)
    target_audience: Lines = Field(default="", max_length=1000)
    owner_id: int

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        return _one_of(value, TYPES)

    @field_validator("objective")
    @classmethod
    def _known_objective(cls, value: str) -> str:
        return _one_of(value, OBJECTIVES)


_DAY_WANTED = "the date as year-month-day, like 2026-12-04"
#: Whether a text is written as a form writes it: a day (False), a time (True).
_WRITTEN = {
    False: re.compile(r"\d{4}-\d{2}-\d{2}").fullmatch,
    True: re.compile(r"\d{2}:\d{2}(:\d{2})?").fullmatch,
}


class Dates(Input):
    """When it runs, as days (and times) in its zone. Without an end it ends with the target day."""

    start_on: date
    start_time: time = time()
    target_on: date
    end_on: date | None = None

    @field_validator("start_on", "target_on", "end_on", "start_time", mode="before")
    @classmethod
    def _as_a_form_writes_it(cls, value: object, info: ValidationInfo) -> object:
        """Not what the library would also read: seconds since 1970, a time with a zone."""
        if (
            isinstance(value, str)
            and value
            and not _WRITTEN[info.field_name == "start_time"](value)
        ):
            wanted = "the time like 09:30" if info.field_name == "start_time" else _DAY_WANTED
            raise ValueError(f"Write {wanted}.")
        return value

    @field_validator("start_on")
    @classmethod
    def _in_our_time(cls, value: date) -> date:
        if not 2000 < value.year < 2200:
            raise ValueError("Check the year.")
        return value

    @field_validator("target_on", "end_on")
    @classmethod
    def _after_the_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        start: date | None = info.data.get("start_on")
        if value is None or start is None:
            return value
        if value < start:
            is_target = info.field_name == "target_on"
            raise ValueError(
                "The target date lies before the start."
                if is_target
                else "It ends before it starts."
            )
        if value - start > LONGEST:
            raise ValueError("That is more than five years. Check the year.")
        return value

    def walls(self) -> tuple[datetime, datetime]:
        """Start and end as wall times; the end is the first moment of the day after."""
        end = (self.end_on or self.target_on) + timedelta(days=1)
        return datetime.combine(
            self.start_on, self.start_time.replace(tzinfo=None)
        ), datetime.combine(end, time())


class EditWords(Words):
    campaign_id: int
    version: int


class EditDates(Dates):
    campaign_id: int
    version: int


class MoveCampaign(Input):
    """One transition a person chose. The reason is kept in the transition log."""

    campaign_id: int
    move: Literal["pause", "resume", "complete", "cancel"]
    reason: str = Field(default="", max_length=500)
    version: int


class SubmitCampaign(Input):
    campaign_id: int
    note: Lines = Field(default="", max_length=1000)
    version: int


class TrashCampaign(Input):
    campaign_id: int
    version: int


class RestoreCampaign(Input):
    """Without a version: it is wanted back as it is now."""

    campaign_id: int


class Archive(Input):
    campaign_id: int
    archived: bool
    version: int


def _one_of(value: str, known: Iterable[str]) -> str:
    if value not in known:
        raise ValueError("Choose one of the list.")
    return value
