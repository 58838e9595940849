"""The pages of an import: choose, review, commit; what is wrong stands beside the field."""

import io
import re
from datetime import timedelta

import pytest

from tests import people
from tests.ads.meta_files import ROWS
from tests.clients import signed_in
from tests.imports.staged import commit, report, stage, stored
from webapp.core import clock, zones
from webapp.db import find
from webapp.imports.models import ImportBatch


@pytest.fixture
def campaign(team):
    return people.draft(team, currency="EUR")


@pytest.fixture
def browser(app, alice):
    return signed_in(app, alice)


def upload(browser, campaign_id, content, name="report.csv"):
    return browser.post(
        f"/campaigns/{campaign_id}/imports", data={"file": (io.BytesIO(content), name)}
    )


def version_of(answer) -> dict[str, str]:
    """The version the import's form would send: it is the last one of the page."""
    return {"version": re.findall(r'name="version" value="(\d+)"', answer.text)[-1]}


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("&#39;", "'").split())


def test_a_report_is_uploaded_reviewed_and_committed(browser, campaign):
    sent = upload(browser, campaign.id, report())
    waiting = browser.get(sent.location)
    people.run_background()
    review = browser.get(sent.location)
    done = browser.post(f"{sent.location}/commit", data=version_of(review))
    people.run_background()

    assert sent.status_code == 303
    assert "The file is being read." in text(waiting)
    assert 'http-equiv="refresh"' in waiting.text
    assert "would create 4 days" in text(review)
    assert "€30.06; the file's own total is the same" in text(review)
    assert done.status_code == 303
    assert len(stored()) == 4
    assert "Imported" in text(browser.get(done.location))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "damaged Excel workbook"),
        (report().replace(b"EUR", b"USD"), "in USD, this campaign in EUR"),
        (report([(*ROWS[0][:4], "11")]), "do not add up"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(browser, campaign, content, words):
    sent = upload(browser, campaign.id, content, "../May\u202e.csv")
    people.run_background()

    answer = browser.get(sent.location)

    assert words in text(answer)
    assert "Nothing was changed." in text(answer)
    assert "May.csv" in text(answer)
    assert "/commit" not in answer.text


def test_a_campaign_without_imports_says_so(browser, campaign):
    answer = browser.get(f"/campaigns/{campaign.id}/imports")

    assert answer.status_code == 200
    assert "No report was imported yet." in text(answer)
    assert "Up to 40 MB, in EUR" in text(answer)


def test_imports_are_listed_with_their_state_and_spend(browser, campaign, alice):
    commit(stage(campaign, alice, report()), alice)

    answer = browser.get(f"/campaigns/{campaign.id}/imports")

    assert "report.csv Imported" in text(answer)
    assert "€30.06 Alice Arden" in text(answer)


def test_no_file_at_all_is_said_beside_the_field(browser, campaign):
    answer = browser.post(f"/campaigns/{campaign.id}/imports", data={})

    assert answer.status_code == 422
    assert "Choose the report first." in text(answer)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n", "This is a picture, not a report."),
        (b"%PDF-1.7", "This is a PDF document"),
        (b"MZ\x90\x00", "it holds NUL bytes"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_beside_the_field(browser, campaign, content, words):
    answer = upload(browser, campaign.id, content, "holiday.csv")

    assert answer.status_code == 422
    assert words in text(answer)
    assert "You chose holiday.csv." in text(answer)
    assert "No report was imported yet." in text(answer)


def test_rejected_lines_show_their_line_and_reason(browser, campaign, alice):
    rows = [*ROWS, ("Late", "3 March", "1", "1", "1")]
    batch = stage(campaign, alice, report(rows, total=None))

    answer = browser.get(f"/campaigns/{campaign.id}/imports/{batch.id}?show=reject")

    assert "6 “3 March” is no day." in text(answer)
    assert "Winter" not in text(answer)


def test_rejected_lines_can_be_taken_home_as_text_no_spreadsheet_runs(browser, campaign, alice):
    rows = [*ROWS, ("=1+1", "3 March", "1", "1", "1")]
    batch = stage(campaign, alice, report(rows, total=None))

    answer = browser.get(f"/campaigns/{campaign.id}/imports/{batch.id}/rejects.csv")

    lines = answer.data.decode("utf-8-sig").splitlines()
    assert answer.mimetype == "text/csv"
    assert lines[0] == "line,reason,cells"
    assert lines[1].startswith("6,“3 March” is no day.,'=1+1,3 March,1,1,1")


def test_what_a_file_leaves_open_is_asked_with_what_it_holds(browser, campaign):
    sent = upload(browser, campaign.id, b"When,Shown,Paid\n2026-03-01,100,1.50\n")
    people.run_background()
    asked = browser.get(sent.location)
    told = version_of(asked) | {
        "column_0": "day",
        "column_1": "impressions",
        "column_2": "spend",
        "platform": "x",
        "order": "",
        "decimal": "",
    }

    missing = browser.post(f"{sent.location}/answer", data=told | {"column_2": ""})
    twice = browser.post(f"{sent.location}/answer", data=told | {"column_1": "day"})
    taken = browser.post(f"{sent.location}/answer", data=told)
    people.run_background()

    assert "Which column is which?" in text(asked)
    assert "2026-03-01" in text(asked)
    assert missing.status_code == twice.status_code == 422
    assert "Say which column is “Amount spent”." in text(missing)
    assert "Two columns are “Day”" in text(twice)
    assert '<option value="x" selected>' in twice.text
    assert taken.status_code == 303
    assert "In which currency are its amounts?" in text(browser.get(sent.location))


def test_an_import_is_taken_back_by_who_may(app, browser, team, campaign, alice):
    batch = commit(stage(campaign, alice, report()), alice)
    path = f"/campaigns/{campaign.id}/imports/{batch.id}"
    member = signed_in(app, team.mia)

    assert "Undo this import" not in member.get(path).text
    answer = browser.post(f"{path}/undo", data=version_of(browser.get(path)))

    assert answer.status_code == 303
    assert "This import was taken back." in text(browser.get(path))
    assert stored() == {}


def test_long_files_are_paged_by_key(browser, campaign, alice):
    rows = [(f"Part {index:03}", "2026-03-01", "1", "1", "1") for index in range(120)]
    batch = stage(campaign, alice, report(rows, total=None))
    path = f"/campaigns/{campaign.id}/imports/{batch.id}"

    first = browser.get(path)
    after = re.search(r"after=(\d+)", first.text).group(1)
    second = browser.get(f"{path}?after={after}", headers={"HX-Request": "true"})

    assert "Part 049" in first.text
    assert "Part 050" not in first.text
    assert "Part 050" in second.text
    assert "<html" not in second.text


def test_the_second_of_two_people_is_told_that_it_is_imported(app, browser, campaign, alice, bob):
    batch = stage(campaign, alice, report())
    path = f"/campaigns/{campaign.id}/imports/{batch.id}/commit"
    signed_in(app, bob).post(path, data={"version": "2"})
    people.run_background()

    answer = browser.post(path, data={"version": "2"})

    assert answer.status_code == 409
    assert "This report was imported already." in text(answer)


def test_the_same_press_sent_twice_is_answered_as_once(browser, campaign, alice):
    batch = stage(campaign, alice, report())
    path = f"/campaigns/{campaign.id}/imports/{batch.id}/commit"

    answers = [
        browser.post(path, data={"version": "2", "form_token": "the same"}) for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [303, 303]
    assert find(ImportBatch, batch.id).version == 3


def test_a_stale_review_is_shown_again_as_it_is_now(browser, campaign, alice, bob):
    batch = stage(campaign, alice, report())
    commit(stage(campaign, bob, report(ROWS[:2], total=None)), bob)

    path = f"/campaigns/{campaign.id}/imports/{batch.id}"
    browser.post(f"{path}/commit", data={"version": "2"})
    people.run_background()
    answer = browser.get(path)

    assert "Nothing was imported" in text(answer)
    assert "would create 2 days" in text(answer)
    assert version_of(answer) == {"version": "4"}


def test_a_discarded_import_offers_nothing_more(browser, campaign, alice):
    batch = stage(campaign, alice, report())
    path = f"/campaigns/{campaign.id}/imports/{batch.id}"

    browser.post(f"{path}/discard", data={"version": "2"})

    assert "/commit" not in browser.get(path).text


def test_the_same_file_is_recognised_and_would_change_nothing(browser, campaign, alice):
    commit(stage(campaign, alice, report()), alice)

    sent = upload(browser, campaign.id, report())
    people.run_background()
    answer = browser.get(sent.location)

    assert "This very file was imported before" in text(answer)
    assert "Nothing would change: skip all 4 days" in text(answer)


def test_a_viewer_sees_imports_and_cannot_run_one(app, team, campaign, alice):
    batch = stage(campaign, alice, report())
    browser = signed_in(app, team.vera)

    page = browser.get(f"/campaigns/{campaign.id}/imports/{batch.id}")

    assert page.status_code == 200
    assert "/commit" not in page.text
    assert upload(browser, campaign.id, report()).status_code == 403


def test_an_import_of_another_campaign_is_not_there(browser, team, campaign, alice):
    batch = stage(campaign, alice, report())
    other = people.draft(team, name="Elsewhere", currency="EUR")

    assert browser.get(f"/campaigns/{other.id}/imports/{batch.id}").status_code == 404


def test_markup_in_names_is_shown_as_text(browser, campaign, alice):
    rows = [("<script>alert(1)</script>", *ROWS[0][1:])]
    batch = stage(campaign, alice, report(rows, total=None), file_name="<b>.csv")

    answer = browser.get(f"/campaigns/{campaign.id}/imports/{batch.id}")

    assert "<script>alert" not in answer.text
    assert "&lt;b&gt;.csv" in answer.text


def test_columns_that_become_no_number_are_named(browser, campaign, alice):
    header = "Day,Campaign,Currency code,Clicks,Impr.,Cost,Reach,Viewability,Empty\n"
    batch = stage(
        campaign, alice, f"{header}2026-05-01,Winter,EUR,5,1000,12.50,900,0.31, --\n".encode()
    )

    page = browser.get(f"/campaigns/{campaign.id}/imports/{batch.id}")

    assert batch.facts["others"] == ["Reach", "Viewability"]
    assert "2 other columns are kept as they stand" in text(page)


@pytest.mark.parametrize(("day", "is_open"), [(0, True), (-1, False)])
def test_a_last_day_that_is_not_over_is_told(browser, campaign, alice, day, is_open):
    on = zones.today(clock.now(), campaign.zone) + timedelta(days=day)
    content = f"Day,Campaign,Currency code,Clicks,Impr.,Cost\n{on},Winter,EUR,5,1000,12.50\n"
    batch = stage(campaign, alice, content.encode())

    page = browser.get(f"/campaigns/{campaign.id}/imports/{batch.id}")

    assert ("last day was not over yet" in page.text) is is_open
