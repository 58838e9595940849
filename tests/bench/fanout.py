"""One fragment of a kilobyte to a thousand pages of a team: how late the pages get it, what a
message and a page cost, what HTTP feels of it, what pages that do not read do to the others, and
how a stop ends. Beside Socket.IO in the same run, where it can be installed, with the same crowd.
"""

import re
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path

from tests import people
from tests.bench import serving
from tests.bench.crowd import Crowd, Door, Report
from tests.bench.ground import ready_app
from tests.bench.measure import (
    Figures,
    against,
    interleaved,
    milliseconds,
    options,
    percentile,
    ratio,
    table,
)
from tests.bench.reader import Reader
from tests.bench.socket_io import Peer, socket_io
from webapp.db import acting_for

#: Broadcasts of one measurement, and seconds between them.
TIMES, EVERY = 40, 0.2
#: How long a server is watched doing nothing, to know what that costs it.
IDLE_SECONDS = 4.0
#: Pages that are there before memory is measured: what the first ones load is not theirs.
WARM = 50
LAGGARDS = 5
READERS = 8
#: Pages a second of each reader, as people click; not a flood, which would measure the pages.
CLICKS = 1.0
HTTP_SECONDS = 8.0


class Product:
    """The product with its hub, under gunicorn with 8 threads."""

    def __init__(self, folder: Path) -> None:
        self.team_id, self.folder = _team(), folder

    @contextmanager
    def running(self) -> Iterator["Product"]:
        with serving.product(self.folder, app="tests.bench.fanout_served:app") as self.served:
            self.reader = Reader(self.served.url).sign_in("alice@example.com")
            self.pid = serving.worker_of(self.served.processes[0].pid)
            yield self

    @property
    def door(self) -> Door:
        html = self.reader.page("/campaigns")
        found = re.search(r'ws-connect="([^"]+)"', html)
        assert found, "the page has no socket"
        cookie = "; ".join(f"{name}={value}" for name, value in self.reader.cookies.items())
        headers = {"Cookie": cookie, "Origin": f"http://{self.reader.host}"}
        return Door(self.reader.host, unescape(found[1]), headers)

    def send(self, times: int, every: float, *, size: int = 1) -> None:
        """Fragments of `size` kilobytes."""
        path = f"/bench/send?team={self.team_id}&times={times}&every={every}&size={size}"
        assert self.reader.page(path) == "begun"


def _team() -> int:
    app = ready_app()
    with app.app_context():
        team = people.found_team(app)
        with acting_for(team.id):
            for number in range(20):
                people.draft(team, name=f"Campaign {number}")
        return team.id


def memory(pid: int) -> int:
    """Bytes of memory a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def fan_out(contender: Product | Peer, crowd: Crowd, sockets: int) -> Figures:
    """Frames of one series of broadcasts: how late, and the server's CPU for each, without what it
    spends with its pages idle.
    """
    crowd.ask("report")
    idle = _spent(contender.pid, lambda: time.sleep(IDLE_SECONDS)) / IDLE_SECONDS
    seen: list[float] = []
    began = time.monotonic()

    def send() -> None:
        contender.send(TIMES, EVERY)
        seen.extend(_gathered(crowd, TIMES * sockets, TIMES * EVERY + 20))

    cpu = _spent(contender.pid, send)
    cpu -= idle * (time.monotonic() - began)
    assert len(seen) == TIMES * sockets, f"{len(seen)} of {TIMES * sockets} frames came"
    return milliseconds(seen) | {"CPU us each": cpu / len(seen) * 1e6}


def _spent(pid: int, during: Callable[[], None]) -> float:
    before = serving.cpu_seconds(pid)
    during()
    return serving.cpu_seconds(pid) - before


def _gathered(crowd: Crowd, wanted: int, seconds: float) -> list[float]:
    lags: list[float] = []
    until = time.monotonic() + seconds
    while len(lags) < wanted and time.monotonic() < until:
        time.sleep(0.5)
        lags += crowd.ask("report").lags
    return lags


def opened(contender: Product | Peer, sockets: int) -> tuple[Crowd, float]:
    """A crowd, and what each of its pages costs the server (KB)."""
    crowd = Crowd(contender.door)
    crowd.ask("open", WARM)
    time.sleep(1.0)
    before = memory(contender.pid)
    crowd.ask("open", sockets - WARM)
    time.sleep(1.0)
    each = (memory(contender.pid) - before) / (sockets - WARM) / 1024
    there = crowd.ask("report").open
    assert there == sockets, f"{there} of {sockets} pages are open"
    return crowd, each


def http_beside(product: Product, during: Callable[[], None] | None = None) -> Figures:
    """The campaign list for eight people who click, while something goes on."""
    readers = [Reader(product.served.url).sign_in("alice@example.com") for _ in range(READERS)]

    def click(number: int) -> list[float]:
        reader, took = readers[number], list[float]()
        time.sleep(number / READERS / CLICKS)  # people do not click all at once
        until = time.monotonic() + HTTP_SECONDS
        while time.monotonic() < until:
            began = time.perf_counter()
            status, _ = reader.ask("GET", "/campaigns")
            took.append(time.perf_counter() - began)
            assert status == 200
            time.sleep(max(0.0, 1 / CLICKS - took[-1]))
        return took

    if during is not None:
        during()
    with ThreadPoolExecutor(READERS) as pool:
        return milliseconds([lag for one in pool.map(click, range(READERS)) for lag in one])


def beside(product: Product, crowd: Crowd) -> None:
    """What people at their pages feel of it."""
    quiet = http_beside(product)
    busy = http_beside(product, lambda: product.send(int(HTTP_SECONDS / EVERY), EVERY))
    crowd.ask("report")
    rows = {"sockets are idle": quiet, f"{1 / EVERY:.0f} broadcasts a second": busy}
    table(f"HTTP beside them: the list, {READERS} people", rows)
    against("HTTP p95 ms beside the broadcasts", busy["p95 ms"], "below 100")


def laggards(product: Product, crowd: Crowd, sockets: int) -> None:
    """Pages that never read, in a team that is sent 100 KB a second: ten large fragments, since a
    hundred small ones to everybody would measure how much two cores can do.
    """
    times, every = 100, 0.1
    crowd.ask("report")
    product.send(times, every, size=10)
    calm = _gathered(crowd, times * sockets, times * every + 20)
    crowd.ask("lag", LAGGARDS)
    crowd.ask("report")
    began = time.time()
    product.send(times, every, size=10)
    lags, ended = list[float](), list[float]()
    while len(ended) < LAGGARDS and time.time() - began < 60:
        time.sleep(0.25)
        seen = crowd.ask("report")
        lags, ended = lags + seen.lags, ended + seen.laggards_ended_at
    took = [at - began for at in ended]
    print(f"\nPages that do not read: {len(ended)} of {LAGGARDS} dropped", end="")
    print(f", after {min(took):.1f} to {max(took):.1f} s of 100 KB/s" if took else "")
    against("the last one after s", max(took, default=60.0), "10")
    time.sleep(max(0.0, times * every - (time.time() - began)) + 2)
    lags += crowd.ask("report").lags
    p95, alone = percentile(lags, 0.95) * 1000, percentile(calm, 0.95) * 1000
    print(f"p95 of the others: {p95:.1f} ms; {alone:.1f} without them")
    print(f"frames that never came to them: {times * sockets - len(lags)}")


def stop(product: Product, crowd: Crowd, sockets: int) -> None:
    """SIGTERM with everybody connected."""
    crowd.ask("report")
    began = time.time()
    master = product.served.processes[0]
    master.send_signal(signal.SIGTERM)
    seen, until = Report(), time.monotonic() + 30
    while len(seen.codes) < sockets and time.monotonic() < until:
        time.sleep(0.1)
        more = crowd.ask("report")
        seen.codes += more.codes
        seen.ended_at += more.ended_at
    master.wait(30)
    left = time.time() - began
    told = seen.codes.count(1012)
    last = max(seen.ended_at, default=began) - began
    print(f"\nSIGTERM: {told} of {sockets} closed with 1012, the last after {last * 1000:.0f} ms;")
    print(f"the process was gone after {left:.1f} s")
    against("closed with 1012", told, str(sockets))


def room_for(sockets: int) -> None:
    """Raise what this process and its children may open, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets * 2 + 500
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    assert min(wanted, hard) >= wanted or soft >= wanted, f"ulimit -n is {hard}: needs {wanted}"


def main() -> None:
    asked = options()
    sockets = max(200, int(1000 * asked.scale))
    room_for(sockets)
    with (
        tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder,
        Product(Path(folder)).running() as product,
        socket_io() as peer,
    ):
        everybody: dict[str, Product | Peer] = {"the hub": product}
        if peer is not None:
            everybody[f"Socket.IO {peer.version}"] = peer
        crowds = {name: opened(one, sockets) for name, one in everybody.items()}
        runs = {
            name: lambda one=one, name=name: fan_out(one, crowds[name][0], sockets)
            for name, one in everybody.items()
        }
        figures = interleaved(asked.runs, runs)
        for name, (_, each) in crowds.items():
            figures[name]["KB a page"] = each
        table(f"{TIMES} broadcasts of 1 KB to {sockets:,} pages, {1 / EVERY:.0f} a second", figures)
        _compare(*figures.values())
        own, *others = (crowd for crowd, _ in crowds.values())
        for other in others:
            other.leave()
        beside(product, own)
        laggards(product, own, sockets)
        stop(product, own, sockets)
        own.leave()


def _compare(own: Figures, peer: Figures | None = None) -> None:
    against("memory of a page, KB", own["KB a page"], "at most 12")
    if peer is not None:
        ratio("p95 against Socket.IO", own["p95 ms"], peer["p95 ms"], target="0.7")
        ratio("CPU a message", own["CPU us each"], peer["CPU us each"], target="0.6")
        ratio("memory of a page", own["KB a page"], peer["KB a page"])


if __name__ == "__main__":
    main()
