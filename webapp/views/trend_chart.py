"""One number over a period as a line a page draws without a script, the period before it as a
dashed one, and both as a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from webapp.ads.rates import Totals, add
from webapp.views import plots
from webapp.views.measures import Measure
from webapp.web.words import day


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, and the same number of days before them."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The days directly before, as many.

        >>> Period(date(2026, 11, 8), date(2026, 11, 14)).before
        Period(first=datetime.date(2026, 11, 1), last=datetime.date(2026, 11, 7))
        """
        length = timedelta(days=self.days)
        return Period(self.first - length, self.last - length)

    def until(self, last: date) -> "Period":
        """Only as far as a day."""
        return Period(self.first, max(self.first, min(self.last, last)))


@dataclass(frozen=True, slots=True)
class Point:
    """A day (or the week that begins with it): the value, and that of the period before."""

    on: date
    value: Any
    before: Any


@dataclass(frozen=True, slots=True)
class Trend:
    """Everything the figure shows."""

    unit: str
    points: list[Point]
    lines: list[str]
    areas: list[str]
    before: list[str]
    ticks: list[str]
    labels: list[str]
    end: tuple[float, float, str] | None
    finding: str


def total_of(days: Mapping[date, Totals], period: Period) -> Totals:
    """The totals of a period."""
    return add(one for on, one in days.items() if period.first <= on <= period.last)


def trend(
    days: Mapping[date, Totals], period: Period, measure: Measure, currency: str, *, compare: bool
) -> Trend:
    """The chart of a currency's days; the line ends with the last day that has results."""
    step = plots.days_per_point(period.days, most_days=100)
    reached = max((on for on in days if on <= period.last), default=period.first)
    values = _values(days, period.until(reached), step, measure)
    earlier = _values(days, period.before, step, measure) if compare else {}
    starts = [period.first + timedelta(days=offset) for offset in range(0, period.days, step)]
    shift = timedelta(days=period.days)
    found = [Point(on, values.get(on), earlier.get(on - shift)) for on in starts]
    known = [float(v) for one in found for v in (one.value, one.before) if v is not None]
    top, ticks = _scale(max([0.0, *known]), measure, currency)
    lines = plots.points(starts, [one.value for one in found], top)
    return Trend(
        plots.unit_of(step),
        found,
        lines,
        [_area(line) for line in lines],
        plots.points(starts, [one.before for one in found], top),
        ticks,
        plots.few_labels(starts[0], starts[-1]),
        _end(lines, found, measure, currency),
        _finding(found, measure, currency, plots.unit_of(step)),
    )


def _values(
    days: Mapping[date, Totals], period: Period, step: int, measure: Measure
) -> dict[date, Any]:
    """The value of each point's days. A sum is zero where nothing ran, unless nothing at all is
    known of it.
    """
    buckets: dict[int, list[Totals]] = {}
    for on, one in days.items():
        if period.first <= on <= period.last:
            buckets.setdefault((on - period.first).days // step, []).append(one)
    knows = any(measure.read(one) is not None for several in buckets.values() for one in several)
    found = {}
    for index in range(-(-period.days // step)):
        value = measure.read(add(buckets[index])) if index in buckets else None
        if value is None and knows and measure.is_sum and index not in buckets:
            value = 0
        found[period.first + timedelta(days=index * step)] = value
    return found


def _scale(most: float, measure: Measure, currency: str) -> tuple[float, list[str]]:
    """A round top and its labels; rates count in hundredths of a percent, returns in tenths."""
    fine = {"percent": 10_000, "times": 10}.get(measure.kind, 1)
    top, ticks = plots.scale(
        most * fine, lambda value: measure.say(value / fine if fine > 1 else value, currency)
    )
    return top / fine, ticks


def _area(line: str) -> str:
    points = line.split()
    first, last = points[0].split(",")[0], points[-1].split(",")[0]
    return f"{first},100 {line} {last},100"


def _end(
    lines: list[str], found: list[Point], measure: Measure, currency: str
) -> tuple[float, float, str] | None:
    """Where the last known value lies, and its words."""
    known = [one for one in found if one.value is not None]
    if not known:
        return None
    x, y = lines[-1].split()[-1].split(",")
    return float(x), float(y), f"{measure.say(known[-1].value, currency)} on {day(known[-1].on)}"


def _finding(found: list[Point], measure: Measure, currency: str, unit: str) -> str:
    known = [one for one in found if one.value is not None]
    if not known:
        return f"{measure.words}: nothing is known of these days."
    first, last, peak = known[0], known[-1], max(known, key=lambda one: one.value)
    said = [measure.say(one.value, currency) for one in (first, last, peak)]
    per = "" if not measure.is_sum else f" a {unit}"
    to = f", {said[1]} on {day(last.on)}" if len(known) > 1 else ""
    return (
        f"{measure.words}{per}: {said[0]} on {day(first.on)}{to}; "
        f"the most was {said[2]} on {day(peak.on)}."
    )
