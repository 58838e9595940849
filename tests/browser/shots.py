"""`./dev shots`: pictures of every page at two widths in both themes, into shots/."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import furnished
from tests.browser.conftest import FLAGS, Visitors, chromium_path
from tests.browser.desk import Desk
from tests.browser.test_every_page import NO_PAGE
from tests.served import ROOT, served

SIZES = {"desktop": 1440, "mobile": 390}


def main() -> None:
    into = ROOT / "shots"
    into.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        with served(Path(folder)) as product:
            visitors = Visitors(browser, product)
            alice, stranger = Desk(visitors("Alice"), live=True), visitors("a stranger")
            for name, path in furnished.paths(alice, product, NO_PAGE).items():
                page = (stranger if name in furnished.SIGNED_OUT else alice.visitor).open(path)
                page.emulate_media(reduced_motion="reduce")
                for theme in ("light", "dark"):
                    page.emulate_media(color_scheme=theme)
                    for size, width in SIZES.items():
                        page.set_viewport_size({"width": width, "height": 900})
                        page.screenshot(path=into / f"{name}-{size}-{theme}.png")
                page.close()
            visitors.close()
        browser.close()
    print(f"{len(list(into.glob('*.png')))} pictures in {into}")


if __name__ == "__main__":
    main()
