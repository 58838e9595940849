"""A row of tabs that is wider than a phone begins at the open one."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_on_a_phone_the_open_tab_is_in_view(visitors: Visitors, product: Served) -> None:
    alice = Desk(visitors("Alice", width=390), live=True)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")

    page = alice.open("/settings/links")

    expect(page.locator("nav[aria-label=Settings] [aria-current]")).to_be_in_viewport(ratio=1)
