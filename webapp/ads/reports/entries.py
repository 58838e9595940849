"""The rows of a report as exact numbers, in two passes: first how every column writes its numbers
and days, then the values. Pure.

Whether a column counts, names or dates is told from all of its cells, so one odd cell cannot change
what the others mean.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from webapp.ads.reports.dialects import ADDITIVE, Role
from webapp.ads.reports.layout import Layout
from webapp.core.text import clean_line, fold
from webapp.imports.dates import Days, NoDay, days_in
from webapp.imports.decoding import Unreadable
from webapp.imports.numbers import NOTHING, Evidence, NoNumber, Style, is_masked
from webapp.imports.tabular import Row, Table

COUNTS = (Role.IMPRESSIONS, Role.CLICKS)
RATES = (Role.CPC, Role.CTR, Role.CPM)
MOST = Decimal(10**12)
LONGEST_NAME = 400
#: The lines at the top that may name the report's period; further ones say when it was made.
PERIOD_LINES = 3
#: The years a campaign may run in.
YEARS = range(2001, 2200)
_NAMES = {
    Role.SPEND: "The amount",
    Role.IMPRESSIONS: "Impressions",
    Role.CLICKS: "Clicks",
    Role.CONVERSIONS: "Conversions",
    Role.VALUE: "The conversion value",
}

Numbers = tuple[Decimal | None, ...]


class Counted:
    """Whatever carries additive numbers, by name; None where a report does not say."""

    __slots__ = ()
    numbers: Numbers

    def number(self, role: Role) -> Decimal | None:
        return self.numbers[ADDITIVE.index(role)]

    @property
    def spend(self) -> Decimal:
        return self.numbers[0] or Decimal(0)

    @property
    def impressions(self) -> Decimal | None:
        return self.numbers[1]

    @property
    def clicks(self) -> Decimal | None:
        return self.numbers[2]

    @property
    def conversions(self) -> Decimal | None:
        return self.numbers[3]

    @property
    def value(self) -> Decimal | None:
        return self.numbers[4]


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that is no fact, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Entry(Counted):
    """A row that could be read. `dims` are its cells that name things, '' where they say nothing;
    without `on` it has no day of its own; `stamp` is the day as it was written, with its hour.
    `reason` says why sound numbers are not taken.
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

    @property
    def is_nothing(self) -> bool:
        return not any(self.numbers)


@dataclass(slots=True)
class Scan:
    """What the first pass learned: each column's evidence, the days', and the preamble's period."""

    width: int
    columns: list[Evidence]
    days: Days
    rows: int = 0
    twins_differ: int | None = None
    preamble: tuple[str, ...] = ()
    period: tuple[date, date] | None = None

    def style(self, index: int, layout: Layout, role: Role) -> Style:
        """How a column of numbers is written. Raises Unreadable when nothing in the file says."""
        own = self.columns[index].decimal
        if own == "?" and layout.decimal:
            return Style(layout.decimal)  # the cells of another style are rejected one by one
        if own == "?":
            raise Unreadable(
                f"{_NAMES.get(role, 'A rate')} is written in two ways: some of its numbers have a"
                " point for decimals, some a comma. The file was saved again by another program."
            )
        if own or layout.decimal:
            return Style(own or layout.decimal)
        if role in COUNTS:  # a count has no decimals: what stands in it groups thousands
            return Style("," if self.columns[index].ambiguous["."] else ".")
        if not self.columns[index].is_ambiguous:
            return Style(".")
        told = self._told_elsewhere()
        if not told:
            raise Unreadable(
                f"{_NAMES.get(role, 'A rate')} is written like “1.234” or “1,234”, and nothing in"
                " the file says whether that is a thousand or a little more than one."
            )
        return Style(told)

    def _told_elsewhere(self) -> str:
        told = {one.decimal for one in self.columns if one.is_number} & {".", ","}
        return told.pop() if len(told) == 1 else ""


@dataclass(slots=True)
class Rows:
    """Everything the second pass read."""

    entries: list[Entry]
    unread: list[Aside]
    currencies: set[str]
    symbols: set[str]
    dims: tuple[int, ...]
    masked: set[Role]
    known: tuple[Role, ...]
    checked: dict[Role, int] = field(default_factory=dict)


def scan(table: Table, layout: Layout) -> Scan:
    """The first pass."""
    width = len(table.header.cells)
    day = layout.where(Role.DAY)
    found = Scan(width, [Evidence() for _ in range(width)], Days(layout.order))
    found.preamble = table.preamble
    days = days_in(table.preamble[:PERIOD_LINES])
    if len(days) >= 2:
        found.period = (days[0], days[1]) if days[0] <= days[1] else None
    for row in table.rows:
        if row.fault:
            continue
        found.rows += 1
        for evidence, cell in zip(found.columns, row.cells, strict=True):
            evidence.see(cell)
        if day is not None and row.cells[day].strip() not in NOTHING:
            found.days.see(row.cells[day])
        for one, other in layout.twins:
            if row.cells[one].strip() != row.cells[other].strip():
                found.twins_differ = one
    found.days.settle(found.period)
    return found


def dimensions(layout: Layout, learned: Scan) -> tuple[int, ...]:
    """The columns that name things: no numbers, no days, no currency."""
    apart = {
        layout.where(role)
        for role in (Role.DAY, Role.STARTS, Role.ENDS, Role.CURRENCY, *ADDITIVE, *RATES)
    }
    names = {*layout.ids, layout.where(Role.HOUR), layout.where(Role.SPAN)}
    return tuple(
        i
        for i, one in enumerate(learned.columns)
        if i not in apart and not one.only_nothing and (i in names or not one.is_number)
    )


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
        self.rates = _rates(layout, learned)
        self.found = Rows(
            entries=[],
            unread=[],
            currencies=set(),
            symbols=learned.columns[spend].symbols
            if (spend := layout.where(Role.SPEND)) is not None
            else set(),
            dims=dimensions(layout, learned),
            masked=set(),
            known=tuple(role for role in ADDITIVE if layout.where(role) is not None),
        )
        self.shared: dict[str, str] = {}

    def _value(self, role: Role, index: int) -> Callable[[list[str]], Decimal | None]:
        style, name = self.learned.style(index, self.layout, role), _NAMES[role]
        is_count = role in COUNTS

        def value(cells: list[str]) -> Decimal | None:
            cell = cells[index]
            try:
                number = style.value(cell)
            except NoNumber:
                raise BadCell(f"{name} is “{clean_line(cell)[:40]}”, which is no number.") from None
            if number is None:
                if is_masked(cell):
                    self.found.masked.add(role)
                return None
            if abs(number) > MOST:
                raise BadCell(f"{name} is {clean_line(cell)[:40]}: more than can be true.")
            if is_count and number != number.to_integral_value():
                raise BadCell(f"{name} is {clean_line(cell)}: it counts, so it has no fraction.")
            if number < 0:
                raise BadCell(f"{name} is {clean_line(cell)[:40]}: it cannot be negative.")
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
        numbers = tuple(value(cells) if value else None for value in self.values)
        on = self._day(cells)
        dims = tuple(self._said(cells[index]) for index in self.found.dims)
        campaign = self._named(Role.CAMPAIGN, cells)
        entry = Entry(row.line, campaign, on, dims, numbers, self._period(cells))
        entry.reason = self._not_taken(entry)
        entry.contradiction = self._contradiction(cells, entry)
        entry.stamp = self._named(Role.DAY, cells)
        self._note_currency(cells)
        return entry

    def _said(self, cell: str) -> str:
        text = clean_line(cell)
        text = "" if text in NOTHING or fold(text) == "all" else text
        return self.shared.setdefault(text, text)

    def _named(self, role: Role, cells: list[str]) -> str:
        index = self.layout.where(role)
        return "" if index is None else self._said(cells[index])

    def _day(self, cells: list[str]) -> date | None:
        index = self.layout.where(Role.DAY)
        if index is None:
            return None
        cell = cells[index]
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
        told = [clean_line(cells[starts]), clean_line(cells[ends])]
        if not any(told):
            return None
        try:
            return self.learned.days.day(told[0]), self.learned.days.day(told[1])
        except NoDay as error:
            raise BadCell(f"“{str(error)[:40]}” is no day, like 2026-04-25.") from None

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

    def _note_currency(self, cells: list[str]) -> None:
        index = self.layout.where(Role.CURRENCY)
        if index is not None and (code := cells[index].strip().upper()) not in NOTHING:
            self.found.currencies.add(code)


class BadCell(ValueError):
    """Why a row cannot be taken, as a sentence."""


@dataclass(frozen=True, slots=True)
class _Rate:
    """A rate the file states itself: `scale * part / whole`, rounded or cut where it ends."""

    role: Role
    index: int
    style: Style
    part: Role
    whole: Role
    scale: int
    words: str

    def read(self, cells: list[str]) -> Decimal | None:
        try:
            return self.style.value(cells[self.index])
        except NoNumber:
            return None

    def refuted(self, entry: Entry, told: Decimal) -> str:
        """Why the stated rate cannot be this row's, '' when it can."""
        part, whole = entry.number(self.part), entry.number(self.whole)
        if not whole or part is None:
            return ""  # nothing to divide by: platforms write 0 or leave it empty
        own = self.scale * part / whole
        exponent = told.as_tuple().exponent
        last = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
        # The amount itself was rounded to the cent before.
        slack = last + (Decimal("0.005") * self.scale / whole if self.part == Role.SPEND else 0)
        if abs(own - told) <= slack or (self.role == Role.CTR and abs(own / 100 - told) <= last):
            return ""  # a share is written as 2.5 or, in a workbook, as 0.025
        return f"{self.words} is {own:.4f} by its numbers, but its own column says {told}"


def _rates(layout: Layout, learned: Scan) -> list[_Rate]:
    meanings = (
        (Role.CPC, Role.SPEND, Role.CLICKS, 1, "the cost per click"),
        (Role.CTR, Role.CLICKS, Role.IMPRESSIONS, 100, "the clicks per 100 impressions"),
        (Role.CPM, Role.SPEND, Role.IMPRESSIONS, 1000, "the cost per 1,000 impressions"),
    )
    found = []
    for role, part, whole, scale, words in meanings:
        index = layout.where(role)
        needed = layout.where(part) is not None and layout.where(whole) is not None
        if index is None or not needed or not learned.columns[index].is_number:
            continue
        try:
            style = learned.style(index, layout, role)
        except Unreadable:
            continue
        found.append(_Rate(role, index, style, part, whole, scale, words))
    return found


def contradictions(entries: Iterable[Entry]) -> list[Entry]:
    """The rows whose own rate does not follow from their numbers."""
    return [entry for entry in entries if entry.contradiction]
