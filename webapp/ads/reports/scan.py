"""The first pass over a report: how every column writes its numbers and days, told from all of its
cells, so that one odd cell cannot change what the others mean. Pure.
"""

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
        if own or layout.decimal:
            return Style(own or layout.decimal)
        if role in COUNTS:  # a count has no decimals: what stands in it groups thousands
            return Style("," if self.columns[index].ambiguous["."] else ".")
        if not self.columns[index].is_ambiguous:
            return Style(".")
        told = self._told_elsewhere()
        if not told:
            raise Unreadable(
                f"{NAMES.get(role, 'A rate')} is written like “1.234” or “1,234”, and nothing in"
                " the file says whether that is a thousand or a little more than one."
            )
        return Style(told)

    def _told_elsewhere(self) -> str:
        told = {one.decimal for one in self.columns if one.is_number} & {".", ","}
        return told.pop() if len(told) == 1 else ""


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
