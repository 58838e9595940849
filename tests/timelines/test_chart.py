"""The geometry of the chart: where it begins, what is grouped, how links turn, what is closed."""

from datetime import date, timedelta

from webapp.timelines.inputs import LONGEST_MINUTES
from webapp.views.gantt import MOST_WEEKS, Bar, Tie, gantt

MONDAY = date(2026, 11, 2)
FIRST = MONDAY.toordinal()


def drawn(bars, ties=(), now=None, is_working=lambda day: day.weekday() < 5):
    return gantt(bars, ties, today=MONDAY, now=now, is_working=is_working)


def bar(key, start, length, **changes):
    return Bar(key, f"Task {key}", FIRST + start, FIRST + start + length, **changes)


def test_nothing_has_no_chart():
    assert drawn([]) is None


def test_it_begins_on_a_monday_and_has_whole_weeks():
    chart = drawn([bar(1, 3, 40)])

    assert chart.days == 49
    assert chart.rows[0].d == 3
    assert chart.heads["week"][0].words == "2 Nov"
    assert sum(span.n for span in chart.heads["month"]) == chart.days


def test_a_short_plan_still_fills_four_weeks():
    assert drawn([bar(1, 0, 1)]).days == 28


def test_a_date_far_away_does_not_draw_for_ever():
    chart = drawn([bar(1, 0, 1), bar(2, LONGEST_MINUTES, 1)])

    assert chart.days == 7 * MOST_WEEKS
    assert "day" not in chart.heads


def test_phases_stand_in_the_order_of_their_first_task():
    chart = drawn([bar(1, 0, 1, phase="Warm up"), bar(2, 1, 1), bar(3, 2, 1, phase="Warm up")])

    assert [row.title for row in chart.rows] == [
        *("Warm up", "Task 1", "Task 3"),
        *("Without a phase", "Task 2"),
    ]


def test_a_plan_without_phases_has_no_headings():
    assert [row.title for row in drawn([bar(1, 0, 1), bar(2, 1, 1)]).rows] == ["Task 1", "Task 2"]


def test_days_nobody_works_are_shaded_in_runs():
    holiday = MONDAY + timedelta(days=4)

    chart = drawn([bar(1, 0, 1)], is_working=lambda day: day.weekday() < 5 and day != holiday)

    assert [(span.d, span.n) for span in chart.off][:2] == [(4, 3), (12, 2)]


def test_today_is_drawn_where_it_is_near():
    assert drawn([bar(1, 0, 5)], now=FIRST + 2.5).now == 2.5
    assert drawn([bar(1, 0, 5)], now=FIRST + 20.0).now == 20.0
    assert drawn([bar(1, 0, 5)], now=FIRST + 400.0).now is None


def test_a_link_with_room_goes_across_and_comes_in_from_the_left():
    chart = drawn([bar(1, 0, 2), bar(2, 4, 2)], [Tie(1, 2)])

    assert chart.paths == [("M2 0.5H3.65V1.5H4", False)]


def test_a_link_without_room_comes_in_from_above_or_below():
    down = drawn([bar(1, 0, 2), bar(2, 2, 2)], [Tie(1, 2)])
    up = drawn([bar(2, 2, 2), bar(1, 0, 2)], [Tie(1, 2)])

    assert down.paths == [("M2 0.5H2.35V1.2", False)]
    assert up.paths == [("M2 1.5H2.35V0.8", False)]


def test_a_link_from_start_to_start_leaves_on_the_left():
    chart = drawn([bar(1, 2, 2), bar(2, 3, 2)], [Tie(1, 2, "ss")])

    assert chart.paths == [("M2 0.5H1.65V1.5H3", False)]


def test_a_milestone_is_met_in_the_middle_of_its_day():
    point = bar(2, 2, 1, is_milestone=True)

    chart = drawn([bar(1, 0, 2), point], [Tie(1, 2)])

    assert chart.paths == [("M2 0.5H2.5V1.2", False)]
    assert chart.rows[1].label == "Wed 4 Nov"


def test_the_critical_path_is_drawn_over_the_rest():
    bars = [bar(1, 0, 2), bar(2, 4, 2), bar(3, 8, 2)]

    chart = drawn(bars, [Tie(1, 2, is_critical=True), Tie(2, 3)])

    assert [is_critical for _, is_critical in chart.paths] == [False, True]


def test_a_link_to_what_is_not_drawn_is_left_out():
    assert drawn([bar(1, 0, 2)], [Tie(1, 9)]).paths == []


def test_where_it_was_agreed_to_be_widens_the_chart():
    chart = drawn([bar(1, 7, 2, was=(FIRST + 1, FIRST + 3))])

    assert (chart.rows[0].was_d, chart.rows[0].was_n) == (1, 2)
