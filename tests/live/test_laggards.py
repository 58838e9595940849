"""Who does not read: dropped soon, told at once, and nobody else notices."""

import contextlib
import time

import pytest

from tests.live.pages import (
    PATIENCE,
    after_what_is_asked,
    opened,
    opened_with_client,
    ticket,
)
from webapp.live import hub as hub_module
from webapp.live.hub import BACKLOG, STUCK_SECONDS

LARGE = "x" * 50_000


@pytest.fixture
def fall_behind(hub):
    """A page that reads nothing, and is behind by less than what drops it."""

    def make():
        page, client = opened_with_client(hub, ticket("team:1"))
        after_what_is_asked(hub)
        while client.backlog is None:
            hub.broadcast(1, "team:1", LARGE)
            after_what_is_asked(hub)
        assert len(client.backlog) < BACKLOG
        return page, client

    return make


def looked(hub) -> None:
    hub._post(hub._drop_stuck)
    after_what_is_asked(hub)


def test_who_is_behind_and_takes_nothing_is_dropped(hub, fall_behind):
    _, client = fall_behind()
    client.moved_at -= STUCK_SECONDS + 1

    looked(hub)

    assert hub.clients == {}
    assert hub.behind == set()
    assert hub.dropped == 1


def test_who_fell_behind_just_now_has_time(hub, fall_behind):
    _, client = fall_behind()

    looked(hub)

    assert list(hub.clients.values()) == [client]


def test_a_slow_reader_who_takes_something_stays(hub, fall_behind):
    page, client = fall_behind()
    client.moved_at -= STUCK_SECONDS + 1
    before = len(client.backlog or b"")

    page.sock.settimeout(PATIENCE)
    until = time.monotonic() + PATIENCE
    while client.backlog is not None and len(client.backlog) == before:
        page.sock.recv(1 << 16)
        assert time.monotonic() < until
    looked(hub)

    assert client in hub.clients.values()


def test_who_caught_up_is_not_watched_any_more(hub, fall_behind):
    page, client = fall_behind()
    assert hub.behind == {client}

    page.sock.settimeout(0.05)
    until = time.monotonic() + PATIENCE
    while client.backlog is not None:  # the hub notices a moment after the last byte was read
        with contextlib.suppress(TimeoutError):
            page.sock.recv(1 << 20)
        assert time.monotonic() < until
    after_what_is_asked(hub)

    assert hub.behind == set()


def test_who_reads_is_never_behind(hub):
    page = opened(hub, ticket("team:1"))

    for number in range(20):
        hub.broadcast(1, "team:1", LARGE)
        page.read(number + 1)

    assert hub.behind == set()


def test_the_thread_looks_for_them_by_itself(hub, fall_behind, monkeypatch):
    monkeypatch.setattr(hub_module, "STUCK_SECONDS", 0.0)
    page, _ = fall_behind()

    page.read_to_the_end()

    assert hub.clients == {}


def test_a_dropped_laggard_is_told_at_once(hub, fall_behind):
    """Not after the kernel has offered for minutes what nobody takes."""
    page, client = fall_behind()
    client.moved_at -= STUCK_SECONDS + 1

    looked(hub)

    page.sock.settimeout(PATIENCE)
    with pytest.raises(ConnectionResetError):
        while page.sock.recv(1 << 20):
            pass


def test_others_are_served_while_one_is_behind(hub, fall_behind):
    fall_behind()
    quick = opened(hub, ticket("team:1"))

    hub.broadcast(1, "team:1", "still quick")

    assert quick.read(1) == ["still quick"]
