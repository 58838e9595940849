"""The board: a card goes where it is dragged, from its menu or without JavaScript; everybody else's
page follows; a refused drop changes nothing and says why.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, fill, press
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def lane(words: str) -> str:
    return f".lane:has(h2:has-text('{words}'))"


def card(words: str) -> str:
    return f".task:has-text('{words}')"


def with_tasks(desk: Desk, *titles: str) -> str:
    """A campaign of somebody new with these tasks; answers its path."""
    desk.sign_up("Alice Arden", "alice@example.com", "Northlight")
    today = datetime.now(UTC).date()
    path = desk.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        budget="9,000",
        start_on=today,
        target_on=today + timedelta(days=20),
        platforms=["google"],
    )
    for title in titles:
        page = desk.open(f"{path}/tasks/new")
        fill(page, title=title)
        press(page, "main form[action$='/tasks'] button.primary")
        page.wait_for_url(f"**{path}/tasks")
        page.close()
    return path


def test_a_dragged_card_moves_on_every_page_and_back_by_undo(
    visitors: Visitors, product: Served
) -> None:
    alice, dora = Desk(visitors("Alice"), live=True), Desk(visitors("Dora"), live=True)
    path = with_tasks(alice, "Artwork", "Masters")
    dora.join(alice.invites("member"), "Dora Dunn", "dora@example.com")
    mine, theirs = alice.open(f"{path}/tasks"), dora.open(f"{path}/tasks")

    mine.drag_and_drop(card("Artwork"), lane("In progress"))

    for page in (mine, theirs):
        expect(page.locator(f"{lane('In progress')} {card('Artwork')}")).to_be_visible()
        expect(page.locator(f"{lane('To do')} h2 span")).to_have_text("1")
    toast = mine.locator(".toast", has_text="moved to In progress")
    toast.get_by_role("button", name="Undo").click()
    for page in (mine, theirs):
        expect(page.locator(f"{lane('To do')} {card('Artwork')}")).to_be_visible()
    assert alice.visitor.complaints + dora.visitor.complaints == []


def test_the_menu_beside_a_card_moves_it_with_the_keyboard(
    visitors: Visitors, product: Served
) -> None:
    alice = Desk(visitors("Alice"), live=True)
    page = alice.open(f"{with_tasks(alice, 'Artwork')}/tasks")
    menu = page.locator("#task-menu")

    page.get_by_role("link", name="Move or edit: Artwork").press("Enter")
    expect(menu.get_by_role("button", name="Move to In progress")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("link", name="Move or edit: Artwork")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(f"{lane('Done')} {card('Artwork')}")).to_be_visible()
    expect(menu).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("“Artwork” is done")
    assert alice.visitor.complaints == []


def test_a_drop_that_is_refused_leaves_the_page_true_and_says_why(
    visitors: Visitors, product: Served
) -> None:
    alice = Desk(visitors("Alice"), live=False)
    path = with_tasks(alice, "Artwork")
    page = alice.visitor.context.new_page()
    page.route_web_socket("**/ws?*", lambda _socket: None)  # a page that hears of nothing
    page.goto(f"{product.url}{path}/tasks")
    elsewhere = alice.open(f"{path}/tasks")
    elsewhere.drag_and_drop(card("Artwork"), lane("Done"))
    expect(elsewhere.locator(f"{lane('Done')} {card('Artwork')}")).to_be_visible()

    page.drag_and_drop(card("Artwork"), lane("In review"))

    expect(page.locator(".toast")).to_contain_text("The task changed since you loaded this page")
    expect(page.locator(f"{lane('Done')} {card('Artwork')}")).to_be_visible()
    expect(page.locator(f"{lane('In review')} {card('Artwork')}")).to_have_count(0)


def test_the_filter_keeps_what_fits_and_follows_what_happens(
    visitors: Visitors, product: Served
) -> None:
    alice = Desk(visitors("Alice"), live=True)
    path = with_tasks(alice, "Artwork", "Masters")
    filtered, other = alice.open(f"{path}/tasks"), alice.open(f"{path}/tasks")

    filtered.get_by_role("searchbox", name="Filter tasks").press_sequentially("art")
    expect(filtered.locator(card("Masters"))).to_have_count(0)
    other.drag_and_drop(card("Artwork"), lane("In review"))

    expect(filtered.locator(f"{lane('In review')} {card('Artwork')}")).to_be_visible()
    expect(filtered.locator(card("Masters"))).to_have_count(0)
    assert filtered.url.endswith("/tasks?q=art")
    assert alice.visitor.complaints == []


def test_without_javascript_a_card_leads_to_the_buttons(
    visitors: Visitors, product: Served
) -> None:
    alice = Desk(visitors("Alice", javascript=False), live=False)
    path = with_tasks(alice, "Artwork")
    page: Page = alice.open(f"{path}/tasks")

    page.get_by_role("link", name="Move or edit: Artwork").click()
    page.locator("#moves").get_by_role("button", name="Done").click()

    expect(page.locator(".toast")).to_contain_text("“Artwork” is done")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#task-1-state")).to_contain_text("To do")
