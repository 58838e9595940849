"""What every chart drawn on the server shares: round scales, labels that do not crowd, points of a
line. Numbers are in percent of the plot; pure functions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

#: More labels than this under one plot are no longer read; with the year they are longer.
MOST_LABELS, MOST_WITH_YEAR = 8, 6
#: Longer periods are drawn by week: more points than this are no longer read as days.
MOST_DAYS = 45
#: Years of weeks share points: one mistyped day must not make a page of thousands.
MOST_WEEKS = 270


def days_per_point(days: int, most_days: int = MOST_DAYS) -> int:
    """A day, a week, or as many weeks as keep the number of points readable.

    >>> days_per_point(10), days_per_point(100), days_per_point(7 * 270), days_per_point(7 * 540)
    (1, 7, 14, 21)
    """
    return 1 if days < most_days else 7 * (days // 7 // MOST_WEEKS + 1)


def unit_of(step: int) -> str:
    """The words of a point's length.

    >>> unit_of(1), unit_of(7), unit_of(21)
    ('day', 'week', '3 weeks')
    """
    return {1: "day", 7: "week"}.get(step, f"{step // 7} weeks")


def scale(most: float, words: Callable[[int], str]) -> tuple[int, list[str]]:
    """A round top at or above the highest value and five labels from it down to zero.

    >>> scale(63000, str)
    (80000, ['80000', '60000', '40000', '20000', '0'])
    """
    step = next(
        factor * 10**power
        for power in range(24)
        for factor in (1, 2, 3, 4, 5, 8)
        if 4 * factor * 10**power >= most
    )
    return 4 * step, [words(step * times) for times in (4, 3, 2, 1, 0)]


@dataclass(frozen=True, slots=True)
class Label:
    """What stands under a point, '' for most; a spare one gives way where there is little room."""

    words: str
    is_spare: bool = False


def labels(days: Sequence[date]) -> list[Label]:
    """A label per point, most of them empty, so that few stand under many points.

    >>> labels([date(2026, 11, 1), date(2026, 11, 2)])
    [Label(words='1 Nov', is_spare=False), Label(words='2 Nov', is_spare=True)]
    """
    years = len({one.year for one in days}) > 1
    every = -(-len(days) // (MOST_WITH_YEAR if years else MOST_LABELS))
    return [
        Label(f"{one.day} {one:%b %Y}" if years else f"{one.day} {one:%b}", index // every % 2 == 1)
        if index % every == 0
        else Label("")
        for index, one in enumerate(days)
    ]


def few_labels(first: date, last: date) -> list[str]:
    """Labels of a line, evenly spread from its first to its last day; one when that is all.

    >>> few_labels(date(2026, 11, 1), date(2026, 11, 10))
    ['1 Nov', '4 Nov', '7 Nov', '10 Nov']
    """
    span = (last - first).days
    days = sorted({first + timedelta(span * third // 3) for third in range(4)})
    years = first.year != last.year
    return [f"{one.day} {one:%b %Y}" if years else f"{one.day} {one:%b}" for one in days]


def points(days: Sequence[date], values: Sequence[Any], top: float) -> list[str]:
    """The lines of a series as `points` of polylines: a value that is not known breaks the line.

    >>> points([date(2026, 11, n) for n in (1, 2, 3, 5)], [0, 50, None, 100], 100)
    ['0.00,100.00 25.00,50.00', '100.00,0.00']
    """
    first, span = days[0], max(1, (days[-1] - days[0]).days)
    lines: list[list[str]] = [[]]
    for on, value in zip(days, values, strict=True):
        if value is None:
            lines.append([])
        else:
            x, y = 100 * (on - first).days / span, 100 - 100 * float(value) / top
            lines[-1].append(f"{x:.2f},{y:.2f}")
    return [" ".join(line) for line in lines if line]
