"""The chart of a plan in a browser: it moves while somebody looks, where they scrolled to; and it
prints on landscape pages.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, fill, press
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Points of an A4 page.
LONG, SHORT = 842, 595


def plan(alice: Desk) -> str:
    """A campaign with a task; answers its timeline's path."""
    today = datetime.now(UTC).date()
    path = alice.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        budget="9,000",
        start_on=today + timedelta(days=1),
        target_on=today + timedelta(days=60),
        platforms=["google"],
    )
    add(alice, f"{path}/timeline", "Artwork", "10")
    return f"{path}/timeline"


def add(alice: Desk, path: str, title: str, days: str) -> None:
    page = alice.open(path)
    fill(page, title=title, amount=days)
    press(page, "form[action$='/timeline/tasks'] button:not([type=button])")
    page.wait_for_url("**/timeline#task-*")
    page.close()


def test_the_chart_follows_what_others_do_and_keeps_its_place(
    visitors: Visitors, product: Served
) -> None:
    alice = Desk(visitors("Alice"), live=True)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    path = plan(alice)
    watched = alice.open(f"{path}?scale=day")
    region = watched.locator(".gantt-wrap")
    region.evaluate("one => one.scrollTo(120, 0)")

    add(alice, path, "Masters", "40")

    expect(watched.locator(".g-names")).to_contain_text("Masters")
    assert region.evaluate("one => one.scrollLeft") == 120
    assert watched.locator(".by-day").is_visible()
    assert alice.visitor.complaints == []


def test_a_date_is_moved_without_a_script(visitors: Visitors, product: Served) -> None:
    alice = Desk(visitors("Alice", javascript=False), live=False)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    path = plan(alice)
    page = alice.open(path)
    page.locator(".plan td.edit a").click()
    day = datetime.now(UTC).date() + timedelta(days=30)
    fill(page, start_on=day.isoformat())

    press(page, "form[method=get] button")
    expect(page.locator("#moves")).to_contain_text("Artwork")
    press(page, "#moves form button")

    expect(page.locator("#toasts")).to_contain_text("“Artwork” moved")
    press(page, "#toasts button")
    expect(page.locator("#toasts")).to_contain_text("Undone")


def test_the_plan_prints_on_landscape_pages(visitors: Visitors, product: Served) -> None:
    alice = Desk(visitors("Alice"), live=True)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    page = alice.open(plan(alice))

    pages = re.findall(
        rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True)
    )

    assert pages
    assert {(round(float(wide)), round(float(high))) for wide, high in pages} == {(LONG, SHORT)}


def test_what_a_week_has_no_room_for_is_said_in_whole_words(
    visitors: Visitors, product: Served
) -> None:
    alice = Desk(visitors("Alice"), live=True)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    plan(alice)
    week = (datetime.now(UTC) + timedelta(days=7)).strftime("%G-W%V")
    page = alice.open(f"/schedule?week={week}")
    page.locator(".spans").evaluate(
        "(one, words) => { one.lastElementChild.after(Object.assign(document.createElement('li'),"
        " { className: 'more', textContent: words })) }",
        "And 18 more over several days. Open a day to see them.",
    )

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})

        assert page.locator(".spans .more").evaluate("one => one.scrollWidth <= one.clientWidth")
