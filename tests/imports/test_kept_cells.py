"""Columns of a report that become no number are kept with its days, as their cells stand."""

import csv
import json

import pytest
from sqlalchemy import select

from tests import people
from tests.clients import signed_in
from tests.imports.staged import answer, commit, rows_of, stage
from webapp.ads.models import DailyResult
from webapp.ads.queries import parts_of
from webapp.ads.results import Day, record_results
from webapp.db import db
from webapp.imports.commands import undo_import

HEADER = "Campaign name,By Day,Cost,Impressions,Clicks (destination),Currency"


def tiktok(*rows: str, more: str = "Reach,2-second video views") -> bytes:
    return "\n".join([f"{HEADER},{more}", *rows, ""]).encode()


@pytest.fixture
def campaign(team):
    return people.draft(team, currency="EUR", budget="100,000")


def kept(grain: str = ""):
    """What is kept of each day, in their order."""
    query = select(DailyResult).where(DailyResult.grain_key == grain).order_by(DailyResult.on)
    found = db.session.scalars(query.execution_options(populate_existing=True))
    return [fact.extra for fact in found]


def test_other_cells_stay_with_their_day_as_they_stand(campaign, alice):
    rows = ("A,2026-05-01,1.00,100,7,EUR,1.234,007", "A,2026-05-02,1.00,90,7,EUR,--,  8 ")

    commit(stage(campaign, alice, tiktok(*rows)), alice)

    assert kept() == [
        {"Reach": "1.234", "2-second video views": "007"},
        {"2-second video views": "8"},
    ]


def test_a_hidden_number_is_kept_as_it_was_written(campaign, alice):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,<5,<5,EUR,<5,")), alice)

    (found,) = kept()
    assert found == {"Impressions": "<5", "Clicks (destination)": "<5", "Reach": "<5"}


def test_a_day_of_several_lines_keeps_a_cell_of_each_where_they_differ(campaign, alice):
    rows = (
        "A,2026-05-01,1.00,10,1,EUR,4,same",
        "B,2026-05-01,1.00,10,1,EUR,9,other",
        "A,2026-05-01,2.00,20,2,EUR,,same",
        "Total,-,4.00,40,4,EUR,,",
    )

    commit(stage(campaign, alice, tiktok(*rows, more="Reach,Note")), alice)

    assert {"Reach": ["4", ""], "Note": "same"} in kept()
    assert {"Reach": "9", "Note": "other"} in kept()


def test_a_report_without_other_columns_keeps_nothing(campaign, alice):
    content = "\n".join([HEADER, "A,2026-05-01,1.00,100,7,EUR", ""]).encode()

    commit(stage(campaign, alice, content), alice)

    assert kept() == [None]
    assert db.session.scalar(select(DailyResult.id).where(DailyResult.extra.is_(None))) is not None


def test_the_newest_report_decides_what_is_kept_and_its_undo_gives_the_earlier_back(
    campaign, alice
):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,100,7,EUR,50,é “x”")), alice)

    newer = stage(campaign, alice, tiktok("A,2026-05-01,1.00,100,7,EUR,60,"))
    found = [row.verdict for row in rows_of(newer)]
    newer = commit(newer, alice)
    between = kept()
    undo_import(import_batch_id=newer.id, version=newer.version, by=alice.actor)

    assert found == ["update"]
    assert between == [{"Reach": "60"}]
    assert kept() == [{"Reach": "50", "2-second video views": "é “x”"}]
    assert newer.facts.get("kept", 0) == 0


def test_an_undo_leaves_a_day_whose_kept_cells_a_newer_report_replaced(campaign, alice):
    older = commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,100,7,EUR,50,")), alice)
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,100,7,EUR,60,")), alice)

    undo_import(import_batch_id=older.id, version=older.version, by=alice.actor)

    assert kept() == [{"Reach": "60"}]
    assert older.facts["kept"] == 1


def test_the_same_cells_again_change_nothing(campaign, alice):
    content = tiktok("A,2026-05-01,1.00,100,7,EUR,50,é “x”")
    commit(stage(campaign, alice, content), alice)

    assert [row.verdict for row in rows_of(stage(campaign, alice, content))] == ["skip"]


def test_a_day_given_by_hand_keeps_no_cells_of_the_report_before_it(campaign, alice):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,100,7,EUR,50,")), alice)
    (part,) = (one for one in parts_of(campaign.id) if one.name == "A")

    day = Day(on="2026-05-01", spend="2", impressions=3)
    record_results(ad_campaign_id=part.id, days=[day], by=alice.actor)

    assert kept() == [None]


def test_a_column_that_was_mapped_to_nothing_is_kept(campaign, alice):
    content = b"Tag,Wer,Euro,Gesehen,Notiz\n2026-05-01,A,1.00,10,gut\n2026-05-02,A,2.00,20,\n"
    batch = stage(campaign, alice, content)
    columns = {"day": 0, "campaign": 1, "spend": 2, "impressions": 3}
    batch = answer(batch, alice, columns=columns, platform="x", order="", decimal="")
    batch = answer(batch, alice, currency="EUR")

    commit(batch, alice)

    assert kept() == [{"Notiz": "gut"}, None]


def test_a_huge_cell_is_cut_with_a_mark(campaign, alice):
    commit(stage(campaign, alice, tiktok(f"A,2026-05-01,1.00,100,7,EUR,50,{'x' * 90_000}")), alice)

    (found,) = kept()
    assert found["Reach"] == "50"
    assert found["2-second video views"].endswith("x…")
    assert len(json.dumps(found)) <= 4000


def test_of_very_many_columns_the_last_are_left_out_with_a_mark(campaign, alice):
    names = [f"Custom metric number {n:03}" for n in range(900)]
    row = "A,2026-05-01,1.00,100,7,EUR," + ",".join("12" for _ in names)

    commit(stage(campaign, alice, tiktok(row, more=",".join(names))), alice)

    (found,) = kept()
    assert len(json.dumps(found)) <= 4000
    assert found[names[0]] == "12"
    assert found["…"] == f"{900 - len(found) + 1} more"


def test_columns_of_one_name_are_kept_apart(campaign, alice):
    row = "A,2026-05-01,1.00,100,7,EUR,a,b"

    commit(stage(campaign, alice, tiktok(row, more="Note,Note")), alice)

    assert kept() == [{"Note": "a", "Note (8)": "b"}]


def test_the_review_shows_what_is_kept_of_each_line(app, team, campaign, alice):
    batch = stage(campaign, alice, tiktok("A,2026-05-01,1.00,<5,1,EUR,50,<b>"))

    page = signed_in(app, team.alice).get(f"/campaigns/{campaign.id}/imports/{batch.id}").text

    assert "3 other columns" in page
    assert "Impressions: &lt;5</div>" in page
    assert "2-second video views: &lt;b&gt;</div>" in page


def test_the_file_of_a_campaigns_days_has_what_was_kept(app, team, campaign, alice):
    commit(stage(campaign, alice, tiktok("A,2026-05-01,1.00,100,1,EUR,50,x")), alice)

    answer = signed_in(app, team.alice).get(f"/campaigns/{campaign.id}/spend.csv")

    (day,) = csv.DictReader(answer.text.lstrip("\ufeff").splitlines())
    assert day["Other columns"] == "Reach: 50; 2-second video views: x"


def test_conversions_that_do_not_add_up_are_kept_as_cells(campaign, alice):
    rows = ("A,2026-05-01,1.00,100,7,EUR,3", "Total,-,1.00,100,7,EUR,8")

    batch = commit(stage(campaign, alice, tiktok(*rows, more="Conversions")), alice)

    assert kept() == [{"Conversions": "3"}]
    assert "Conversions" in batch.facts["others"]
