"""Live pages against real processes: gunicorn with everything in it on SQLite, or gunicorn and a
worker on PostgreSQL and Redis.
"""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import worlds
from tests.live.visitor import SECONDS, Visitor, close_code, message_with
from tests.served import ROOT, Served, served

pytestmark = pytest.mark.slow

EMAIL = "alice@example.com"
MOST_SOCKETS = 30


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served"), MAX_SOCKETS=str(MOST_SOCKETS)) as running:
        Visitor(running.url).sign_up(EMAIL, "Northlight")
        yield running


@pytest.fixture
def alice(product: Served) -> Iterator[Visitor]:
    visitor = Visitor(product.url).sign_in(EMAIL)
    yield visitor
    visitor.leave()


def make_campaign(visitor: Visitor, name: str) -> None:
    start = date.today() + timedelta(days=3)  # noqa: DTZ011 (a date in the future is all it needs)
    visitor.submit(
        "/campaigns/new",
        "/campaigns",
        name=name,
        type="music_release",
        objective="streams",
        description="Five songs",
        target_audience="Listeners",
        owner_id="1",
        start_on=start.isoformat(),
        target_on=(start + timedelta(days=10)).isoformat(),
        currency="USD",
        budget="9,000",
        platforms=["google", "instagram"],
    )


def test_what_one_browser_does_reaches_the_open_page_of_another(product, alice):
    page = alice.socket("/campaigns")

    make_campaign(Visitor(product.url).sign_in(EMAIL), "Tidal Lines EP")

    assert message_with(page, "Tidal Lines EP").startswith("<!--")


def test_a_page_that_comes_back_is_sent_what_it_missed(product, alice):
    make_campaign(alice, "Missed Meanwhile")

    page = alice.socket("/campaigns", after="1")

    assert "<!--1-->" in message_with(page, "Missed Meanwhile")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
def test_a_page_of_another_site_is_refused_after_the_handshake(alice, origin):
    assert close_code(alice.socket(origin=origin)) == 1008


def test_a_forged_ticket_is_refused_after_the_handshake(alice):
    assert close_code(alice.socket(ticket="W10.forged")) == 1008


def test_a_ticket_of_another_session_is_refused(product, alice):
    other = Visitor(product.url).sign_in(EMAIL)
    html = other.get("/")
    ticket = html.split('ws-connect="/ws?t=')[1].split('"')[0]

    assert close_code(alice.socket(ticket=ticket)) == 1008


def test_signing_out_closes_the_sockets_of_that_browser_only(product, alice):
    leaving = Visitor(product.url).sign_in(EMAIL)
    gone, stays = leaving.socket(), alice.socket("/campaigns")

    leaving.submit("/settings/profile", "/logout")

    assert close_code(gone) == 1008
    make_campaign(alice, "After She Left")
    assert message_with(stays, "After She Left")


def test_open_sockets_take_no_thread_from_pages(alice):
    for _ in range(20):
        alice.socket()

    began = time.monotonic()
    for _ in range(20):
        alice.get("/health", seconds=2)

    assert time.monotonic() - began < 5
    assert alice.health()["parts"]["sockets"]["mode"] == "hub"


def test_above_its_limit_a_process_asks_pages_to_come_later(alice):
    codes = []
    for _ in range(MOST_SOCKETS + 1):
        alice.socket()
    for one in alice.sockets[-1:]:
        codes.append(close_code(one))

    assert codes == [1013]


def test_a_stop_tells_every_page_to_come_back_and_ends_soon(tmp_path):
    with served(tmp_path) as product:
        visitor = Visitor(product.url).sign_up(EMAIL, "Northlight")
        pages = [visitor.socket() for _ in range(20)]
        gunicorn = product.processes[0]

        began = time.monotonic()
        gunicorn.send_signal(signal.SIGTERM)
        codes = {close_code(page) for page in pages}
        gunicorn.wait(timeout=SECONDS)

        assert codes == {1012}
        assert time.monotonic() - began < 10
        visitor.leave()


@pytest.mark.pg
@pytest.mark.skipif(worlds.WORLD != "pg", reason="several processes need PostgreSQL and Redis")
def test_every_process_pushes_to_its_own_pages(tmp_path):
    with served(tmp_path, WEB_CONCURRENCY="2") as product:
        visitor = Visitor(product.url).sign_up(EMAIL, "Northlight")
        until, held = time.monotonic() + SECONDS, set()
        with ThreadPoolExecutor(4) as hands:  # at once, or one idle process takes every connection
            while len(held - {0}) < 2 and time.monotonic() < until:
                list(hands.map(visitor.socket, ["/campaigns"] * 4))
                asked = hands.map(lambda _: visitor.health(), range(4))
                held = {answer["parts"]["sockets"]["open"] for answer in asked}
        assert len(held - {0}) >= 2, "all sockets are in one process: this proves nothing"

        make_campaign(visitor, "Seen By All")

        assert all(message_with(page, "Seen By All") for page in visitor.sockets)
        product.processes[0].send_signal(signal.SIGTERM)
        assert {close_code(page) for page in visitor.sockets} == {1012}
        visitor.leave()


@pytest.fixture
def blocking(tmp_path: Path) -> Iterator[Served]:
    """A server that cannot hand sockets over."""
    (tmp_path / "sitecustomize.py").write_text(
        "from webapp.live import selftest\n\nselftest.hands_over = lambda: False\n"
    )
    with served(tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}") as running:
        yield running


def test_without_the_hand_over_pages_are_live_on_threads_of_their_own(blocking):
    visitor = Visitor(blocking.url).sign_up(EMAIL, "Northlight")
    pages = [visitor.socket("/campaigns") for _ in range(4)]
    assert visitor.health()["parts"]["sockets"]["mode"] == "blocking"

    one_too_many = visitor.socket()
    assert close_code(one_too_many) == 1013

    make_campaign(visitor, "The Slow Way")
    assert all(message_with(page, "The Slow Way") for page in pages)

    blocking.processes[0].send_signal(signal.SIGTERM)
    assert {close_code(page) for page in pages} == {1012}
    visitor.leave()


def test_without_the_hand_over_a_page_of_another_site_is_refused_too(blocking):
    visitor = Visitor(blocking.url).sign_up(EMAIL, "Northlight")

    assert close_code(visitor.socket(origin="http://evil.example")) == 1008

    page = visitor.socket()
    visitor.submit("/settings/profile", "/logout")
    assert close_code(page) == 1008
    visitor.leave()
