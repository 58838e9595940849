"""Days in every way reports write them; what could be two days is never guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.imports.dates import Days, NoDay, days_in

DAY, DAY_27 = date(2026, 2, 5), date(2026, 11, 27)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-05",
        "2026/2/5",
        "2026.02.05",
        "20260205",
        "2026-02-05 13:00",
        "2026-02-05T00:00:00",
        "Thu, 5 Feb 2026",
        "5 Feb 2026",
        "5. Februar 2026",
        "5 de febrero de 2026",
        "5 de fevereiro de 2026",
        "5 februari 2026 00:00",
        "5 février 2026",
        "Feb 5, 2026",
        "February 5, 2026, 12:00 AM",
        "2026年2月5日",
        "5.2.2026",
    ],
)
def test_a_day_reads_the_same_however_it_is_written(cell):
    assert Days().day(cell) == DAY


@pytest.mark.parametrize(("order", "day"), [("dmy", date(2026, 4, 3)), ("mdy", date(2026, 3, 4))])
def test_the_order_decides_what_three_slash_four_is(order, day):
    assert Days(order).day("03/04/2026") == day


def test_without_an_order_it_is_no_day():
    with pytest.raises(NoDay):
        Days().day("03/04/2026")


@given(st.integers(0, 700), st.integers(1, 60), st.sampled_from(["dmy", "mdy"]))
def test_a_column_of_days_in_a_row_reads_right_or_says_that_it_cannot_know(first, count, order):
    days = [date(2025, 1, 1) + timedelta(first + n) for n in range(count)]
    cells = [
        f"{day.day}/{day.month}/{day.year}"
        if order == "dmy"
        else f"{day.month}/{day.day}/{day.year}"
        for day in days
    ]
    column = Days()
    for cell in cells:
        column.see(cell)
    column.settle()

    assert column.is_doubtful or [column.day(cell) for cell in cells] == days


def test_the_period_above_the_table_decides_what_no_cell_does():
    column = Days()
    column.see("03/04/2026")
    column.settle((date(2026, 4, 1), date(2026, 4, 30)))

    assert (column.is_doubtful, column.day("03/04/2026")) == (False, date(2026, 4, 3))


def column_of(*cells: str, inside=None, **how: str) -> Days:
    column = Days(**how)
    for cell in cells:
        column.see(cell)
    column.settle(inside)
    return column


@pytest.mark.parametrize(
    "cells",
    [
        ("11/26/26", "11/27/26"),
        ("26/11/26", "27/11/26"),
        ("26.11.26", "27.11.26"),
        ("26-11-26", "26-11-27"),
    ],
)
def test_a_year_of_two_digits_is_found_by_what_stays_the_same(cells):
    column = column_of(*cells)

    assert not column.is_doubtful
    assert [column.day(cell) for cell in cells] == [date(2026, 11, 26), date(2026, 11, 27)]


@pytest.mark.parametrize("cells", [("11/10/26",), ("10/11/12", "11/11/12"), ("31/31/31",)])
def test_short_days_that_read_two_ways_or_none_are_doubtful(cells):
    assert column_of(*cells).is_doubtful


def test_the_period_decides_between_short_days():
    november = date(2026, 11, 1), date(2026, 11, 30)

    assert column_of("11/10/26", inside=november).day("11/10/26") == date(2026, 11, 10)


@given(
    st.integers(0, 5000), st.integers(1, 40), st.sampled_from(["%d/%m/%y", "%m/%d/%y", "%y-%m-%d"])
)
def test_a_column_of_short_days_reads_right_or_says_that_it_cannot_know(first, count, written):
    days = [date(2015, 1, 1) + timedelta(first + n) for n in range(count)]
    cells = [day.strftime(written) for day in days]
    column = column_of(*cells)

    assert column.is_doubtful or [column.day(cell) for cell in cells] == days


def test_days_counted_as_spreadsheets_do_are_days():
    column = column_of("46353", "46354")

    assert [column.day(cell) for cell in ("46353", "46354")] == [DAY_27, date(2026, 11, 28)]


def test_dates_beside_counted_days_were_converted_by_half():
    assert column_of("2026-11-27", "46354").is_half_converted


def test_a_hint_counts_only_where_no_cell_decides():
    assert column_of("03/04/2026", hint="mdy").day("03/04/2026") == date(2026, 3, 4)
    decided = column_of("03/04/2026", "13/04/2026", hint="mdy")
    assert (decided.is_doubtful, decided.day("03/04/2026")) == (False, date(2026, 4, 3))


def test_cells_that_contradict_each_other_are_doubtful():
    column = Days()
    for cell in ("13/04/2026", "04/13/2026"):
        column.see(cell)

    assert column.is_doubtful


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "31/31/2026", "Total", "5 Feb", "46058", "5 Foo 2026"]
)
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(NoDay):
        Days().day(cell)


@pytest.mark.parametrize(
    "line",
    [
        "27 January 2026 - 23 February 2026",
        '"January 27, 2026 - February 23, 2026"',
        "2026年1月27日 - 2026年2月23日",
        "27 de enero de 2026 - 23 de febrero de 2026",
    ],
)
def test_the_period_of_a_line_is_found_in_every_language(line):
    assert days_in([line]) == [date(2026, 1, 27), date(2026, 2, 23)]
