"""Which day each row of a report is about: its own, or the one the whole report is about. A period
is no day. Pure.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from webapp.ads.reports.dialects import Role
from webapp.ads.reports.entries import Entry
from webapp.ads.reports.layout import Layout
from webapp.ads.reports.scan import Scan
from webapp.ads.reports.spread import spread
from webapp.core.text import fold
from webapp.imports.decoding import Unreadable

#: What a report that names its aggregation may be aggregated by.
_AGGREGATED_BY_DAY = ("daily", "hourly")


def check_days(layout: Layout, learned: Scan) -> None:
    for line in learned.preamble:
        name, _, value = fold(line).partition(":")
        if name == "report aggregation" and value.strip() not in _AGGREGATED_BY_DAY:
            how = f" {layout.dialect.how}" if layout.dialect else ""
            raise Unreadable(
                f"It sums up whole periods: the report says “{line[:60]}”, not Daily.{how}"
            )
    if learned.days.is_half_converted:
        raise Unreadable(
            "Some of its days are dates and some are text: a spreadsheet converted a part of them,"
            " and may have swapped day and month. Choose the file as it was downloaded."
        )
    if learned.days.is_doubtful:
        raise Unreadable(
            "Its days are written like 03/04/2026, which is 3 April or 4 March, and nothing in the"
            " file says which. Export it with days like 2026-04-03."
        )


def dated(layout: Layout, body: list[Entry], learned: Scan, *, spreads: bool) -> list[Entry]:
    """The body with a day in every row: its own, or the one day the file is about."""
    days = {entry.on for entry in body}
    if layout.where(Role.DAY) is not None and days != {None}:
        _check_aggregate(layout, body, learned)
        return [_without_day(entry) if entry.on is None else entry for entry in body]
    periods = {entry.period for entry in body if entry.period}
    if not periods and learned.period:
        periods = {learned.period}
    if periods and all(one[0] == one[1] for one in periods):
        fallback = next(iter(periods))
        for entry in body:
            entry.on = (entry.period or fallback)[0]
        return body
    if spreads and len(periods) == 1:
        (period,) = periods
        return spread(body, *period)
    raise Unreadable(_sums_up(layout, periods))


def _sums_up(layout: Layout, periods: set[tuple[date, date]]) -> str:
    how = f" {layout.dialect.how}" if layout.dialect else " Export it with a column of days."
    if layout.where(Role.HOUR) is not None:
        return f"It splits a day by hours and does not say which day it is.{how}"
    if len(periods) == 1:
        starts, ends = next(iter(periods))
        return f"It sums up a whole period, {starts} to {ends}: it has no column of days.{how}"
    return f"It sums up a whole period: it has no column of days.{how}"


def _without_day(entry: Entry) -> Entry:
    entry.reason = entry.reason or "The row has no day."
    return entry


def _check_aggregate(layout: Layout, body: Sequence[Entry], learned: Scan) -> None:
    """LinkedIn stamps a whole period with its first day; so may a table nobody knows."""
    dialect, period = layout.dialect, learned.period
    how = dialect.how if dialect else "Export it with a row per day."
    days = {entry.on for entry in body if entry.on is not None}
    if dialect is None or dialect.is_dated_once or layout.order:  # not a column called Day
        _check_stamps(sorted(days), how)
    if dialect is not None and not dialect.is_dated_once:
        return
    if len(days) != 1:
        return
    if period is None:
        if dialect is None or len(body) == 1:
            return
        raise Unreadable(
            "All its rows are of one day, and nothing in it says that it is about that day only."
            f" {how}"
        )
    names = [(entry.campaign, entry.dims) for entry in body]
    is_once = len(set(names)) == len(names)
    if period[0] != period[1] and days == {period[0]} and is_once:
        raise Unreadable(
            f"It sums up a whole period, {period[0]} to {period[1]}, and stamps it with its first"
            f" day. {how}"
        )


def _check_stamps(days: Sequence[date], how: str) -> None:
    """Weeks and months are stamped with their first day too."""
    firsts = [day for day in days if day.day == 1]
    if len(firsts) > 1 and firsts == list(days):
        raise Unreadable(f"All its days are the first of a month: it sums up whole months. {how}")
    gaps = [(later - day).days for day, later in pairwise(days)]
    if len(gaps) > 1 and all(gap % 7 == 0 for gap in gaps):
        raise Unreadable(f"All its days are whole weeks apart: it sums up whole weeks. {how}")


def inside_period(body: list[Entry], period: tuple[date, date] | None) -> list[Entry]:
    """The body with a reason on every row outside the report's own period."""
    if period is None:
        return body
    starts, ends = period
    for entry in body:
        if entry.on and not entry.reason and not starts <= entry.on <= ends:
            entry.reason = f"The day {entry.on} is outside the report's period, {starts} to {ends}."
    return body
