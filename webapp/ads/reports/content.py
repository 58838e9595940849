"""What an ad platform's report says, as lines with keys and values, and what it leaves to ask.
Pure: the process that reads a report loads this and no database.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from heapq import merge
from typing import BinaryIO

from webapp.ads.platforms import PLATFORM_WORDS
from webapp.ads.reports.additive import Sums
from webapp.ads.reports.dialects import ADDITIVE, Role
from webapp.ads.reports.facts import ALWAYS, Fact
from webapp.ads.reports.kept import Kept
from webapp.ads.reports.layout import Layout, mapped
from webapp.ads.reports.report import (
    Choices,
    Report,
    UnknownColumns,
    opened,
    read_report,
    suggested,
)
from webapp.ads.reports.scan import NAMES as WORDS
from webapp.ads.reports.totals import plain
from webapp.core import money
from webapp.core.text import clean_line
from webapp.imports.content import Content, Line, Question, Values
from webapp.imports.decoding import Unreadable
from webapp.imports.tabular import Header, Table

#: How the roles are stored.
NAMES = {
    Role.SPEND: "spend_cents",
    Role.IMPRESSIONS: "impressions",
    Role.CLICKS: "clicks",
    Role.CONVERSIONS: "conversions",
    Role.VALUE: "value_cents",
}
SAMPLE_ROWS = 5
#: Meta's networks, where a report tells them apart.
APART = ("facebook", "instagram")
_STORED = Decimal("0.0001")
_LONGEST_RAW = 60
#: Money marks that name one currency.
SYMBOLS = {"€": "EUR", "£": "GBP", "US$": "USD", "₹": "INR", "R$": "BRL", "CA$": "CAD"}


def read(open_file: Callable[[], BinaryIO], options: Values) -> Content:
    """Everything a report would import, as lines, with what it claims."""

    def again() -> Table:
        return opened(open_file())

    mapping = options.get("columns")
    choices = Choices(
        layout=(lambda header: _mapped(header, options)) if mapping else None,
        spread=bool(options.get("spread")),
    )
    try:
        report = read_report(again, choices)
    except UnknownColumns as unknown:
        raise Question(_about_columns(again()), fingerprint(again())) from unknown
    if report.refusal:
        raise Unreadable(report.refusal)
    currency = report.currency or str(options.get("currency", ""))
    if currency not in money.CURRENCIES:
        if report.currency:
            raise Unreadable(
                f"Its amounts are in “{currency[:10]}”, which is no currency known here."
            )
        raise Question(_about_currency(report), "")
    cells = _cells(again, {one.line for one in report.rejects})
    lines = merge(
        sorted(_asides(report, cells), key=_place),
        _told_facts(report, Kept(report, again), currency),
        key=_place,
    )
    count = len(report.facts) + len(report.totals) + len(report.rejects)
    return Content(lines, _claims(report, currency), count)


def fingerprint(table: Table) -> str:
    """What makes one header like another: its names, whatever their order, and the delimiter."""
    names = "\n".join(sorted(table.header.full))
    kind = f"{len(table.preamble)}"
    return hashlib.sha256(f"{table.delimiter}\n{kind}\n{names}".encode()).hexdigest()


def _about_columns(table: Table) -> Values:
    """What the page needs to ask which column is which: the names, some rows, a suggestion."""
    rows = [row.cells for _, row in zip(range(SAMPLE_ROWS), table.rows, strict=False)]
    header = table.header
    return {
        "kind": "columns",
        "names": [name[:80] for name in header.cells],
        "rows": [[cell[:60] for cell in row] for row in rows],
        "suggested": {str(role): index for role, index in suggested(header, rows).items()},
    }


def _about_currency(report: Report) -> Values:
    told = {SYMBOLS[one] for one in report.symbols if one in SYMBOLS}
    told |= {one for one in report.symbols if one in money.CURRENCIES}
    return {
        "kind": "currency",
        "symbols": sorted(report.symbols),
        "suggested": told.pop() if len(told) == 1 else "",
        "spend": plain(report.sums.number(Role.SPEND) or Decimal(0)),
    }


def _mapped(header: Header, options: Values) -> Layout:
    columns = {Role(name): int(index) for name, index in options["columns"].items()}
    if any(not 0 <= index < len(header.cells) for index in columns.values()):
        raise Unreadable("The columns are not those that were asked about.")
    return mapped(
        header,
        columns,
        platform=str(options["platform"]),
        order=str(options.get("order", "")),
        decimal=str(options.get("decimal", "")),
    )


def _cells(again: Callable[[], Table], lines: set[int]) -> dict[int, tuple[str, ...]]:
    """The cells of some lines, to be handed back as they were."""
    if not lines:
        return {}
    return {row.line: tuple(row.cells) for row in again().rows if row.line in lines}


def _claims(report: Report, currency: str) -> Values:
    facts = [fact for fact in report.facts if not fact.grain]
    days = {fact.on for fact in facts}
    dialect = report.layout.dialect
    return {
        "currency": currency,
        "names_currency": bool(report.currency),
        "dialect": dialect.name if dialect else "",
        "words": report.layout.words if dialect else PLATFORM_WORDS[report.layout.platform],
        "splits_platform": report.layout.platform == "meta"
        and "platform" in report.layout.breakdowns.values(),
        "first_on": min(days).isoformat(),
        "last_on": max(days).isoformat(),
        "campaigns": len({fact.campaign for fact in facts}),
        "metrics": [NAMES[role] for role in report.known],
        "imported_cents": sum(_cents(fact.numbers[0], currency) for fact in facts),
        "sums": _told(report.sums),
        "total": _told(Sums.of([report.total])) if report.total else None,
        "gap": plain(report.sorted.gap) if report.sorted.gap else None,
        "rows": report.rows,
        "notes": list(report.notes),
        "others": [report.columns[place] for place in report.others],
    }


def _told(sums: Sums) -> Values:
    def whole(role: Role) -> int | None:
        number = sums.number(role)
        return None if number is None else int(number)

    return {
        "spend": plain(sums.number(Role.SPEND) or Decimal(0)),
        "impressions": whole(Role.IMPRESSIONS),
        "clicks": whole(Role.CLICKS),
    }


def _cents(amount: Decimal | None, currency: str) -> int:
    return money.to_minor(amount or Decimal(0), currency)


def _place(line: Line) -> tuple[int, ...]:
    return line.lines


def _asides(report: Report, cells: dict[int, tuple[str, ...]]) -> list[Line]:
    asides = [Line((one.line,), verdict="total", reason=one.reason) for one in report.totals]
    return asides + [
        Line((one.line,), verdict="reject", reason=one.reason, cells=cells.get(one.line, ()))
        for one in report.rejects
    ]


def _told_facts(report: Report, kept: Kept, currency: str) -> Iterator[Line]:
    """The facts in the order of the file, each made when it is asked for: a hundred thousand of
    them take their room.
    """
    told: set[tuple[str, date]] = set()
    if any(fact.platform in APART for fact in report.facts):
        told = {(fact.campaign, fact.on) for fact in report.facts if fact.platform == "meta"}
    emptied = set()
    for fact in sorted(report.facts, key=lambda fact: fact.lines):
        yield _line(fact, _after(fact, report.known, currency) | {"extra": kept.of(fact)})
        apart = fact.platform in APART and not fact.grain
        day = (fact.campaign, fact.on)
        if apart and day not in told and day not in emptied:
            emptied.add(day)  # what was stored unsplit is told apart now
            rest = Fact("meta", fact.campaign, fact.on, "", _nothing(report.known), fact.lines)
            after = _after(rest, report.known, currency) | {"extra": None}
            reason = "Told apart by platform now."
            yield replace(_line(rest, after), reason=reason, optional=True)


def _nothing(known: Sequence[Role]) -> tuple[Decimal | None, ...]:
    return tuple(Decimal(0) if role in known else None for role in ADDITIVE)


def _line(fact: Fact, after: Values) -> Line:
    line = Line(fact.lines, fact.platform, fact.campaign, fact.on, fact.grain, after)
    return replace(line, reason=_hidden(fact)) if fact.hidden else line


def _hidden(fact: Fact) -> str:
    """Which numbers the platform hides, as it wrote them: they are kept with the batch."""
    told = {f"{WORDS[role]} “{clean_line(cell)[:20]}”" for role, cell in fact.hidden}
    return f"Hidden by the platform: {', '.join(sorted(told))}."


def _after(fact: Fact, known: Sequence[Role], currency: str) -> Values:
    """The values as they are stored; what the file does not say is left out and stays as it is.
    What it hides is not known, but a day's amount is always a number, at least 0.
    """
    hidden = dict(fact.hidden)
    after: Values = {}
    for role, number in zip(ADDITIVE, fact.numbers, strict=True):
        if role not in known or (number is None and role not in hidden):
            continue
        if number is None and role not in ALWAYS:
            after[NAMES[role]] = None
            continue
        after[NAMES[role]] = _stored(role, number or Decimal(0), currency)
        if role == Role.SPEND:
            after["spend_raw"] = hidden[role][:_LONGEST_RAW] if number is None else plain(number)
    return after


def _stored(role: Role, number: Decimal, currency: str) -> int | str:
    if role in (Role.SPEND, Role.VALUE):
        return money.to_minor(number, currency)
    return plain(number.quantize(_STORED)) if role == Role.CONVERSIONS else int(number)
