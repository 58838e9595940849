"""The numbers a chart may show: what each is called, how it is read from totals, how it is said."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.ads.rates import Totals
from webapp.core import money
from webapp.web import words


@dataclass(frozen=True, slots=True)
class Measure:
    """One number. `is_sum` tells sums, which are zero on a day without results, from rates, which
    are undefined there. `kind` is money, count, percent or times.
    """

    key: str
    words: str
    read: Callable[[Totals], Any]
    kind: str
    is_sum: bool = True

    def say(self, value: Any, currency: str) -> str:
        """The value as a headline; undefined is a dash.

        >>> MEASURES[3].say(0.0156, "USD"), MEASURES[0].say(None, "USD")
        ('1.56%', '—')
        """
        if self.kind == "money":
            return words.money(None if value is None else round(value), currency)
        if self.kind == "percent":
            return words.percent(value, 1, 2)
        return words.times(value) if self.kind == "times" else words.short(value)

    def exact(self, value: Any, currency: str) -> str:
        """The value in a table, to the last digit."""
        if self.kind == "money":
            return words.money_exact(value, currency)
        return words.count(value) if self.kind == "count" else self.say(value, currency)

    def plain(self, value: Any, currency: str) -> float | None:
        """The value as the plotting library takes it: major units, percent as a share."""
        if value is None:
            return None
        return float(money.to_major(value, currency) if self.kind == "money" else value)


MEASURES = (
    Measure("spend", "Spend", lambda one: one.spend_cents, "money"),
    Measure("impressions", "Impressions", lambda one: one.impressions, "count"),
    Measure("clicks", "Clicks", lambda one: one.clicks, "count"),
    Measure("click_rate", "Click rate", lambda one: one.click_rate, "percent", is_sum=False),
    Measure("conversions", "Conversions", lambda one: one.conversions, "count"),
    Measure("return", "Return on spend", lambda one: one.return_on_spend, "times", is_sum=False),
)
BY_KEY = {one.key: one for one in MEASURES}
