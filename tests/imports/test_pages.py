"""The pages of an import: choose, review, commit; what is wrong stands beside the field."""

import io
import re

import pytest

from tests import people
from tests.ads.meta_files import ROWS
from tests.clients import signed_in
from tests.imports.staged import commit, report, stage, stored
from webapp.db import db, find
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


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("&#39;", "'").split())


def test_a_report_is_uploaded_reviewed_and_committed(browser, campaign):
    sent = upload(browser, campaign.id, report())
    review = browser.get(sent.location)
    done = browser.post(f"{sent.location}/commit", data={"version": "1"})

    assert sent.status_code == 303
    assert "create 4 and update 0 days" in text(review)
    assert "€30.06; the file's own total is the same" in text(review)
    assert done.status_code == 303
    assert len(stored()) == 4
    assert "Imported" in text(browser.get(done.location))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"Device,Cost\nPhone,3\n", "not those of a report that is read here"),
        (report().replace(b"EUR", b"USD"), "in USD, this campaign in EUR"),
        (report([(*ROWS[0][:4], "11")]), "do not add up"),
    ],
)
def test_a_wrong_file_is_refused_beside_the_field(browser, campaign, content, words):
    answer = upload(browser, campaign.id, content, "../May\u202e.csv")

    assert answer.status_code == 422
    assert words in text(answer)
    assert 'aria-describedby="file-error"' in answer.text
    assert "You chose May.csv." in text(answer)
    assert db.session.query(ImportBatch).count() == 0


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


def test_rejected_lines_show_their_line_and_reason(browser, campaign, alice):
    rows = [*ROWS, ("Late", "3 March", "1", "1", "1")]
    batch = stage(campaign, alice, report(rows, total=None))

    answer = browser.get(f"/campaigns/{campaign.id}/imports/{batch.id}?show=reject")

    assert "6 “3 March” is no day as Meta writes it" in text(answer)
    assert "Winter" not in text(answer)


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
    signed_in(app, bob).post(path, data={"version": "1"})

    answer = browser.post(path, data={"version": "1"})

    assert answer.status_code == 409
    assert "This report was imported already." in text(answer)


def test_the_same_press_sent_twice_is_answered_as_once(browser, campaign, alice):
    batch = stage(campaign, alice, report())
    path = f"/campaigns/{campaign.id}/imports/{batch.id}/commit"

    answers = [
        browser.post(path, data={"version": "1", "form_token": "the same"}) for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [303, 303]
    assert find(ImportBatch, batch.id).version == 2


def test_a_stale_review_is_shown_again_as_it_is_now(browser, campaign, alice, bob):
    batch = stage(campaign, alice, report())
    commit(stage(campaign, bob, report(ROWS[:2], total=None)), bob)

    answer = browser.post(
        f"/campaigns/{campaign.id}/imports/{batch.id}/commit",
        data={"version": "1", "form_token": "one press"},
    )

    assert answer.status_code == 409
    assert "Nothing was imported" in text(answer)
    assert "create 2 and update 0 days" in text(answer)
    assert 'name="version" value="2"' in answer.text


def test_a_discarded_import_offers_nothing_more(browser, campaign, alice):
    batch = stage(campaign, alice, report())
    path = f"/campaigns/{campaign.id}/imports/{batch.id}"

    browser.post(f"{path}/discard", data={"version": "1"})

    assert "/commit" not in browser.get(path).text


def test_the_same_file_is_recognised_and_would_change_nothing(browser, campaign, alice):
    commit(stage(campaign, alice, report()), alice)

    answer = browser.get(upload(browser, campaign.id, report()).location)

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
