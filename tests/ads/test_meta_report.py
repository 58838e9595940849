"""A Meta report becomes exact facts per campaign and day, or is refused with the reason."""

from decimal import Decimal

import pytest

from tests.ads.meta_files import (
    ENDS,
    HEADER,
    ROWS,
    SPENT,
    STARTS,
    TOTAL,
    as_bytes,
    dated,
    days,
    read,
    read_bytes,
)
from tests.imports.reports import Report
from webapp.imports.decoding import Unreadable


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_bytes(content)
    return str(caught.value)


def test_every_campaign_and_day_is_one_fact():
    report = read(ROWS)

    assert days(report)["Winter | video", "2026-03-02"] == (300, 0, Decimal("5.05"))
    assert len(report.facts) == 4
    assert (report.currency, report.sums.spend) == ("EUR", SPENT)


@pytest.mark.parametrize("place", [0, 2, 4])
def test_the_total_is_found_wherever_it_stands_and_never_counted(place):
    rows = [*ROWS[:place], TOTAL, *ROWS[place:]]

    report = read(rows)

    assert [aside.line for aside in report.totals] == [place + 2]
    assert report.total.numbers == report.sums.numbers
    assert days(report) == days(read(ROWS))


def test_a_total_with_a_label_of_any_language_is_found_by_arithmetic():
    report = read([*ROWS, ("Resultaten van 2 campagnes", "", *TOTAL[2:])])

    assert report.total is not None
    assert {fact.campaign for fact in report.facts} == {"Winter | video", "Spring, still"}


def test_a_campaign_called_total_is_a_campaign():
    report = read([*ROWS, ("Total", "2026-03-03", "7", "1", "1.00")])

    assert days(report)["Total", "2026-03-03"] == (7, 1, Decimal("1.00"))
    assert report.totals == ()


def test_the_own_total_of_a_campaign_is_not_counted():
    report = read([("Spring, still", "", "300", "30", "15"), *ROWS])

    assert report.sums.spend == SPENT
    assert [aside.line for aside in report.totals] == [2]


@pytest.mark.parametrize(
    ("total", "told", "summed"),
    [
        (("", "", "1000", "40", "31.06"), "31.06", "30.06"),
        (("", "", "1001", "40", "30.06"), "1001", "1000"),
        (("", "", "1000", "41", "30.06"), "41", "40"),
    ],
)
def test_sums_that_differ_from_the_total_refuse_the_file_with_both_numbers(total, told, summed):
    words = refusal(as_bytes(dated([total, *ROWS])))

    assert "do not add up" in words
    assert told in words
    assert summed in words


def test_a_total_rounded_on_its_own_may_differ_by_the_rounding_of_its_rows():
    report = read([("", "", "1000", "40", "30.07"), *ROWS])

    assert report.total is not None
    assert report.sums.spend == SPENT


def test_whole_amounts_are_not_rounded_so_their_total_is_exact():
    rows = [(*row[:4], "100") for row in ROWS]

    assert "401" in refusal(as_bytes(dated([(*TOTAL[:4], "401"), *rows])))


def test_a_cut_off_row_is_rejected_by_its_line_when_there_is_no_total():
    content = as_bytes(dated(ROWS)).removesuffix(b",2026-03-02,2026-03-02\n")

    report = read_bytes(content)

    assert [(aside.line, aside.reason) for aside in report.rejects] == [
        (5, "The row has 5 cells where the header has 7: it is cut off.")
    ]
    assert len(report.facts) == 3


def test_a_cut_off_row_is_named_when_the_total_shows_that_something_is_missing():
    content = as_bytes(dated([TOTAL, *ROWS])).removesuffix(b",2026-03-02,2026-03-02\n")

    words = refusal(content)

    assert "30.06" in words
    assert "22.56" in words
    assert "line 6" in words


def test_a_date_cut_off_in_the_last_cell_rejects_its_row():
    content = as_bytes(dated(ROWS)).removesuffix(b"2\n")

    assert [aside.line for aside in read_bytes(content).rejects] == [5]


def test_a_quotation_mark_left_open_at_the_end_rejects_its_row():
    content = as_bytes(dated(ROWS)) + b'"Winter | vid'

    assert [aside.line for aside in read_bytes(content).rejects] == [6]


def test_line_numbers_are_those_of_the_file_when_cells_hold_line_breaks():
    rows = [("Two\nlines", *ROWS[0][1:]), ("Late", "2026-02-30", *ROWS[0][2:])]

    report = read(rows)

    assert [aside.line for aside in report.rejects] == [4]
    assert report.facts[0].campaign == "Two lines"


def test_rows_of_ads_are_summed_up_to_the_campaign_and_day():
    header = (*HEADER[:2], "Ad ID", *HEADER[2:])
    rows = [
        ("Winter", "2026-03-01", "a1", "10", "1", "1.10", "2026-03-01", "2026-03-01"),
        ("Winter", "2026-03-01", "a2", "20", "2", "2.20", "2026-03-01", "2026-03-01"),
    ]

    report = read_bytes(as_bytes(rows, header=header))

    assert days(report) == {("Winter", "2026-03-01"): (30, 3, Decimal("3.30"))}
    assert report.facts[0].lines == (2, 3)


def test_a_repeated_line_counts_once():
    report = read([*ROWS, ROWS[0]])

    assert report.sums.spend == SPENT
    assert [(one.line, one.reason) for one in report.rejects] == [
        (6, "It repeats line 2 in every cell that counts.")
    ]


def test_two_rows_of_one_day_without_a_total_are_both_rejected():
    report = read([*ROWS, ("Spring, still", "2026-03-02", "1", "1", "1")])

    assert [aside.line for aside in report.rejects] == [5, 6]
    assert ("Spring, still", "2026-03-02") not in days(report)


def test_two_rows_of_one_day_are_summed_when_the_total_proves_it():
    extra = ("Spring, still", "2026-03-02", "1", "1", "1")

    report = read([("", "", "1001", "41", "31.06"), *ROWS, extra])

    assert days(report)["Spring, still", "2026-03-02"] == (101, 11, Decimal("8.5"))
    assert "summed" in report.notes[0]


def test_a_day_outside_the_period_is_rejected():
    rows = [*dated([TOTAL, *ROWS[:3]]), (*ROWS[3][:1], "2026-04-02", *ROWS[3][2:], "", "")]

    report = read_bytes(as_bytes(rows))

    assert [aside.line for aside in report.rejects] == [6]
    assert "outside the report's period" in report.rejects[0].reason


def test_a_campaign_that_never_ran_is_no_total_and_no_fact():
    report = read([*ROWS, ("Idle", "", "", "", "")])

    assert [aside.line for aside in report.rejects] == [6]
    assert len(report.facts) == 4


@pytest.mark.parametrize("cell", ["1.234,56", "-3", "1e5", "NaN", "=1+1", "٣"])
def test_an_amount_written_otherwise_is_rejected_not_guessed(cell):
    report = read([*ROWS, ("Late", "2026-03-03", "1", "1", cell)])

    assert [aside.line for aside in report.rejects] == [6]


def test_impressions_with_a_fraction_are_rejected():
    report = read([*ROWS, ("Late", "2026-03-03", "1.234", "1", "1")])

    assert "no fraction" in report.rejects[0].reason


def test_a_name_with_controls_is_cleaned_and_an_empty_one_rejected():
    report = read([("Win\x07ter\t", *ROWS[0][1:]), ("\x01", *ROWS[1][1:])])

    assert [fact.campaign for fact in report.facts] == ["Winter"]
    assert [aside.line for aside in report.rejects] == [3]


def test_a_formula_in_a_name_is_only_a_name():
    report = read([("=1+1", *ROWS[0][1:]), ("@SUM(A1)", *ROWS[1][1:])])

    assert {fact.campaign for fact in report.facts} == {"=1+1", "@SUM(A1)"}


# --- which clicks, which conversions ------------------------------------------------------------

RATED = (
    *HEADER[:5],
    "CPC (cost per link click)",
    "CTR (link click-through rate)",
    "CPM (cost per 1,000 impressions)",
)


def rated(cpc: str = "1.42857143", ctr: str = "1.4", cpm: str = "20") -> bytes:
    """Seven link clicks of 500 impressions for 10."""
    return as_bytes([("Winter", "2026-03-01", "500", "7", "10", cpc, ctr, cpm)], header=RATED)


def test_rates_that_agree_with_their_numbers_pass():
    assert len(read_bytes(rated()).facts) == 1


@pytest.mark.parametrize(
    ("rates", "ours", "theirs"),
    [
        ({"cpc": "1.25"}, "1.4286", "1.25"),
        ({"ctr": "1.6"}, "1.4", "1.6"),
        ({"cpm": "2000"}, "20", "2000"),
    ],
)
def test_rates_that_disagree_refuse_the_file_with_both_numbers(rates, ours, theirs):
    words = refusal(rated(**rates))

    assert "contradicts itself" in words
    assert ours in words
    assert theirs in words


def test_results_are_never_conversions():
    header = (*HEADER, "Results", "Result type")
    rows = [(*row, "9", "Purchases") for row in dated(ROWS)]

    assert {fact.conversions for fact in read_bytes(as_bytes(rows, header=header)).facts} == {None}


def test_a_column_of_purchases_is_conversions():
    header = (*HEADER, "Purchases with shared items", "Purchases conversion value")
    rows = [(*row, "2", "30.5") for row in dated(ROWS)]

    fact = read_bytes(as_bytes(rows, header=header)).facts[0]

    assert (fact.conversions, fact.value) == (2, Decimal("30.5"))


def test_purchases_that_do_not_reach_the_total_are_left_out():
    header = (*HEADER, "Purchases")
    rows = [(*row, "7" if row[1] == "" else "1") for row in dated([TOTAL, *ROWS])]

    report = read_bytes(as_bytes(rows, header=header))

    assert {fact.conversions for fact in report.facts} == {None}
    assert "left out" in report.notes[0]


# --- headers ------------------------------------------------------------------------------------


def test_headers_of_other_languages_are_known():
    header = (
        "Nombre de la campaña",
        "Día",
        "Impresiones",
        "Clics en el enlace",
        "Importe gastado (EUR)",
        "Inicio del informe",
        "Fin del informe",
    )

    assert days(read(ROWS, header=header)) == days(read(ROWS))


def test_case_and_full_width_brackets_of_headers_do_not_matter():
    header = ("CAMPAIGN NAME", "day", *HEADER[2:4], "Amount Spent （EUR）", *HEADER[5:])

    assert read(ROWS, header=header).currency == "EUR"


def test_the_currency_may_stand_in_its_own_column():
    header = (*HEADER[:4], "Amount spent", "Reporting starts", "Reporting ends", "Currency")
    rows = [(*row, "GBP") for row in dated(ROWS)]

    assert read_bytes(as_bytes(rows, header=header)).currency == "GBP"
    assert "several currencies" in refusal(
        as_bytes([*rows[:3], (*rows[3][:-1], "USD")], header=header)
    )


def test_a_file_without_link_clicks_does_not_know_its_clicks():
    header = (*HEADER[:3], "Clicks (all)", *HEADER[4:])

    assert {fact.clicks for fact in read(ROWS, header=header).facts} == {None}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("Campaign name", "Day", "Reach", *HEADER[3:]), "no column Impressions"),
        (("Ad set name", *HEADER[1:]), "no column Campaign name"),
        ((*HEADER[:3], "Impressions", *HEADER[4:]), "Two columns are called “Impressions”"),
        (("Ad Name", "Ad Start Time", "Ad Status", *HEADER[3:]), "bulk-edit"),
    ],
)
def test_a_report_that_cannot_give_days_is_refused_with_what_to_export(header, words):
    assert words in refusal(as_bytes(dated(ROWS), header=header))


@pytest.mark.parametrize("rows", [[], [("No data available.",)]])
def test_a_report_without_results_says_so(rows):
    assert "no results in it" in refusal(as_bytes(rows))


def test_a_file_whose_only_row_is_a_total_is_refused():
    assert "sums up a whole period, 2026-03-01 to 2026-03-31" in refusal(as_bytes(dated([TOTAL])))


def test_a_file_of_rejected_rows_only_is_refused_with_the_first_reason():
    words = refusal(as_bytes([("Winter", "1 March", "1", "1", "1", STARTS, STARTS)]))

    assert "Line 2" in words
    assert "1 March" in words


def test_a_report_of_periods_is_refused_and_one_of_single_days_is_not():
    header = ("Campaign name", "Objective", *HEADER[2:])
    month = [("Winter", "SALES", "9", "1", "1.00", STARTS, ENDS)]
    day = [("Winter", "SALES", "9", "1", "1.00", STARTS, STARTS)]

    assert "sums up a whole period" in refusal(as_bytes(month, header=header))
    assert days(read_bytes(as_bytes(day, header=header))) == {
        ("Winter", STARTS): (9, 1, Decimal("1.00"))
    }


def test_the_usual_report_reads_to_the_cent():
    made = Report(currency="IDR")

    report = read_bytes(made.as_bytes())

    assert (report.currency, report.sums.spend) == ("IDR", made.total)
    assert report.total.numbers == report.sums.numbers
    assert len(report.facts) == len(made.rows())
    assert sum(fact.conversions for fact in report.facts) == sum(row[3] // 8 for row in made.rows())


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_of_a_year_nobody_advertises_in_is_rejected(day):
    report = read([*ROWS, ("Winter | video", day, "7", "1", "1.00")])

    assert len(report.facts) == 4
    assert [one.reason for one in report.rejects] == [
        f"The day {day} cannot be right. Check the year."
    ]
