"""A shared campaign in an outsider's browser: live, printed, with and without JavaScript, and gone
the moment its link is revoked.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visitors
from tests.browser.desk import PATIENCE, Desk, fill, press
from tests.imports.reports import Report
from tests.served import Served, served
from webapp.ads.platforms import PLATFORM_WORDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def alice(visitors: Visitors) -> Desk:
    desk = Desk(visitors("Alice"), live=True)
    desk.sign_up("Alice Arden", "alice@example.com", "Northlight")
    return desk


@pytest.fixture
def path(alice: Desk) -> str:
    return plans(alice)


def plans(alice: Desk) -> str:
    today = datetime.now(UTC).date()
    return alice.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        budget="90,000",
        start_on=today,
        target_on=today + timedelta(days=20),
        platforms=["google", "tiktok"],
    )


def imports(alice: Desk, path: str, folder: Path, days: int) -> str:
    """Alice imports some days of a report; answers its total as a page says it."""
    first = datetime.now(UTC).date() - timedelta(days=30)
    report = Report(currency="USD", first=first, days=days)
    file = folder / f"report-{days}.csv"
    file.write_bytes(report.as_bytes())
    page = alice.open(f"{path}/imports")
    page.locator("input[type=file]").set_input_files(file)
    press(page, "form[enctype='multipart/form-data'] button:not([type=button])")
    page.wait_for_url("**/imports/*")
    alice.sees(page, "main", report.total_words)
    press(page, "form[action$='/commit'] button:not([type=button])")
    alice.sees(alice.open(path), "dl[id$='-numbers']", report.total_words)
    return report.total_words


def local(link: str, product: Served) -> str:
    return link.removeprefix(product.url)


def watches(visitors: Visitors, product: Served, link: str) -> Page:
    """An outsider's page, live, that a reload would betray."""
    page = visitors("an outsider").open(local(link, product))
    expect(page.locator("[data-live-state][data-state='live']").first).to_be_attached()
    page.evaluate("window.sameDocument = true")
    return page


def test_an_outsider_watches_live_and_is_out_the_moment_the_link_is_revoked(
    visitors: Visitors, product: Served, alice: Desk, path: str, tmp_path: Path
) -> None:
    imports(alice, path, tmp_path, days=2)
    page = watches(visitors, product, alice.shares(path, name="Label partners"))

    total = imports(alice, path, tmp_path, days=9)
    expect(page.locator("#share-numbers")).to_contain_text(total, timeout=PATIENCE * 1000)
    expect(page.locator("#share-spend")).to_contain_text("in 9 days")
    edit = alice.open(f"{path}/edit")
    fill(edit, name="Paper Lanterns, the single")
    press(edit, "form[action$='/edit'] button:not([type=button])")
    expect(page.locator("h1")).to_have_text("Paper Lanterns, the single")
    assert page.evaluate("window.sameDocument"), "the page was loaded again"

    settings = alice.open("/settings/links")
    assert re.search(r"\b1\b", settings.locator("td[data-l=Views]").inner_text())
    press(settings, "main form[action$='/revoke'] button")
    expect(page.locator("h1")).to_have_text("There is nothing here", timeout=PATIENCE * 1000)
    assert "Paper Lanterns" not in page.content()
    for visitor in visitors.all:
        assert visitor.complaints == []


def test_it_prints_on_one_page_whatever_it_shows(
    visitors: Visitors, product: Served, alice: Desk, path: str, tmp_path: Path
) -> None:
    imports(alice, path, tmp_path, days=25)
    page = watches(visitors, product, alice.shares(path, name="Label partners"))
    page.evaluate(
        """most => {
          for (const row of document.querySelectorAll(".bars > li, #share-results tbody > tr"))
            for (let n = 1; n < most; n++) row.after(row.cloneNode(true));
        }""",
        len(PLATFORM_WORDS),
    )

    pdf = page.pdf(format="A4", print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    page.emulate_media(media="print")
    for hidden in ("header .live", "[data-print]", "header form"):
        assert not page.locator(hidden).is_visible(), hidden
    expect(page.locator("[data-printed]")).to_be_visible()


def test_a_long_plan_prints_on_the_same_page_as_everything_else(
    visitors: Visitors, product: Served, alice: Desk, path: str, tmp_path: Path
) -> None:
    imports(alice, path, tmp_path, days=25)
    plan = alice.open(f"{path}/timeline")
    fill(plan, title="Artwork", amount="3")
    press(plan, "form[action$='/timeline/tasks'] button:not([type=button])")
    plan.wait_for_url("**/timeline#task-*")
    page = watches(visitors, product, alice.shares(path, name="Label partners"))
    page.evaluate(
        """([platforms, lines]) => {
          const fill = (selector, most) => {
            for (const list of document.querySelectorAll(selector))
              while (list.children.length < most)
                list.append(list.lastElementChild.cloneNode(true));
          };
          fill(".bars, #share-results tbody", platforms);
          fill(".g-names", lines + 1);
          fill(".g-rows", lines);
          document.querySelector(".gantt").style.setProperty("--rows", lines + 1);
        }""",
        [len(PLATFORM_WORDS), 16],
    )

    pdf = page.pdf(format="A4", print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_without_a_script_it_shows_the_same_and_opens_with_its_password(
    visitors: Visitors, product: Served, alice: Desk, path: str, tmp_path: Path
) -> None:
    total = imports(alice, path, tmp_path, days=4)
    link = alice.shares(path, name="Label partners", password="quiet lanterns")
    page = visitors("an outsider", javascript=False).open(local(link, product))

    assert "Paper Lanterns" not in page.content()
    fill(page, password="loud lanterns")
    press(page, "main form button")
    expect(page.locator(".error")).to_contain_text("does not fit")
    fill(page, password="quiet lanterns")
    press(page, "main form button")

    expect(page.locator("h1")).to_have_text("Paper Lanterns")
    expect(page.locator("#share-numbers")).to_contain_text(total)
    expect(page.locator("#share-spend svg path").first).to_be_visible()
    assert not page.locator("[data-print]").is_visible()
    press(page, "header form button")
    expect(page.locator("html[data-theme=light]")).to_be_attached()
    expect(page.locator("#share-numbers")).to_contain_text(total)


def test_a_frozen_page_stays_as_it_was(
    visitors: Visitors, product: Served, alice: Desk, path: str, tmp_path: Path
) -> None:
    before = imports(alice, path, tmp_path, days=2)
    link = alice.shares(path, name="Label partners", kind="frozen")
    after = imports(alice, path, tmp_path, days=9)

    page = visitors("an outsider").open(local(link, product))

    expect(page.locator("#share-numbers")).to_contain_text(before)
    assert after not in page.content()
    assert page.locator("body[ws-connect]").count() == 0


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Served]:
    """A product whose room for sockets is full."""
    with served(tmp_path, MAX_SOCKETS="0") as running:
        yield running


def test_a_page_without_room_for_its_socket_looks_for_itself(
    chromium: Browser, crowded: Served, tmp_path: Path
) -> None:
    visitors = Visitors(chromium, crowded)
    alice = Desk(visitors("Alice", javascript=False), live=False)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    path = plans(alice)
    outsider = visitors("an outsider")
    outsider.context.clock.install()
    page = outsider.open(local(alice.shares(path, name="Label partners"), crowded))
    edit = alice.open(f"{path}/edit")
    fill(edit, name="Paper Lanterns, the single")
    press(edit, "form[action$='/edit'] button:not([type=button])")

    for _ in range(20):  # the waits between its tries, and then between its looks
        page.clock.fast_forward(16_000)
        if page.locator("h1").inner_text() != "Paper Lanterns":
            break
        page.wait_for_load_state("networkidle")

    expect(page.locator("h1")).to_have_text("Paper Lanterns, the single")
    views = alice.open("/settings/links").locator("td[data-l=Views]").inner_text()
    assert views.split()[-1] == "1", "looking for news was counted as a look"
    visitors.close()
