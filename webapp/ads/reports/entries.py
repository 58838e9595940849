"""The rows of a report as exact numbers: the second pass, when it is known how every column is
written. Pure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from webapp.ads.reports.additive import Aside, Counted, Numbers
from webapp.ads.reports.dialects import ADDITIVE, Role
from webapp.ads.reports.layout import Layout
from webapp.ads.reports.rates import rates_of
from webapp.ads.reports.scan import COUNTS, NAMES, Scan, dimensions
from webapp.core.text import clean_line, fold
from webapp.imports.dates import NoDay
from webapp.imports.numbers import NOTHING, NoNumber, Style, is_masked
from webapp.imports.tabular import Row, Table

MOST = Decimal(10**12)
LONGEST_NAME = 400
#: What platforms take back later: an adjusted conversion is a negative one, a credit is a negative
#: amount.
MAY_FALL = (Role.CONVERSIONS, Role.VALUE, Role.SPEND)
#: Values of each kind that are kept to be shared: a report says most of them again and again.
MOST_SHARED = 5_000
#: The years a campaign may run in.
YEARS = range(2001, 2200)


@dataclass(slots=True)
class Entry(Counted):
    """A row that could be read. `dims` are its cells that name things, '' where they say nothing;
    without `on` it has no day of its own; `stamp` is the day as it was written, with its hour.
    `reason` says why sound numbers are not taken; `hidden` are the cells that hide a small number,
    as they stand, whose numbers are None.
    """

    line: int
    campaign: str
    on: date | None
    dims: tuple[str, ...]
    numbers: Numbers
    period: tuple[date, date] | None = None
    reason: str = ""
    contradiction: str = ""
    stamp: str = ""
    currency: str = ""
    hidden: tuple[tuple[Role, str], ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not any(self.numbers)


@dataclass(slots=True)
class Rows:
    """Everything the second pass read."""

    entries: list[Entry]
    unread: list[Aside]
    symbols: set[str]
    dims: tuple[int, ...]
    masked: set[Role]
    known: tuple[Role, ...]
    checked: dict[Role, int] = field(default_factory=dict)


def read(table: Table, layout: Layout, learned: Scan) -> Rows:
    """The second pass, over a table opened again."""
    reader = _Reader(layout, learned)
    for row in table.rows:
        reader.take(row)
    return reader.found


class _Reader:
    """Turns rows into entries, with everything looked up once."""

    def __init__(self, layout: Layout, learned: Scan) -> None:
        self.layout, self.learned = layout, learned
        self.values = [
            self._value(role, index) if (index := layout.where(role)) is not None else None
            for role in ADDITIVE
        ]
        self.rates = rates_of(layout, learned)
        self.found = Rows(
            entries=[],
            unread=[],
            symbols=learned.columns[spend].symbols
            if (spend := layout.where(Role.SPEND)) is not None
            else set(),
            dims=dimensions(layout, learned),
            masked=set(),
            known=tuple(role for role in ADDITIVE if layout.where(role) is not None),
        )
        self.hidden: list[tuple[Role, str]] = []  # of the row that is being read
        self.said: dict[str, str] = {}  # names repeat in nearly every row
        self.days: dict[str, date | None] = {}
        self.dims: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.periods: dict[tuple[str, str], tuple[date, date] | None] = {}

    def _value(self, role: Role, index: int) -> Callable[[list[str]], Decimal | None]:
        style = self.learned.style(index, self.layout, role)
        known: dict[str, Decimal] = {}

        def value(cells: list[str]) -> Decimal | None:
            cell = cells[index]
            if (told := known.get(cell)) is not None:
                return told
            number = _number(style, NAMES[role], cell)
            if number is None:
                if is_masked(cell):
                    self.found.masked.add(role)
                    self.hidden.append((role, cell.strip()))
                return None
            if index in self.layout.millionths:
                number = number.scaleb(-6)
            _check(number, role, cell)
            if len(known) < MOST_SHARED:
                known[cell] = number
            return number

        return value

    def take(self, row: Row) -> None:
        """One row: an entry, or a line that could not be read."""
        if row.fault:
            self.found.unread.append(Aside(row.line, row.fault))
            return
        try:
            self.found.entries.append(self._entry(row))
        except BadCell as error:
            self.found.unread.append(Aside(row.line, str(error)))

    def _entry(self, row: Row) -> Entry:
        cells = row.cells
        self.hidden.clear()
        numbers = tuple(value(cells) if value else None for value in self.values)
        on = self._day(cells)
        dims = self._dims(cells)
        campaign = self._named(Role.CAMPAIGN, cells)
        entry = Entry(row.line, campaign, on, dims, numbers, self._period(cells))
        entry.reason = self._not_taken(entry)
        entry.contradiction = self._contradiction(cells, entry)
        entry.stamp = self._named(Role.DAY, cells)
        entry.currency = self._named(Role.CURRENCY, cells).upper()
        entry.hidden = tuple(self.hidden)
        return entry

    def _dims(self, cells: list[str]) -> tuple[str, ...]:
        dims = tuple([self._said(cells[index]) for index in self.found.dims])
        if len(self.dims) < MOST_SHARED:
            return self.dims.setdefault(dims, dims)
        return self.dims.get(dims, dims)

    def _said(self, cell: str) -> str:
        if (known := self.said.get(cell)) is not None:
            return known
        text = clean_line(cell)
        self.said[cell] = "" if text in NOTHING or fold(text) == "all" else text
        return self.said[cell]

    def _named(self, role: Role, cells: list[str]) -> str:
        index = self.layout.where(role)
        return "" if index is None else self._said(cells[index])

    def _day(self, cells: list[str]) -> date | None:
        index = self.layout.where(Role.DAY)
        if index is None:
            return None
        cell = cells[index]
        if cell not in self.days:
            self.days[cell] = self._parsed(cell)
        return self.days[cell]

    def _parsed(self, cell: str) -> date | None:
        text = clean_line(cell)
        if text in NOTHING or fold(text) == "all":
            return None
        try:
            return self.learned.days.day(cell)
        except NoDay:
            if not any(char.isdigit() for char in text):
                return None  # a label where a day would stand: it sums up others
            raise BadCell(f"“{text[:40]}” is no day.") from None

    def _period(self, cells: list[str]) -> tuple[date, date] | None:
        """The row's own period; a date that is not whole is how a cut-off last row shows."""
        starts, ends = self.layout.where(Role.STARTS), self.layout.where(Role.ENDS)
        if starts is None or ends is None:
            return None
        told = self._said(cells[starts]), self._said(cells[ends])
        if told not in self.periods:
            self.periods[told] = self._period_of(told)
        return self.periods[told]

    def _period_of(self, told: tuple[str, str]) -> tuple[date, date] | None:
        if not any(told):
            return None
        days = []
        for cell in told:
            try:
                day = self.days[cell] if cell in self.days else self.learned.days.day(cell)
            except NoDay:
                day = None
            if day is None:
                raise BadCell(f"“{cell[:40]}” is no day, like 2026-04-25.")
            days.append(self.days.setdefault(cell, day) or day)
        return days[0], days[1]

    def _not_taken(self, entry: Entry) -> str:
        if entry.on is None:
            return ""
        if entry.on.year not in YEARS:
            return f"The day {entry.on} cannot be right. Check the year."
        if len(entry.campaign) > LONGEST_NAME:
            return f"The campaign's name is longer than {LONGEST_NAME} characters."
        period = entry.period
        if period and not period[0] <= entry.on <= period[1]:
            return (
                f"The day {entry.on} is outside the row's own period, {period[0]} to {period[1]}."
            )
        return ""

    def _contradiction(self, cells: list[str], entry: Entry) -> str:
        for rate in self.rates:
            told = rate.read(cells)
            if told is None:
                continue
            self.found.checked[rate.role] = self.found.checked.get(rate.role, 0) + 1
            if words := rate.refuted(entry, told):
                return words
        return ""


def _number(style: Style, name: str, cell: str) -> Decimal | None:
    try:
        return style.value(cell)
    except NoNumber:
        raise BadCell(f"{name} is “{clean_line(cell)[:40]}”, which is no number.") from None


def _check(number: Decimal, role: Role, cell: str) -> None:
    name = NAMES[role]
    if abs(number) > MOST:
        raise BadCell(f"{name} is {clean_line(cell)[:40]}: more than can be true.")
    if role in COUNTS and number != number.to_integral_value():
        raise BadCell(f"{name} is {clean_line(cell)}: it counts, so it has no fraction.")
    if number < 0 and role not in MAY_FALL:
        raise BadCell(f"{name} is {clean_line(cell)[:40]}: it cannot be negative.")


class BadCell(ValueError):
    """Why a row cannot be taken, as a sentence."""


def contradictions(entries: Iterable[Entry]) -> list[Entry]:
    """The rows whose own rate does not follow from their numbers."""
    return [entry for entry in entries if entry.contradiction]
