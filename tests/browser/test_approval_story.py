"""A launch goes through three stages: the first is late and goes to whoever may step in, the second
is handed on, and everybody sees on their own screen when it is their turn and how it ends.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, fill, press
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KIND = "campaign.launch"
STAGES = ("Content", "Compliance", "Final")


@pytest.mark.parametrize("javascript", [True, False], ids=["live", "without_javascript"])
def test_a_launch_passes_three_stages_late_handed_on_and_with_a_guest(
    visitors: Visitors, product: Served, javascript: bool
) -> None:
    alice, bob, mia, olga = (
        Desk(visitors(name, javascript=javascript), live=javascript)
        for name in ("Alice", "Bob", "Mia", "Olga")
    )
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    bob.join(alice.invites("manager"), "Bob Brook", "bob@example.com")
    mia.join(alice.invites("member"), "Mia Moss", "mia@example.com")
    olga.join(alice.invites("manager"), "Olga Ost", "olga@example.com")
    decided_in_stages(alice)

    # Alice asks. Mia, whose stage is first, hears of it wherever she is.
    mias_home, bobs_home = mia.open("/"), bob.open("/")
    path = asked(alice)
    hers = alice.open(path)
    status = f"#campaign-{path.rpartition('/')[2]}-status"
    mia.sees(mias_home, "[id$='-inbox-badge']", "1")
    assert "Launch Tidal Lines EP" in mia.open("/inbox").locator("main").inner_text()

    # She does not answer. Managers and owners are asked instead, urgently; Bob agrees.
    product.travel(timedelta(days=4).total_seconds())
    bob.sees(bobs_home, "[id$='-inbox-badge']", "1", patience=30)
    news = bob.open("/inbox")
    bob.sees(news, "main", "Late: Launch Tidal Lines EP")
    press(news, "button.plain")
    news.wait_for_url("**/approvals/*")
    request = news.url.removeprefix(product.url)
    approved(news, "Content")
    alice.sees(alice.open(request), "main", "Compliance")

    # The next stage is his by name; he hands it on, and Olga agrees.
    handed_on(bob.open(request), "Olga Ost")
    olgas = olga.open("/inbox")
    olga.sees(olgas, "main", "Launch Tidal Lines EP")
    press(olgas, "button.plain:has-text('asks')")
    approved(olgas, "Compliance")

    # For the last stage Bob asks the label, which has no account. People of the team agreed before
    # it, so its word is enough.
    bobs = bob.open(request)
    bob.sees(bobs, "main", "Stage 3 of 3")
    label = visitors("Rita", javascript=javascript)
    theirs = label.open(link_for(bobs, "The label").removeprefix(product.url))
    fill(theirs, name="Rita Roe", note="The sleeve is lovely")
    press(theirs, "main button[value=approve]")
    expect(theirs.locator("main")).to_contain_text("Thank you, Rita Roe")
    assert "The sleeve is lovely" in bob.open(request).locator("main").inner_text()

    # It is scheduled on Alice's screen as well, and she is told.
    alice.sees(hers, status, "Scheduled")
    alice.sees(alice.open("/inbox"), "main", "Approved: Launch Tidal Lines EP")
    log = alice.open(f"{path}/activity").locator("main").inner_text()
    for line in ("Late: any manager or owner may decide", "Handed the decision on", "Scheduled"):
        assert line in log
    for visitor in visitors.all:
        assert visitor.complaints == []


def decided_in_stages(alice: Desk) -> None:
    """Content is Mia's within four working hours, compliance is Bob's, the last is anybody's."""
    for place, (name, who) in enumerate(zip(STAGES, ("Mia Moss", "Bob Brook", ""), strict=True)):
        page = alice.open("/settings/rules")
        form = stage_form(page)
        row = form.locator("fieldset").nth(place)
        row.locator("[name=names]").fill(name)
        if who:
            row.get_by_label(who).check()
        if place == 0:
            row.locator("[name=hours]").fill("4")
            row.locator("[name=late]").select_option("escalate")
        press(form, "button.primary")
        expect(card_of(page)).to_contain_text(("1 stage", "2 stages", "3 stages")[place])


def card_of(page: Page) -> Locator:
    return page.locator(f"details:has([name=kind][value='{KIND}'])")


def stage_form(page: Page) -> Locator:
    card_of(page).locator("summary").first.click()
    return card_of(page).locator("form")


def asked(alice: Desk) -> str:
    """Alice plans a campaign and asks for its launch; answers its path."""
    today = datetime.now(UTC).date()
    path = alice.plans(
        name="Tidal Lines EP",
        type="music_release",
        objective="streams",
        budget="900",
        start_on=today + timedelta(days=20),
        target_on=today + timedelta(days=30),
        platforms=[],
    )
    page = alice.open(path)
    press(page, "form[action$='/submit'] button:not([type=button])")
    alice.sees(page, "main", "Waiting for approval")
    return path


def approved(page: Page, stage: str) -> None:
    expect(page.locator("main form[action$='/decision'] footer")).to_contain_text(stage)
    page.locator("[name=decision][value=approve]").check()
    press(page, "main form[action$='/decision'] button:not([type=button])")
    expect(page.locator("main")).to_contain_text("approved")


def link_for(page: Page, whom: str) -> str:
    """Ask a guest to decide the stage that is open; answers the link."""
    page.locator("summary:has-text('without an account')").click()
    form = page.locator("form:has([name=purpose])")
    form.locator("[name=label]").fill(whom)
    form.locator("[name=purpose]").select_option("decide")
    press(form, "button[type=submit]")
    shown = page.get_by_text(re.compile(r"/review/[\w-]+")).first
    found = re.search(r"http://\S+/review/[\w-]+", shown.inner_text())
    assert found, "the link is not shown"
    return found.group()


def handed_on(page: Page, who: str) -> None:
    form = page.locator("form[action$='/delegate']")
    page.locator("details:has(form[action$='/delegate']) > summary").click()
    form.locator("[name=to_id]").select_option(label=who)
    press(form, "button")
    expect(page.locator("main")).to_contain_text(who)
