"""How many minutes of work are planned for each person on each of some days."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from webapp.calendars.days import Days


def planned_minutes(
    days: Days,
    open_times: Sequence[tuple[datetime, datetime]],
    loads: Iterable[tuple[int, datetime, datetime, int]],
) -> dict[int, list[int]]:
    """How many minutes of work are planned for each person on each day: of every task theirs, what
    lies in the team's working time (`open_times`, sorted). A load is how many tasks a person has
    from one instant to another.
    """
    per_slot = [days.minutes(starts_at, ends_at) for starts_at, ends_at in open_times]
    found: dict[int, list[int]] = {}
    for person_id, starts_at, finishes_at, number in loads:
        sums = found.setdefault(person_id, [0] * len(days))
        for slot, (opens, closes) in enumerate(open_times):
            if opens >= finishes_at:
                break
            if closes <= starts_at:
                continue
            whole = starts_at <= opens and finishes_at >= closes
            minutes = (
                per_slot[slot]
                if whole
                else days.minutes(max(opens, starts_at), min(closes, finishes_at))
            )
            for place, one in enumerate(minutes):
                sums[place] += number * one
    return found
