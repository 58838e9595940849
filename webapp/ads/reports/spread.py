"""A period's numbers spread evenly over its days: only when a person asked for it. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from webapp.ads.reports.entries import Entry
from webapp.imports.decoding import Unreadable

MOST_DAYS = 400
MOST_PARTS = 250_000


def spread(body: Sequence[Entry], starts: date, ends: date) -> list[Entry]:
    """The body, each row once per day; the parts of a number add up to it exactly, whole numbers
    stay whole and amounts keep their decimals.
    """
    days = (ends - starts).days + 1
    if not 0 < days <= MOST_DAYS:
        raise Unreadable(f"Its period, {starts} to {ends}, is too long to be spread over days.")
    if days * len(body) > MOST_PARTS:
        raise Unreadable("It has too many rows to be spread over so many days.")
    return [
        Entry(
            entry.line,
            entry.campaign,
            starts + timedelta(day),
            entry.dims,
            tuple(None if n is None else shares(n, days)[day] for n in entry.numbers),
            reason=entry.reason,
            hidden=entry.hidden,
        )
        for entry in body
        for day in range(days)
    ]


def shares(number: Decimal, days: int) -> list[Decimal]:
    """A number in equal parts, the first ones one unit of its last digit larger where it does not
    divide.

    >>> shares(Decimal("10.00"), 3)
    [Decimal('3.34'), Decimal('3.33'), Decimal('3.33')]
    """
    exponent = number.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    whole, rest = divmod(int(number / unit), days)
    return [(whole + (day < rest)) * unit for day in range(days)]
