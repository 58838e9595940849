"""Analytics: the numbers of a period, what came before, who did it; everything in the address."""

import csv
import io
import re
from datetime import timedelta

import pytest

from tests import people
from tests.ads.results import day, record
from tests.clients import signed_in, stranger
from webapp.analytics import queries
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock


@pytest.fixture
def today(team):
    return clock.now().date()


@pytest.fixture
def client(app, team):
    return signed_in(app, team.vera)


@pytest.fixture
def tidal(team, today):
    """Google: 10 a day for three days; TikTok 5 once; and 12 in the days before."""
    campaign = people.draft(team, name="Tidal Lines")
    record(
        campaign,
        team.mia,
        *(day(today - timedelta(n), "10", impressions=1000, clicks=10) for n in range(3)),
        day(today - timedelta(30), "12", impressions=500, clicks=20),
    )
    record(campaign, team.mia, day(today, "5", impressions=100), part=2)
    return campaign


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("&#39;", "'").split())


def csv_lines(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_page_needs_a_sign_in_and_rejects_post(app, team):
    assert stranger(app).get("/analytics").headers["Location"].startswith("/login")
    assert signed_in(app, team.alice).post("/analytics").status_code == 405


def test_a_team_without_results_says_so(client):
    page = client.get("/analytics")

    assert page.status_code == 200
    assert "No results in these days" in page.text


def test_numbers_are_sums_of_the_period_compared_with_the_one_before(client, tidal):
    words = text(client.get("/analytics"))

    assert "Spend $35 ▲ 192%" in words
    assert "Impressions 3,100 ▲ 520%" in words
    assert "Clicks 30 ▲ 50%" in words
    assert "Click rate 1.00%" in words
    assert "Conversions — Nothing to compare with" in words


def test_without_comparison_nothing_is_compared(client, tidal):
    page = client.get("/analytics?compare=none")

    assert "▲" not in page.text
    assert "Period before" not in page.text


def test_a_number_in_the_address_is_the_one_charted(client, tidal):
    page = client.get("/analytics?measure=clicks")

    assert "Clicks a day" in text(page)
    assert re.search(r'class="kpi on" href="/analytics\?measure=clicks"', page.text)


def test_filters_narrow_everything_and_stay_in_every_link(client, tidal):
    page = client.get("/analytics?platform=tiktok&period=7&measure=impressions")

    assert "Spend $5 " in text(page)
    assert "Impressions 100 " in text(page)
    for href in re.findall(r'class="kpi[^"]*" href="([^"]+)"', page.text):
        assert "platform=tiktok" in href
        assert "period=7" in href


def test_a_campaign_is_chosen_by_its_bar_and_let_go_by_it(client, team, tidal, today):
    other = people.draft(team, name="Quiet Harbour")
    record(other, team.mia, day(today, "70"))

    chosen = client.get(f"/analytics?campaign={other.id}")

    assert f'href="/analytics?campaign={other.id}"' in client.get("/analytics").text
    assert "Spend $70 " in text(chosen)
    assert '<a href="/analytics" dir="auto">Quiet Harbour</a>' in chosen.text


@pytest.mark.parametrize(
    "query",
    [
        "period=x",
        "measure=x",
        "platform=nowhere",
        "campaign=x",
        "campaign=999",
        "campaign=%00",
        "x=y",
    ],
)
def test_what_is_unknown_in_the_address_counts_as_not_set(client, tidal, query):
    assert "Spend $35 " in text(client.get(f"/analytics?{query}"))


def test_currencies_stand_side_by_side_and_are_never_added(client, team, tidal, today):
    other = people.draft(team, name="Northern", currency="JPY", budget="90000")
    record(other, team.mia, day(today, "700"))

    words = text(client.get("/analytics"))

    assert words.index("In USD") < words.index("In JPY")
    assert "Spend $35 " in words
    assert "Spend ¥700 " in words


def test_a_campaign_in_the_trash_counts_nowhere(client, team, tidal):
    trash_campaign(campaign_id=tidal.id, version=tidal.version, by=team.mia.actor)

    assert "No results in these days" in client.get("/analytics").text
    assert "No results in these days" in client.get("/analytics?platform=google").text


def test_another_teams_results_are_not_seen(app, team, tidal):
    page = signed_in(app, team.charlie).get(f"/analytics?campaign={tidal.id}")

    assert "No results in these days" in page.text
    assert "Tidal Lines" not in page.text


def test_a_rate_that_is_unknown_has_no_bar_and_no_line(client, tidal):
    page = client.get("/analytics?measure=return")

    assert "Return on spend: nothing is known of these days." in text(page)
    assert "Return on spend: not known of any." in text(page)


def test_the_file_has_what_is_seen_and_its_sum_is_the_page(client, tidal):
    everything = csv_lines(client.get("/analytics.csv"))
    tiktok = csv_lines(client.get("/analytics.csv?platform=tiktok"))

    assert sum(float(one["Spend"]) for one in everything) == 35
    assert {one["Campaign"] for one in everything} == {"Tidal Lines"}
    assert [one["Spend"] for one in tiktok] == ["5.00"]
    assert tiktok[0]["Clicks"] == ""


def test_a_file_that_would_be_too_long_is_refused_not_cut(client, tidal, monkeypatch):
    monkeypatch.setattr("webapp.views.analytics.MOST_LINES", 2)

    answer = client.get("/analytics.csv")

    assert answer.status_code == 422
    assert "Choose a shorter period" in answer.text


def test_the_line_is_there_for_the_library_too(client, tidal, today):
    figure = client.get("/analytics/figure.json?currency=USD&period=7").json

    line = figure["traces"][0]
    assert line["x"][-1] == str(today)
    assert line["y"][-3:] == [10.0, 10.0, 15.0]
    assert client.get("/analytics/figure.json?currency=EUR").json["traces"][0]["y"][0] is None


def test_the_chart_and_the_table_ask_the_same_rows(client, tidal):
    page = client.get("/analytics?period=364")

    assert "Spend a week" in text(page)
    assert page.text.count("<tr><th scope") == 52 + 1


def test_days_platforms_campaigns_and_lines_have_the_same_sum(team, tidal, today):
    wanted = queries.Wanted(today - timedelta(60), today)
    google = queries.Wanted(today - timedelta(60), today, platform="google")

    spent = sum(one.spend_cents for one in queries.per_day(wanted)["USD"].values())
    assert spent == sum(one.spend_cents for _, one in queries.per_platform(wanted)["USD"])
    assert spent == sum(one.spend_cents for _, one in queries.per_campaign(wanted)["USD"])
    assert spent == sum(one.totals.spend_cents for one in queries.lines(wanted))
    (found,) = queries.per_campaign(google)["USD"]
    assert found[1] == dict(queries.per_platform(wanted)["USD"])["google"]
