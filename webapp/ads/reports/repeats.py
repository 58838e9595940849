"""Rows a report has twice, and rows about one thing with two answers. Pure.

A total that only agrees when repeated lines count says that they do. Without a total nobody knows:
equal lines count once, different ones are not taken.
"""

from collections import defaultdict
from collections.abc import Sequence

from webapp.ads.reports.entries import Entry

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
