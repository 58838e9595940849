"""Spend per day as stacked bars a page draws without a script: numbers in percent of the plot, and
the same as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.ads.models import PLATFORM_WORDS
from webapp.core import money
from webapp.web.words import day

#: Fixed colours of the platforms; the order is the order in a stack, bottom first.
COLOURS = {
    "instagram": 1,
    "tiktok": 2,
    "google": 3,
    "facebook": 4,
    "x": 5,
    "linkedin": 6,
    "meta": 7,
}
#: Longer campaigns are drawn by week: more bars than this are no longer read.
MOST_DAYS = 45
#: Years of them share bars: one mistyped day must not make a page of thousands.
MOST_WEEKS = 270
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of a stack, in percent of the plot."""

    colour: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """One bar's numbers: the day (or week) it begins with, spend per platform in the chart's order,
    the sum.
    """

    on: date
    spent: list[int]
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the figure shows. `finding` is the sentence for who does not see it."""

    unit: str
    platforms: list[tuple[str, int]]
    bars: list[Bar]
    ticks: list[str]
    labels: list[str]
    lines: list[Line]
    finding: str


def spend_chart(rows: Sequence[tuple[date, str, int]], currency: str) -> Chart | None:
    """The chart of (day, platform, spend) rows; None without rows. Days without rows are zero."""
    if not rows:
        return None
    first, last = rows[0][0], rows[-1][0]
    step = _days_per_bar((last - first).days)
    platforms = [one for one in COLOURS if any(platform == one for _, platform, _ in rows)]
    count = (last - first).days // step + 1
    table = [[0] * len(platforms) for _ in range(count)]
    for on, platform, spent in rows:
        table[(on - first).days // step][platforms.index(platform)] += spent
    lines = [
        Line(first + timedelta(days=index * step), spent, sum(spent))
        for index, spent in enumerate(table)
    ]
    top, ticks = _scale(max(line.total for line in lines), currency)
    unit = {1: "day", 7: "week"}.get(step, f"{step // 7} weeks")
    return Chart(
        unit,
        [(PLATFORM_WORDS[one], COLOURS[one]) for one in platforms],
        _bars(table, platforms, top),
        ticks,
        _labels(lines, step),
        lines,
        _finding(lines, unit, currency),
    )


def _days_per_bar(days: int) -> int:
    """A day, a week, or as many weeks as keep the number of bars readable.

    >>> _days_per_bar(10), _days_per_bar(100), _days_per_bar(7 * 270), _days_per_bar(7 * 540)
    (1, 7, 14, 21)
    """
    return 1 if days < MOST_DAYS else 7 * (days // 7 // MOST_WEEKS + 1)


def _bars(table: list[list[int]], platforms: list[str], top: int) -> list[Bar]:
    slot = 100 / len(table)
    bars = []
    for index, spent in enumerate(table):
        floor = 100.0
        for platform, cents in zip(platforms, spent, strict=True):
            if cents <= 0:
                continue
            height = 100 * cents / top
            floor -= height
            x = round(slot * (index + 0.16), 2)
            bars.append(
                Bar(COLOURS[platform], x, round(floor, 2), round(slot * 0.68, 2), round(height, 2))
            )
    return bars


def _scale(most: int, currency: str) -> tuple[int, list[str]]:
    """A round top above the highest bar and five labels from it down to zero.

    >>> _scale(63000, "USD")
    (80000, ['$800', '$600', '$400', '$200', '$0'])
    """
    step = next(
        factor * 10**power
        for power in range(18)
        for factor in (1, 2, 3, 4, 5, 8)
        if 4 * factor * 10**power >= most
    )
    return 4 * step, [money.words(step * times, currency) for times in (4, 3, 2, 1, 0)]


def _labels(lines: list[Line], step: int) -> list[str]:
    """A label per bar, most of them empty, so that few stand under many bars."""
    every = -(-len(lines) // MOST_LABELS)
    return [
        f"{line.on.day} {line.on:%b}" if index % every == 0 else ""
        for index, line in enumerate(lines)
    ]


def _finding(lines: list[Line], unit: str, currency: str) -> str:
    total = sum(line.total for line in lines)
    peak = max(lines, key=lambda line: line.total)
    if unit in ("day", "week"):
        number = f"{len(lines)} {unit}{'s' * (len(lines) > 1)}"
    else:
        number = f"{len(lines)} times {unit}"
    at = "on" if unit == "day" else f"in the {unit} of"
    return (
        f"{money.words(total, currency)} spent in {number}; "
        f"most {at} {day(peak.on)}, {money.words(peak.total, currency)}."
    )
