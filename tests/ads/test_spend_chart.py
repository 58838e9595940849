"""The spend chart: bars that add up, however the days lie."""

import re
from datetime import date, timedelta

import pytest

from webapp.views import plots
from webapp.views.spend_chart import spend_chart


def test_days_without_a_report_are_bars_of_nothing():
    chart = spend_chart([(date(2026, 11, 2), "x", 500), (date(2026, 11, 5), "x", 100)], "USD")

    assert [line.total for line in chart.lines] == [500, 0, 0, 100]
    assert [path.count("M") for path in chart.stacks] == [2]


def test_a_long_campaign_is_drawn_by_week():
    rows = [(date(2026, 1, 1) + timedelta(days=number), "google", 100) for number in range(90)]

    chart = spend_chart(rows, "JPY")

    assert chart.unit == "week"
    assert sum(line.total for line in chart.lines) == 9000
    rects = re.findall(r"M([\d.]+),([\d.]+)h([\d.]+)v([\d.]+)", chart.stacks[0])
    assert len(rects) == len(chart.lines)
    assert max(float(x) + float(width) for x, _, width, _ in rects) <= 100
    assert {round(float(y) + float(height)) for _, y, _, height in rects} == {100}


@pytest.mark.parametrize("first", [date(2001, 1, 1), date(1, 1, 1)])
def test_days_far_apart_share_few_bars(first):
    rows = [(first, "google", 100), (date(9999, 12, 31), "google", 300)]

    chart = spend_chart(rows, "JPY")

    assert chart.unit.endswith(" weeks")
    assert 100 < len(chart.lines) <= 271
    assert sum(line.total for line in chart.lines) == 400
    assert f"{len(chart.lines)} times {chart.unit}" in chart.finding


def test_the_plan_is_a_line_and_within_the_plot():
    chart = spend_chart([(date(2026, 11, 2), "x", 500)], "USD", per_day_cents=1200)

    assert chart.plan_cents == 1200
    assert 0 <= chart.plan_y < 100


def test_a_plan_is_scaled_with_the_bars():
    rows = [(date(2026, 1, 1) + timedelta(days=number), "google", 100) for number in range(90)]

    assert spend_chart(rows, "JPY", per_day_cents=30).plan_cents == 7 * 30


def test_a_platform_without_a_colour_of_its_own_is_drawn_last():
    rows = [(date(2026, 11, 2), "meta", 1), (date(2026, 11, 2), "google", 1)]

    chart = spend_chart(rows, "USD")

    assert [colour for _, colour in chart.platforms] == [3, 7]


def test_every_second_date_may_give_way_where_it_is_narrow():
    days = [date(2026, 11, 1) + timedelta(n) for n in range(30)]

    told = [label for label in plots.labels(days) if label.words]

    assert [label.is_spare for label in told] == [False, True] * (len(told) // 2) + [False] * (
        len(told) % 2
    )
    assert len(told) <= plots.MOST_LABELS


def test_dates_with_their_year_are_fewer():
    days = [date(2026, 11, 1) + timedelta(weeks=n) for n in range(40)]

    told = [label for label in plots.labels(days) if label.words]

    assert "2026" in told[0].words
    assert len(told) <= plots.MOST_WITH_YEAR
