"""Small numbers a platform hides, as `<5`: what is not known is not nothing."""

import csv

import pytest

from tests import people
from tests.clients import signed_in
from tests.imports.staged import commit, rows_of, stage, stored
from webapp.ads.queries import totals
from webapp.imports.commands import undo_import
from webapp.sharing.numbers import results

HEADER = "Campaign name,By Day,Cost,Impressions,Clicks (destination),Conversions,Currency"


def tiktok(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


@pytest.fixture
def campaign(team):
    return people.draft(team, currency="EUR", budget="100,000")


def numbers(day: int = 1, name: str = "A"):
    """Impressions, clicks, cents and the raw amount of a day."""
    return stored()[name, f"2026-05-0{day}"]


def test_hidden_clicks_are_not_known_and_a_rate_leaves_their_day_out(campaign, alice):
    rows = ("A,2026-05-01,1.00,100,<5,0,EUR", "A,2026-05-02,1.00,200,10,1,EUR")

    commit(stage(campaign, alice, tiktok(*rows)), alice)

    assert numbers() == (100, None, 100, "1")
    assert totals(campaign.id).clicks == 10
    assert str(totals(campaign.id).click_rate) == "0.05"  # of 200 impressions, not of 300


def test_hidden_impressions_are_not_known_and_no_rate_divides_by_their_day(campaign, alice):
    rows = ("A,2026-05-01,1.00,<5,2,0,EUR", "A,2026-05-02,4.00,200,10,1,EUR")

    commit(stage(campaign, alice, tiktok(*rows)), alice)

    found = totals(campaign.id)
    assert numbers() == (None, 2, 100, "1")
    assert (found.impressions, found.clicks, found.spend_cents) == (200, 12, 500)
    assert str(found.click_rate) == "0.05"  # 10 clicks of 200, not 12
    assert found.per_thousand_cents == 2000  # 4.00 for 200, not 5.00


def test_a_day_of_hidden_impressions_alone_has_no_rate_by_them(campaign, alice):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,<5,2,0,EUR")), alice)

    found = totals(campaign.id)
    assert (found.impressions, found.click_rate, found.per_thousand_cents) == (None, None, None)
    assert found.per_click_cents == 50


def test_hidden_impressions_are_an_empty_cell_of_the_file_and_a_dash_on_the_page(
    app, team, campaign, alice
):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,<5,2,0,EUR")), alice)
    client = signed_in(app, team.alice)

    page = client.get(f"/campaigns/{campaign.id}").text
    lines = client.get(f"/campaigns/{campaign.id}/spend.csv").text.splitlines()

    day = next(csv.DictReader([lines[0].lstrip("\ufeff"), lines[1]]))
    assert (day["Impressions"], day["Clicks"], day["CTR"], day["CPM"]) == ("", "2", "", "")
    assert "<dt>Impressions</dt><dd>—</dd>" in page


def test_a_shared_page_says_nothing_about_impressions_that_are_hidden(campaign, alice):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,<5,2,0,EUR")), alice)

    shared = results(campaign.id)

    assert (shared["impressions"], shared["clicks"], shared["seen_clicks"]) == (None, 2, 0)
    assert shared["platforms"] == [
        {"platform": "tiktok", "impressions": None, "clicks": 2, "conversions": 0}
    ]


def test_the_review_says_how_hidden_impressions_are_written(app, team, campaign, alice):
    batch = stage(campaign, alice, tiktok("A,2026-05-01,1.00,<5,1,0,EUR"))

    page = signed_in(app, team.alice).get(f"/campaigns/{campaign.id}/imports/{batch.id}")

    (row,) = rows_of(batch)
    assert (row.after["impressions"], row.after["clicks"]) == (None, 1)
    assert row.reason == "Hidden by the platform: Impressions “<5”."
    assert "Hidden by the platform: Impressions “&lt;5”." in page.text
    assert "Impressions: small numbers are hidden" in page.text


def test_a_day_of_which_one_row_is_hidden_keeps_what_the_others_say(campaign, alice):
    rows = (
        "A,2026-05-01,1.00,<5,<5,0,EUR",
        "A,2026-05-01,2.00,90,7,0,EUR",
        "Total,-,3.00,93,8,0,EUR",
    )

    batch = commit(stage(campaign, alice, tiktok(*rows)), alice)

    assert batch.state == "committed", batch.facts
    assert numbers() == (90, 7, 300, "3")


def test_a_column_that_hides_every_number_is_read(campaign, alice):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,900,<5,<5,EUR")), alice)

    assert numbers() == (900, None, 100, "1")
    assert totals(campaign.id).conversions is None


def test_an_update_that_hides_a_number_gives_it_back_when_it_is_undone(campaign, alice):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,100,7,0,EUR")), alice)

    hides = commit(stage(campaign, alice, tiktok("A,2026-05-01,<0.01,<5,<5,0,EUR")), alice)
    between = numbers()
    undo_import(import_batch_id=hides.id, version=hides.version, by=alice.actor)

    assert between == (None, None, 0, "<0.01")
    assert numbers() == (100, 7, 100, "1")
    assert hides.facts.get("kept", 0) == 0


def test_the_same_hidden_numbers_again_change_nothing(campaign, alice):
    content = tiktok("A,2026-05-01,1.00,<5,<5,0,EUR")
    commit(stage(campaign, alice, content), alice)

    again = stage(campaign, alice, content)

    assert [row.verdict for row in rows_of(again)] == ["skip"]
