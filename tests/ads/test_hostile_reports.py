"""Reports that invite a silent mistake: totals that look like rows, periods that look like days,
numbers and days that read two ways. Each comes out right or is refused with the reason.
"""

import io
from datetime import date
from decimal import Decimal

import pytest

from tests.ads import platform_files as files
from tests.ads.test_platform_reports import read, refusal
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.layout import mapped
from webapp.ads.reports.report import UnknownColumns, opened, suggested
from webapp.imports.decoding import Unreadable

FACTS = {(f[0], f[1]): (f[2], f[3], f[4]) for f in files.facts()}
GOOGLE = "Day,Campaign,Currency code,Clicks,Impr.,Cost"


def lines(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def own(content: bytes, **columns: int):
    """A table nobody knows, read as a person says."""
    roles = {Role(name): index for name, index in columns.items()}
    return read(content, layout=lambda header: mapped(header, roles, platform="other"))


OWN = {"day": 0, "campaign": 1, "impressions": 2, "clicks": 3, "spend": 4}
OWN_HEADER = "When,Campaign,Shown,Clicked,Paid"


# --- totals -------------------------------------------------------------------------------------


def test_a_total_of_each_day_in_the_campaigns_column_is_no_campaign():
    content = lines(
        OWN_HEADER,
        *("2026-03-01,A,100,5,1.50", "2026-03-01,B,200,6,2.50", "2026-03-01,Total,300,11,4.00"),
        *("2026-03-02,A,110,7,1.75", "2026-03-02,Total,110,7,1.75"),
    )

    report = own(content, **OWN)

    assert {fact.campaign for fact in report.facts} == {"A", "B"}
    assert (report.sums.spend, len(report.totals)) == (Decimal("5.75"), 2)


def test_a_campaign_called_total_that_sums_up_nothing_is_a_campaign():
    content = lines(OWN_HEADER, "2026-03-01,A,100,5,1.50", "2026-03-01,Total,300,11,4.00")

    assert {fact.campaign for fact in own(content, **OWN).facts} == {"A", "Total"}


@pytest.mark.parametrize("name", ["Total of 1 results", "Overall total - 1 campaigns"])
def test_the_total_of_a_single_campaign_is_told_from_it_by_its_name(name):
    content = lines(
        "Campaign name,Primary status,Cost,Impressions,Clicks (destination),Currency",
        "Winter,Active,10.50,100,5,EUR",
        f"{name},-,10.50,100,5,EUR",
    )

    assert read(content).sums.spend == Decimal("10.5")


def test_a_row_missing_on_one_day_is_found_by_the_total_of_that_day():
    content = lines(
        "Day,Campaign status,Campaign,Currency code,Clicks,Impr.,Cost",
        *("2026-03-01,Enabled,A,EUR,5,100,1.50", "2026-03-02,Enabled,A,EUR,7,110,1.75"),
        "2026-03-01,Total: Campaigns, --,EUR,5,100,1.50",
        "2026-03-02,Total: Campaigns, --,EUR,20,300,5.00",
    )

    assert "do not add up" in refusal(content)


def test_totals_of_more_may_follow_the_rows_own_total_in_any_table():
    content = lines(
        OWN_HEADER,
        *("2026-03-01,A,100,5,1.50", "2026-03-02,A,110,7,1.75"),
        *(",,210,12,3.25", ",,500,20,9.00"),
    )

    report = own(content, **OWN)

    assert report.sums.spend == Decimal("3.25")
    assert report.sorted.gap == Decimal("5.75")


def test_a_managers_total_in_its_own_currency_is_no_second_currency():
    content = lines(
        "Day,Campaign status,Campaign,Currency code,Clicks,Impr.,Cost",
        *("2026-03-01,Enabled,A,GBP,5,100,1.50", " --,Total: Campaigns, --,EUR,5,100,1.50"),
    )

    assert read(content).currency == "GBP"


def test_totals_of_a_table_in_a_language_nobody_knows_are_found_by_what_they_leave_out():
    content = lines(
        *("Kampania,Typ,Waluta,Pokazane,Koszt", "A,Video,PLN,100,1.50", "B,Video,PLN,200,2.50"),
        *("Wszystko,,PLN,300,4.00", "Konto,,PLN,900,9.00"),
    )

    assert own(content, impressions=3, spend=4).sums.spend == 4


def test_a_labelled_total_in_the_campaigns_column_is_a_total_on_any_day():
    content = lines(
        "Campaign,Day,Currency code,Clicks,Impr.,Cost",
        *("A,2026-03-01,EUR,5,100,1.50", "A,2026-03-02,EUR,7,110,1.75"),
        *("Total: Campaigns,2026-03-01,EUR,5,100,1.50", "Total: Account,2026-03-01,EUR,9,300,4"),
        *("Total: Campaigns,2026-03-02,EUR,7,110,1.75", "Total: Account,2026-03-02,EUR,8,200,3"),
    )

    report = read(content)

    assert {fact.campaign for fact in report.facts} == {"A"}
    assert report.sums.spend == Decimal("3.25")


def test_a_conversion_taken_back_loses_no_spend():
    content = lines(f"{GOOGLE},Conversions", "2026-03-01,A,EUR,5,100,1.50,-1.00")

    assert (read(content).sums.spend, read(content).sums.conversions) == (Decimal("1.5"), -1)


def test_two_columns_of_conversions_are_none_and_the_rest_is_read():
    content = lines(
        "CampaignName,TimePeriod,Conv.,Conversions,Impressions,Clicks,Spend",
        "A,3/13/2026,1,2,100,5,1.50",
    )

    (fact,) = read(content).facts

    assert (fact.spend, fact.conversions) == (Decimal("1.5"), None)


def test_a_day_as_large_as_all_others_is_a_day_where_the_total_is_another_row():
    content = lines(
        "Day,Impressions,Link clicks,Amount spent (EUR)",
        *(",600,18,6.00", "2026-03-01,100,3,1.00", "2026-03-02,200,6,2.00"),
        "2026-03-03,300,9,3.00",
    )

    assert len(read(content).facts) == 3


# --- currencies ---------------------------------------------------------------------------------


def test_a_file_of_several_currencies_is_read_and_not_imported():
    report = read(
        lines(GOOGLE, "2026-03-01,A,USD,1,10,1.50", "2026-03-01,B,CAD,1,10,1.50", " --,,USD,2,20,9")
    )

    assert "several currencies: CAD, USD" in report.refusal
    assert report.sums.spend == 3


def test_amounts_with_two_currency_signs_are_not_summed():
    content = lines(
        *("Date,Clicks,Impressions,Avg. CPC,Cost", "2026-03-01,1,10,$1.50,$1.50"),
        "2026-03-02,1,12,€2.25,€2.25",
    )

    assert "several currencies" in refusal(content)


@pytest.mark.parametrize(
    "cell", ["S/ 12.50", "12,50 US$", "￥12.50", "12,50 Kč", "12,50 kr.", "12,50 ₴", "12,50\u00a0€"]
)
def test_money_is_read_with_the_sign_of_any_country(cell):
    content = lines("Date;Clicks;Impressions;Avg. CPC;Cost", f"2026-03-01;1;10;{cell};{cell}")

    assert read(content).sums.spend == Decimal("12.5")


def test_a_second_column_of_the_currency_may_be_blank_in_the_total():
    content = lines(
        "Day,Campaign,Currency code,Currency code,Clicks,Impr.,Cost",
        *("2026-03-01,A,EUR,EUR,5,100,1.50", " --,,EUR,,5,100,1.50"),
    )

    assert read(content).refusal == ""


# --- periods that look like days ----------------------------------------------------------------


@pytest.mark.parametrize("aggregation", ["Weekly", "Monthly", "Summary"])
def test_microsofts_sums_of_periods_are_no_days(aggregation):
    content = files.microsoft().replace(
        b"Report Aggregation: Daily", f"Report Aggregation: {aggregation}".encode()
    )

    assert f"Report Aggregation: {aggregation}" in refusal(content)


def test_one_row_that_sums_up_a_month_is_no_first_day():
    content = (
        "Campaign Performance Report (in UTC)\n"
        '"Report Start: March 1, 2026, 12:00 AM"\n"Report End: March 31, 2026, 11:59 PM"\n\n'
        "Start Date (in UTC)\tCampaign Name\tTotal Spent\tImpressions\tClicks\n"
        "3/1/2026\tWinter\t55.39\t900\t7\n"
    ).encode("utf-16")

    assert "stamps it with its first day" in refusal(content)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("2026-01-01", "2026-02-01"), "first of a month"),
        (("2026-03-02", "2026-03-09", "2026-03-23"), "whole weeks apart"),
    ],
)
def test_weeks_and_months_stamped_with_their_first_day_are_no_days(days, words):
    content = lines(OWN_HEADER, *(f"{day},A,100,5,1.50" for day in days))

    assert words in own(content, **OWN).refusal


def test_two_days_in_one_cell_are_no_day():
    content = lines(OWN_HEADER, "2026-03-01 - 2026-03-07,A,100,5,1.50")

    with pytest.raises(Unreadable, match="is no day"):
        own(content, **OWN)


def test_where_a_period_starts_is_not_suggested_as_its_day():
    content = lines(
        "Kampagne,Von,Bis,Gezeigt,Bezahlt",
        *("A,2026-03-01,2026-03-31,100,1.50", "B,2026-03-01,2026-03-31,100,2.50"),
    )
    table = opened(io.BytesIO(content))

    found = suggested(table.header, [row.cells for row in table.rows])

    assert Role.DAY not in found
    assert (found[Role.STARTS], found[Role.ENDS]) == (1, 2)


def test_a_preamble_of_a_single_day_is_that_day():
    content = lines(
        "Campaign report", '"March 1, 2026"', "Campaign,Currency code,Clicks,Impr.,Cost",
        "A,EUR,5,100,1.50",
    )  # fmt: skip

    (fact,) = read(content).facts

    assert fact.on == date(2026, 3, 1)


def test_hours_of_a_file_about_one_day_are_that_day():
    content = lines(
        "Campaign report", "1 March 2026 - 1 March 2026",
        "Hour of the day,Campaign,Currency code,Clicks,Impr.,Cost",
        "9,A,EUR,5,100,1.50", "10,A,EUR,5,100,2.50",
    )  # fmt: skip

    (fact,) = read(content).facts

    assert (fact.on, fact.spend) == (date(2026, 3, 1), 4)


def test_a_title_and_a_period_without_a_table_had_no_delivery():
    content = (
        "Rapport met campagneprestaties (in UTC)\nBegindatum van rapport: 1 maart 2026 00:00\n"
        "Einddatum van rapport: 4 maart 2026 23:59\n"
    ).encode("utf-16")

    assert "nothing ran in that period" in refusal(content)


# --- numbers and days that read two ways ----------------------------------------------------------

META = (
    "Campaign name;Day;Impressions;Link clicks;Amount spent (IDR);Reporting starts;Reporting ends"
)


def test_thousands_of_a_report_saved_again_are_thousands():
    content = lines(META, "A;2026-03-01;1.234;12;4.923;2026-03-01;2026-03-01")

    (fact,) = read(content).facts

    assert (fact.impressions, fact.spend) == (1234, 4923)


def test_amounts_of_a_report_saved_again_are_not_guessed():
    content = lines(META, "A;2026-03-01;234;12;4.923;2026-03-01;2026-03-01")

    assert "a thousand or a little more than one" in refusal(content)


def test_the_period_of_the_total_says_which_number_is_the_month():
    content = lines(
        META.replace(";", ","),
        *(",,300,12,75,3/1/2026,3/31/2026", "A,3/2/2026,100,4,25,3/2/2026,3/2/2026"),
        "A,3/4/2026,200,8,50,3/4/2026,3/4/2026",
    )

    assert {fact.on for fact in read(content).facts} == {date(2026, 3, 2), date(2026, 3, 4)}


def test_days_a_spreadsheet_converted_by_half_are_not_trusted():
    content = lines(GOOGLE, "2026-04-03,A,EUR,5,100,1.50", "3/13/2026,A,EUR,5,100,1.50")

    assert "converted a part of them" in refusal(content)


def test_days_of_a_table_like_microsofts_are_not_read_month_first():
    head = "Campaign,Day,Impr.,Clicks,Spend"

    assert "3 April or 4 March" in refusal(lines(head, "A,03/04/2026,100,5,1.50"))
    (fact,) = read(lines(head, "A,13/04/2026,100,5,1.50")).facts
    assert fact.on == date(2026, 4, 13)


def test_a_report_of_x_is_asked_about_and_not_taken_for_microsofts():
    with pytest.raises(UnknownColumns):
        read(lines("Time period,Campaign name,Impressions,Clicks,Spend", "2026-03-01,A,100,5,1.50"))


def test_amounts_in_millionths_are_amounts():
    content = lines(
        "date,campaign_name,impressions,clicks,billed_charge_local_micro",
        "2026-03-01,A,100,5,1500000",
    )

    assert own(content, **OWN).sums.spend == Decimal("1.5")


def test_thousands_may_be_parted_by_a_space_that_does_not_break():
    content = lines(
        "Day;Campaign;Currency code;Clicks;Impr.;Cost", "2026-03-01;A;EUR;5;48\u00a0120;1,50"
    )

    assert read(content).sums.impressions == 48120


@pytest.mark.parametrize(
    "lines_of",
    [
        (
            "日,キャンペーン,表示回数,クリック数,費用",
            "2026年3月1日,秋,\"1,234\",12,1500",
            " --, --,\"1,234\",12,1500",
        ),
        (
            "キャンペーン名,日,インプレッション,リンクのクリック,消化金額 (JPY),レポート開始日",
            ",,1234,12,1500,2026-03-01",
            "秋,2026-03-01,1234,12,1500,2026-03-01",
        ),
        (
            "Nome della campagna,Giorno,Impression,Clic sul link,Importo speso (EUR)",
            ",,1234,12,1500",
            "Autunno,2026-03-01,1234,12,1500",
        ),
    ],
)  # fmt: skip
def test_more_languages_are_read(lines_of):
    (fact,) = read(lines(*lines_of)).facts

    assert (fact.on, fact.impressions, fact.clicks) == (date(2026, 3, 1), 1234, 12)
    assert fact.spend == 1500
