"""Charts: drawn by the server at once, by the library when they are looked at, redrawn while
somebody looks; and all of it without a script.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, press
from tests.imports.reports import Report
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def a_campaign(alice: Desk) -> str:
    today = datetime.now(UTC).date()
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    return alice.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        budget="9,000",
        start_on=today,
        target_on=today + timedelta(days=20),
        platforms=["google"],
    )


def imports(alice: Desk, path: str, folder: Path, *, days: int) -> Report:
    """A report of the last days, imported as a person does it."""
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    report = Report(currency="USD", first=first, days=days)
    file = folder / f"{days}.csv"
    file.write_bytes(report.as_bytes())
    page = alice.open(f"{path}/imports")
    page.locator("input[type=file]").set_input_files(file)
    press(page, "form[enctype='multipart/form-data'] button:not([type=button])")
    page.wait_for_url("**/imports/*")
    alice.sees(page, "main", "Importing would create")
    press(page, "form[action$='/commit'] button:not([type=button])")
    alice.sees(page, "main", "Imported")
    return report


def test_the_library_draws_over_the_page_and_a_push_leaves_the_table_open(
    visitors: Visitors, product: Served, tmp_path: Path
) -> None:
    alice = Desk(visitors("Alice"), live=True)
    path = a_campaign(alice)
    imports(alice, path, tmp_path, days=2)

    page = alice.open(f"{path}/spend")
    page.locator("figure[data-figure] .drawn .main-svg").first.wait_for()
    page.locator("details summary", has_text="Show as table").click()
    table = page.locator("[id$='-spend-table']")
    expect(table.locator("tbody tr")).to_have_count(2)

    report = imports(alice, path, tmp_path, days=4)

    expect(table.locator("tbody tr")).to_have_count(4)
    expect(table).to_be_visible()
    expect(page.locator("[id$='-spend-numbers']")).to_contain_text(report.total_words)
    page.locator("figure[data-figure] .drawn .main-svg").first.wait_for()
    assert alice.visitor.complaints == []


def test_without_a_script_the_charts_and_filters_are_there(
    visitors: Visitors, product: Served, tmp_path: Path
) -> None:
    alice = Desk(visitors("Alice", javascript=False), live=False)
    path = a_campaign(alice)
    report = imports(alice, path, tmp_path, days=3)

    spend = alice.open(f"{path}/spend")
    assert spend.locator("figure svg path.seg").count() == 1
    page = alice.open("/analytics")
    assert report.total_words in page.locator("main").inner_text()
    page.locator("[name=platform]").select_option("google")
    page.locator("noscript button, .toolbar button").first.click()

    assert "platform=google" in page.url
    assert "No results in these days" in page.locator("main").inner_text()


def test_a_number_is_charted_by_pressing_it_and_the_address_follows(
    visitors: Visitors, product: Served, tmp_path: Path
) -> None:
    alice = Desk(visitors("Alice"), live=True)
    path = a_campaign(alice)
    imports(alice, path, tmp_path, days=3)

    page = alice.open("/analytics")
    page.locator("a.kpi", has_text="Clicks").click()
    page.wait_for_url("**measure=clicks")
    expect(page.locator("a.kpi.on")).to_contain_text("Clicks")
    page.locator("figure[data-figure] .drawn .main-svg").first.wait_for()
    with page.expect_download() as saved:
        page.locator("a[download]").click()

    lines = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("Date,Campaign,Platform,Currency,Spend")
    assert len(lines) == 1 + 3
    assert alice.visitor.complaints == []
