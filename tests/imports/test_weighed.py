"""What a person is asked and shown before a report is imported: days over the daily budget, and
earlier reports of the same days.
"""

from datetime import date, timedelta

import pytest

from tests import people
from tests.ads import platform_files as files
from tests.ads.meta_files import HEADER, ROWS, as_bytes
from tests.clients import signed_in
from tests.imports.staged import commit, confirm, report, rows_of, stage, stored
from webapp.core.errors import Invalid
from webapp.db import find
from webapp.imports.commands import commit_import, undo_import
from webapp.imports.models import ImportBatch

#: 15 days at 8.00: the first day of the usual report, 17.51, is more than twice that.
SMALL = "120"
SPLIT_HEADER = (*HEADER[:2], "Platform", *HEADER[2:])
CHANGED = (*ROWS[:3], ("Spring, still", "2026-03-02", "110", "12", "8.5"))


def drafted(team, budget):
    today = date(2026, 3, 1)
    return people.draft(
        team,
        currency="EUR",
        budget=budget,
        start_on=today,
        target_on=today + timedelta(days=14),
    )


@pytest.fixture
def campaign(team):
    return drafted(team, "100,000")


@pytest.fixture
def small(team):
    return drafted(team, SMALL)


def over_plan(batch):
    return batch.facts["over_plan"]


def beside(batch):
    (found,) = batch.facts["beside"]
    return found


def accept(batch, by):
    commit_import(import_batch_id=batch.id, version=batch.version, accepted=True, by=by.actor)
    people.run_background()
    return find(ImportBatch, batch.id)


def split_by_platform(rows):
    """The usual rows, each on two platforms, half and half."""
    return as_bytes(
        [
            (
                name,
                day,
                platform,
                str(int(shown) // 2),
                clicks and str(int(clicks) // 2),
                f"{float(spent) / 2:.3f}",
                day,
                day,
            )
            for name, day, shown, clicks, spent in rows
            for platform in ("facebook", "instagram")
        ],
        header=SPLIT_HEADER,
    )


def over_a_period(spent):
    """The same two campaigns summed up over the two days."""
    rows = [("Winter | video", "700", "10", spent), ("Spring, still", "300", "30", "15.00")]
    header = (HEADER[0], *HEADER[2:])
    return as_bytes([(*row, "2026-03-01", "2026-03-02") for row in rows], header=header)


# --- days over the daily budget -------------------------------------------------------------------


def test_a_day_over_twice_the_daily_budget_is_asked_about_and_not_refused(small, alice):
    batch = stage(small, alice, report())

    assert batch.state == "review"
    assert over_plan(batch) == {
        "per_day_cents": 800,
        "count": 1,
        "days": [{"on": "2026-03-01", "cents": 1751}],
    }


def test_without_an_answer_nothing_is_imported(small, alice):
    batch = stage(small, alice, report())

    with pytest.raises(Invalid):
        confirm(batch, alice)

    assert find(ImportBatch, batch.id).state == "review"


def test_the_answer_is_kept_with_the_batch(small, alice):
    batch = accept(stage(small, alice, report()), alice)

    answer = batch.options["accepted"]
    assert batch.state == "committed"
    assert (answer["by"], answer["count"], answer["days"][0]["cents"]) == (alice.id, 1, 1751)
    assert len(stored()) == 4


def test_a_day_of_exactly_twice_the_daily_budget_is_not_asked_about(team, alice):
    campaign = drafted(team, "131.40")  # 8.76 a day
    rows = [("Winter | video", "2026-03-01", "400", "10", "17.52"), ROWS[1]]

    batch = stage(campaign, alice, report(rows, total=None))

    assert over_plan(batch) is None


def test_what_other_platforms_spent_that_day_counts_too(team, alice):
    campaign = drafted(team, "180")  # 12.00 a day
    commit(stage(campaign, alice, report()), alice)
    content = b"Day,Campaign,Currency code,Clicks,Impr.,Cost\n2026-03-01,Lanterns,EUR,5,100,8.00\n"

    batch = stage(campaign, alice, content)

    assert over_plan(batch)["days"] == [{"on": "2026-03-01", "cents": 2551}]


def test_a_day_that_does_not_grow_is_not_asked_about_again(small, alice):
    accept(stage(small, alice, report()), alice)

    again = stage(small, alice, report())

    assert over_plan(again) is None


def test_the_page_asks_and_takes_the_answer(app, team, small, alice):
    browser = signed_in(app, team.alice)
    batch = stage(small, alice, report())
    path = f"/campaigns/{small.id}/imports/{batch.id}"

    page = browser.get(path)
    refused = browser.post(f"{path}/commit", data={"version": batch.version})
    taken = browser.post(f"{path}/commit", data={"version": batch.version, "accepted": "1"})
    people.run_background()

    assert "1 day spends more than twice the daily budget" in page.text
    assert refused.status_code == 422
    assert "Say that these amounts are right" in refused.text
    assert taken.status_code == 303
    assert "Alice Arden</bdi> said that these amounts are right" in browser.get(path).text


# --- earlier reports of the same days -------------------------------------------------------------


def test_two_downloads_that_disagree_are_shown_with_both_numbers(campaign, alice):
    first = commit(stage(campaign, alice, report()), alice)

    newer = stage(campaign, alice, report(CHANGED, total=None))

    found = beside(newer)
    assert (found["batch_id"], found["differs"]) == (
        first.id,
        ["spend_cents", "impressions", "clicks"],
    )
    assert found["here"] == {"spend_cents": 3106, "impressions": 1010, "clicks": 42}
    assert found["there"] == {"spend_cents": 3006, "impressions": 1000, "clicks": 40}


def test_a_breakdown_of_the_same_days_says_the_same(campaign, alice):
    commit(stage(campaign, alice, report(total=None)), alice)

    batch = stage(campaign, alice, split_by_platform(ROWS))

    assert beside(batch)["differs"] == []
    assert beside(batch)["here"]["spend_cents"] == 3004  # each half rounded to the cent


def test_a_report_that_cannot_be_told_apart_is_shown_with_both_numbers(campaign, alice):
    commit(stage(campaign, alice, split_by_platform(ROWS)), alice)

    batch = stage(campaign, alice, report(CHANGED, total=None))

    assert beside(batch)["differs"][:2] == ["spend_cents", "impressions"]
    row = rows_of(batch)[3]
    assert (row.verdict, row.before["spend_cents"], row.after["spend_cents"]) == (
        "reject",
        750,
        850,
    )


@pytest.mark.parametrize(("spent", "differs"), [("15.06", []), ("16.06", ["spend_cents"])])
def test_a_period_is_compared_with_the_sum_of_its_days(campaign, alice, spent, differs):
    commit(stage(campaign, alice, report()), alice)

    batch = stage(campaign, alice, over_a_period(spent), options={"spread": True})

    assert beside(batch)["differs"] == differs


def test_campaigns_only_the_earlier_report_has_are_counted(campaign, alice):
    commit(stage(campaign, alice, report()), alice)

    batch = stage(campaign, alice, report(ROWS[:2], total=None))

    found = beside(batch)
    assert (found["differs"], found["missing"], found["missing_cents"]) == ([], 1, 1500)


def test_only_days_both_are_about_are_compared(campaign, alice):
    commit(stage(campaign, alice, report()), alice)
    later = [("Winter | video", "2026-03-02", "300", "", "5.05")]
    later += [("Winter | video", "2026-03-03", "900", "9", "99.00")]

    batch = stage(campaign, alice, report(later, total=None))

    found = beside(batch)
    assert (found["first_on"], found["last_on"]) == ("2026-03-02", "2026-03-02")
    assert (found["differs"], found["here"]["spend_cents"]) == ([], 505)


def test_what_was_taken_back_is_not_compared(campaign, alice):
    first = commit(stage(campaign, alice, report()), alice)
    undo_import(import_batch_id=first.id, version=first.version, by=alice.actor)

    assert stage(campaign, alice, report()).facts["beside"] == []


def test_a_day_several_reports_are_about_is_compared_with_the_newest(campaign, alice):
    commit(stage(campaign, alice, report()), alice)
    second = commit(stage(campaign, alice, report(CHANGED, total=None)), alice)

    again = stage(campaign, alice, report(CHANGED, total=None))

    assert (beside(again)["batch_id"], beside(again)["differs"]) == (second.id, [])


def test_a_whole_account_is_compared_with_its_campaigns(campaign, alice):
    commit(stage(campaign, alice, files.google()), alice)
    card = "Date,Clicks,Impressions,Cost,Avg. CPC\n" + "".join(
        f'"Sun, {day} Mar 2026",10,100,€1.00,€0.10\n' for day in (1, 2, 3, 4)
    )

    batch = stage(campaign, alice, card.encode(), options={"currency": "EUR"})

    assert beside(batch)["differs"] == ["spend_cents", "impressions", "clicks"]
    assert beside(batch)["there"]["spend_cents"] == int(files.SPEND * 100)


def test_the_page_shows_both_numbers_before_anything_is_imported(app, team, campaign, alice):
    commit(stage(campaign, alice, report()), alice)
    batch = stage(campaign, alice, report(CHANGED, total=None))

    page = signed_in(app, team.alice).get(f"/campaigns/{campaign.id}/imports/{batch.id}")

    assert "€31.06" in page.text
    assert "€30.06" in page.text
    assert "disagree" in page.text
