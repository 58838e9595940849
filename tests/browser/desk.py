"""How a person works the desk in a browser: the same steps with and without JavaScript, found by
names and words.

Without JavaScript a page changes by reloading; `sees` does that, so one story serves both.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

PASSWORD = "seven quiet lanterns"
PATIENCE = 10.0


@dataclass
class Desk:
    """One person at work: a browser, and whether its pages are live."""

    visitor: Visitor
    live: bool

    def open(self, path: str) -> Page:
        page = self.visitor.open(path)
        if self.live and page.locator("body[ws-connect]").count():
            expect(page.locator("[data-live-state][data-state='live']").first).to_be_attached()
        return page

    def sees(
        self,
        page: Page,
        selector: str,
        words: str | re.Pattern[str],
        *,
        patience: float = PATIENCE,
    ) -> None:
        """The words come without a reload where pages are live, else by reloading."""
        if self.live:
            expect(page.locator(selector).first).to_contain_text(words, timeout=patience * 1000)
            return
        what = f"{words!r} in {selector}"
        self.eventually(page, lambda: _has(page, selector, words), what, patience=patience)

    def eventually(
        self, page: Page, holds: Callable[[], bool], what: str, *, patience: float = PATIENCE
    ) -> None:
        """Reload until it holds."""
        until = time.monotonic() + patience
        while not holds():
            assert time.monotonic() < until, (
                f"never saw {what}:\n{page.locator('main').inner_text()}"
            )
            page.reload()

    def sign_up(self, name: str, email: str, team: str) -> Page:
        page = self.visitor.open("/signup")
        fill(page, name=name, email=email, password=PASSWORD, team_name=team)
        press(page, "main form button:not([type=button])")
        page.wait_for_url("**/welcome/")
        page.goto(self.visitor.product.url + "/")
        return page

    def join(self, link: str, name: str, email: str) -> Page:
        page = self.visitor.open(link.removeprefix(self.visitor.product.url))
        fill(page, name=name, email=email, password=PASSWORD)
        press(page, "main form button:not([type=button])")
        page.wait_for_url("**/")
        return page

    def invites(self, role: str) -> str:
        """Make a link into the team; answers it."""
        page = self.open("/settings/members")
        form = page.locator("form[action$='/members/invites']")
        form.locator("[name=role]").select_option(role)
        press(form, "button:not([type=button])")
        found = re.search(r"http://\S+/join/[\w-]+", page.locator("main").inner_text())
        assert found, "the link is not shown"
        return found.group()

    def shares(self, path: str, **values: str) -> str:
        """Make a link to a campaign; answers it."""
        page = self.open(f"{path}/share")
        fill(page, **values)
        press(page, "main form[action$='/share'] button.primary")
        return page.locator("#new-link").inner_text()

    def asks_a_guest(self, path: str, **values: str) -> str:
        """Invite somebody without an account to a request; answers their link."""
        page = self.open(path)
        form = page.locator("form[action$='/guests']")
        menu = form.locator("xpath=ancestor::details[not(@open)]/summary")
        menu.click()
        fill(page, **values)
        form.locator("button:not([type=button])").click()
        return page.locator("#new-link").inner_text()

    def plans(self, *, start_on: date, target_on: date, platforms: list[str], **values: str) -> str:
        """Create a campaign; answers its path."""
        page = self.open("/campaigns/new")
        fill(page, start_on=start_on.isoformat(), target_on=target_on.isoformat(), **values)
        for platform in platforms:
            page.locator(f"[name=platforms][value={platform}]").check()
        press(page, "main form[action$='/campaigns'] button:not([type=button])")
        page.wait_for_url(re.compile(r"/campaigns/\d+$"))
        return page.url.removeprefix(self.visitor.product.url)


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        box = page.locator(f"main [name={name}]").first
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)


def press(where: Any, selector: str) -> None:
    """Click, after opening the menu the button may be folded into."""
    button = where.locator(selector).first
    menu = button.locator("xpath=ancestor::details[not(@open)]/summary")
    if menu.count():
        menu.first.click()
    button.click()


def _has(page: Page, selector: str, words: str | re.Pattern[str]) -> bool:
    found = page.locator(selector)
    text = found.first.inner_text() if found.count() else ""
    return bool(re.search(words, text)) if isinstance(words, re.Pattern) else words in text
