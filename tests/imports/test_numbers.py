"""How a column writes its numbers is told from all of its cells; then every cell is exact."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.imports.numbers import Evidence, NoNumber, Style

AMOUNTS = st.lists(
    st.decimals(0, 10**8, places=2, allow_nan=False, allow_infinity=False), min_size=1, max_size=30
)
STYLES = {
    "en": (",", "."),
    "de": (".", ","),
    "fr": ("\u202f", ","),
    "ch": ("’", "."),
    "plain": ("", "."),
    "plain comma": ("", ","),
}


def written(value: Decimal, group: str, decimal: str) -> str:
    return f"{value:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", group)


def evidence(cells) -> Evidence:
    found = Evidence()
    for cell in cells:
        found.see(cell)
    return found


@given(AMOUNTS, st.sampled_from(sorted(STYLES)))
def test_amounts_with_cents_read_back_exactly_in_every_style(amounts, name):
    cells = [written(amount, *STYLES[name]) for amount in amounts]
    found = evidence(cells)

    assert found.is_number
    assert found.decimal == STYLES[name][1]
    assert [Style(found.decimal).value(cell) for cell in cells] == amounts


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.sampled_from([".", ","]))
def test_counts_never_become_fractions(counts, group):
    cells = [f"{count:,}".replace(",", group) for count in counts]
    found = evidence(cells)
    style = Style(found.decimal or ("," if group == "." else "."))

    assert [style.value(cell) for cell in cells] == counts


@pytest.mark.parametrize("cell", ["1.234", "999,999", "12.500"])
def test_a_cell_that_could_be_two_numbers_decides_nothing(cell):
    found = evidence([cell, "5"])

    assert found.is_ambiguous
    assert found.decimal == ""


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1.234", "5.6"], "."),
        (["1.234", "5,6"], ","),
        (["1.234.567"], ","),
        (["1,23,456"], "."),
        (["0.123"], "."),
        (["1.234,5", "1,234.5"], "?"),
    ],
)
def test_one_cell_that_is_clear_decides_for_its_column(cells, decimal):
    assert evidence(cells).decimal == decimal


@pytest.mark.parametrize("cell", ["", " --", "-", "[]", "—", "<5", "< 10%", "> 90%"])
def test_what_says_nothing_or_hides_a_small_number_is_no_zero(cell):
    assert Style().value(cell) is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("US$1.92", "1.92"),
        ("1,234.50 €", "1234.5"),
        ("R$ 1.00", "1"),
        ("133.93%", "133.93"),
        ("-3.5", "-3.5"),
        ("(3.5)", "-3.5"),
        ("IDR 1,000", "1000"),
    ],
)
def test_marks_of_money_and_shares_are_no_part_of_the_number(cell, value):
    assert Style().value(cell) == Decimal(value)


@pytest.mark.parametrize(
    "cell", ["1e5", "NaN", "٣", "=1+1", "12 apples", "1.2.3", "1,23", "--5", "0x10", "1,,2", "٫5"]
)
def test_what_is_no_number_is_refused_not_guessed(cell):
    with pytest.raises(NoNumber):
        Style().value(cell)


@given(st.text(max_size=20))
def test_any_text_is_a_number_nothing_or_refused(cell):
    for mark in (".", ","):
        try:
            value = Style(mark).value(cell)
        except NoNumber:
            continue
        assert value is None or value.is_finite()
