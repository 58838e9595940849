"""Pacing: what a campaign spent against its plan. The plan is its budget spread evenly over the
days from its start to its last day. Pure.

The corridor around the plan is a tenth of what is planned so far, and never less than one day's
plan, so that the first days do not cry wolf. Spend is compared with the plan of the last day that
has results, not of today: a report that is late is not a campaign that is slow.
"""

from dataclasses import dataclass
from datetime import date

#: How far from the plan so far is still on pace.
TOLERANCE_PERCENT = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """A budget (minor units) over the days from `first` to `last`, both included.

    >>> plan = Plan(1000, date(2026, 11, 1), date(2026, 11, 10))
    >>> plan.until(date(2026, 10, 31)), plan.until(date(2026, 11, 3)), plan.until(date.max)
    (0, 300, 1000)
    >>> plan.corridor(date(2026, 11, 3)), plan.corridor(date(2026, 11, 10))
    ((200, 400), (900, 1100))
    """

    budget_cents: int
    first: date
    last: date

    @property
    def days(self) -> int:
        return max(1, (self.last - self.first).days + 1)

    @property
    def per_day_cents(self) -> int:
        return round(self.budget_cents / self.days)

    def until(self, on: date) -> int:
        """What is planned to be spent by the end of a day."""
        passed = min(max((on - self.first).days + 1, 0), self.days)
        return self.budget_cents * passed // self.days

    def corridor(self, on: date) -> tuple[int, int]:
        """The least and the most that is on pace by the end of a day."""
        planned = self.until(on)
        slack = max(planned * TOLERANCE_PERCENT // 100, self.per_day_cents)
        return max(0, planned - slack), planned + slack


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a campaign stands on a day: `state` is under, on or over."""

    on: date
    spent_cents: int
    planned_cents: int
    state: str


def pace(plan: Plan, spent_cents: int, on: date) -> Pace:
    """How the spend through a day compares with the plan of that day.

    >>> plan = Plan(1000, date(2026, 11, 1), date(2026, 11, 10))
    >>> [pace(plan, spent, date(2026, 11, 5)).state for spent in (399, 400, 600, 601)]
    ['under', 'on', 'on', 'over']
    """
    low, high = plan.corridor(on)
    state = "under" if spent_cents < low else "over" if spent_cents > high else "on"
    return Pace(on, spent_cents, plan.until(on), state)
