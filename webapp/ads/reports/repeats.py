"""Rows a report has twice, rows about one thing with two answers, and amounts taken back. Pure.

A total that only agrees when repeated lines count says that they do. Without a total nobody knows:
equal lines count once, different ones are not taken.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from webapp.ads.reports.entries import Entry
from webapp.imports.decoding import Unreadable

_ADD_IDS = "Add the columns of ids, or export at the level of campaigns."


def counted_once(body: Sequence[Entry], *, is_proven: bool) -> tuple[list[Entry], list[str]]:
    """The body with a reason on every line that is not taken, and what to tell about the rest."""
    several = _several(body)
    if not several:
        return list(body), []
    if is_proven:
        note = (
            f"{len(several):,} times several rows are about the same campaign and day;"
            " they are summed, as the file's own total does."
        )
        return list(body), [note]
    for entries in several.values():
        _mark(entries)
    return list(body), []


def check_credits(body: Sequence[Entry], *, is_proven: bool) -> None:
    """An amount that is taken back lowers its day. A day cannot have spent less than nothing: its
    rows are not taken, with the reason. Raises Unreadable when the file's own total counts them.
    """
    if all(entry.spend >= 0 for entry in body):
        return
    spent: dict[object, Decimal] = defaultdict(Decimal)
    for entry in body:
        if not entry.reason:
            spent[entry.campaign, entry.on] += entry.spend
    for entry in body:
        if spent.get((entry.campaign, entry.on), Decimal(0)) >= 0:
            continue
        if is_proven:
            raise Unreadable(
                f"Line {entry.line}: the amounts of {entry.campaign[:60] or 'the account'} on"
                f" {entry.on} sum to less than nothing, and the file's own total counts them."
            )
        entry.reason = entry.reason or "The amount of this day cannot be negative."


def _several(body: Sequence[Entry]) -> dict[object, list[Entry]]:
    found: dict[object, list[Entry]] = defaultdict(list)
    again = _met_again(body)
    for entry in body if again else ():
        if not entry.reason and hash(_about(entry)) in again:
            found[_about(entry)].append(entry)
    return {key: entries for key, entries in found.items() if len(entries) > 1}


def _met_again(body: Sequence[Entry]) -> set[int]:
    """What may be there twice, by its hash: in most reports nothing is, and keys take room."""
    met: set[int] = set()
    again: set[int] = set()
    for entry in body:
        if not entry.reason:
            key = hash(_about(entry))
            (again if key in met else met).add(key)
    return again


def _about(entry: Entry) -> tuple[object, ...]:
    return entry.campaign, entry.on, entry.stamp, entry.dims


def _mark(entries: Sequence[Entry]) -> None:
    first = entries[0]
    if all(entry.numbers == first.numbers for entry in entries):
        for entry in entries[1:]:
            entry.reason = f"It repeats line {first.line} in every cell that counts."
        return
    for entry in entries:
        others = [str(one.line) for one in entries[:7] if one is not entry]
        named = ", ".join(others[:5]) + (" and others" if len(entries) > 6 else "")
        entry.reason = (
            f"Line {named} is about the same campaign and day with other numbers, and the file has"
            f" no total that says whether both count. {_ADD_IDS}"
        )
