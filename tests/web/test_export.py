"""A file that people open in a spreadsheet: nothing in it is run, numbers stay numbers."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.web.export import RISKY, amount, cell, csv_file


@given(text=st.text())
def test_no_text_begins_a_formula(text):
    assert not cell(text).startswith(RISKY)


@given(text=st.text().filter(lambda one: not one.startswith(RISKY)))
def test_other_text_stays_as_it_is(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("-12.50"), "-12.50"),
        (Decimal("1E+3"), "1000"),
        (-7, "-7"),
        (date(2026, 11, 2), "2026-11-02"),
        (None, ""),
    ],
)
def test_numbers_and_days_are_plain(value, written):
    assert cell(value) == written


def test_amounts_have_the_currencys_decimals_and_unknown_is_none():
    assert [amount(cents, "USD") for cents in (1050, 0, None)] == [Decimal("10.50"), 0, None]
    assert str(amount(1050, "JPY")) == "1050"


def test_a_cell_with_commas_quotes_and_lines_comes_back(app):
    odd = 'a "b", c\nd'

    with app.test_request_context():
        answer = csv_file("odd", ["x"], [[odd]])

    assert list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))[1] == [
        odd
    ]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="odd.csv"'
