"""Made-up numbers behave like an account's, and are the same every time."""

from datetime import date, timedelta
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from webapp.demo.numbers import HABITS, TODAY, WORTH, days

MONDAY = date(2026, 6, 1)


def made(seed="x", *, platform="tiktok", objective="sales", cents=20_000.0, n=56, today=None):
    return list(
        days(
            seed,
            platform=platform,
            objective=objective,
            per_day_cents=cents,
            first=MONDAY,
            last=MONDAY + timedelta(days=n - 1),
            today=today or MONDAY + timedelta(days=400),
        )
    )


anything = st.fixed_dictionaries(
    {
        "seed": st.text(max_size=8),
        "platform": st.sampled_from(sorted(HABITS)),
        "objective": st.sampled_from(["sales", "streams", "awareness"]),
        "cents": st.floats(1, 1e6),
        "n": st.integers(1, 120),
    }
)


@given(anything)
def test_the_same_words_give_the_same_numbers(values):
    assert made(**values) == made(**values)


@given(anything)
def test_every_day_is_there_once_and_nothing_is_negative(values):
    found = made(**values)

    assert [day.on for day in found] == [MONDAY + timedelta(days=n) for n in range(values["n"])]
    for day in found:
        known = [day.impressions, day.clicks, day.spend_cents, day.conversions, day.value_cents]
        assert all(one >= 0 for one in known if one is not None)


@given(anything)
def test_what_an_objective_does_not_count_is_not_known(values):
    for day in made(**values):
        assert (day.conversions is None) == (values["objective"] not in WORTH)
        assert (day.value_cents is None) == (WORTH.get(values["objective"]) is None)


def test_spend_keeps_to_its_pace():
    found = made(n=90)

    assert 0.85 < mean(day.spend_cents for day in found) / 20_000 < 1.15


def test_a_week_has_its_rhythm():
    found = made(n=84)[14:]

    friday = mean(day.spend_cents for day in found if day.on.weekday() == 4)
    tuesday = mean(day.spend_cents for day in found if day.on.weekday() == 1)
    assert friday > 1.2 * tuesday


def test_no_two_parts_are_alike():
    assert made("a") != made("b")
    assert made(platform="x") != made(platform="tiktok")


def test_today_is_only_partly_reported():
    last = MONDAY + timedelta(days=55)
    whole, partly = made()[-1], made(today=last)[-1]

    assert partly.on == last
    assert abs(partly.spend_cents - TODAY * whole.spend_cents) <= 1
