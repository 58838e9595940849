"""The total a Meta report carries, told from its rows by arithmetic and compared with them. Pure.

Labels, languages and positions are no evidence: a row without a day is a total when its additive
numbers are the sum of the others, and a contradiction when they are not.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from webapp.ads.meta.columns import Columns
from webapp.ads.meta.rows import Entry, Numbers
from webapp.imports.tabular import Unreadable

MOST_TOTAL = 10**13


@dataclass(frozen=True, slots=True)
class Sums:
    """Additive numbers of several rows; clicks are None when the file has no column of them."""

    impressions: int
    clicks: int | None
    spend: Decimal


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that is no fact, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Added:
    """Several rows added up, once."""

    impressions: int
    clicks: int
    spend: Decimal
    rows: int
    has_fractions: bool

    @classmethod
    def of(cls, entries: list[Entry]) -> "_Added":
        amounts = [entry.numbers.spend or Decimal(0) for entry in entries]
        return cls(
            sum(entry.numbers.impressions or 0 for entry in entries),
            sum(entry.numbers.clicks or 0 for entry in entries),
            sum(amounts, Decimal(0)),
            len(entries),
            any(amount != amount.to_integral_value() for amount in amounts),
        )

    def slack(self, told: Decimal) -> Decimal:
        """What rounding each row to the cent can add up to: 0.005 a row at the very most, four
        standard deviations of it in a long file, nothing when no amount has a fraction.
        """
        if not self.has_fractions and told == told.to_integral_value():
            return Decimal(0)
        rows = Decimal(self.rows)
        return min(Decimal("0.005") * rows, Decimal("0.012") * rows.sqrt())


def reconcile(
    body: list[Entry], summaries: list[Entry], unread: list[Aside], columns: Columns
) -> tuple[list[Entry], list[Aside], Sums | None]:
    """The body as the total counts it, the rows that are totals, and the total itself."""
    body = _without_repeats(body, [one for one in summaries if not one.is_labelled])
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in body:
        if not entry.reason.startswith(_REPEATS):
            groups[entry.campaign].append(entry)
    counted = _Added.of([entry for group in groups.values() for entry in group])
    own = {campaign: _Added.of(group) for campaign, group in groups.items()} if summaries else {}
    totals: list[Aside] = []
    total: Sums | None = None
    for one in summaries:
        if _agrees(one.numbers, counted):
            totals.append(Aside(one.line, "The total of all rows: compared, never imported."))
            total = total or _stated(one.numbers, columns)
        elif one.campaign in own and _agrees(one.numbers, own[one.campaign]):
            totals.append(Aside(one.line, "The total of one campaign: compared, never imported."))
        else:
            raise _disagrees(one, counted, unread)
    return body, totals, total


def _without_repeats(body: list[Entry], whole: list[Entry]) -> list[Entry]:
    """A total that only agrees when repeated lines count once says that they are repeats."""
    if not whole or _agrees(whole[0].numbers, _Added.of(body)) or not (found := repeats(body)):
        return body
    once = _Added.of([entry for entry in body if entry.line not in found])
    return marked(body, found) if _agrees(whole[0].numbers, once) else body


def _agrees(told: Numbers, rows: _Added) -> bool:
    return _difference(told, rows) is None


def _difference(told: Numbers, rows: _Added) -> tuple[str, object, object] | None:
    """The first additive number that differs from the rows: its name, the total's, the rows'."""
    if told.spend is None and told.impressions is None:
        return "the amount spent", "nothing", plain(rows.spend)
    if told.spend is not None and abs(rows.spend - told.spend) > rows.slack(told.spend):
        return "the amount spent", plain(told.spend), plain(rows.spend)
    for name, one, summed in (
        ("the impressions", told.impressions, rows.impressions),
        ("the link clicks", told.clicks, rows.clicks),
    ):
        if one is not None and one != summed:
            return name, one, summed
    return None


def _disagrees(one: Entry, rows: _Added, unread: list[Aside]) -> Unreadable:
    difference = _difference(one.numbers, rows)
    assert difference is not None
    name, told, summed = difference
    has = "has no day and says" if one.is_labelled else "says"
    words = (
        f"The rows do not add up to the file's own total: line {one.line} {has} {told} for {name},"
        f" the rows make {summed}."
    )
    if not unread:
        return Unreadable(words + " Rows are missing or were changed; export the report again.")
    first = min(unread, key=lambda aside: aside.line)
    return Unreadable(
        f"{words} {_lines(len(unread))} could not be read, first line {first.line}: {first.reason}"
    )


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"


def _stated(told: Numbers, columns: Columns) -> Sums:
    clicks = None if columns.link_clicks is None else told.clicks or 0
    return Sums(told.impressions or 0, clicks, told.spend or Decimal(0))


_REPEATS = "It repeats line "


def key(entry: Entry) -> tuple[object, ...]:
    """What makes a row of this file the only one of its kind."""
    return (entry.campaign, entry.on, *entry.identity)


def repeats(body: list[Entry]) -> dict[int, int]:
    """Lines that are equal to an earlier one in every cell, and that one."""
    first: dict[tuple[object, ...], int] = {}
    repeated: dict[int, int] = {}
    for entry in body:
        whole = (*key(entry), entry.print)
        if whole in first:
            repeated[entry.line] = first[whole]
        else:
            first[whole] = entry.line
    return repeated


def marked(body: list[Entry], repeated: dict[int, int]) -> list[Entry]:
    """The body with its repeats rejected."""
    return [
        replace(e, reason=f"{_REPEATS}{repeated[e.line]} in every cell.")
        if e.line in repeated
        else e
        for e in body
    ]


def sums(entries: list[Entry], columns: Columns) -> Sums:
    """The additive numbers of several rows. Raises Unreadable when they are beyond belief."""
    rows = _Added.of(entries)
    if rows.spend > MOST_TOTAL or rows.impressions > MOST_TOTAL or rows.clicks > MOST_TOTAL:
        raise Unreadable("Its sums are larger than can be true.")
    clicks = None if columns.link_clicks is None else rows.clicks
    return Sums(rows.impressions, clicks, rows.spend)


def plain(amount: Decimal) -> str:
    """The amount in digits, without zeros that say nothing.

    >>> plain(Decimal("4923.50")), plain(Decimal("1E+3"))
    ('4923.5', '1000')
    """
    return f"{amount.normalize():f}"
