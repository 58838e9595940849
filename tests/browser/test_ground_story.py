"""One campaign, from sign-up to its end: two people, an import, a launch that the clock makes,
pages that stay live.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, fill, press
from tests.imports.reports import Report
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("javascript", [True, False], ids=["live", "without_javascript"])
def test_a_campaign_goes_from_a_sign_up_to_its_end(
    visitors: Visitors, product: Served, tmp_path: Path, javascript: bool
) -> None:
    alice = Desk(visitors("Alice", javascript=javascript), live=javascript)
    bob = Desk(visitors("Bob", javascript=javascript), live=javascript)
    today = datetime.now(UTC).date()

    # Alice founds the team and lets Bob in.
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    bob.join(alice.invites("manager"), "Bob Brook", "bob@example.com")

    # A campaign with its platforms; the split sums to the cent.
    path = alice.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        description="The single and its video",
        target_audience="People who liked the last one",
        currency="IDR",
        budget="5,000,000",
        start_on=today + timedelta(days=1),
        target_on=today + timedelta(days=4),
        platforms=["google", "instagram", "tiktok"],
    )
    campaign_id = path.rsplit("/", 1)[1]
    budget = alice.open(f"{path}/budget")
    shares = [float(box.input_value()) for box in budget.locator("[name=shares]").all()]
    assert sum(round(share * 100) for share in shares) == 500_000_000
    assert len(shares) == 3

    bobs_page = bob.open(path)
    bobs_home = bob.open("/")
    status = f"#campaign-{campaign_id}-status"
    bob.sees(bobs_page, status, "Draft")

    # The report exactly as it is downloaded: reviewed, then committed; the second time nothing
    # changes.
    report = Report(currency="IDR", first=today - timedelta(days=6), days=5)
    file = tmp_path / "report.csv"
    file.write_bytes(report.as_bytes())
    for expected in ("create", "skip"):
        upload = alice.open(f"{path}/imports")
        upload.locator("input[type=file]").set_input_files(file)
        press(upload, "form[enctype='multipart/form-data'] button:not([type=button])")
        upload.wait_for_url("**/imports/*")
        alice.sees(upload, "main", report.total_words)
        assert expected in upload.locator("main").inner_text().lower()
        press(upload, "form[action$='/commit'] button:not([type=button])")
        bob.sees(bobs_page, f"#campaign-{campaign_id}-numbers", report.total_words)

    # Alice asks, Bob sees it come in and approves.
    hers = alice.open(path)
    press(hers, "form[action$='/submit'] button:not([type=button])")
    bob.sees(bobs_page, status, "Waiting for approval")
    bob.sees(bobs_home, "[id$='-approvals-badge']", "1")
    inbox = bob.open("/approvals")
    assert "Launch Paper Lanterns" in inbox.locator("main").inner_text()
    inbox.locator("[name=decision][value=approve]").check()
    press(inbox, "form[action$='/decision'] button:not([type=button])")
    bob.sees(bobs_page, status, "Scheduled")

    # The clock starts it; people pause and resume it; the log says why.
    product.travel(timedelta(days=1).total_seconds())
    bob.sees(bobs_page, status, "Active")
    bob.sees(bobs_home, f"#campaign-{campaign_id}-row", "Active")
    hers = alice.open(path)
    press(hers, "button[name=move][value=pause]")
    bob.sees(bobs_page, status, "Paused")
    if javascript:
        bobs_page.locator("button[name=move][value=resume]").wait_for()
    press(bobs_page, "button[name=move][value=resume]")
    alice.sees(hers, status, "Active")

    # Two people edit the same campaign: the second is shown both versions.
    mine, theirs = alice.open(f"{path}/edit"), bob.open(f"{path}/edit")
    fill(mine, name="Paper Lanterns, the single")
    press(mine, "form[action$='/edit'] button:not([type=button])")
    mine.wait_for_url(f"**{path}")
    fill(theirs, name="Paper Lanterns (Bob)")
    press(theirs, "form[action$='/edit'] button:not([type=button])")
    words = theirs.locator("main").inner_text()
    assert "Paper Lanterns, the single" in words
    assert theirs.locator("[name=name]").input_value() == "Paper Lanterns (Bob)"

    # Its end comes; what is over can be archived.
    product.travel(timedelta(days=5).total_seconds())
    bob.sees(bobs_page, status, "Completed")
    activity = alice.open(f"{path}/activity")
    for line in ("Launched", "Paused", "Resumed", "Completed", "Imported a report"):
        alice.sees(activity, "main", line)
    done = bob.open(path)
    press(done, "form[action$='/archive'] button:not([type=button])")
    bob.sees(done, "main", "Archived")

    for visitor in visitors.all:
        assert visitor.complaints == []


def test_a_campaign_can_be_cancelled_with_a_reason(visitors: Visitors, product: Served) -> None:
    alice = Desk(visitors("Alice"), live=True)
    today = datetime.now(UTC).date()
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    path = alice.plans(
        name="Winter tour",
        type="tour",
        objective="tickets",
        budget="100",
        start_on=today,
        target_on=today + timedelta(days=9),
        platforms=[],
    )

    page = alice.open(f"{path}/cancel")
    fill(page, reason="The venue withdrew")
    press(page, "main form[action$='/moves'] button.danger")

    alice.sees(page, "main", "Cancelled")
    alice.sees(alice.open(f"{path}/activity"), "main", "The venue withdrew")
    assert visitors.all[0].complaints == []
