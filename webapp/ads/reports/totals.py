"""The totals a report carries, told from its rows by arithmetic and compared with them. Pure.

Labels, languages and positions are hints, never proofs. A row is a candidate when it names less
than the others do: no campaign, no day, or next to nothing. It is a total when its additive numbers
are the sum of the rows it stands for: all of them, or those that share what it still names.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from webapp.ads.reports.additive import Aside, Counted, Sums
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.entries import Entry
from webapp.ads.reports.scan import COUNTS
from webapp.ads.reports.wholes import check_daily_wholes, without_wholes
from webapp.core.text import fold
from webapp.imports.decoding import Unreadable

#: How a row that sums up is called where it is called anything: a hint for the cases arithmetic
#: leaves open.
TOTAL_WORDS = (
    *("total", "totals", "totale", "totaal", "gesamt", "summe", "insgesamt", "ergebnis"),
    *("合計", "総計", "总计", "合计", "jumlah", "итого", "suma", "razem"),
)
_NOTHING = Decimal(0)


@dataclass(slots=True)
class Sorted:
    """The rows by what they are. `first` is the first total of any kind, `total` the whole file's
    own, `gap` how much more the account spent than its rows.
    """

    body: list[Entry]
    totals: list[Aside] = field(default_factory=list)
    rejects: list[Aside] = field(default_factory=list)
    first: Entry | None = None
    total: Entry | None = None
    gap: Decimal | None = None


class Totals:
    """Finds the totals among the rows of one report."""

    def __init__(
        self,
        entries: Sequence[Entry],
        known: Sequence[Role],
        *,
        masked: Collection[Role] = (),
        unread: Sequence[Aside] = (),
    ) -> None:
        self.known = [role for role in known if role not in masked]
        self.entries, self.unread = entries, unread
        self.most_named = max((_named(entry) for entry in entries), default=0)
        self.has_campaigns = any(entry.campaign for entry in entries)
        self.has_days = any(entry.on for entry in entries)
        self.key = None if self.has_campaigns else self._key()
        self.body = [entry for entry in entries if not self._is_candidate(entry)]
        self.candidates = [entry for entry in entries if self._is_candidate(entry)]
        if not self.body and self.candidates:
            self.body, self.candidates = self.candidates, []
        self.body, wholes = without_wholes(self._without_daily(), self._agrees)
        self.candidates = sorted([*self.candidates, *wholes], key=lambda entry: entry.line)
        check_daily_wholes(self.body, self._agrees)
        self.whole = Sums.of(self.body)
        self.values = [
            {entry.dims[place] for entry in self.body} - {""}
            for place in range(len(entries[0].dims) if entries else 0)
        ]
        self.groups: dict[tuple[int, ...], dict[tuple[object, ...], Sums]] = {}
        self.proven_days: set[date] = set()

    def _without_daily(self) -> list[Entry]:
        """The body without totals that carry a day and a name, as `Total`: rows called one whose
        numbers are the sum of their day's other rows, on every day they have.
        """
        called = {value: _is_total_word(value) for entry in self.body for value in entry.dims}
        named = [e for e in self.body if e.on and any(called[value] for value in e.dims)]
        if all(entry.is_nothing for entry in named) or len(named) == len(self.body):
            return self.body  # nothing is the sum of anything
        apart = {id(entry) for entry in named}
        days: dict[date | None, list[Entry]] = defaultdict(list)
        for entry in self.body:
            if id(entry) not in apart:
                days[entry.on].append(entry)
        sums = {on: Sums.of(rows) for on, rows in days.items()}
        if not all(e.on in sums and self._agrees(e, sums[e.on]) for e in named):
            return self.body
        self.candidates = sorted([*self.candidates, *named], key=lambda entry: entry.line)
        return [entry for entry in self.body if id(entry) not in apart]

    def _key(self) -> int | None:
        """The column that names what the rows are about, in a table whose columns nobody knows: the
        first row that leaves it out is the sum of those that do not.
        """
        for place in range(len(self.entries[0].dims) if self.entries else 0):
            first = next((entry for entry in self.entries if not entry.dims[place]), None)
            if first is None or first.is_nothing:
                continue
            if self._agrees(first, Sums.of(e for e in self.entries if e.dims[place])):
                return place
        return None

    def _is_candidate(self, entry: Entry) -> bool:
        if self.key is not None and not entry.dims[self.key]:
            return True
        if any(_is_labelled_total(value) for value in entry.dims):
            return True
        if self.has_campaigns and not entry.campaign:
            return True
        if self.has_days and entry.on is None:
            return True
        if entry.campaign and entry.on is not None:
            return False
        return _named(entry) <= 1 and self.most_named >= 3

    def split(self, *, has_more: bool, is_mixed: bool = False) -> Sorted:
        """Every row as what it is. Raises Unreadable when a row can only be a total and agrees with
        nothing; `has_more` lets totals of more than these rows follow the rows' own; of rows in
        several currencies no total is the sum.
        """
        if is_mixed:
            asides = [Aside(e.line, "A total of several currencies.") for e in self.candidates]
            return Sorted(self.body, asides)
        found = Sorted(self.body)
        self._find_unnamed(found)
        for entry in self.candidates:
            self._place(entry, found, has_more=has_more)
        return found

    def _place(self, entry: Entry, found: Sorted, *, has_more: bool) -> None:
        places, wanted = self._stands_for(entry)
        group = self._group(places, wanted) if places else self.whole
        if group.rows < self.whole.rows and self._agrees(entry, group):
            if entry.on is not None:
                self.proven_days.add(entry.on)
            found.first = found.first or entry
            found.totals.append(
                Aside(entry.line, "The total of some rows: compared, never imported.")
            )
        elif self._agrees(entry, self.whole):
            found.first = found.first or entry
            found.total = found.total or entry
            self.proven_days |= {entry.on} if entry.on else set()
            found.totals.append(
                Aside(entry.line, "The total of all rows: compared, never imported.")
            )
        elif entry.is_nothing and any(entry.dims) and (has_more or found.total):
            found.totals.append(
                Aside(entry.line, "A total of what is not in this file: never imported.")
            )
        elif entry.is_nothing and any(entry.dims):
            found.rejects.append(
                Aside(entry.line, "The row has neither a day nor numbers: nothing ran.")
            )
        elif self._may_be_more(entry, found, has_more=has_more):
            self._note_gap(entry, found)
        elif entry.on is not None and not has_more:
            found.rejects.append(Aside(entry.line, "The row has a day and no campaign name."))
        else:
            raise _disagrees(entry, self._difference(entry, self.whole), self.unread)

    def _may_be_more(self, entry: Entry, found: Sorted, *, has_more: bool) -> bool:
        """Whether it may sum up more than the rows: their own total came before, so that none of
        them is missing, or that of the same day.
        """
        if found.total is not None:
            return True
        if not has_more or found.first is None:
            return False
        return entry.on is None or entry.on in self.proven_days

    def _note_gap(self, entry: Entry, found: Sorted) -> None:
        more = (entry.number(Role.SPEND) or _NOTHING) - (self.whole.number(Role.SPEND) or _NOTHING)
        found.gap = max(found.gap or _NOTHING, more)
        found.totals.append(
            Aside(entry.line, "A total of more than these rows: shown, never imported.")
        )

    def _stands_for(self, entry: Entry) -> tuple[tuple[int, ...], tuple[object, ...]]:
        """The dimensions a candidate still names with a value the rows have, and those values; -1
        stands for the day.
        """
        places = [place for place, value in enumerate(entry.dims) if value in self.values[place]]
        wanted: list[object] = [entry.dims[place] for place in places]
        if entry.on is not None:
            return (-1, *places), (entry.on, *wanted)
        return tuple(places), tuple(wanted)

    def _group(self, places: tuple[int, ...], wanted: tuple[object, ...]) -> Sums:
        if places not in self.groups:
            rows: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
            for entry in self.body:
                key = tuple(entry.on if place < 0 else entry.dims[place] for place in places)
                rows[key].append(entry)
            self.groups[places] = {key: Sums.of(some) for key, some in rows.items()}
        return self.groups[places].get(wanted, Sums.of(()))

    def _agrees(self, entry: Counted, rows: Sums) -> bool:
        return rows.rows > 0 and self._difference(entry, rows) is None

    def _difference(
        self, entry: Counted, rows: Sums
    ) -> tuple[Role, Decimal | None, Decimal] | None:
        """The first additive number that differs: its role, the total's, the rows'. What a total
        does not say is no difference, as long as it says something.
        """
        said = False
        for role in self.known:
            told, summed = entry.number(role), rows.number(role) or _NOTHING
            if told is None:
                continue
            if role in (Role.CONVERSIONS, Role.VALUE):
                continue  # broken-down rows may carry none; the report settles these itself
            said = True
            slack = _NOTHING if role in COUNTS else rows.slack(told)
            if abs(told - summed) > slack:
                return role, told, summed
        return None if said else (Role.SPEND, None, rows.number(Role.SPEND) or _NOTHING)

    def _find_unnamed(self, found: Sorted) -> None:
        """A row that names as much as the others and still is the sum of all of them: a total when
        it says so, else nobody knows.
        """
        if any(self._agrees(entry, self.whole) for entry in self.candidates):
            return  # the total is another row
        heavy = max(self.body, key=_weight, default=None)
        others = [entry for entry in self.body if entry is not heavy and not entry.is_nothing]
        if heavy is None or heavy.is_nothing or not others:
            return
        rest = Sums.of(entry for entry in self.body if entry is not heavy)
        matching = [r for r in self.known if heavy.number(r)]
        if len(matching) < 2 or not self._agrees(heavy, rest):
            return
        always = [all(one.dims[p] for one in others) for p in range(len(heavy.dims))]
        names_less = any(a and not value for a, value in zip(always, heavy.dims, strict=True))
        is_called = names_less or any(_is_total_word(value) for value in heavy.dims)
        if not is_called and (len(others) < 2 and _named(heavy) + bool(heavy.on) >= 2):
            return  # two equal rows with names of their own
        if not is_called:
            raise Unreadable(
                f"Line {heavy.line} is the sum of all other lines, but is written like one of them."
                " If it is a total, remove it; if not, export the report again with a Day column."
            )
        self.body.remove(heavy)
        self.whole = rest
        found.first = found.total = heavy
        found.totals.append(Aside(heavy.line, "The total of all rows: compared, never imported."))


def _weight(entry: Entry) -> tuple[Decimal, Decimal, bool, int]:
    """What makes a row more likely a total than another: its numbers, its name, few names."""
    is_called = any(_is_total_word(value) for value in entry.dims)
    return entry.spend, entry.impressions or _NOTHING, is_called, -_named(entry)


def _named(entry: Entry) -> int:
    return sum(1 for value in entry.dims if value)


@lru_cache(maxsize=4096)
def _is_total_word(value: str) -> bool:
    words = fold(value).replace(":", " ").split()
    return any(word in TOTAL_WORDS for word in words)


@lru_cache(maxsize=4096)
def _is_labelled_total(value: str) -> bool:
    """Whether it is a label like `Total: Campaigns`."""
    word, colon, _ = fold(value).partition(":")
    return bool(colon) and word.strip() in TOTAL_WORDS


_WORDS = {
    Role.SPEND: "the amount",
    Role.IMPRESSIONS: "the impressions",
    Role.CLICKS: "the clicks",
}


def _disagrees(
    entry: Entry,
    difference: tuple[Role, Decimal | None, Decimal] | None,
    unread: Sequence[Aside],
) -> Unreadable:
    role, told, summed = difference or (Role.SPEND, None, _NOTHING)
    name = next((value for value in entry.dims if value), "")
    called = f" (“{name[:40]}”)" if name else ""
    if unread:
        first = min(unread, key=lambda aside: aside.line)
        lines = "1 line" if len(unread) == 1 else f"{len(unread):,} lines"
        why = f"{lines} could not be read, first line {first.line}: {first.reason}"
    else:
        why = "Rows are missing or were changed; export the report again."
    return Unreadable(
        "The rows do not add up to the file's own total:"
        f" line {entry.line}{called} says {plain(told) if told is not None else 'nothing'} for"
        f" {_WORDS.get(role, 'a number')}, the rows make {plain(summed)}."
        f" {why}"
    )


def plain(amount: Decimal) -> str:
    """The amount in digits, without zeros that say nothing.

    >>> plain(Decimal("4923.50")), plain(Decimal("1E+3"))
    ('4923.5', '1000')
    """
    return f"{amount.normalize():f}"
