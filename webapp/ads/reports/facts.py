"""Rows with days as facts: one per platform, campaign and day, and what its breakdowns split off.
Pure.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp.ads.reports.additive import Counted, Numbers, Sums
from webapp.ads.reports.dialects import ADDITIVE, Role
from webapp.ads.reports.entries import MOST, Entry
from webapp.ads.reports.layout import Layout
from webapp.imports.decoding import Unreadable

MOST_FACTS = 250_000
#: The part that takes what a report says of an account without naming campaigns.
WHOLE_ACCOUNT = "Whole account"
#: Numbers every day has, even where its report hides them.
ALWAYS = (Role.SPEND,)
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fact(Counted):
    """What one campaign did on one day on one platform, and the lines that say so. `grain` is ''
    for the day, else how a part of it is split off. A number that its rows only hide is None, not
    nothing; `hidden` are such cells.
    """

    platform: str
    campaign: str
    on: date
    grain: str
    numbers: Numbers
    lines: tuple[int, ...]
    hidden: tuple[tuple[Role, str], ...] = ()


def facts_of(
    layout: Layout, taken: Sequence[Entry], dims: Sequence[int], known: Sequence[Role]
) -> tuple[Fact, ...]:
    """The day's facts, then what its breakdowns split off."""
    splits = [(dims.index(i), name) for i, name in layout.breakdowns.items() if i in dims]
    platform_at = next((place for place, name in splits if name == "platform"), None)
    # By what a row is about and then by its day: the former is the same for many rows.
    found: dict[tuple[str, str, str], dict[date, list[Entry]]] = defaultdict(dict)
    for entry in taken:
        assert entry.on is not None
        about = _platform(layout, entry, platform_at), entry.campaign or WHOLE_ACCOUNT
        found[*about, ""].setdefault(entry.on, []).append(entry)
        if grain := _grain(entry, splits):
            found[*about, grain].setdefault(entry.on, []).append(entry)
    if sum(map(len, found.values())) > MOST_FACTS:
        raise Unreadable(
            f"It has more than {MOST_FACTS:,} days of campaigns. Export a shorter period."
        )
    return tuple(
        _fact(platform, name, on, grain, entries, known)
        for platform, name, grain in list(found)
        for on, entries in found.pop((platform, name, grain)).items()  # their room is needed
    )


def _fact(
    platform: str,
    name: str,
    on: date,
    grain: str,
    entries: Sequence[Entry],
    known: Sequence[Role],
) -> Fact:
    hidden = tuple(dict.fromkeys(cell for entry in entries for cell in entry.hidden))
    numbers = _added(entries, known, {role for role, _ in hidden})
    return Fact(platform, name, on, grain, numbers, _lines(entries), hidden)


def _lines(entries: Sequence[Entry]) -> tuple[int, ...]:
    return tuple(sorted({entry.line for entry in entries}))


def _platform(layout: Layout, entry: Entry, place: int | None) -> str:
    """Meta's two networks are platforms of their own where the report tells them apart."""
    if layout.platform == "meta" and place is not None:
        name = entry.dims[place].casefold()
        return name if name in ("facebook", "instagram") else layout.platform
    return layout.platform


def _grain(entry: Entry, splits: list[tuple[int, str]]) -> str:
    """The canonical name of a split: `age=18-24,gender=male`."""
    if not splits:
        return ""
    parts = sorted({name: entry.dims[place] for place, name in splits}.items())
    told = [f"{name}={value.casefold()[:60]}" for name, value in parts if value]
    return ",".join(told)[:200]


def _added(entries: Sequence[Entry], known: Sequence[Role], hidden: Collection[Role]) -> Numbers:
    """What the rows add up to; what no row says is nothing, unless some row hides it."""
    sums = entries[0].numbers if len(entries) == 1 else Sums.of(entries).numbers
    for number in sums:
        if number is not None and number > MOST * 10:
            raise Unreadable("Its sums are larger than can be true.")
    told = tuple(
        [
            None if role not in known or (number is None and role in hidden) else number or _NOTHING
            for role, number in zip(ADDITIVE, sums, strict=True)
        ]
    )
    return sums if told == sums else told
