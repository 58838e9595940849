"""What adds up over the rows of a report, by name. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from webapp.ads.reports.dialects import ADDITIVE, Role

Numbers = tuple[Decimal | None, ...]
NOTHING = Decimal(0)


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
class Sums(Counted):
    """Additive numbers of several rows; None where the file has no such column."""

    numbers: Numbers
    rows: int
    has_cents: bool

    @classmethod
    def of(cls, entries: Iterable[Counted]) -> "Sums":
        whole: list[Decimal | None] = [None] * len(ADDITIVE)
        rows = 0
        cents = False
        for entry in entries:
            rows += 1
            for place, number in enumerate(entry.numbers):
                if number is not None:
                    whole[place] = (whole[place] or NOTHING) + number
            spend = entry.numbers[0]
            cents = cents or (spend is not None and spend != spend.to_integral_value())
        return cls(tuple(whole), rows, cents)

    def slack(self, told: Decimal) -> Decimal:
        """What rounding each row to the cent can add up to: half a cent a row at the very most,
        four standard deviations of it in a long file, nothing when no amount has a fraction.
        """
        if not self.has_cents and told == told.to_integral_value():
            return NOTHING
        rows = Decimal(self.rows)
        most = min(Decimal("0.005") * rows, Decimal("0.012") * rows.sqrt())
        return most + (Decimal("0.005") if self.rows > 1 else NOTHING)


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that is no fact, and why."""

    line: int
    reason: str
