"""What a shared page may show: sections, each a function that answers its numbers as plain JSON
values. Features register theirs; how a section looks is its template.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

#: JSON values only (dates in ISO form): what a frozen link stores is what a live one is drawn from.
Numbers = dict[str, Any]
#: The order on the page, also of those that register later.
ORDER = ("overview", "timeline", "spend", "outreach", "results", "schedule")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a shared page: what the sender picks, and where its numbers come from."""

    name: str
    words: str
    hint: str
    numbers: Callable[[int], Numbers]


_sections: dict[str, Section] = {}


def share_section(
    name: str, *, words: str, hint: str
) -> Callable[[Callable[[int], Numbers]], Callable[[int], Numbers]]:
    """Register a section by the function that answers a campaign's numbers for it."""

    def register(numbers: Callable[[int], Numbers]) -> Callable[[int], Numbers]:
        if name not in ORDER or name in _sections:
            raise RuntimeError(f"the section {name!r} is unknown or registered twice")
        _sections[name] = Section(name, words, hint, numbers)
        return numbers

    return register


def sections() -> list[Section]:
    """Every section that exists now, in the order of the page."""
    return [_sections[name] for name in ORDER if name in _sections]


def numbers_of(campaign_id: int, names: Iterable[str]) -> dict[str, Numbers]:
    """The numbers of these sections; one that a release took away is left out."""
    return {name: _sections[name].numbers(campaign_id) for name in names if name in _sections}
