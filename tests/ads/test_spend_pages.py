"""The spend page: what was spent, against the plan, by platform, and all of it as a file."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from tests import people
from tests.ads.results import day, record
from tests.clients import signed_in, stranger
from webapp.ads.commands import part_from_report
from webapp.ads.results import Day, record_results
from webapp.core import clock

START = date(2026, 11, 21)


@pytest.fixture
def campaign(team):
    """9,000.00 USD over 15 days from tomorrow: 600.00 a day."""
    return people.active(team)


@pytest.fixture
def today(campaign):
    return clock.now().date()


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("&#39;", "'").split())


def table(answer) -> list[list[str]]:
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_page_needs_a_sign_in(app, campaign):
    path = f"/campaigns/{campaign.id}/spend"

    assert stranger(app).get(path).headers["Location"].startswith("/login")
    assert stranger(app).get(f"{path}.csv").headers["Location"].startswith("/login")


def test_a_campaign_without_results_says_what_to_do(app, team, campaign):
    page = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend")

    assert "No results yet" in page.text
    assert f'href="/campaigns/{campaign.id}/imports"' in page.text
    assert "<svg viewBox" not in page.text


def test_what_was_spent_is_drawn_and_written(app, team, campaign, today):
    record(campaign, team.mia, day(today, "10.50"), day(today - timedelta(1), "20"))

    page = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend")

    assert "$30.50 spent in 2 days; most on" in text(page)
    assert re.search(r'<path class="f3 seg" d="(M[^M"]+){2}"', page.text)
    assert '<td class="num">$10.50</td>' in page.text
    assert "Dashed: planned per day, $600" in text(page)


def test_rates_are_of_sums_and_unknown_is_a_dash(app, team, campaign, today):
    record(
        campaign,
        team.mia,
        day(today, "100", impressions=1000, clicks=50, conversions="4", value="320"),
        day(today - timedelta(1), "100", impressions=9000),
    )

    words = text(signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend"))

    assert "Spent $200 of $9,000" in words
    assert "Remaining $8,800" in words
    assert "Conversions 4 $25 each (CPA)" in words
    assert "Click rate 5.00%" in words
    assert "Return on spend 3.2× $320 tracked value, ROI 220%" in words
    assert "TikTok" in words
    assert "— — — —" in words  # the platforms that nothing is known of


@pytest.mark.parametrize(
    ("spent", "words"), [("600", "On pace"), ("1300", "Over pace"), ("0", "On pace")]
)
def test_pace_is_said_against_the_plan_of_the_last_day(app, team, campaign, today, spent, words):
    record(campaign, team.mia, day(today, spent))

    page = text(signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend"))

    assert f"7% planned by {today:%a} {today.day} {today:%b}. {words}" in page
    assert "the plan until then is $600" in page


def test_too_little_is_behind_the_plan(app, team, campaign, today):
    clock.travel(5 * 86_400)
    record(campaign, team.mia, day(today + timedelta(5), "100"))

    page = text(signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend"))

    assert "Behind plan" in page
    assert "That is $3,500 less" in page


def test_the_table_has_a_line_for_each_platform_and_adds_up(app, team, campaign, today):
    record(campaign, team.mia, day(today, "10", impressions=100), part=0)
    record(campaign, team.mia, day(today, "20", impressions=300), part=1)

    page = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend").text

    foot = " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<tfoot") :]).split())
    assert foot.startswith("Total $30 of $9,000 400 ")


def test_the_file_has_every_day_with_plain_numbers(app, team, campaign, today):
    record(
        campaign,
        team.mia,
        day(today, "1234.50", impressions=1000, clicks=50, conversions="2.5", value="2469"),
        day(today - timedelta(1), "1", impressions=3),
    )

    answer = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    header, first, second = table(answer)
    assert header[:5] == ["Date", "Platform", "Ad campaign", "Currency", "Spend"]
    assert first[:9] == [str(today - timedelta(1)), "Google", "", "USD", "1.00", "3", "", "", ""]
    assert second[4:9] == ["1234.50", "1000", "50", "2.5", "2469.00"]
    rates = dict(zip(header, second, strict=True))
    assert (rates["CTR"], rates["CPC"], rates["ROAS"]) == ("0.050000", "24.69", "2.000000")


@pytest.mark.parametrize("name", ["=1+1", "+49", "-x", "@sum"])
def test_no_cell_of_the_file_is_a_formula(app, team, campaign, today, name):
    part = part_from_report(campaign.id, "meta", name, by=team.mia.actor)
    record_results(
        ad_campaign_id=part.id,
        days=[Day(on=today, spend="1", impressions=1)],
        by=team.mia.actor,
    )

    _, line = table(signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend.csv"))

    assert line[2] == f"'{name}"


def test_the_bars_are_there_for_the_library_too(app, team, campaign, today):
    record(campaign, team.mia, day(today, "10.50"))

    figure = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/spend/figure.json").json

    bars, plan = figure["traces"]
    assert (bars["name"], bars["x"], bars["y"]) == ("Google", [str(today)], [10.5])
    assert (plan["kind"], plan["y"], figure["prefix"]) == ("plan", [600.0], "$")


def test_only_pages_with_charts_allow_style_sheets_of_the_library(app, team, campaign):
    client = signed_in(app, team.vera)
    loose = "style-src-elem 'self' 'unsafe-inline'"

    assert loose in client.get(f"/campaigns/{campaign.id}/spend").headers["Content-Security-Policy"]
    for path in ("/", f"/campaigns/{campaign.id}", f"/campaigns/{campaign.id}/spend.csv"):
        assert loose not in client.get(path).headers["Content-Security-Policy"]
