"""What adds up over the rows of a report, by name. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from webapp.ads.reports.dialects import ADDITIVE, Role

Numbers = tuple[Decimal | None, ...]


class Counted:
    """Whatever carries additive numbers, by name; None where a report does not say."""

    __slots__ = ()
    numbers: Numbers

    def number(self, role: Role) -> Decimal | None:
        return self.numbers[ADDITIVE.index(role)]

    @property
    def spend(self) -> Decimal:
        return self.numbers[0] or Decimal(0)

    @property
    def impressions(self) -> Decimal | None:
        return self.numbers[1]

    @property
    def clicks(self) -> Decimal | None:
        return self.numbers[2]

    @property
    def conversions(self) -> Decimal | None:
        return self.numbers[3]

    @property
    def value(self) -> Decimal | None:
        return self.numbers[4]


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that is no fact, and why."""

    line: int
    reason: str
