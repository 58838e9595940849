"""What the commands about working time take from outside, and the rules a form can check by
itself.
"""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from webapp.availability import public_holidays, week
from webapp.availability.week import DAYS, Day, Hours
from webapp.core.text import fold
from webapp.operations import Input

#: How well somebody does something.
LEVELS = {1: "Can help", 2: "Does it well", 3: "Leads it"}
MOST_SKILLS = 30
LONGEST = timedelta(days=366)
_WRITTEN_TIME = re.compile(r"\d{2}:\d{2}").fullmatch
_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}").fullmatch


def _written_day(value: object) -> object:
    """Not what the library would also read: seconds since 1970."""
    if isinstance(value, str) and value and not _WRITTEN_DAY(value):
        raise ValueError("Write the date as year-month-day, like 2026-12-04.")
    return value


class SetWeek(Input):
    """The days and hours of the team, and whose public holidays it keeps ('' is nobody's)."""

    weekdays: list[int] = Field(min_length=1)
    starts: time
    ends: time
    country: str = ""
    region: str = ""
    version: int

    @field_validator("starts", "ends", mode="before")
    @classmethod
    def _as_a_form_writes_it(cls, value: object) -> object:
        if isinstance(value, str) and value and not _WRITTEN_TIME(value):
            raise ValueError("Write the time like 09:30.")
        return value

    @field_validator("weekdays")
    @classmethod
    def _are_days(cls, value: list[int]) -> list[int]:
        if not all(0 <= one < len(DAYS) for one in value):
            raise ValueError("Choose days of the week.")
        return value

    @field_validator("ends")
    @classmethod
    def _after_the_start(cls, value: time, info: ValidationInfo) -> time:
        if "starts" in info.data:
            week.span(info.data["starts"], value)
        return value

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value and value not in public_holidays.countries():
            raise ValueError("Choose a country from the list.")
        return value

    @field_validator("region")
    @classmethod
    def _region_of_the_country(cls, value: str, info: ValidationInfo) -> str:
        country = info.data.get("country", "")
        if value and value not in public_holidays.regions(country):
            name = public_holidays.countries().get(country)
            raise ValueError(f"Choose a region of {name}." if name else "Choose a country first.")
        return value


class Days(Input):
    """Days from one to another, both included; without an end, one day."""

    starts_on: date
    ends_on: date | None = None

    @field_validator("starts_on", "ends_on", mode="before")
    @classmethod
    def _as_a_form_writes_it(cls, value: object) -> object:
        return _written_day(value)

    @field_validator("starts_on")
    @classmethod
    def _in_our_time(cls, value: date) -> date:
        if not 2000 < value.year < 2200:
            raise ValueError("Check the year.")
        return value

    @field_validator("ends_on")
    @classmethod
    def _after_the_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        first: date | None = info.data.get("starts_on")
        if value is None or first is None:
            return value
        if value < first:
            raise ValueError("The last day lies before the first.")
        if value - first > LONGEST:
            raise ValueError("That is more than a year. Check the year.")
        return value


class AddBlackout(Days):
    """Days nothing is planned, launched or sent; of one campaign, or of the whole team."""

    campaign_id: int | None = None
    reason: str = Field(min_length=1, max_length=80)


class BlackoutId(Input):
    blackout_id: int


class AddAbsence(Days):
    user_id: int
    reason: str = Field(default="", max_length=40)


class AbsenceId(Input):
    absence_id: int


class EditWork(Input):
    """How one person works. Skills and levels are two lists side by side, a skill without a word
    is none; `starts` and `ends` are seven times each, a day without either is off.
    """

    user_id: int
    skills: list[str] = Field(default=[], max_length=MOST_SKILLS)
    levels: list[int] = []
    hours: Literal["team", "own"] = "team"
    starts: list[str] = []
    ends: list[str] = []
    max_concurrent: int = Field(ge=1, le=50)
    backup_id: int | None = None
    slack_user_id: str = Field(default="", max_length=40)
    version: int

    @field_validator("skills")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        seen = set()
        for word in filter(None, value):
            if len(word) > 40:
                raise ValueError("Use at most 40 characters for a skill.")
            if fold(word) in seen:
                raise ValueError(f"{word} is there twice.")
            seen.add(fold(word))
        return value

    @field_validator("levels")
    @classmethod
    def _beside_each(cls, value: list[int], info: ValidationInfo) -> list[int]:
        if len(value) != len(info.data.get("skills", value)) or not set(value) <= LEVELS.keys():
            raise ValueError("Choose a level for each skill.")
        return value

    @field_validator("slack_user_id")
    @classmethod
    def _an_id(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Z0-9]{2,40}", value):
            raise ValueError("A member ID has capital letters and digits only, like U012AB3CD.")
        return value

    @field_validator("ends")
    @classmethod
    def _a_week_of_hours(cls, value: list[str], info: ValidationInfo) -> list[str]:
        own_hours(info.data.get("hours", "team"), info.data.get("starts", []), value)
        return value


def own_hours(whose: str, starts: Sequence[str], ends: Sequence[str]) -> Hours | None:
    """The hours of each day as the form has them, None for the team's. Raises ValueError."""
    if whose == "team":
        return None
    if (len(starts), len(ends)) != (len(DAYS), len(DAYS)):
        raise ValueError("Fill in the hours of each day, or leave the day empty.")
    rows = zip(DAYS, starts, ends, strict=True)
    hours = tuple(_day(name, first, last) for name, first, last in rows)
    if not any(hours):
        raise ValueError("Work on one day at least, or keep the team's hours.")
    return hours


def _day(name: str, starts: str, ends: str) -> Day:
    if not starts and not ends:
        return None
    if not (_WRITTEN_TIME(starts) and _WRITTEN_TIME(ends)):
        raise ValueError(f"{name}: write both times, like 09:30 and 17:00.")
    try:
        return week.span(time.fromisoformat(starts), time.fromisoformat(ends))
    except ValueError as error:
        words = str(error) if "before" in str(error) else "Write the time like 09:30."
        raise ValueError(f"{name}: {words[0].lower()}{words[1:]}") from None


class SetCostRate(Input):
    """What an hour of somebody costs, in the team's currency ('' is unknown)."""

    user_id: int
    cost_rate: str = Field(default="", max_length=40)
    version: int
