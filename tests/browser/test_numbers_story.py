"""Numbers in, a link out: one report of every platform comes to its own total, one is taken back,
and an outsider watches it all through a link until it is revoked.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.ads import platform_files as files
from tests.browser.conftest import Visitors
from tests.browser.desk import PATIENCE, Desk, fill, press
from tests.served import Served
from webapp.core import money

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: One file a platform, as it is downloaded, and whether it carries its own total.
REPORTS: dict[str, tuple[Callable[[], bytes], bool]] = {
    "google.csv": (files.google, True),
    "meta.csv": (files.meta, True),
    "linkedin.csv": (files.linkedin, False),
    "tiktok.csv": (files.tiktok, True),
}
CENTS = int(files.SPEND * 100)


def euros(cents: int, *, exact: bool = False) -> str:
    return money.words(cents, "EUR", cents=exact)


@pytest.mark.parametrize("javascript", [True, False], ids=["live", "without_javascript"])
def test_every_platforms_report_goes_in_and_an_outsider_sees_the_sum(
    visitors: Visitors, product: Served, tmp_path: Path, javascript: bool
) -> None:
    alice = Desk(visitors("Alice", javascript=javascript), live=javascript)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    path = alice.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        currency="EUR",
        budget="9,000",
        start_on=files.FIRST,
        target_on=files.FIRST + timedelta(days=20),
        platforms=["google", "tiktok"],
    )
    outsider = visitors("an outsider", javascript=javascript)
    watching = Desk(outsider, live=javascript)
    link = alice.shares(path, name="Label partners").removeprefix(product.url)
    shared = watching.visitor.open(link)

    # One report of each platform, exactly as it is downloaded.
    for number, (name, (make, has_total)) in enumerate(REPORTS.items(), start=1):
        page = upload(alice, path, tmp_path / name, make())
        reviewed(alice, page, has_total=has_total)
        press(page, "form[action$='/commit'] button:not([type=button])")
        alice.sees(page, "main", "Imported")
        watching.sees(shared, "#share-numbers", euros(number * CENTS))

    # Microsoft asks nothing either; X has no report that is known, so Alice says what is what.
    page = upload(alice, path, tmp_path / "microsoft.csv", files.microsoft())
    reviewed(alice, page, has_total=False)
    press(page, "form[action$='/commit'] button:not([type=button])")
    alice.sees(page, "main", "Imported")
    page = upload(alice, path, tmp_path / "x.csv", files.own_table())
    explained(alice, page)
    reviewed(alice, page, has_total=False)
    # Six platforms on one day: more than twice the daily budget, and true.
    expect(page.locator("main")).to_contain_text("more than twice the daily budget")
    page.get_by_label("Yes, this was really spent").check()
    press(page, "form[action$='/commit'] button:not([type=button])")
    alice.sees(page, "main", "Imported")
    spend = alice.open(f"{path}/spend")
    alice.sees(spend, "main", euros(6 * CENTS))
    for platform in ("Google", "Instagram", "LinkedIn", "TikTok", "Microsoft", "X (Twitter)"):
        alice.sees(spend, "main", platform)
    watching.sees(shared, "#share-numbers", euros(6 * CENTS))

    # The last one is taken back.
    press(page, "form[action$='/undo'] button:not([type=button])")
    alice.sees(page, "main", "This import was taken back.")
    watching.sees(shared, "#share-numbers", euros(5 * CENTS))

    # The outsider prints it, and is out when the link is revoked.
    assert len(re.findall(rb"/Type\s*/Page\b", shared.pdf(format="A4", print_background=True))) == 1
    press(alice.open("/settings/links"), "main form[action$='/revoke'] button")
    watching.sees(shared, "h1", "There is nothing here")
    assert outsider.complaints == []


def upload(alice: Desk, path: str, file: Path, content: bytes) -> Page:
    file.write_bytes(content)
    page = alice.open(f"{path}/imports")
    page.locator("input[type=file]").set_input_files(file)
    press(page, "form[enctype='multipart/form-data'] button:not([type=button])")
    page.wait_for_url("**/imports/*")
    return page


def reviewed(alice: Desk, page: Page, *, has_total: bool) -> None:
    """The review comes by itself and says the file's own sum."""
    alice.sees(page, "main", euros(CENTS, exact=True))
    words = "the file's own total is the same" if has_total else "no total to compare with"
    expect(page.locator("main")).to_contain_text(words, timeout=PATIENCE * 1000)


def explained(alice: Desk, page: Page) -> None:
    """Say which column is which, and in what currency; asked once."""
    alice.sees(page, "main", "Which column is which?")
    for role, index in files.OWN_COLUMNS.items():
        page.locator(f"[name=column_{index}]").select_option(role)
    fill(page, platform="x", order="dmy")
    press(page, "form[action$='/answer'] button:not([type=button])")
    alice.sees(page, "main", "In which currency are its amounts?")
    press(page, "form[action$='/answer'] button:not([type=button])")
