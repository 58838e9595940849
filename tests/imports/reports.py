"""Meta Ads Manager reports as Meta writes them, with invented campaigns: by campaign and day, the
total first.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from webapp.core import money

HEADER = (
    '"Campaign name",Day,Reach,Impressions,"CPM (cost per 1,000 impressions)","Link clicks",'
    '"CTR (link click-through rate)","CPC (cost per link click)",Purchases,'
    '"Amount spent ({currency})","Reporting starts","Reporting ends"'
)
CAMPAIGNS = ("Lanterns || video", "Lanterns || story, warm")


@dataclass(frozen=True)
class Report:
    """Two campaigns over some days. Amounts have the currency's decimals; the numbers differ per
    row and are the same for the same arguments."""

    currency: str = "USD"
    first: date = date(2026, 11, 2)
    days: int = 5

    def rows(self) -> list[tuple[str, date, int, int, Decimal]]:
        """(campaign, day, impressions, link clicks, spend)."""
        unit = Decimal(1).scaleb(-money.exponent(self.currency))
        return [
            (
                name,
                self.first + timedelta(days=day),
                1200 + 310 * day + 75 * index,
                24 + 5 * day + index,
                (Decimal("18.37") * (day + 1) + Decimal("4.11") * index).quantize(unit),
            )
            for day in range(self.days)
            for index, name in enumerate(CAMPAIGNS)
        ]

    @property
    def total(self) -> Decimal:
        return sum((row[4] for row in self.rows()), Decimal())

    @property
    def total_words(self) -> str:
        """The total spend as a page says it."""
        return money.words(money.to_minor(self.total, self.currency), self.currency)

    def as_bytes(self) -> bytes:
        """The file: BOM, header, the unlabelled total, then the newest day first."""
        rows = sorted(self.rows(), key=lambda row: row[1], reverse=True)
        last = self.first + timedelta(days=self.days - 1)
        impressions, clicks = sum(row[2] for row in rows), sum(row[3] for row in rows)
        bought = sum(row[3] // 8 for row in rows)
        lines = [
            HEADER.format(currency=self.currency),
            self._line("", "", impressions, clicks, bought, self.total, self.first, last),
        ]
        lines += [
            self._line(f'"{name}"', str(on), i, c, c // 8, s, on, on) for name, on, i, c, s in rows
        ]
        return ("\ufeff" + "\n".join(lines) + "\n").encode()

    @staticmethod
    def _line(
        name: str,
        on: str,
        impressions: int,
        clicks: int,
        purchases: int,
        spend: Decimal,
        starts: date,
        ends: date,
    ) -> str:
        def rate(part: Decimal, whole: int) -> str:
            return f"{part / whole:.8f}"

        return ",".join(
            (
                name,
                on,
                str(impressions * 2 // 3),
                str(impressions),
                rate(spend * 1000, impressions),
                str(clicks),
                rate(Decimal(clicks * 100), impressions),
                rate(spend, clicks),
                str(purchases),
                str(spend),
                str(starts),
                str(ends),
            )
        )
