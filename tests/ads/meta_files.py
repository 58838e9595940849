"""Small Meta reports in Meta's own format, with invented campaigns, for tests that bend one
thing.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from webapp.ads.reports.report import Report, opened, read_report
from webapp.imports.decoding import Unreadable

HEADER = (
    "Campaign name",
    "Day",
    "Impressions",
    "Link clicks",
    "Amount spent (EUR)",
    "Reporting starts",
    "Reporting ends",
)
STARTS, ENDS = "2026-03-01", "2026-03-31"
#: Two campaigns over two days: 1,000 impressions, 40 clicks, 30.06 spent.
ROWS = (
    ("Winter | video", "2026-03-01", "400", "10", "10.01"),
    ("Winter | video", "2026-03-02", "300", "", "5.05"),
    ("Spring, still", "2026-03-01", "200", "20", "7.5"),
    ("Spring, still", "2026-03-02", "100", "10", "7.5"),
)
TOTAL = ("", "", "1000", "40", "30.06")
SPENT = Decimal("30.06")


def dated(rows: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """The rows with their reporting period: the day, or the whole month without one."""
    return [(*row, row[1] or STARTS, row[1] or ENDS) for row in rows]


def as_bytes(
    rows: Iterable[Sequence[str]], *, header: Sequence[str] = HEADER, encoding: str = "utf-8-sig"
) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode(encoding)


def read_bytes(content: bytes) -> Report:
    """The report in some bytes; Unreadable also when it could be read but not imported."""
    report = read_report(lambda: opened(io.BytesIO(content)))
    if report.refusal:
        raise Unreadable(report.refusal)
    return report


def read(rows: Iterable[Sequence[str]], **how: object) -> Report:
    """Read rows given without their period."""
    return read_bytes(as_bytes(dated(rows), **how))  # type: ignore[arg-type]


def days(report: Report) -> dict[tuple[str, str], tuple[Decimal | None, ...]]:
    """The report's facts by campaign and day."""
    return {
        (fact.campaign, str(fact.on)): (
            fact.impressions,
            fact.clicks,
            fact.spend,
        )
        for fact in report.facts
        if not fact.grain
    }
