"""The first minutes: sign up, choose the demo, watch it come, look around, go back, remove it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.desk import PASSWORD, Desk, fill, press
from tests.served import Served
from webapp.demo.cast import TEAM
from webapp.demo.story import CAMPAIGNS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("javascript", [True, False], ids=["live", "without_javascript"])
def test_a_newcomer_looks_around_a_demo(
    visitors: Visitors, product: Served, javascript: bool
) -> None:
    ann = Desk(visitors("Ann", javascript=javascript), live=javascript)

    # Signing up leads to the choice; the demo is on its way, and then it is there.
    page = ann.visitor.open("/signup")
    fill(
        page,
        name="Ann Ash",
        email="ann@example.com",
        password=PASSWORD,
        team_name="Tideline",
    )
    press(page, "main form button:not([type=button])")
    page.wait_for_url("**/welcome/")
    page.locator("[name=start][value=demo]").check()
    press(page, "main form[action$='/welcome/'] button")
    page.wait_for_url("**/welcome/")
    # Ten campaigns are told; how long that may take is the bench's to say.
    ann.sees(page, "#welcome-demo [id$='-progress']", "Ready", patience=90)
    ann.sees(page, "#welcome-demo", "Open the demo")

    # Home has history, and says that it is made up.
    press(page, "form[action$='/open'] button")
    page.wait_for_url(re.compile(r"/$"))
    expect(page.locator(".demo-strip")).to_contain_text("Everything here is made up")
    expect(page.locator(".sidebar .brand")).to_contain_text(TEAM)
    expect(page.locator("h1")).to_contain_text("Two decisions wait for you.")
    live = page.locator("[id$='-live-campaigns']")
    expect(live).to_contain_text("Tidal Lines EP")
    expect(live).to_contain_text("Winter Sessions tour")
    campaigns = ann.open("/campaigns")
    expect(campaigns.locator("main")).to_contain_text("Field Notes hoodie drop")
    assert campaigns.locator("tr[id$='-row']").count() == len(CAMPAIGNS) - 1  # one is archived

    # A decision works as anywhere.
    page.locator("[id$='-needs-you'] a", has_text="Review").first.click()
    page.locator("[name=decision][value=approve]").check()
    press(page, "form[action$='/decision'] button:not([type=button])")
    ann.sees(ann.open("/"), "h1", "One decision waits for you.")

    # Back to an own team that stayed clean; then the demo is gone.
    page.goto(product.url + "/")
    press(page, ".demo-strip form[action$='/leave'] button")
    page.wait_for_url(re.compile(r"/$"))
    expect(page.locator("h1")).to_contain_text("Start your first campaign.")
    page.goto(product.url + "/welcome/")
    press(page, "form[action$='/remove'] button")
    page.wait_for_url("**/welcome/")
    expect(page.locator("[name=start][value=demo]")).to_be_visible()
    assert ann.visitor.complaints == []
