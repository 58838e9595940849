"""What sums of results say: totals and the rates of the trade. Pure; what is undefined is None,
never zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of daily results, money in minor units; None is "not known", not zero.

    A rate is a quotient of sums, never a mean of rates, and it divides only days that know both of
    its sides.
    """

    spend_cents: int = 0
    impressions: int | None = None
    clicks: int | None = None
    conversions: Decimal | None = None
    value_cents: int | None = None
    last_on: date | None = None
    clickable_impressions: int = 0
    clicks_cost_cents: int = 0
    conversions_cost_cents: int = 0
    value_cost_cents: int = 0
    seen_clicks: int = 0
    impressions_cost_cents: int = 0

    @classmethod
    def of(cls, row: Any) -> "Totals":
        """The totals of a row of sums."""
        return cls(
            spend_cents=int(row.spend_cents or 0),
            impressions=None if row.impressions is None else int(row.impressions),
            clicks=None if row.clicks is None else int(row.clicks),
            conversions=None if row.conversions is None else plain(Decimal(str(row.conversions))),
            value_cents=None if row.value_cents is None else int(row.value_cents),
            last_on=row.last_on,
            clickable_impressions=int(row.clickable_impressions or 0),
            clicks_cost_cents=int(row.clicks_cost_cents or 0),
            conversions_cost_cents=int(row.conversions_cost_cents or 0),
            value_cost_cents=int(row.value_cost_cents or 0),
            seen_clicks=int(row.seen_clicks or 0),
            impressions_cost_cents=int(row.impressions_cost_cents or 0),
        )

    @classmethod
    def of_fact(cls, fact: Any) -> "Totals":
        """One day's fact, as a sum of one."""
        return cls(
            spend_cents=fact.spend_cents,
            impressions=fact.impressions,
            clicks=fact.clicks,
            conversions=None if fact.conversions is None else plain(fact.conversions),
            value_cents=fact.value_cents,
            last_on=fact.on,
            clickable_impressions=0 if fact.clicks is None else fact.impressions or 0,
            clicks_cost_cents=0 if fact.clicks is None else fact.spend_cents,
            conversions_cost_cents=0 if fact.conversions is None else fact.spend_cents,
            value_cost_cents=0 if fact.value_cents is None else fact.spend_cents,
            seen_clicks=0 if fact.impressions is None else fact.clicks or 0,
            impressions_cost_cents=0 if fact.impressions is None else fact.spend_cents,
        )

    @property
    def click_rate(self) -> Decimal | None:
        """Click-through rate (CTR): clicks / impressions, over the days that report both.

        >>> Totals(clicks=9, seen_clicks=3, clickable_impressions=200).click_rate
        Decimal('0.015')
        """
        return _share(self.seen_clicks, self.clickable_impressions)

    @property
    def per_thousand_cents(self) -> int | None:
        """Cost per 1,000 impressions (CPM): 1,000 x spend / impressions, over the days that report
        impressions.
        """
        return _each(1000 * self.impressions_cost_cents, self.impressions)

    @property
    def per_click_cents(self) -> int | None:
        """Cost per click (CPC): spend / clicks, over the days that report clicks."""
        return _each(self.clicks_cost_cents, self.clicks)

    @property
    def per_conversion_cents(self) -> int | None:
        """Cost per conversion (CPA): spend / conversions, over the days that report conversions."""
        return _each(self.conversions_cost_cents, self.conversions)

    @property
    def return_on_spend(self) -> Decimal | None:
        """Return on ad spend (ROAS): value / spend, over the days that report a value.

        >>> Totals(value_cents=320, value_cost_cents=100).return_on_spend
        Decimal('3.2')
        """
        return _share(self.value_cents, self.value_cost_cents)

    @property
    def return_on_investment(self) -> Decimal | None:
        """Return on investment (ROI): (value - spend) / spend, over the days that report a value.

        >>> Totals(value_cents=320, value_cost_cents=100).return_on_investment
        Decimal('2.2')
        """
        share = self.return_on_spend
        return None if share is None else share - 1


def add(several: Iterable[Totals]) -> Totals:
    """The totals of several, none of them counted twice.

    >>> add([Totals(spend_cents=5, clicks=1), Totals(spend_cents=7)])
    Totals(spend_cents=12, impressions=None, clicks=1, conversions=None, value_cents=None, \
last_on=None, clickable_impressions=0, clicks_cost_cents=0, conversions_cost_cents=0, \
value_cost_cents=0, seen_clicks=0, impressions_cost_cents=0)
    """
    every = list(several)
    return Totals(
        spend_cents=sum(one.spend_cents for one in every),
        impressions=_known(one.impressions for one in every),
        clicks=_known(one.clicks for one in every),
        conversions=_known(one.conversions for one in every),
        value_cents=_known(one.value_cents for one in every),
        last_on=max((one.last_on for one in every if one.last_on), default=None),
        clickable_impressions=sum(one.clickable_impressions for one in every),
        clicks_cost_cents=sum(one.clicks_cost_cents for one in every),
        conversions_cost_cents=sum(one.conversions_cost_cents for one in every),
        value_cost_cents=sum(one.value_cost_cents for one in every),
        seen_clicks=sum(one.seen_clicks for one in every),
        impressions_cost_cents=sum(one.impressions_cost_cents for one in every),
    )


def _known(values: Iterable[Any]) -> Any:
    """The sum of what is known; None when nothing is."""
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def _share(part: int | None, whole: int) -> Decimal | None:
    return None if part is None or not whole else Decimal(part) / Decimal(whole)


def _each(cents: int, number: int | Decimal | None) -> int | None:
    """A cost per piece, rounded half to even; None when there is no piece.

    >>> _each(1001, 2), _each(1001, 0)
    (500, None)
    """
    return round(Decimal(cents) / Decimal(number)) if number else None


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros, and never as a power of ten.

    >>> plain(Decimal("1000.0000")), plain(Decimal("2.5000"))
    (Decimal('1000'), Decimal('2.5'))
    """
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()
