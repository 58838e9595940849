"""One row of a Meta Ads Manager report as exact numbers, or the reason why it is none. Pure.

Meta writes plain numbers with a point in every language: no thousands separators, no percent signs,
ISO dates. What is written otherwise was saved again by another program and is refused, not guessed.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp.ads.meta.columns import Columns
from webapp.core.text import clean_line, fold
from webapp.imports.tabular import Row, Unreadable

MOST = 10**12
LONGEST_NAME = 400
#: The years a campaign may run in.
YEARS = range(2001, 2200)
_NUMBER = re.compile(r"\d{1,20}(\.\d{1,14})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HALF = Decimal("0.5")
_CENT = Decimal("0.01")


class BadCell(ValueError):
    """Why a row cannot be taken, as a sentence."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What adds up over rows; None is "this row does not say"."""

    impressions: int | None
    clicks: int | None
    spend: Decimal | None
    purchases: Decimal | None
    value: Decimal | None

    @property
    def are_nothing(self) -> bool:
        return not (self.impressions or self.clicks or self.spend)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that could be read. Without a day it is no fact: it sums up others. `reason` says why a
    row whose numbers are sound is not taken; `print` is the same for rows equal in every cell.
    """

    line: int
    campaign: str
    on: date | None
    identity: tuple[str, ...]
    period: tuple[date, date] | None
    numbers: Numbers
    print: int
    reason: str = ""

    @property
    def is_labelled(self) -> bool:
        return bool(self.campaign or any(self.identity))


def entry_of(row: Row, columns: Columns) -> Entry:
    """Read a row. Raises BadCell when it cannot be, Unreadable when the whole file cannot."""
    if row.fault:
        raise BadCell(row.fault)
    cells = row.cells
    numbers = Numbers(
        _whole(cells[columns.impressions], "Impressions"),
        _whole(_cell(cells, columns.link_clicks), "Link clicks"),
        _number(cells[columns.spend], "Amount spent"),
        _number(_cell(cells, columns.purchases), "Purchases"),
        _number(_cell(cells, columns.purchase_value), "Purchases conversion value"),
    )
    _check_rates(row, columns, numbers)
    period = _period(cells, columns)
    campaign = clean_line(cells[columns.campaign])
    day = clean_line(cells[columns.day])
    on = None if _says_all(day) else _date(day)
    return Entry(
        row.line,
        "" if on is None and _says_all(campaign) else campaign,
        on,
        tuple(clean_line(cells[index]) for index in columns.finer),
        period,
        numbers,
        hash(tuple(cells)),
        _not_taken(campaign, on, period, numbers),
    )


def _not_taken(
    campaign: str, on: date | None, period: tuple[date, date] | None, numbers: Numbers
) -> str:
    if on is None:
        is_idle = numbers.are_nothing and bool(campaign)
        return "The row has neither a day nor numbers: nothing ran." if is_idle else ""
    if not campaign:
        return "The row has a day and no campaign name."
    if on.year not in YEARS:
        return f"The day {on} cannot be right. Check the year."
    if len(campaign) > LONGEST_NAME:
        return f"The campaign's name is longer than {LONGEST_NAME} characters."
    if period and not period[0] <= on <= period[1]:
        return f"The day {on} is outside the row's own period, {period[0]} to {period[1]}."
    return ""


def _says_all(value: str) -> bool:
    """Cells of a row that sums up others: empty, or a word for everything."""
    return value in ("", "-", "--") or fold(value) == "all"


def _cell(cells: list[str], index: int | None) -> str:
    return "" if index is None else cells[index]


def _number(cell: str, name: str) -> Decimal | None:
    text = cell.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise BadCell(
            f"{name} is “{clean_line(text)[:40]}”. Meta writes numbers like 1234.5;"
            " was the file saved again by another program?"
        )
    value = Decimal(text)
    if value > MOST:
        raise BadCell(f"{name} is {text}: more than can be true.")
    return value


def _whole(cell: str, name: str) -> int | None:
    value = _number(cell, name)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise BadCell(f"{name} is {cell.strip()}: it counts, so it has no fraction.")
    return int(value)


def _date(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadCell(f"“{text[:40]}” is no day as Meta writes it, like 2026-04-25.")


def _period(cells: list[str], columns: Columns) -> tuple[date, date] | None:
    """The row's own period; a date that is not whole is how a cut-off last row shows."""
    starts = clean_line(_cell(cells, columns.starts))
    ends = clean_line(_cell(cells, columns.ends))
    if columns.starts is None or columns.ends is None or not (starts or ends):
        return None
    return _date(starts), _date(ends)


def _check_rates(row: Row, columns: Columns, numbers: Numbers) -> None:
    """The file's own rates prove which clicks these are and how its numbers are written."""
    clicks, shown = numbers.clicks, numbers.impressions
    spend = numbers.spend or Decimal(0)
    rates = (
        (columns.cpc, spend, clicks, 1, "the amount spent per link click"),
        (columns.ctr, Decimal(clicks or 0), shown, 100, "the link clicks per 100 impressions"),
        (columns.cpm, spend, shown, 1000, "the amount spent per 1,000 impressions"),
    )
    for column, part, whole, scale, words in rates:
        if column is None or (columns.link_clicks is None and column != columns.cpm):
            continue
        told = _number(row.cells[column], words)
        if told is None or not (told or whole):
            continue
        # The rate is rounded where it was cut; the amount may have been, to the cent.
        rounded = _HALF.scaleb(_exponent(told))
        slack = Decimal(0) if column == columns.ctr else _CENT * _HALF * scale / (whole or 1)
        own = part * scale / whole if whole else None
        if own is None or abs(own - told) > rounded + slack:
            ours = "cannot be worked out" if own is None else f"is {own:.4f}"
            raise Unreadable(
                f"Line {row.line} contradicts itself: {words} {ours} by its numbers, but the"
                f" column “{words_of(columns, column)}” says {told}. Its clicks, impressions or"
                " amounts are not what their columns say."
            )


def words_of(columns: Columns, column: int) -> str:
    """The short name of a rate's column."""
    return {columns.cpc: "CPC", columns.ctr: "CTR", columns.cpm: "CPM"}[column]


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
