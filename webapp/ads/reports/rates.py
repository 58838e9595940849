"""The rates a report states itself: they prove which clicks these are and how its numbers are
written. Pure.
"""

from dataclasses import dataclass
from decimal import Decimal

from webapp.ads.reports.additive import Counted
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.layout import Layout
from webapp.ads.reports.scan import Scan
from webapp.imports.decoding import Unreadable
from webapp.imports.numbers import NoNumber, Style


@dataclass(frozen=True, slots=True)
class Rate:
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

    def refuted(self, row: Counted, told: Decimal) -> str:
        """Why the stated rate cannot be this row's, '' when it can."""
        part, whole = row.number(self.part), row.number(self.whole)
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


def rates_of(layout: Layout, learned: Scan) -> list[Rate]:
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
        found.append(Rate(role, index, style, part, whole, scale, words))
    return found
