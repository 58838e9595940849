"""Somebody without an account decides on a phone, with and without JavaScript, and the team sees it
as it happens.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, fill, press

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def alice(visitors: Visitors) -> Desk:
    desk = Desk(visitors("Alice"), live=True)
    desk.sign_up("Alice Arden", "alice@example.com", "Northlight")
    return desk


@pytest.fixture
def request_path(alice: Desk) -> str:
    """Alice asks to launch a campaign."""
    today = datetime.now(UTC).date()
    path = alice.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        budget="9,000",
        start_on=today + timedelta(days=1),
        target_on=today + timedelta(days=20),
        platforms=["google"],
    )
    press(alice.open(path), "form[action$='/submit'] button:not([type=button])")
    page = alice.open("/approvals")
    shown = page.locator("#approval").get_attribute("data-shows")
    assert shown
    return shown


@pytest.mark.parametrize("javascript", [True, False])
def test_a_guest_decides_on_a_phone_and_the_team_sees_it(
    visitors: Visitors, alice: Desk, request_path: str, javascript: bool
) -> None:
    link = alice.asks_a_guest(request_path, label="Label partner", purpose="decide")
    watching = alice.open(request_path)
    rosa = visitors("Rosa", javascript=javascript, width=390)

    page = rosa.open(link.removeprefix(rosa.product.url))
    expect(page.locator("h1")).to_have_text("Launch Paper Lanterns")
    fill(page, name="Rosa Lind", note="We are glad about this one")
    page.get_by_role("button", name="Approve").click()

    expect(page.locator("main")).to_contain_text("Thank you, Rosa Lind. You approved it.")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    alice.sees(watching, "main", "Rosa Lind (guest)")
    alice.sees(watching, "main", "We are glad about this one")
    assert rosa.complaints + alice.visitor.complaints == []


def test_what_a_guest_typed_is_refused_beside_it(
    visitors: Visitors, alice: Desk, request_path: str
) -> None:
    link = alice.asks_a_guest(request_path, purpose="decide")
    rosa = visitors("Rosa", width=390)
    page = rosa.open(link.removeprefix(rosa.product.url))

    fill(page, name="Rosa Lind")
    page.get_by_role("button", name="Reject").click()

    expect(page.locator("#note-error")).to_contain_text("Say what should change")
    expect(page.locator("#note")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Rosa Lind")


def test_enter_in_the_name_decides_nothing(
    visitors: Visitors, alice: Desk, request_path: str
) -> None:
    link = alice.asks_a_guest(request_path, purpose="decide")
    rosa = visitors("Rosa", width=390)
    page = rosa.open(link.removeprefix(rosa.product.url))

    fill(page, name="Rosa Lind")
    page.locator("[name=name]").press("Enter")

    expect(page.locator("#decision-error")).to_contain_text("Press one of the buttons")
    expect(page.locator("main")).not_to_contain_text("Thank you")
