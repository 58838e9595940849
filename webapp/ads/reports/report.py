"""A report as one fact per campaign and day, proven against the file's own total. Pure.

Reading and importing are two questions: what the file says is told first, for every file that is a
table of results; whether it can become days of campaigns is told after that, with the reason.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from webapp.ads.reports import dialects
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.entries import (
    ADDITIVE,
    MOST,
    Aside,
    Counted,
    Entry,
    Numbers,
    Rows,
    Scan,
    contradictions,
    read,
    scan,
)
from webapp.ads.reports.layout import Layout, layout_of
from webapp.ads.reports.repeats import counted_once
from webapp.ads.reports.spread import spread
from webapp.ads.reports.totals import Sorted, Sums, Totals
from webapp.imports.decoding import Unreadable
from webapp.imports.tabular import Header, Table, open_table

MOST_FACTS = 250_000
#: The part that takes what a report says of an account without naming campaigns.
WHOLE_ACCOUNT = "Whole account"
#: Rows whose own rates contradict them that a file may have, in a thousand.
FEW_CONTRADICTIONS = 10
_EMPTY = (
    "There are no results in it: the report has its column names and no rows."
    " Nothing ran in that period, or a filter hid it."
)


@dataclass(frozen=True, slots=True)
class Fact(Counted):
    """What one campaign did on one day on one platform, and the lines that say so. `grain` is ''
    for the day, else how a part of it is split off.
    """

    platform: str
    campaign: str
    on: date
    grain: str
    numbers: Numbers
    lines: tuple[int, ...]


@dataclass(slots=True)
class Report:
    """Everything a file says. `refusal` is why it cannot be imported, '' when it can."""

    layout: Layout
    currency: str
    symbols: frozenset[str]
    sums: Sums
    sorted: Sorted
    known: tuple[Role, ...]
    rows: int
    period: tuple[date, date] | None
    facts: tuple[Fact, ...] = ()
    rejects: tuple[Aside, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def totals(self) -> tuple[Aside, ...]:
        return tuple(self.sorted.totals)

    @property
    def total(self) -> Entry | None:
        return self.sorted.total


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about a file: how its columns map, and to spread a period over days."""

    layout: Callable[[Header], Layout] | None = None
    spread: bool = False
    is_one_day: bool = False


def layout_for(header: Header, choices: Choices) -> Layout:
    """The layout of a header. Raises Unreadable for what is no report of results, UnknownColumns
    for a table nobody has explained yet.
    """
    if choices.layout is not None:
        return choices.layout(header)
    for stranger in dialects.STRANGERS:
        if stranger.fits(header):
            raise Unreadable(stranger.words)
    dialect = dialects.dialect_of(header)
    if dialect is None:
        raise UnknownColumns(header)
    return layout_of(header, dialect)


class UnknownColumns(Unreadable):
    """Nobody knows these columns: a person has to say which is which."""

    def __init__(self, header: Header) -> None:
        first = ", ".join(cell[:30] or "(no name)" for cell in header.cells[:4])
        super().__init__(f"Its columns ({first} …) are not those of a report that is known here.")
        self.header = header


def opened(file: BinaryIO) -> Table:
    """The table of a file, whoever's columns it has."""
    return open_table(file, knows=dialects.knows)


def read_report(open_again: Callable[[], Table], choices: Choices = Choices()) -> Report:
    """The report behind a table, which is opened twice. Raises Unreadable when it cannot even be
    read.
    """
    table = open_again()
    layout = layout_for(table.header, choices)
    _check_numbers(layout, table.header)
    learned = scan(table, layout)
    _check_scan(layout, learned, table)
    rows = read(open_again(), layout, learned)
    if not rows.entries:
        raise _nothing_read(rows)
    found = Totals(rows.entries, rows.known, masked=rows.masked, unread=rows.unread).split(
        has_more=layout.dialect is not None and layout.dialect.has_more_totals
    )
    report = Report(
        layout=layout,
        currency=_currency(layout, rows),
        symbols=frozenset(rows.symbols),
        sums=Sums.of(found.body),
        sorted=found,
        known=rows.known,
        rows=len(rows.entries) + len(rows.unread),
        period=learned.period,
    )
    try:
        _become_facts(report, rows, learned, choices)
    except Unreadable as error:
        report.refusal = str(error)
    return report


def _check_numbers(layout: Layout, header: Header) -> None:
    if layout.where(Role.SPEND) is None and layout.where(Role.IMPRESSIONS) is None:
        names = ", ".join(header.cells[:6])
        raise Unreadable(
            f"It has neither amounts nor impressions ({names} …): it holds no results."
        )


def _check_scan(layout: Layout, learned: Scan, table: Table) -> None:
    if learned.rows == 0:
        raise Unreadable(_EMPTY)
    if learned.twins_differ is not None:
        name = table.header.cells[learned.twins_differ]
        raise Unreadable(
            f"Two columns are called “{name}” and differ: either could be the right one."
            " Export the report with each column once."
        )


def _nothing_read(rows: Rows) -> Unreadable:
    if not rows.unread:
        return Unreadable(_EMPTY)
    first = min(rows.unread, key=lambda one: one.line)
    return Unreadable(f"None of its rows can be taken. Line {first.line}: {first.reason}")


def _currency(layout: Layout, rows: Rows) -> str:
    """The currency the file names, '' when it names none."""
    if len(rows.currencies) > 1:
        raise Unreadable(
            f"Its rows are in several currencies: {', '.join(sorted(rows.currencies))[:80]}."
            " Export one ad account at a time."
        )
    return layout.currency or next(iter(rows.currencies), "")


def _become_facts(report: Report, rows: Rows, learned: Scan, choices: Choices) -> None:
    """Fill in the facts. Raises Unreadable when the file cannot be days of campaigns."""
    layout, body = report.layout, report.sorted.body
    notes: list[str] = []
    _check_roles(layout)
    _check_rates(body)
    _check_whole(layout, report)
    _check_days(layout, learned)
    body = _dated(report, learned, choices)
    proven = report.sorted.total is not None
    body, more = counted_once(body, is_proven=proven)
    notes += more
    body = _inside_period(body, report)
    rejects = [*rows.unread, *report.sorted.rejects]
    rejects += [Aside(entry.line, entry.reason) for entry in body if entry.reason]
    taken = [entry for entry in body if not entry.reason]
    if not taken:
        raise _none_taken(rejects)
    known = _settled(report, taken, notes)
    report.known = known
    report.facts = _facts(report, taken, rows, known, choices)
    report.rejects = tuple(sorted(rejects, key=lambda one: one.line))
    report.sums = Sums.of(taken)
    report.notes = tuple(notes)


def _check_roles(layout: Layout) -> None:
    how = f" {layout.dialect.how}" if layout.dialect else ""
    if layout.where(Role.SPEND) is None:
        raise Unreadable(f"It has no column with the amounts that were spent.{how}")
    if layout.where(Role.IMPRESSIONS) is None:
        raise Unreadable(f"It has no column Impressions.{how}")
    if layout.where(Role.CAMPAIGN) is None and layout.has_parts_of_campaigns:
        raise Unreadable(f"It has no column Campaign name, only parts of campaigns.{how}")
    if layout.where(Role.DAY) is None and layout.where(Role.HOUR) is not None:
        raise Unreadable(f"It splits a day by hours and does not say which day it is.{how}")


def _check_rates(body: Sequence[Entry]) -> None:
    wrong = contradictions(body)
    if len(wrong) * 1000 > FEW_CONTRADICTIONS * len(body):
        first = wrong[0]
        raise Unreadable(
            f"Line {first.line} contradicts itself: {first.contradiction}. Its clicks, impressions"
            " or amounts are not what their columns say."
        )


def _check_whole(layout: Layout, report: Report) -> None:
    """A report of search terms or keywords leaves out what was spent without them."""
    if layout.partial and report.sorted.gap:
        raise Unreadable(
            "It holds only a part of what the campaigns spent: the account's own total is"
            f" {report.sorted.gap} more. {layout.dialect.how if layout.dialect else ''}".strip()
        )


def _check_days(layout: Layout, learned: Scan) -> None:
    if learned.days.is_doubtful:
        raise Unreadable(
            "Its days are written like 03/04/2026, which is 3 April or 4 March, and nothing in the"
            " file says which. Export it with days like 2026-04-03."
        )


def _dated(report: Report, learned: Scan, choices: Choices) -> list[Entry]:
    """The body with a day in every row: its own, or the one day the file is about."""
    layout, body = report.layout, report.sorted.body
    days = {entry.on for entry in body}
    if layout.where(Role.DAY) is not None and days != {None}:
        _check_aggregate(report, days, learned)
        return [_without_day(entry) if entry.on is None else entry for entry in body]
    periods = {entry.period for entry in body if entry.period}
    if not periods and report.period:
        periods = {report.period}
    if periods and all(one[0] == one[1] for one in periods):
        fallback = next(iter(periods))
        for entry in body:
            entry.on = (entry.period or fallback)[0]
        return body
    if choices.spread and len(periods) == 1:
        (period,) = periods
        return spread(body, *period)
    raise Unreadable(_sums_up(layout, periods))


def _sums_up(layout: Layout, periods: set[tuple[date, date]]) -> str:
    how = f" {layout.dialect.how}" if layout.dialect else " Export it with a column of days."
    if len(periods) == 1:
        starts, ends = next(iter(periods))
        return f"It sums up a whole period, {starts} to {ends}: it has no column of days.{how}"
    return f"It sums up a whole period: it has no column of days.{how}"


def _without_day(entry: Entry) -> Entry:
    entry.reason = entry.reason or "The row has no day."
    return entry


def _check_aggregate(report: Report, days: set[date | None], learned: Scan) -> None:
    """LinkedIn stamps a whole period with its first day."""
    dialect, period = report.layout.dialect, learned.period
    if dialect is None or not dialect.is_dated_once or len(days - {None}) != 1:
        return
    (only,) = days - {None}
    if period is None and len(report.sorted.body) == 1:
        return
    names = [(entry.campaign, entry.dims) for entry in report.sorted.body]
    once = len(set(names)) == len(names)
    if period is not None and period[0] != period[1] and only == period[0] and once:
        raise Unreadable(
            f"It sums up a whole period, {period[0]} to {period[1]}, and stamps it with its first"
            f" day. {dialect.how}"
        )


def _inside_period(body: list[Entry], report: Report) -> list[Entry]:
    periods = [report.sorted.total.period] if report.sorted.total else []
    periods = [one for one in periods if one]
    if not periods and report.period:
        periods = [report.period]
    if not periods or periods[0] is None:
        return body
    starts, ends = periods[0]
    for entry in body:
        if entry.on and not entry.reason and not starts <= entry.on <= ends:
            entry.reason = f"The day {entry.on} is outside the report's period, {starts} to {ends}."
    return body


def _none_taken(rejects: Sequence[Aside]) -> Unreadable:
    if not rejects:
        return Unreadable(_EMPTY)
    first = min(rejects, key=lambda one: one.line)
    return Unreadable(f"None of its rows can be taken. Line {first.line}: {first.reason}")


def _settled(report: Report, taken: list[Entry], notes: list[str]) -> tuple[Role, ...]:
    """The numbers the rows say completely: broken-down rows may carry no conversions, and then the
    file's own total says so.
    """
    known = list(report.known)
    total = report.sorted.total
    if total is None and report.layout.platform == "meta" and report.layout.breakdowns:
        known = [role for role in known if role not in (Role.CONVERSIONS, Role.VALUE)]
    summed = Sums.of(taken)
    for role, words in ((Role.CONVERSIONS, "Conversions"), (Role.VALUE, "Conversion values")):
        if role not in known:
            continue
        told = total.number(role) if total else None
        own = summed.number(role)
        if own is None and told is None:
            known.remove(role)
        elif told is not None and abs((own or Decimal(0)) - told) > summed.slack(told):
            known.remove(role)
            notes.append(f"{words} do not add up to the file's own total, so they are left out.")
    return tuple(known)


def _facts(
    report: Report, taken: list[Entry], rows: Rows, known: tuple[Role, ...], choices: Choices
) -> tuple[Fact, ...]:
    """The day's facts, then what its breakdowns split off."""
    layout = report.layout
    splits = [(rows.dims.index(i), name) for i, name in layout.breakdowns.items() if i in rows.dims]
    platform_at = next((place for place, name in splits if name == "platform"), None)
    days: dict[tuple[str, str, date, str], list[Entry]] = defaultdict(list)
    for entry in taken:
        assert entry.on is not None
        platform = _platform(layout, entry, platform_at)
        name = entry.campaign or WHOLE_ACCOUNT
        days[platform, name, entry.on, ""].append(entry)
        if grain := _grain(entry, splits):
            days[platform, name, entry.on, grain].append(entry)
    if len(days) > MOST_FACTS:
        raise Unreadable(
            f"It has more than {MOST_FACTS:,} days of campaigns. Export a shorter period."
        )
    return tuple(
        Fact(*key, _added(entries, known), tuple(dict.fromkeys(entry.line for entry in entries)))
        for key, entries in days.items()
    )


def _platform(layout: Layout, entry: Entry, place: int | None) -> str:
    """Meta's two networks are platforms of their own where the report tells them apart."""
    if layout.platform == "meta" and place is not None:
        name = entry.dims[place].casefold()
        return name if name in ("facebook", "instagram") else layout.platform
    return layout.platform


def _grain(entry: Entry, splits: list[tuple[int, str]]) -> str:
    """The canonical name of a split: `age=18-24,gender=male`."""
    parts = sorted({name: entry.dims[place] for place, name in splits}.items())
    told = [f"{name}={value.casefold()[:60]}" for name, value in parts if value]
    return ",".join(told)[:200]


def _added(entries: Sequence[Entry], known: tuple[Role, ...]) -> Numbers:
    sums = Sums.of(entries).numbers
    for number in sums:
        if number is not None and number > MOST * 10:
            raise Unreadable("Its sums are larger than can be true.")
    return tuple(
        (number or Decimal(0)) if role in known else None
        for role, number in zip(ADDITIVE, sums, strict=True)
    )
