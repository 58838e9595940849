"""The geometry of a plan's chart: rows, bars and links in days from its first Monday. It knows no
rows of the database and nobody who looks, so that shared and frozen plans are drawn by it too.

Places are days with their fraction, counted as dates count them (`date.toordinal`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from webapp.web.words import day

#: A chart shows at least so many weeks, and of a plan with a slip of the keyboard at most so many.
FEWEST_WEEKS, MOST_WEEKS = 4, 260
#: Beyond so many days there are no headings for single days.
MOST_DAYS_NAMED = 250
#: What follows a link turns so far from the bar it leaves.
TURN = 0.35
#: Half of a bar's height, in rows.
EDGE = 0.3
#: Days to the right of the last milestone, for its date.
ROOM = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A task, a milestone or the buffer. `used` is the share of its time that is over, in percent,
    for work in hand; `was` where it was agreed to be, when it is elsewhere now.
    """

    key: int
    title: str
    start: float
    end: float
    phase: str = ""
    mark: str = "pending"
    words: str = ""
    is_milestone: bool = False
    is_critical: bool = False
    is_buffer: bool = False
    used: int | None = None
    was: tuple[float, float] | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """A line from one bar to one that waits for it; `ss` leaves where it starts."""

    before: int
    after: int
    kind: str = "fs"
    is_critical: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the chart: the heading of a phase (without a bar), or a bar with its place from the
    first day. `label` is a milestone's date.
    """

    title: str
    bar: Bar | None = None
    d: float = 0
    n: float = 0
    was_d: float = 0
    was_n: float = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A heading over some days, or days without work."""

    words: str
    n: int
    d: int = 0


@dataclass(frozen=True, slots=True)
class Gantt:
    """Everything the chart draws. `now` is None when today is not on it."""

    days: int
    rows: list[Row]
    heads: Mapping[str, list[Span]]
    off: list[Span]
    paths: list[tuple[str, bool]] = field(default_factory=list)
    now: float | None = None


def gantt(
    bars: Sequence[Bar],
    ties: Iterable[Tie] = (),
    *,
    today: date,
    now: float | None,
    is_working: Callable[[date], bool],
) -> Gantt | None:
    """The chart of some bars, phases in the order of their first; None without any."""
    if not bars:
        return None
    first, days = _reach(bars, now)
    origin = date.fromordinal(first)
    rows = _rows(bars, first, today)
    return Gantt(
        days,
        rows,
        _heads(origin, days),
        _off(origin, days, is_working),
        _paths(rows, ties),
        round(now - first, 1) if now is not None and 0 <= now - first <= days else None,
    )


def _reach(bars: Sequence[Bar], now: float | None) -> tuple[int, int]:
    """The Monday it begins and its length in days: everything, and today when it is near."""
    starts = [min(bar.start, bar.was[0] if bar.was else bar.start) for bar in bars]
    ends = [bar.start + ROOM if bar.is_milestone else bar.end for bar in bars]
    ends += [bar.was[1] for bar in bars if bar.was]
    low, high = min(starts), max(ends)
    if now is not None and low - 28 <= now <= high + 28:
        low, high = min(low, now), max(high, now)
    monday = int(low) - date.fromordinal(int(low)).weekday()
    weeks = -int(-(high - monday) // 7)
    return monday, 7 * min(max(weeks, FEWEST_WEEKS), MOST_WEEKS)


def _rows(bars: Sequence[Bar], first: int, today: date) -> list[Row]:
    phases: dict[str, list[Bar]] = {}
    for bar in bars:
        phases.setdefault(bar.phase, []).append(bar)
    rows = []
    for phase, own in phases.items():
        if len(phases) > 1 or phase:
            rows.append(Row(phase or "Without a phase"))
        rows += [_row(bar, first, today) for bar in own]
    return rows


def _row(bar: Bar, first: int, today: date) -> Row:
    was = bar.was or (first, first)
    return Row(
        bar.title,
        bar,
        round(bar.start - first, 2),
        round(bar.end - bar.start, 2),
        round(was[0] - first, 2),
        round(was[1] - was[0], 2),
        day(date.fromordinal(int(bar.start)), today) if bar.is_milestone else "",
    )


def _heads(origin: date, days: int) -> dict[str, list[Span]]:
    every = [origin + timedelta(days=n) for n in range(days)]
    heads = {
        "week": [Span(f"{one.day} {one:%b}", 7) for one in every[::7]],
        "month": _months(every),
    }
    if days <= MOST_DAYS_NAMED:
        heads["day"] = [
            Span(f"{one.day} {one:%b}" if one.day == 1 else f"{one.day}", 1) for one in every
        ]
    return heads


def _months(every: Sequence[date]) -> list[Span]:
    lengths: dict[date, int] = {}
    for one in every:
        month = one.replace(day=1)
        lengths[month] = lengths.get(month, 0) + 1
    return [
        Span(f"{one:%b %Y}" if one.month == 1 or place == 0 else f"{one:%b}", n)
        for place, (one, n) in enumerate(lengths.items())
    ]


def _off(origin: date, days: int, is_working: Callable[[date], bool]) -> list[Span]:
    """Runs of days nobody works."""
    runs: list[Span] = []
    for n in range(days):
        if is_working(origin + timedelta(days=n)):
            continue
        if runs and runs[-1].d + runs[-1].n == n:
            runs[-1] = Span("", runs[-1].n + 1, runs[-1].d)
        else:
            runs.append(Span("", 1, n))
    return runs


def _paths(rows: Sequence[Row], ties: Iterable[Tie]) -> list[tuple[str, bool]]:
    """Elbow lines, those of the critical path on top."""
    places = {row.bar.key: (row, line + 0.5) for line, row in enumerate(rows) if row.bar}
    drawn = [
        (_elbow(*places[tie.before], *places[tie.after], tie.kind), tie.is_critical)
        for tie in ties
        if tie.before in places and tie.after in places
    ]
    return sorted(drawn, key=lambda one: one[1])


def _elbow(before: Row, y1: float, after: Row, y2: float, kind: str) -> str:
    """From one bar to the other: across and in from the left where there is room, else down into
    its upper or lower edge.
    """
    starts, ends = _ends(before)
    x1, x2 = (starts if kind == "ss" else ends), _ends(after)[0]
    if kind == "ss":
        x = min(x1, x2) - TURN
        return f"M{x1:g} {y1:g}H{x:.4g}V{y2:g}H{x2:g}"
    if x2 - x1 >= 2 * TURN:
        return f"M{x1:g} {y1:g}H{x2 - TURN:.4g}V{y2:g}H{x2:g}"
    x = max(x2, min(x1 + TURN, x2 + after.n)) if not _is_point(after) else x2
    return f"M{x1:g} {y1:g}H{x:.4g}V{y2 - EDGE if y2 > y1 else y2 + EDGE:g}"


def _ends(row: Row) -> tuple[float, float]:
    """A milestone is drawn in the middle of its day."""
    if _is_point(row):
        return row.d + 0.5, row.d + 0.5
    return row.d, round(row.d + row.n, 2)


def _is_point(row: Row) -> bool:
    return row.bar is not None and row.bar.is_milestone
