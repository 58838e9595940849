"""A report as one fact per campaign and day, proven against the file's own total. Pure.

Reading and importing are two questions: what the file says is told first, for every file that is a
table of results; whether it can become days of campaigns is told after that, with the reason.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import ascii_uppercase
from typing import BinaryIO

from webapp.ads.reports import dialects
from webapp.ads.reports.additive import Aside, Sums
from webapp.ads.reports.days import check_days, dated, inside_period
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.entries import Entry, Rows, contradictions, read
from webapp.ads.reports.facts import ALWAYS, Fact, facts_of
from webapp.ads.reports.layout import Layout, layout_of
from webapp.ads.reports.repeats import check_credits, counted_once
from webapp.ads.reports.scan import NAMES, Scan, scan
from webapp.ads.reports.totals import Sorted, Totals
from webapp.core.text import fold
from webapp.imports.dates import Days
from webapp.imports.decoding import Unreadable
from webapp.imports.tabular import Header, Table, open_table

#: Rows whose own rates contradict them that a file may have, in a thousand.
FEW_CONTRADICTIONS = 10
#: Characters of a column's name that are told.
LONGEST_NAME = 60
_EMPTY = (
    "There are no results in it: the report has its column names and no rows."
    " Nothing ran in that period, or a filter hid it."
)


@dataclass(slots=True)
class Report:
    """Everything a file says. `refusal` is why it cannot be imported, '' when it can; `columns` are
    its names, each once, and `others` the places of those that become no number of a fact.
    """

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
    columns: tuple[str, ...] = ()
    others: tuple[int, ...] = ()

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


def suggested(header: Header, rows: Sequence[Sequence[str]] = ()) -> dict[Role, int]:
    """What the columns of a table nobody knows might be: by name, and the days by some rows."""
    found = {}
    for role, words in dialects.SUGGESTED.items():
        names = [i for i, name in enumerate(header.full) if name in words]
        names = names or [i for i, name in enumerate(header.bases) if name in words]
        if names:
            found[role] = names[0]
    if Role.DAY not in found and rows:
        dated = [
            i for i in range(len(header.cells)) if all(_is_day(row[i : i + 1]) for row in rows)
        ]
        found |= _days_among(dated, rows)
    return found


def _days_among(dated: Sequence[int], rows: Sequence[Sequence[str]]) -> dict[Role, int]:
    """The first column of days; two that differ are where a period starts and ends."""
    if not dated:
        return {}
    other = next((i for i in dated if any(row[i] != row[dated[0]] for row in rows)), None)
    if other is None:
        return {Role.DAY: dated[0]}
    return {Role.STARTS: dated[0], Role.ENDS: other}


def _is_day(cells: Sequence[str]) -> bool:
    days = Days()
    for cell in cells:
        days.see(cell)
    return days.seen > days.serials  # 46090 may be a day, and is rather a number


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
    currencies = _currencies(layout, rows)
    found = Totals(rows.entries, rows.known, masked=rows.masked, unread=rows.unread).split(
        has_more=layout.dialect is not None and layout.dialect.has_more_totals,
        is_mixed=len(currencies) > 1,
    )
    report = Report(
        layout=layout,
        currency=layout.currency or min(currencies, default=""),
        symbols=frozenset(rows.symbols),
        sums=Sums.of(found.body),
        sorted=found,
        known=rows.known,
        rows=len(rows.entries) + len(rows.unread),
        period=learned.period,
        columns=_named(table.header),
        others=_others(table.header, layout, learned),
    )
    try:
        _check_currencies(currencies)
        _become_facts(report, rows, learned, choices)
    except Unreadable as error:
        report.refusal = str(error)
    return report


def _named(header: Header) -> tuple[str, ...]:
    """The names of the columns, short, each once."""
    found: dict[str, None] = {}
    for place, cell in enumerate(header.cells, 1):
        name = cell[:LONGEST_NAME] or f"Column {place}"
        found[f"{name} ({place})" if name in found else name] = None
    return tuple(found)


def _others(header: Header, layout: Layout, learned: Scan) -> tuple[int, ...]:
    """The columns that say something and are neither what a fact stores nor compared with it."""
    twins = {other for pair in layout.twins for other in pair}
    read = {*layout.roles.values(), *layout.breakdowns, *twins}
    return tuple(
        i
        for i in range(len(header.cells))
        if i not in read and (not (own := learned.columns[i]).only_nothing or own.hides)
    )


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


def _currencies(layout: Layout, rows: Rows) -> set[str]:
    """The currencies of the rows; a total may be in the manager's own."""
    named = [entry for entry in rows.entries if entry.campaign] or rows.entries
    codes = {entry.currency for entry in named} - {""}
    signs = {one.lstrip(ascii_uppercase) or one for one in rows.symbols}
    return rows.symbols if len(signs) > 1 else codes


def _check_currencies(currencies: set[str]) -> None:
    if len(currencies) > 1:
        raise Unreadable(
            f"Its rows are in several currencies: {', '.join(sorted(currencies))[:80]}."
            " Export one ad account at a time."
        )


def _become_facts(report: Report, rows: Rows, learned: Scan, choices: Choices) -> None:
    """Fill in the facts. Raises Unreadable when the file cannot be days of campaigns."""
    layout, body = report.layout, report.sorted.body
    notes = [*_remarks(report, learned), *_hidden(rows)]
    _check_rates(body)
    _check_whole(layout, report)
    check_days(layout, learned)
    body = dated(layout, body, learned, spreads=choices.spread)
    _check_roles(layout)
    proven = report.sorted.total is not None
    body, more = counted_once(body, is_proven=proven)
    check_credits(body, is_proven=proven)
    notes += more
    own = report.sorted.total.period if report.sorted.total else None
    body = inside_period(body, own or report.period)
    rejects = [*rows.unread, *report.sorted.rejects]
    rejects += [Aside(entry.line, entry.reason) for entry in body if entry.reason]
    taken = [entry for entry in body if not entry.reason]
    if not taken:
        raise _none_taken(rejects)
    known = _settled(report, taken, notes)
    report.others = tuple(sorted({*report.others, *_left_out(layout, report.known, known)}))
    report.known = known
    report.facts = facts_of(layout, taken, rows.dims, known)
    report.rejects = tuple(sorted(rejects, key=lambda one: one.line))
    report.sums = Sums.of(taken)
    report.notes = tuple(notes)


def _left_out(layout: Layout, read: Sequence[Role], known: Sequence[Role]) -> Iterator[int]:
    """The columns of numbers that were read and are not taken."""
    for role in read:
        if role not in known and (place := layout.where(role)) is not None:
            yield place


def _check_roles(layout: Layout) -> None:
    how = f" {layout.dialect.how}" if layout.dialect else ""
    if layout.where(Role.SPEND) is None:
        raise Unreadable(f"It has no column with the amounts that were spent.{how}")
    if layout.where(Role.IMPRESSIONS) is None:
        raise Unreadable(f"It has no column Impressions.{how}")
    if layout.where(Role.CAMPAIGN) is None and layout.has_parts_of_campaigns:
        raise Unreadable(f"It has no column Campaign name, only parts of campaigns.{how}")


def _remarks(report: Report, learned: Scan) -> Iterator[str]:
    """What the lines above the column names say of the rows below. Raises Unreadable when they
    count other rows.
    """
    for line in learned.preamble:
        name, _, value = fold(line).partition(":")
        if name == "rows" and value.strip().isdecimal():
            told, own = int(value), len(report.sorted.body)
            if told != own:
                raise Unreadable(
                    f"It says that it has {told:,} rows and has {own:,}: it is cut off."
                )
        if name == "potential incomplete data" and value.strip() == "true":
            yield "The platform says that its last day may not be complete yet."


def _hidden(rows: Rows) -> Iterator[str]:
    for role in sorted(rows.masked):
        rest = "what they hide is not counted" if role in ALWAYS else "they stay unknown"
        yield f"{NAMES[role]}: small numbers are hidden, like “<5”; {rest}."


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
