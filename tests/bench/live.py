"""From a commit to the other browser: 100 pages have a socket open on the team's list, somebody
pauses and resumes campaigns; to the frame in each socket, and to the row in Chromium's document
where Chromium is found.

The clock starts at the event's `created_at`, a little before its commit, and is the machine's.
"""

import asyncio
import re
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from websockets.asyncio.client import connect

from tests.bench import serving
from tests.bench.list_page import Desk
from tests.bench.measure import Figures, against, medians, milliseconds, options, table
from tests.bench.reader import Reader
from tests.browser.conftest import FLAGS, answer_from_disk, chromium_path
from webapp.web.assets import CDN, SCRIPTS, STATIC

SOCKETS = 100
#: Seconds from one answer to the next press. A press is several events, so at most a pass or two of
#: the four a second that a page is sent: what is measured is the way, not the throttle.
BETWEEN = 0.8
CAMPAIGNS = 20
ROW = re.compile(r'^<!--\d+--><tr id="campaign-(\d+)-row"')

OBSERVE = """() => {
  window.seen = [];
  new MutationObserver((changes) => {
    const now = performance.timeOrigin + performance.now();
    for (const change of changes)
      for (const node of change.addedNodes) {
        const row = /^campaign-(\\d+)-row$/.exec(node.id || "");
        if (row) window.seen.push([0, Number(row[1]), now / 1000]);
      }
  }).observe(document.body, { childList: true, subtree: true });
}"""


#: Which follower, which campaign, when (seconds since the epoch).
Seen = tuple[int, int, float]


class Sockets(threading.Thread):
    """Many pages' sockets in one thread; notes when each row's frame came."""

    def __init__(self, reader: Reader, html: str) -> None:
        super().__init__(name="sockets", daemon=True)
        found = re.search(r'ws-connect="([^"]+)"', html)
        position = re.search(r'data-position="(\d+)"', html)
        assert found
        assert position
        self.url = f"ws://{reader.host}{unescape(found[1])}&after={position[1]}"
        self.origin = f"http://{reader.host}"
        self.cookie = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
        self.opened, self.ended = threading.Event(), False
        self.frames: list[tuple[int, int, float]] = []
        self.open = 0

    def run(self) -> None:
        asyncio.run(self.all())

    async def all(self) -> None:
        await asyncio.gather(*[self.one(number) for number in range(SOCKETS)])

    async def one(self, number: int) -> None:
        headers = {"Cookie": self.cookie, "X-Forwarded-For": f"10.200.0.{number}"}
        async with connect(
            self.url, origin=self.origin, additional_headers=headers, compression=None
        ) as ws:
            self.open += 1
            if self.open == SOCKETS:
                self.opened.set()
            while not self.ended:
                try:
                    message = await asyncio.wait_for(ws.recv(), 0.5)
                except TimeoutError:
                    continue
                now, text = time.time(), str(message)
                if found := ROW.search(text):
                    self.frames.append((number, int(found[1]), now))


@contextmanager
def chromium(reader: Reader) -> Iterator[Page | None]:
    """The list in a real browser, or None where there is none; the CDN's two files come from
    static/vendor.
    """
    path = chromium_path()
    if path is None or not all((STATIC / one.local_name).exists() for one in SCRIPTS):
        print("no Chromium, or no scripts in static/vendor: the document is not measured")
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context()
        url = f"http://{reader.host}"
        context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in reader.cookies.items()]
        )
        page = context.new_page()
        page.route(f"{CDN}/**", answer_from_disk)
        page.goto(f"{url}/campaigns?tab=live")
        page.evaluate(OBSERVE)
        yield page
        browser.close()


class Bench:
    def __init__(self, scale: float) -> None:
        self.desk = Desk(1000)
        self.moves = max(20, int(100 * scale))
        active = self.desk.raw.run(
            f"SELECT id FROM campaign WHERE state = 'active' AND team_id = {self.desk.team_id}"
            f" ORDER BY id DESC LIMIT {CAMPAIGNS}"
        )
        self.ids = [row[0] for row in active]
        self.versions = dict.fromkeys(self.ids, 1)

    def run(self) -> dict[str, Figures]:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="drumbeat-bench-"))
            served = stack.enter_context(serving.product(Path(folder)))
            mover = Reader(served.url).sign_in("alice@example.com")
            looker = Reader(served.url).sign_in("bob@example.com")
            sockets = Sockets(looker, looker.page("/campaigns"))
            sockets.start()
            assert sockets.opened.wait(60), f"{sockets.open} sockets opened"
            page = stack.enter_context(chromium(looker))
            (newest,) = self.desk.raw.run("SELECT max(id) FROM event")[0]
            time.sleep(1.0)
            for number in range(self.moves):
                self.move(mover, self.ids[number % len(self.ids)])
                time.sleep(BETWEEN)
            time.sleep(2.0)
            sockets.ended = True
            seen = [tuple(one) for one in page.evaluate("window.seen")] if page else []
            sockets.join(10)
        return self.lags(newest, sockets.frames, seen)

    def move(self, mover: Reader, campaign_id: int) -> None:
        version = self.versions[campaign_id]
        paused = version % 2 == 0
        status = mover.post(
            f"/campaigns/{campaign_id}/moves",
            move="resume" if paused else "pause",
            version=str(version),
        )
        assert status == 303, f"the move answered {status}"
        self.versions[campaign_id] = version + 1

    def lags(self, newest: int, frames: list[Seen], rows: list[Seen]) -> dict[str, Figures]:
        """Frames and rows of one campaign come in the order of its events."""
        born: dict[int, list[float]] = defaultdict(list)
        for campaign_id, at in self.desk.raw.run(
            "SELECT campaign_id, created_at FROM event"
            " WHERE name IN ('campaign.paused', 'campaign.resumed')"
            f" AND id > {int(newest)} ORDER BY id"
        ):
            born[campaign_id].append(created(at))
        shown = {f"frame, {SOCKETS} sockets": lags_of(frames, born, SOCKETS)}
        if rows:
            shown["row in Chromium"] = lags_of(rows, born, 1)
        return {name: milliseconds(lags) for name, lags in shown.items()}


def lags_of(seen: list[Seen], born: dict[int, list[float]], followers: int) -> list[float]:
    """Seconds from each event to each follower's sight of it."""
    wanted = followers * sum(map(len, born.values()))
    assert len(seen) == wanted, f"{len(seen)} of {wanted} came"
    met: Counter[tuple[int, int]] = Counter()
    lags = []
    for who, campaign_id, at in sorted(seen, key=lambda one: one[2]):
        lags.append(at - born[campaign_id][met[who, campaign_id]])
        met[who, campaign_id] += 1
    return lags


def created(at: datetime | str) -> float:
    """Seconds since the epoch of what the database answered."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return at.timestamp()


def main() -> None:
    asked = options()
    bench = Bench(asked.scale)
    runs = [bench.run() for _ in range(asked.runs)]
    rows = {name: medians([one[name] for one in runs if name in one]) for name in runs[0]}
    table(f"Commit to the other browser, {bench.moves} moves", rows)
    for name, figures in rows.items():
        against(f"{name}, p95 ms", figures["p95 ms"], "50")


if __name__ == "__main__":
    main()
