"""Rows that have a day and a name, look like any other, and still are the sum of others: of what a
breakdown tells apart, or of all campaigns of their day. Told by arithmetic. Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from webapp.ads.reports.additive import NOTHING, Counted, Sums
from webapp.ads.reports.entries import Entry
from webapp.imports.decoding import Unreadable

Agrees = Callable[[Counted, Sums], bool]


def without_wholes(body: Sequence[Entry], agrees: Agrees) -> tuple[list[Entry], list[Entry]]:
    """The body, and the rows that leave out what a breakdown's rows of the same day and name tell
    (“All” devices, or an empty cell) and are the sum of those. Raises Unreadable when only some
    such rows are.
    """
    rest, wholes = list(body), []
    for place in range(len(body[0].dims) if body else 0):
        found = _wholes_at(place, rest, agrees)
        apart = {id(entry) for entry in found}
        rest = [entry for entry in rest if id(entry) not in apart] if found else rest
        wholes += found
    return rest, wholes


def _wholes_at(place: int, body: Sequence[Entry], agrees: Agrees) -> list[Entry]:
    blank = [entry for entry in body if not entry.dims[place] and not entry.is_nothing]
    if not blank or len(blank) == len(body):
        return []

    def rest_of(entry: Entry) -> tuple[object, ...]:
        return (entry.on, entry.stamp, *entry.dims[:place], *entry.dims[place + 1 :])

    wanted = {rest_of(entry) for entry in blank}
    parts: dict[object, list[Entry]] = defaultdict(list)
    for entry in body:
        if entry.dims[place] and (key := rest_of(entry)) in wanted:
            parts[key].append(entry)
    pairs = [(entry, parts[key]) for entry in blank if (key := rest_of(entry)) in parts]
    found = [entry for entry, others in pairs if agrees(entry, Sums.of(others))]
    if found and len(found) < len(pairs):
        told = {id(entry) for entry in found}
        other = next(entry for entry, _ in pairs if id(entry) not in told)
        raise Unreadable(
            f"Line {found[0].line} is the sum of lines that split it, and line {other.line} is"
            " written like it and is not. Export it again without rows that sum up others."
        )
    return found


def check_daily_wholes(body: Sequence[Entry], agrees: Agrees) -> None:
    """Raise Unreadable when one campaign is, on every day, the sum of all the others: in a language
    nobody knows, that is how a total of each day reads.
    """
    several = [weights for weights in _weights(body).values() if len(weights) > 1]
    if not several:
        return
    name = max(several[0], key=lambda one: several[0][one])
    if not all(2 * weights.get(name, 0) == sum(weights.values()) for weights in several):
        return
    proofs = 0
    for own, others in _days_of(name, body):
        if own.rows and others.rows and not agrees(own, others):
            return
        proofs += bool(own.spend and own.impressions and others.rows)
    # Two campaigns may do the same once, and more often where next to nothing happens.
    if proofs < (1 if any(len(weights) > 2 for weights in several) else 2):
        return
    raise Unreadable(
        f"On every day “{name[:60]}” is the sum of all other campaigns, but is written like one of"
        " them. If it is a total, leave it out; else export it again."
    )


def _weights(body: Sequence[Entry]) -> dict[date, dict[str, Decimal]]:
    """By day and campaign one number that would be half of its day's, were it the day's total."""
    days: dict[date, dict[str, Decimal]] = defaultdict(dict)
    for entry in body:
        weight = entry.impressions or entry.spend
        if weight and entry.on is not None and entry.campaign:
            campaigns = days[entry.on]
            campaigns[entry.campaign] = campaigns.get(entry.campaign, NOTHING) + weight
    return days


def _days_of(name: str, body: Sequence[Entry]) -> Iterator[tuple[Sums, Sums]]:
    """For every day, what one campaign did and what all the others did."""
    days: dict[date | None, tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
    for entry in body:
        if entry.campaign:
            days[entry.on][entry.campaign != name].append(entry)
    for own, others in days.values():
        yield Sums.of(own), Sums.of(others)
