"""Money in minor units: what is split sums exactly, what is typed is what is kept."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import money

CURRENCIES = st.sampled_from(money.CURRENCIES)
AMOUNTS = st.integers(min_value=0, max_value=10**12)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40)


@given(total=AMOUNTS, weights=WEIGHTS)
def test_shares_sum_to_the_total_exactly(total, weights):
    assert sum(money.split(total, weights)) == total


@given(total=AMOUNTS, weights=WEIGHTS)
def test_no_share_is_a_unit_away_from_its_fair_part(total, weights):
    shares = money.split(total, weights)

    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        fair = Decimal(total * weight) / whole if whole else Decimal(total) / len(weights)
        assert abs(share - fair) < 1


@given(total=AMOUNTS, weights=WEIGHTS)
def test_what_weighs_nothing_gets_nothing_while_others_weigh(total, weights):
    shares = money.split(total, weights)

    if sum(weights):
        assert all(share == 0 for share, w in zip(shares, weights, strict=True) if w == 0)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="less than nothing"):
        money.split(100, [1, -1])


def test_nobody_shares_nothing():
    assert money.split(100, []) == []


@given(minor=AMOUNTS, currency=CURRENCIES)
def test_a_form_shows_what_it_will_read(minor, currency):
    assert money.parse(money.typed(minor, currency), currency) == minor


@given(minor=st.integers(min_value=0, max_value=10**11), currency=CURRENCIES)
def test_thousands_may_be_grouped(minor, currency):
    places = money.exponent(currency)
    grouped = f"{Decimal(minor).scaleb(-places):,.{places}f}"

    assert money.parse(grouped, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("6000", "JPY", 6000),
        ("¥6,000", "JPY", 6000),
        ("1.234", "KWD", 1234),
        ("1.5", "KWD", 1500),
        ("$6,000.50", "USD", 600050),
        (" 12 000.10 ", "EUR", 1200010),
        ("0", "USD", 0),
        ("KWD 3", "KWD", 3000),
        ("٣", "USD", 300),
    ],
)
def test_amounts_are_read_in_their_currency(typed, currency, minor):
    assert money.parse(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("6000.5", "JPY"),
        ("1.2345", "KWD"),
        ("1.005", "USD"),
        ("-5", "USD"),
        ("1e9", "USD"),
        ("", "USD"),
        ("abc", "USD"),
        ("1,23", "USD"),
        ("NaN", "USD"),
        ("1000000000001", "USD"),
    ],
)
def test_what_is_no_amount_is_refused_in_words(typed, currency):
    with pytest.raises(ValueError, match=r"[.]$"):
        money.parse(typed, currency)


@given(amount=st.decimals(-(10**9), 10**9, places=6), currency=CURRENCIES)
def test_rounding_is_at_most_half_a_minor_unit(amount, currency):
    minor = money.to_minor(amount, currency)

    assert abs(money.to_major(minor, currency) - amount) <= Decimal("0.5").scaleb(
        -money.exponent(currency)
    )


@given(st.text(max_size=30), CURRENCIES)
def test_any_text_is_read_or_refused(text, currency):
    with contextlib.suppress(ValueError):
        assert money.parse(text, currency) >= 0
