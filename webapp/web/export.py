"""CSV files of what a page shows: plain decimals, ISO dates, and nothing that a spreadsheet would
run.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import make_response
from werkzeug.wrappers import Response

from webapp.core import money

#: What a spreadsheet takes for the start of a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> str:
    """A value as a cell: numbers plain, dates ISO, unknown empty; text that would be a formula gets
    an apostrophe.

    >>> cell("=1+1"), cell(Decimal("-1.50")), cell(date(2026, 11, 2)), cell(None), cell("Tidal")
    ("'=1+1", '-1.50', '2026-11-02', '', 'Tidal')
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(RISKY) else text


def amount(minor: int | None, currency: str) -> Decimal | None:
    """Minor units as a plain decimal of the currency; unknown stays unknown."""
    return None if minor is None else money.to_major(minor, currency)


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """An answer that a browser saves under a name."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    response = make_response("\ufeff" + out.getvalue())  # so that Excel reads UTF-8
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
