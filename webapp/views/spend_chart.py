"""Spend per day as stacked bars a page draws without a script: numbers in percent of the plot, and
the same as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.ads.platforms import PLATFORM_WORDS
from webapp.core import money
from webapp.views import plots
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
#: What a platform without a colour of its own gets.
PLAIN = 7


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
    """Everything the figure shows. `stacks` has a path per platform, in the order of `platforms`:
    its rectangles in percent of the plot. `finding` is the sentence for who does not see it;
    `plan_cents` is what is planned per bar and `plan_y` where its line lies, None without a plan.
    """

    unit: str
    platforms: list[tuple[str, int]]
    stacks: list[str]
    ticks: list[str]
    labels: list[plots.Label]
    lines: list[Line]
    finding: str
    plan_cents: int | None
    plan_y: float | None


def spend_chart(
    rows: Sequence[tuple[date, str, int]], currency: str, *, per_day_cents: int | None = None
) -> Chart | None:
    """The chart of (day, platform, spend) rows; None without rows. Days without rows are zero."""
    if not rows:
        return None
    first, last = rows[0][0], rows[-1][0]
    step = plots.days_per_point((last - first).days)
    platforms = in_order({platform for _, platform, _ in rows})
    place = {platform: index for index, platform in enumerate(platforms)}
    count = (last - first).days // step + 1
    table = [[0] * len(platforms) for _ in range(count)]
    for on, platform, spent in rows:
        table[(on - first).days // step][place[platform]] += spent
    lines = [
        Line(first + timedelta(days=index * step), spent, sum(spent))
        for index, spent in enumerate(table)
    ]
    plan = None if per_day_cents is None else per_day_cents * step
    top, ticks = plots.scale(
        max(*(line.total for line in lines), plan or 0), lambda cents: money.words(cents, currency)
    )
    unit = plots.unit_of(step)
    return Chart(
        unit,
        [(PLATFORM_WORDS[one], colour_of(one)) for one in platforms],
        _stacks(table, top),
        ticks,
        plots.labels([line.on for line in lines]),
        lines,
        _finding(lines, unit, currency),
        plan,
        None if plan is None else round(100 - 100 * plan / top, 2),
    )


def in_order(platforms: set[str]) -> list[str]:
    """Platforms in the order of every stack and list."""
    return [one for one in COLOURS if one in platforms] + sorted(platforms - COLOURS.keys())


def colour_of(platform: str) -> int:
    """The number of a platform's colour."""
    return COLOURS.get(platform, PLAIN)


def _stacks(table: list[list[int]], top: int) -> list[str]:
    """One path per platform: hundreds of elements take longer to write than the rest of the page.

    >>> _stacks([[50, 25]], 100)
    ['M16.00,50.00h68.00v50.00h-68.00z', 'M16.00,25.00h68.00v25.00h-68.00z']
    """
    slot = 100 / len(table)
    width = f"{slot * 0.68:.2f}"
    paths: list[list[str]] = [[] for _ in table[0]]
    for index, spent in enumerate(table):
        floor, x = 100.0, f"{slot * (index + 0.16):.2f}"
        for path, cents in zip(paths, spent, strict=True):
            if cents > 0:
                height = 100 * cents / top
                floor -= height
                path.append(f"M{x},{floor:.2f}h{width}v{height:.2f}h-{width}z")
    return ["".join(path) for path in paths]


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
