"""A Meta Ads Manager report as one fact per campaign and day, proven against the file's own total.
Pure.

A total is found by arithmetic, wherever it stands and whatever it is called: a row without a day
whose additive numbers are the sum of the others. Sums that do not agree refuse the whole file.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from webapp.ads.meta.columns import Columns, columns_of
from webapp.ads.meta.rows import BadCell, Entry, entry_of
from webapp.ads.meta.total import MOST_TOTAL, Aside, Sums, key, marked, reconcile, repeats, sums
from webapp.core.text import clean_line
from webapp.imports.tabular import Row, Table, Unreadable

MOST_FACTS = 50_000
_EMPTY = (
    "There are no results in it: the report has its column names and no rows."
    " Nothing ran in that period, or a filter hid it."
)
_ADD_IDS = "Add the columns Campaign ID, Ad set ID and Ad ID, or export at the level Campaigns."


@dataclass(frozen=True, slots=True)
class Fact:
    """What one campaign did on one day, and the lines that say so."""

    campaign: str
    on: date
    impressions: int
    clicks: int | None
    spend: Decimal
    conversions: Decimal | None
    value: Decimal | None
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the file says. `total` is its own, None when it has none."""

    currency: str
    facts: tuple[Fact, ...]
    totals: tuple[Aside, ...]
    rejects: tuple[Aside, ...]
    sums: Sums
    total: Sums | None
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """What the pass over the rows found, before anything is judged."""

    body: list[Entry] = field(default_factory=list)
    summaries: list[Entry] = field(default_factory=list)
    unread: list[Aside] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)


def read_report(table: Table) -> Report:
    """The report, or Unreadable with the reason why it cannot be imported as it is."""
    rows = _rows_of(table)
    columns = columns_of(table.header)
    found = _read_rows(rows, columns)
    if not found.body:
        raise _no_facts(found)
    currency = _currency(columns, found.currencies)
    body, totals, total = reconcile(found.body, found.summaries, found.unread, columns)
    body, notes = _count_once(body, is_proven=total is not None)
    body = _inside_period(body, [one.period for one in found.summaries if one.period])
    taken = [entry for entry in body if not entry.reason]
    rejects = [*found.unread, *(Aside(e.line, e.reason) for e in body if e.reason)]
    if not taken:
        raise _none_taken(rejects)
    counts = _counts_purchases(taken, found.summaries, columns)
    if columns.purchases is not None and not counts:
        notes.append("Purchases do not add up to the file's own total, so they are left out.")
    return Report(
        currency,
        _facts(taken, columns, counts_purchases=counts),
        tuple(totals),
        tuple(sorted(rejects, key=lambda one: one.line)),
        sums(taken, columns),
        total,
        tuple(notes),
    )


def _rows_of(table: Table) -> Iterable[Row]:
    """The rows, unless the file only says that there are none."""
    first = next(table.rows, None)
    if first is None:
        raise Unreadable(_EMPTY)
    second = next(table.rows, None)
    if second is None and len([cell for cell in first.cells if cell.strip()]) == 1:
        raise Unreadable(
            f"There are no results in it: all it says is “{clean_line(first.cells[0])[:80]}”."
        )
    return chain([first], [] if second is None else [second], table.rows)


def _read_rows(rows: Iterable[Row], columns: Columns) -> _Reading:
    found = _Reading()
    for row in rows:
        try:
            entry = entry_of(row, columns)
        except BadCell as error:
            found.unread.append(Aside(row.line, str(error)))
            continue
        if entry.on is None:
            if entry.reason:
                found.unread.append(Aside(entry.line, entry.reason))
            else:
                found.summaries.append(entry)
            continue
        found.body.append(entry)
        if columns.currency_column is not None:
            found.currencies.add(row.cells[columns.currency_column].strip().upper())
    return found


def _currency(columns: Columns, found: set[str]) -> str:
    if columns.currency_column is None:
        return columns.currency
    if len(found) > 1:
        raise Unreadable(
            f"Its rows are in several currencies: {', '.join(sorted(found))[:80]}."
            " Export one ad account at a time."
        )
    if "" in found or not found:
        raise Unreadable("Its column Currency is empty, so nobody knows what its amounts are.")
    return next(iter(found))


def _no_facts(found: _Reading) -> Unreadable:
    if found.unread:
        return _none_taken(found.unread)
    return Unreadable(
        "None of its rows has a day. Choose the breakdown By time, Day in Ads Manager and export"
        " it again."
    )


def _none_taken(rejects: list[Aside]) -> Unreadable:
    first = min(rejects, key=lambda one: one.line)
    return Unreadable(f"None of its rows can be taken. Line {first.line}: {first.reason}")


def _count_once(body: list[Entry], *, is_proven: bool) -> tuple[list[Entry], list[str]]:
    """Rows the file cannot tell apart are summed when its own total proves that; otherwise nobody
    knows, and they are rejected.
    """
    if not is_proven:
        body = marked(body, repeats(body))
    lines: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for entry in body:
        if not entry.reason:
            lines[key(entry)].append(entry.line)
    several = {one: found for one, found in lines.items() if len(found) > 1}
    if not several:
        return body, []
    if is_proven:
        return body, [
            f"{len(several):,} times several rows are about the same campaign and day;"
            " they are summed, as the file's own total does."
        ]
    return [
        replace(entry, reason=_ambiguous(entry, several[key(entry)]))
        if not entry.reason and key(entry) in several
        else entry
        for entry in body
    ], []


def _ambiguous(entry: Entry, lines: list[int]) -> str:
    others = [str(line) for line in lines[:7] if line != entry.line]
    named = ", ".join(others[:5]) + (" and others" if len(others) > 5 else "")
    return (
        f"Line {named} is about the same campaign and day with other numbers, and the file has no"
        f" total that says whether both count. {_ADD_IDS}"
    )


def _inside_period(body: list[Entry], periods: list[tuple[date, date]]) -> list[Entry]:
    if not periods:
        return body
    starts, ends = min(one[0] for one in periods), max(one[1] for one in periods)
    words = f"is outside the report's period, {starts} to {ends}."
    return [
        replace(entry, reason=f"The day {entry.on} {words}")
        if entry.on and not entry.reason and not starts <= entry.on <= ends
        else entry
        for entry in body
    ]


def _counts_purchases(taken: list[Entry], summaries: list[Entry], columns: Columns) -> bool:
    """Whether the purchases of the rows are all there are: broken-down rows may carry none."""
    if columns.purchases is None:
        return False
    summed = sum((entry.numbers.purchases or Decimal(0) for entry in taken), Decimal(0))
    told = [one.numbers.purchases for one in summaries if not one.is_labelled]
    return all(one is None or one == summed for one in told)


def _facts(taken: list[Entry], columns: Columns, *, counts_purchases: bool) -> tuple[Fact, ...]:
    groups: dict[tuple[str, date], list[Entry]] = defaultdict(list)
    for entry in taken:
        assert entry.on is not None
        groups[entry.campaign, entry.on].append(entry)
    if len(groups) > MOST_FACTS:
        raise Unreadable(
            f"It has more than {MOST_FACTS:,} days of campaigns. Export a shorter period."
        )

    def added(values: Iterable[Decimal | None], *, is_known: bool) -> Decimal | None:
        whole = sum((one or Decimal(0) for one in values), Decimal(0))
        if whole > MOST_TOTAL:
            raise Unreadable("Its purchases are more than can be true.")
        return whole if is_known else None

    has_value = counts_purchases and columns.purchase_value is not None
    facts = []
    for (campaign, on), entries in groups.items():
        added_up = sums(entries, columns)
        facts.append(
            Fact(
                campaign,
                on,
                added_up.impressions,
                added_up.clicks,
                added_up.spend,
                added((e.numbers.purchases for e in entries), is_known=counts_purchases),
                added((e.numbers.value for e in entries), is_known=has_value),
                tuple(entry.line for entry in entries),
            )
        )
    return tuple(facts)
