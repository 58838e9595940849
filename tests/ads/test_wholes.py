"""Rows that have a day and a name and still sum up others, and amounts that are taken back: right,
or refused with the reason, never counted twice.
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.ads.test_hostile_reports import OWN, OWN_HEADER, lines, own
from tests.ads.test_platform_reports import read, refusal

DEVICES = "Day,Campaign,Device,Currency code,Clicks,Impr.,Cost"
SPLIT = ("2026-03-01,A,Mobile,EUR,5,100,1.50", "2026-03-01,A,Desktop,EUR,7,110,1.75")


def spends(report) -> dict[tuple[str, date], Decimal]:
    return {(fact.campaign, fact.on): fact.spend for fact in report.facts if not fact.grain}


# --- what a breakdown tells apart -----------------------------------------------------------------


@pytest.mark.parametrize("blank", ["All", "", " --"])
def test_a_row_over_all_devices_beside_its_devices_is_counted_once(blank):
    whole = f"2026-03-01,A,{blank},EUR,12,210,3.25"

    report = read(lines(DEVICES, whole, *SPLIT, "2026-03-02,A,Mobile,EUR,1,50,2.00"))

    assert spends(report) == {
        ("A", date(2026, 3, 1)): Decimal("3.25"),
        ("A", date(2026, 3, 2)): Decimal("2.00"),
    }


def test_campaigns_above_their_ad_groups_are_counted_once():
    header = "Day,Campaign,Ad group,Currency code,Clicks,Impr.,Cost"
    rows = [line.replace("Mobile", "One").replace("Desktop", "Two") for line in SPLIT]

    report = read(lines(header, "2026-03-01,A,,EUR,12,210,3.25", *rows))

    assert report.sums.spend == Decimal("3.25")


def test_a_device_without_a_name_is_a_device():
    report = read(lines(DEVICES, *SPLIT, "2026-03-01,A,,EUR,1,20,0.40"))

    assert report.sums.spend == Decimal("3.65")


def test_rows_of_which_only_some_sum_up_others_refuse_the_file():
    second = [line.replace("03-01", "03-02") for line in SPLIT]
    wholes = ("2026-03-01,A,All,EUR,12,210,3.25", "2026-03-02,A,All,EUR,12,210,9.99")

    words = refusal(lines(DEVICES, *wholes, *SPLIT, *second))

    assert "Line 2 is the sum of lines that split it, and line 3" in words


# --- a total of each day in a language nobody knows -----------------------------------------------

TWO_DAYS = (
    *("2026-03-01,A,100,5,1.50", "2026-03-01,B,200,6,2.50", "2026-03-01,Alle,300,11,4.00"),
    *("2026-03-02,A,110,7,1.75", "2026-03-02,B,90,2,1.00", "2026-03-02,Alle,200,9,2.75"),
)


def test_a_campaign_that_is_every_day_the_sum_of_the_others_refuses_the_file():
    assert "On every day “Alle” is the sum of all other" in refusal_of_own(*TWO_DAYS)


def test_beside_a_single_campaign_it_is_found_on_the_second_day():
    rows = [row for row in TWO_DAYS if ",B," not in row]
    same = [
        row.replace(",300,11,4.00", ",100,5,1.50").replace(",200,9,2.75", ",110,7,1.75")
        for row in rows
    ]

    assert "is the sum of all other" in refusal_of_own(*same)


def test_a_campaign_as_large_as_the_others_on_one_day_only_is_a_campaign():
    report = own(lines(OWN_HEADER, *TWO_DAYS[:5], "2026-03-02,Alle,201,9,2.75"), **OWN)

    assert {fact.campaign for fact in report.facts} == {"A", "B", "Alle"}


def test_days_without_numbers_make_no_campaign_a_total():
    rows = [f"2026-03-0{day},{name},0,0,0.00" for day in (1, 2) for name in ("A", "Total recall")]

    assert {fact.campaign for fact in own(lines(OWN_HEADER, *rows), **OWN).facts} == {
        "A",
        "Total recall",
    }


def refusal_of_own(*rows: str) -> str:
    try:
        report = own(lines(OWN_HEADER, *rows), **OWN)
    except ValueError as error:
        return str(error)
    return report.refusal


# --- amounts taken back ---------------------------------------------------------------------------

CREDITED = ("2026-03-01,A,100,5,11.50", "2026-03-02,A,110,7,1.75")


def test_a_credit_lowers_its_day_where_the_total_counts_it():
    report = own(lines(OWN_HEADER, *CREDITED, "2026-03-01,A,0,0,-1.50", ",,210,12,11.75"), **OWN)

    assert spends(report)["A", date(2026, 3, 1)] == 10


@pytest.mark.parametrize("amount", ["-1.50", "(1.50)"])
def test_a_day_that_would_have_spent_less_than_nothing_is_not_taken(amount):
    report = own(lines(OWN_HEADER, *CREDITED, f"2026-03-01,Credit,0,0,{amount}"), **OWN)

    assert [(aside.line, "cannot be negative" in aside.reason) for aside in report.rejects] == [
        (4, True)
    ]


def test_a_day_below_nothing_that_the_total_counts_refuses_the_file():
    rows = (*CREDITED, "2026-03-01,Credit,0,0,-1.50", ",,210,12,11.75")

    assert "sum to less than nothing" in refusal_of_own(*rows)


# --- small things that read two ways --------------------------------------------------------------


def test_rows_that_all_end_with_one_comma_more_keep_their_header():
    report = own(lines(OWN_HEADER, *(row + "," for row in CREDITED)), **OWN)

    assert len(report.facts) == 2


def test_amounts_with_two_currency_signs_contradict_the_code_beside_them():
    header = "Day,Campaign,Currency code,Impr.,Cost"

    words = refusal(lines(header, "2026-05-01,A,EUR,1,€1.00", "2026-05-02,A,EUR,1,$1.00"))

    assert "several currencies" in words


def test_hidden_small_numbers_are_told():
    header = "Campaign name,By Day,Cost,Impressions,Clicks (destination),Currency"

    report = read(lines(header, "A,2026-05-01,1.00,<5,1,EUR", "A,2026-05-02,1.00,90,1,EUR"))

    assert any("Impressions: small numbers are hidden" in note for note in report.notes)


def test_microsofts_weeks_without_the_lines_above_are_no_days():
    header = "TimePeriod,CampaignName,CurrencyCode,Impressions,Clicks,Spend"
    rows = (f"{day},A,EUR,100,5,1.50" for day in ("3/2/2026", "3/9/2026", "3/16/2026"))

    assert "whole weeks apart" in refusal(lines(header, *rows))
