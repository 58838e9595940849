"""Spend so far against the plan, as lines a page draws without a script: the plan, the corridor
around it, what was spent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from webapp.ads.pacing import Pace, Plan, pace
from webapp.core import money
from webapp.views import plots
from webapp.web.words import day

#: More points than this are the same line.
MOST_POINTS = 120
WORDS = {"under": "Behind plan", "on": "On pace", "over": "Over pace"}
MARKS = {"under": "attention", "on": "completed", "over": "attention"}


@dataclass(frozen=True, slots=True)
class PaceChart:
    """Everything the figure shows; `end_x`, `end_y` are where the spent line ends, in percent."""

    pace: Pace
    words: str
    mark: str
    corridor: str
    plan: str
    spent: list[str]
    end_x: float
    end_y: float
    ticks: list[str]
    labels: list[str]
    finding: str


def pace_chart(
    rows: Sequence[tuple[date, int]], plan: Plan, currency: str, today: date
) -> PaceChart | None:
    """The chart of (day, spend) rows in order; None without rows."""
    if not rows:
        return None
    sums = dict(zip((on for on, _ in rows), accumulate(cents for _, cents in rows), strict=True))
    reached, spent = rows[-1][0], sum(cents for _, cents in rows)
    days = _days(min(plan.first, rows[0][0]), max(plan.last, reached), reached)
    so_far = _so_far(days, sums, reached)
    highs = [plan.corridor(on)[1] for on in days]
    most = max(*highs, spent, 1)
    top, ticks = plots.scale(most, lambda cents: money.words(cents, currency))
    lows = [plan.corridor(on)[0] for on in days]
    now = pace(plan, spent, reached)
    return PaceChart(
        now,
        WORDS[now.state],
        MARKS[now.state],
        " ".join((*plots.points(days, highs, top), _backwards(plots.points(days, lows, top)[0]))),
        plots.points(days, [plan.until(on) for on in days], top)[0],
        plots.points(days, so_far, top),
        round(100 * (reached - days[0]).days / max(1, (days[-1] - days[0]).days), 2),
        round(100 - 100 * spent / top, 2),
        ticks,
        plots.few_labels(days[0], days[-1]),
        _finding(now, currency, today),
    )


def _days(first: date, last: date, reached: date) -> list[date]:
    """Evenly spread days from the first to the last, with the one that results reach."""
    step = -(-((last - first).days + 1) // MOST_POINTS)
    every = {first + timedelta(n) for n in range(0, (last - first).days + 1, step)}
    return sorted(every | {last, reached})


def _so_far(days: list[date], sums: dict[date, int], reached: date) -> list[int | None]:
    known, total, found = sorted(sums), 0, []
    place = 0
    for on in days:
        while place < len(known) and known[place] <= on:
            total = sums[known[place]]
            place += 1
        found.append(total if on <= reached else None)
    return found


def _backwards(points: str) -> str:
    return " ".join(reversed(points.split()))


def _finding(now: Pace, currency: str, today: date) -> str:
    spent, planned = (
        money.words(cents, currency) for cents in (now.spent_cents, now.planned_cents)
    )
    words = f"{spent} spent through {day(now.on, today)}; the plan until then is {planned}."
    gap = now.spent_cents - now.planned_cents
    if not gap:
        return words
    size = money.words(abs(gap), currency)
    return f"{words} That is {size} {'more' if gap > 0 else 'less'}."
