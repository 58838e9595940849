"""Every page a person can open: accessible, narrow enough, light enough, and silent in the
console.
"""

import gzip
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import furnished
from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, fill, press
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Routes that answer no page: why.
NO_PAGE = {
    "static": "files",
    "password_reset.look": "needs a letter: tests/accounts/test_reset_pages.py",
    "__flask_sock.socket": "the socket",
    "__flask_sock.dashboard_socket": "the socket's alias",
    "health.health": "JSON",
    "health.detailed": "JSON",
    "campaigns.actions": "a piece of a page",
    "campaigns.plan": "a piece of a page",
    "tasks.menu": "a piece of a page",
    "assignments.next_one": "a piece of a page",
    "settings.index": "redirects to the profile",
    "spend.figure": "JSON",
    "spend.export": "a file",
    "analytics.figure": "JSON",
    "analytics.export": "a file",
    "imports.rejects": "a file",
    "files.download": "a file",
    "calendars.fetch": "a file",
    "dashboard.home": "redirects: tests/sharing/test_dashboard_addresses.py",
    "dashboard.schedule": "redirects",
    "dashboard.week": "redirects",
    "dashboard.day": "redirects",
    "dashboard.campaigns": "redirects",
    "dashboard.campaign": "redirects",
    "dashboard.timeline": "redirects",
    "dashboard.metrics": "redirects",
    "dashboard.metrics_of": "redirects",
    "dashboard.enter": "redirects",
    "dashboard.api": "JSON",
}
SERIOUS = ("serious", "critical")
HTML_BYTES = 15_000
MEMBERS = "/settings/members"


def test_every_page_is_accessible_narrow_light_and_silent(
    visitors: Visitors, product: Served
) -> None:
    alice = Desk(visitors("Alice"), live=True)
    paths = furnished.paths(alice, product, NO_PAGE)
    problems: list[str] = []

    stranger = visitors("a stranger")
    for name, path in paths.items():
        # Signed in, these three lead elsewhere or say something else.
        who = stranger if name in furnished.SIGNED_OUT else alice.visitor
        page = who.open(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 900})
                problems += [f"{name} {scheme} {width}: {one}" for one in _axe(page)]
        page.set_viewport_size({"width": 320, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > 320"):
            problems.append(f"{name}: scrolls sideways at 320 px")
        sent = who.context.request.get(product.url + path)  # not what scripts made of it
        size = len(gzip.compress(sent.body()))
        if size > HTML_BYTES:
            problems.append(f"{name}: {size} bytes of HTML")
        page.close()

    assert problems == []
    assert alice.visitor.complaints + stranger.complaints == []


def _axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} at {one['nodes'][0]['target']}" for one in found if one["impact"] in SERIOUS
    ]


def test_long_words_stay_on_the_page(visitors: Visitors, product: Served) -> None:
    """Names without a space, a right-to-left one, a large budget and two versions of a form."""
    alice, dora = Desk(visitors("Alice"), live=True), Desk(visitors("Dora"), live=True)
    today = datetime.now(UTC).date()
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    dora.join(alice.invites("manager"), f"Dora {'Schifffahrts' * 5}", "dora@example.com")
    path = alice.plans(
        name=f"Winter {'betriebswerk' * 8}",
        type="tour",
        objective="tickets",
        currency="IDR",
        budget="6,000,000,000",
        start_on=today,
        target_on=today + timedelta(days=9),
        platforms=["google"],
    )
    mine, theirs = alice.open(f"{path}/edit"), dora.open(f"{path}/edit")
    fill(mine, description="قصير " * 40)
    press(mine, "form[action$='/edit'] button:not([type=button])")
    mine.wait_for_url(f"**{path}")
    fill(theirs, description="Nothingbutoneword" * 9)
    press(theirs, "form[action$='/edit'] button:not([type=button])")
    theirs.locator(".ba").wait_for()

    pages = {"409": theirs} | {
        one: dora.open(one)
        for one in (
            *("/", "/campaigns", "/analytics", path, f"{path}/activity", f"{path}/budget"),
            *(f"{path}/spend", MEMBERS),
        )
    }
    wide = []
    for name, page in pages.items():
        for width in (320, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((name, width))
    assert wide == []


def test_no_page_asks_a_third_party_but_the_two_pinned_files(
    visitors: Visitors, product: Served
) -> None:
    alice = visitors("Alice")
    asked: list[str] = []
    alice.context.on("request", lambda request: asked.append(request.url))

    alice.open("/login")

    foreign = [url for url in asked if not url.startswith(product.url)]
    assert sorted(url.rsplit("/", 1)[1] for url in foreign) == ["htmx.min.js", "ws.min.js"]


def test_a_page_that_does_not_exist_keeps_the_security_headers(product: Served) -> None:
    request = urllib.request.Request(f"{product.url}/nothing-here")
    try:
        urllib.request.urlopen(request, timeout=5)
        status, headers = 200, {}
    except urllib.error.HTTPError as error:
        status, headers = error.code, error.headers

    assert status == 404
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
