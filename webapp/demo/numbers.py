"""Made-up daily results that behave like an ad account's: a weekly rhythm, a slow drift, noise, a
strong first week. Pure and seeded: the same words give the same numbers on the same day.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one platform; money in minor units. What an objective does not count is None."""

    on: date
    impressions: int
    clicks: int
    spend_cents: int
    conversions: int | None
    value_cents: int | None


@dataclass(frozen=True, slots=True)
class Habit:
    """How a platform behaves: cost of 1,000 impressions (minor units), clicks per impression,
    results per click, and the weight of each weekday from Monday.
    """

    per_thousand: float
    click_rate: float
    result_rate: float
    week: tuple[float, ...]


_OFFICE = (1.15, 1.2, 1.2, 1.15, 1.0, 0.65, 0.65)
_EVENING = (0.85, 0.85, 0.9, 1.0, 1.25, 1.15, 1.0)
HABITS = {
    "google": Habit(1450, 0.031, 0.062, (1.05, 1.05, 1.0, 1.0, 1.0, 0.95, 0.95)),
    "facebook": Habit(820, 0.013, 0.034, (0.95, 0.95, 1.0, 1.0, 1.05, 1.05, 1.0)),
    "instagram": Habit(760, 0.011, 0.041, _EVENING),
    "tiktok": Habit(430, 0.009, 0.028, _EVENING),
    "linkedin": Habit(3100, 0.006, 0.022, _OFFICE),
    "x": Habit(610, 0.008, 0.015, _OFFICE),
}
#: What one result is worth (minor units); None counts results without a value, an objective that is
#: not here counts no results.
WORTH: dict[str, int | None] = {"sales": 4200, "tickets": 3400, "streams": None, "leads": None}
#: The part of today an account has reported so far.
TODAY = 0.4


def days(
    seed: str,
    *,
    platform: str,
    objective: str,
    per_day_cents: float,
    first: date,
    last: date,
    today: date,
) -> Iterator[Day]:
    """The results of a part that ran from `first` to `last`."""
    chance = random.Random(f"{seed}:{platform}")  # noqa: S311 (numbers for a picture, no secret)
    habit, drift, mood = HABITS[platform], chance.uniform(-0.003, 0.004), 0.0
    for number in range((last - first).days + 1):
        on = first + timedelta(days=number)
        mood = 0.7 * mood + chance.gauss(0, 0.09)  # yesterday's weather is most of today's
        fresh = 1 + 0.35 * math.exp(-number / 5)
        level = habit.week[on.weekday()] * fresh * math.exp(mood) * 0.96
        spend = round(per_day_cents * level * (TODAY if on == today else 1))
        dearer = math.exp(drift * number + chance.gauss(0, 0.04))
        impressions = round(1000 * spend / (habit.per_thousand * dearer))
        clicks = _about(chance, impressions * habit.click_rate * math.exp(mood / 2))
        yield Day(on, impressions, clicks, spend, *_results(chance, habit, objective, clicks))


def _results(
    chance: random.Random, habit: Habit, objective: str, clicks: int
) -> tuple[int | None, int | None]:
    if objective not in WORTH:
        return None, None
    results, worth = _about(chance, clicks * habit.result_rate), WORTH[objective]
    return results, None if worth is None else round(results * worth * chance.uniform(0.85, 1.2))


def _about(chance: random.Random, expected: float) -> int:
    """A count around what is expected, as counts scatter."""
    return max(0, round(chance.gauss(expected, math.sqrt(max(expected, 0.0)))))
