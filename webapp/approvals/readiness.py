"""Whether what a request is about is ready: small checks that features register for their kind of
subject, read where the launch button is and asked before a stage opens.
"""

from collections.abc import Callable
from dataclasses import dataclass

Checker = Callable[[int], "Finding | None"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: what was looked at, whether it is fine, else what is missing and where
    to mend it.
    """

    words: str
    is_ready: bool
    missing: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A finding, and whether it holds the launch back."""

    finding: Finding
    is_blocking: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """Everything that was looked at, what holds the launch back first.

    >>> Readiness([]).percent
    100
    """

    items: list[Item]

    @property
    def ready(self) -> int:
        return sum(item.finding.is_ready for item in self.items)

    @property
    def percent(self) -> int:
        """How much of it is fine, in whole percent; 100 only when all of it is."""
        return 100 * self.ready // len(self.items) if self.items else 100

    @property
    def blocking(self) -> list[Finding]:
        return [item.finding for item in self.items if item.is_blocking]


_checks: dict[str, dict[str, tuple[Checker, bool]]] = {}


def content_check(subject_kind: str) -> Callable[[Checker], Checker]:
    """Register a check that has to hold before anybody is asked; a subject it has nothing to say
    about is None.
    """
    return _register(subject_kind, blocks=True)


def readiness_check(subject_kind: str) -> Callable[[Checker], Checker]:
    """Register a check that counts toward the score and holds nothing back."""
    return _register(subject_kind, blocks=False)


def _register(subject_kind: str, *, blocks: bool) -> Callable[[Checker], Checker]:
    def register(checker: Checker) -> Checker:
        known = _checks.setdefault(subject_kind, {})
        name = f"{checker.__module__}.{checker.__qualname__}"
        if name in known and known[name] != (checker, blocks):
            raise RuntimeError(f"the check {name} is registered twice")
        known[name] = checker, blocks
        return checker

    return register


def readiness_of(subject_kind: str, subject_id: int) -> Readiness:
    """Every check of a subject, run now: what holds it back, what is missing, what is fine."""
    items = [
        Item(finding, blocks and not finding.is_ready)
        for checker, blocks in _checks.get(subject_kind, {}).values()
        if (finding := checker(subject_id)) is not None
    ]
    return Readiness(sorted(items, key=lambda one: (not one.is_blocking, one.finding.is_ready)))


def blocking(subject_kind: str, subject_id: int) -> list[Finding]:
    """What holds a subject back; runs only the checks that can."""
    found = [
        checker(subject_id) for checker, blocks in _checks.get(subject_kind, {}).values() if blocks
    ]
    return [one for one in found if one is not None and not one.is_ready]
