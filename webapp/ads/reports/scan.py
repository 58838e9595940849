"""The first pass over a report: how every column writes its numbers and days, told from all of its
cells, so that one odd cell cannot change what the others mean. Pure.
"""

import re
from dataclasses import dataclass
from datetime import date

from webapp.ads.reports.dialects import ADDITIVE, Role
from webapp.ads.reports.layout import Layout
from webapp.imports.dates import Days, days_in
from webapp.imports.decoding import Unreadable
from webapp.imports.numbers import NOTHING, Evidence, Style
from webapp.imports.tabular import Table

COUNTS = (Role.IMPRESSIONS, Role.CLICKS)
RATES = (Role.CPC, Role.CTR, Role.CPM)
#: The lines at the top that may name the report's period; further ones say when it was made.
PERIOD_LINES = 3
#: At most three words or numbers: `1 March 2026`, `March 1, 2026`, `2026年3月1日`.
_ONE_DAY = re.compile(r"[^\W_]+(?:[\s./,-]+(?:de\s+)?[^\W_]+){0,2}")
NAMES = {
    Role.SPEND: "The amount",
    Role.IMPRESSIONS: "Impressions",
    Role.CLICKS: "Clicks",
    Role.CONVERSIONS: "Conversions",
    Role.VALUE: "The conversion value",
}


@dataclass(slots=True)
class Scan:
    """What the first pass learned: each column's evidence, the days', and the preamble's period."""

    width: int
    columns: list[Evidence]
    days: Days
    rows: int = 0
    twins_differ: int | None = None
    preamble: tuple[str, ...] = ()
    delimiter: str = ","
    period: tuple[date, date] | None = None

    def style(self, index: int, layout: Layout, role: Role) -> Style:
        """How a column of numbers is written. Raises Unreadable when nothing in the file says."""
        own = self.columns[index].decimal
        if own == "?" and layout.decimal:
            return Style(layout.decimal)  # the cells of another style are rejected one by one
        if own == "?":
            raise Unreadable(
                f"{NAMES.get(role, 'A rate')} is written in two ways: some of its numbers have a"
                " point for decimals, some a comma. The file was saved again by another program."
            )
        if own:
            return Style(own)
        columns = [one for one in self.columns if one.is_number]
        told = _only({one.decimal for one in columns})
        if not told and self.delimiter != ";":  # which only another program writes
            told = layout.decimal
        if role in COUNTS:  # a count has no decimals: what stands in it groups thousands
            known = told if layout.decimal else ""
            return Style(known or ("," if self.columns[index].ambiguous["."] else "."))
        if not self.columns[index].is_ambiguous:
            return Style(layout.decimal or ".")
        told = told or _only(self._groups_of_counts(layout))
        if not told:
            raise Unreadable(
                f"{NAMES.get(role, 'A rate')} is written like “1.234” or “1,234”, and nothing in"
                " the file says whether that is a thousand or a little more than one."
            )
        return Style(told)

    def _groups_of_counts(self, layout: Layout) -> set[str]:
        """The decimal marks that the thousands in counts leave."""
        counts = [self.columns[at] for role in COUNTS if (at := layout.where(role)) is not None]
        marks = {mark for one in counts for mark, times in one.ambiguous.items() if times}
        return {"," if mark == "." else "." for mark in marks}


def _only(marks: set[str]) -> str:
    """The one decimal mark that columns prove, '' when they prove none or both."""
    told = marks & {".", ","}
    return told.pop() if len(told) == 1 else ""


def scan(table: Table, layout: Layout) -> Scan:
    """The first pass."""
    width = len(table.header.cells)
    found = Scan(width, [Evidence() for _ in range(width)], _days_of(layout))
    found.preamble = table.preamble
    found.delimiter = table.delimiter
    found.period = _period_of(table.preamble[:PERIOD_LINES])
    dated = [
        at for role in (Role.DAY, Role.STARTS, Role.ENDS) if (at := layout.where(role)) is not None
    ]
    additive = {layout.where(role) for role in ADDITIVE}
    for row in table.rows:
        if row.fault:
            continue
        found.rows += 1
        for evidence, cell in zip(found.columns, row.cells, strict=True):
            if cell not in evidence.seen:  # most cells were
                evidence.see(cell)
        for at in dated:
            if row.cells[at].strip() not in NOTHING:
                found.days.see(row.cells[at])
        for one, other in layout.twins:
            cells = {row.cells[one].strip(), row.cells[other].strip()}
            if len(cells) > 1 and (one in additive or not cells & NOTHING):
                found.twins_differ = one
    found.days.settle(found.period)
    return found


def _days_of(layout: Layout) -> Days:
    """What a person says of the order decides; what a platform usually does is a hint."""
    return Days(hint=layout.order) if layout.dialect else Days(layout.order)


def _period_of(lines: tuple[str, ...]) -> tuple[date, date] | None:
    """The period the lines at the top name; a line that is nothing but a day names that day."""
    days = days_in(lines)
    if len(days) >= 2:
        return (days[0], days[1]) if days[0] <= days[1] else None
    is_alone = any(
        _ONE_DAY.fullmatch(line.strip().strip('"')) and days_in([line]) for line in lines
    )
    return (days[0], days[0]) if days and is_alone else None


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
