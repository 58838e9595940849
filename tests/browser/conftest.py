"""Chromium for the stories: the production HTML unchanged, the CDN answered from the same bytes,
errors collected.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests.served import Served, served
from webapp.web.assets import CDN, SCRIPTS, STATIC

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    named = os.environ.get("DRUMBEAT_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.exit("no Chromium was found, and REQUIRE_SERVICES=1", returncode=3)
        pytest.skip("no Chromium was found: the browser stories are not tested")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Served]:
    """The product in the chosen world, with no team yet."""
    with served(tmp_path) as running:
        yield running


@dataclass
class Visitor:
    """One person's browser: a context of its own, and everything it complained about."""

    name: str
    context: BrowserContext
    product: Served
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """A new tab on a path; what goes wrong in it is a complaint."""
        page = self.context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"{path}: {error}"))
        page.goto(self.product.url + path)
        return page

    def _hear(self, kind: str, text: str) -> None:
        # Chromium reports every 4xx answer as an error of the page; refusals are part of the
        # stories.
        if kind == "error" and "Failed to load resource" not in text and "WebSocket" not in text:
            self.complaints.append(text)


@pytest.fixture
def visitors(chromium: Browser, product: Served) -> Iterator["Visitors"]:
    """Make browsers: `visitors("Alice")`, `visitors("Bob", javascript=False)`."""
    made = Visitors(chromium, product)
    yield made
    made.close()


class Visitors:
    def __init__(self, browser: Browser, product: Served) -> None:
        self.browser, self.product, self.all = browser, product, list[Visitor]()

    def __call__(self, name: str, *, javascript: bool = True, width: int = 1440) -> Visitor:
        context = self.browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            timezone_id="UTC",
        )
        context.set_default_timeout(10_000)
        context.route(f"{CDN}/**", answer_from_disk)
        visitor = Visitor(name, context, self.product)
        self.all.append(visitor)
        return visitor

    def close(self) -> None:
        for visitor in self.all:
            visitor.context.close()


def answer_from_disk(route: Route) -> None:
    """The CDN's two files from static/vendor: the page's integrity hashes check the bytes."""
    for script in SCRIPTS:
        if route.request.url == script.cdn_url:
            route.fulfill(
                path=STATIC / script.local_name,
                content_type="application/javascript",
                headers={"Access-Control-Allow-Origin": "*"},
            )
            return
    route.abort()
