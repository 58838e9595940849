"""Results as lines of a file: one day of something, with the numbers of the page and the rates of
the trade.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from webapp.ads.rates import Totals
from webapp.web.export import amount

MEASURES = (
    *("Currency", "Spend", "Impressions", "Clicks", "Conversions", "Conversion value"),
    *("CTR", "CPM", "CPC", "CPA", "ROAS", "ROI"),
)
_PLACES = Decimal("0.000001")


def header(*names: str) -> list[str]:
    """The columns of a file; `names` say whose day it is."""
    return ["Date", *names, *MEASURES]


def cells(on: date, whose: Sequence[str], totals: Totals, currency: str) -> list[Any]:
    """One line. Amounts are major units, rates plain quotients; what is undefined is empty."""
    return [
        on,
        *whose,
        currency,
        amount(totals.spend_cents, currency),
        totals.impressions,
        totals.clicks,
        totals.conversions,
        amount(totals.value_cents, currency),
        _rounded(totals.click_rate),
        amount(totals.per_thousand_cents, currency),
        amount(totals.per_click_cents, currency),
        amount(totals.per_conversion_cents, currency),
        _rounded(totals.return_on_spend),
        _rounded(totals.return_on_investment),
    ]


def kept(extra: dict[str, str | list[str]] | None) -> list[tuple[str, str]]:
    """The other cells of a report, by their columns; where its lines differ, of each line.

    >>> kept({"Reach": ["70", "41"], "Objective": "Leads"}), kept(None)
    ([('Reach', '70 | 41'), ('Objective', 'Leads')], [])
    """
    return [
        (name, cell if isinstance(cell, str) else " | ".join(cell))
        for name, cell in (extra or {}).items()
    ]


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_PLACES)
