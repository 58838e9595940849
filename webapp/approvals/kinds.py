"""Kinds of change that pass the gate. Features above register theirs; the gate names none of
them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from webapp.approvals.models import Proposal
from webapp.core.actor import Actor
from webapp.core.errors import WrongUse

Values = dict[str, Any]


class Guard(BaseModel):
    """Bounds within which a kind may act without asking; every bound that is given must hold.

    Money in minor units of the campaign's currency, `max_pct` in percent of the amount before,
    hours in the team's zone.
    """

    model_config = ConfigDict(extra="forbid")

    max_amount_cents: int | None = Field(default=None, ge=0)
    max_pct: float | None = Field(default=None, ge=0)
    max_per_day: int | None = Field(default=None, ge=0)
    daily_cap_cents: int | None = Field(default=None, ge=0)
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    min_days_of_data: int | None = Field(default=None, ge=0)
    cooldown_hours: float | None = Field(default=None, ge=0)
    hours_window: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a difference: what it is, before, after (words)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """How any page shows a proposal: a title, where it leads ('' when that is gone), the
    difference, an icon.
    """

    title: str
    url: str
    rows: list[Row]
    icon: str = "check"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change.

    before(subject_id)          the present values that `after` would replace (plain JSON); compared
    again at apply
    narrow(present, after)      the part of the present values that a change names, where a kind's
    subject holds more than one change touches: only that part is compared
    check(subject_id, after)    raises Invalid when the change cannot be
    apply(proposal, by)         makes it: database only; `by` is who decided
    undo(proposal, by)          makes it unmade; only called while the present values equal `after`
    present(proposal)           how it reads
    amount(before, after)       minor units at stake, for limits
    whole(before)               minor units that `max_pct` takes its share of; without it a team's
    `max_pct` always asks
    content(values)             what the decision is about, in words by label, where that may be
    edited while the request waits: it is asked again then; without it a change makes it stale
    returned(proposal, by)      tidies up when it is rejected, withdrawn, expired or stale
    effect                      True when an effect actor finishes it with `settle`
    level, guard                what a person's proposal does when the team set no policy
    """

    name: str
    words: str
    subject_kind: str
    before: Callable[[int], Values]
    check: Callable[[int, Values], None]
    apply: Callable[[Proposal, Actor], None]
    present: Callable[[Proposal], Presentation]
    amount: Callable[[Values, Values], int]
    whole: Callable[[Values], int] | None = None
    narrow: Callable[[Values, Values], Values] | None = None
    content: Callable[[Values], dict[str, str]] | None = None
    undo: Callable[[Proposal, Actor], None] | None = None
    returned: Callable[[Proposal, Actor], None] | None = None
    effect: bool = False
    level: str = "ask"
    guard: Guard = field(default_factory=Guard)

    def present_values(self, subject_id: int, after: Values) -> Values:
        """The values that `after` would replace, or has replaced, as they are now."""
        present = self.before(subject_id)
        return self.narrow(present, after) if self.narrow else present


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known in this process."""
    if _kinds.get(kind.name, kind) != kind:
        raise RuntimeError(f"the kind {kind.name!r} is registered twice")
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    """The registered kind; its absence is a boot error of this process."""
    if name not in _kinds:
        raise WrongUse(f"no kind of proposal is called {name!r}: webapp.registry did not load it")
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
