"""What a page of the schedule shows, all of it in its address: the days, the sorts, one campaign,
one person.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request

from webapp.calendars.days import Week, parsed_day, parsed_week, week_of
from webapp.core.errors import NotFound
from webapp.core.text import number_of_row
from webapp.web.render import path_for

#: name in the address → words, in the order of the page.
SORTS = {
    "milestones": "Milestones",
    "tasks": "Tasks",
    "approvals": "Approvals",
    "ads": "Campaign runs and ads",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What to show. Without a `day` it is the week."""

    week: Week
    day: date | None
    shows: tuple[str, ...]
    campaign_id: int | None
    person_id: int | None

    @property
    def filters(self) -> dict[str, Any]:
        """What the address says besides the days; what is not set is left out."""
        return {
            "show": None if len(self.shows) == len(SORTS) else ",".join(self.shows),
            "campaign": self.campaign_id,
            "person": self.person_id,
        }

    @property
    def here(self) -> str:
        """This page's own address."""
        if self.day is not None:
            return path_for("schedule.day", on=self.day.isoformat(), **self.filters)
        return path_for("schedule.index", week=self.week.key, **self.filters)

    def with_(self, **changes: Any) -> str:
        """The address with something else chosen."""
        return replace(self, **changes).here

    def toggled(self, sort: str) -> str:
        """The address with a sort shown that was not, or the other way round."""
        wanted = set(self.shows) ^ {sort}
        return self.with_(shows=tuple(one for one in SORTS if one in wanted))


def chosen(today: date, on: str | None = None) -> Choice:
    """The choice of this request; a week or day that never is, is not found."""
    args = request.args
    day = _found(parsed_day, on) if on is not None else None
    week = _found(parsed_week, args["week"]) if args.get("week") else week_of(day or today)
    named = [one for part in args.getlist("show") for one in part.split(",")]
    shows = tuple(one for one in SORTS if one in named) if "show" in args else tuple(SORTS)
    return Choice(
        week_of(day) if day else week,
        day,
        shows,
        number_of_row(args.get("campaign", "")),
        number_of_row(args.get("person", "")),
    )


def _found(parse: Callable[[str], Any], text: str) -> Any:
    value = parse(text)
    if value is None:
        raise NotFound()
    return value
