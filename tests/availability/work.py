"""What tests of working time make again and again."""

from typing import Any

from tests.people import Person, Team
from webapp.availability import commands, queries

WEEK = {
    "weekdays": [0, 1, 2, 3, 4],
    "starts": "09:00",
    "ends": "17:00",
    "country": "",
    "region": "",
}


def set_week(team: Team, **changes: Any) -> int:
    """The week as its form would set it, by Alice."""
    values = {"version": queries.working_week().version} | WEEK | changes
    parsed = commands.SetWeek.model_validate(values)
    return commands.set_week(**dict(parsed), by=team.alice.actor)


def edit_work(person: Person, *, by: Person | None = None, **changes: Any) -> int:
    """Somebody's work as its form would set it, by themselves unless told."""
    values = {"user_id": person.id, "skills": [], "levels": [], "max_concurrent": 5}
    values |= {"version": queries.profile_of(person.id).version} | changes
    parsed = commands.EditWork.model_validate(values)
    return commands.edit_work(**dict(parsed), by=(by or person).actor)


def own_hours(**days: str) -> dict[str, Any]:
    """Own hours by the day's short name, like `Mon="10:00-12:00"`."""
    spans = [days.get(name, "-").split("-") for name in commands.week.DAYS]
    return {
        "hours": "own",
        "starts": [starts for starts, _ in spans],
        "ends": [ends for _, ends in spans],
    }
