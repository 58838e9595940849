"""Counters of the rate limits without Redis."""

import threading

import pytest

from webapp.web import counting
from webapp.web.counting import Counted


@pytest.fixture
def moved(monkeypatch):
    """The time the counters see; add seconds to its first item."""
    now = [1_000_000.0]
    monkeypatch.setattr(counting.time, "time", lambda: now[0])
    return now


def test_it_counts_each_key_by_itself(moved):
    counters = Counted()

    assert [counters.incr(key, 60) for key in "aba"] == [1, 1, 2]
    assert (counters.get("a"), counters.get("b"), counters.get("c")) == (2, 1, 0)


def test_a_window_begins_with_its_first_request_and_ends_by_itself(moved):
    counters = Counted()
    counters.incr("a", 60)
    moved[0] += 59
    assert counters.incr("a", 60) == 2
    assert counters.get_expiry("a") == 1_000_060.0

    moved[0] += 1

    assert counters.get("a") == 0
    assert counters.incr("a", 60) == 1


def test_windows_that_passed_are_dropped_and_the_others_kept(moved, monkeypatch):
    monkeypatch.setattr(counting, "SWEPT_AT", 10)
    counters = Counted()
    for number in range(10):
        counters.incr(f"old {number}", 60)
    moved[0] += 50
    counters.incr("young", 60)
    moved[0] += 20

    for number in range(30):
        counters.incr(f"new {number}", 60)

    assert not any(key.startswith("old") for key in counters._windows)
    assert counters.get("young") == 1


def test_it_starts_no_thread(moved):
    before = threading.active_count()
    counters = Counted()

    for number in range(50):
        counters.incr(str(number), 60)

    assert threading.active_count() == before


def test_forgetting_one_and_all(moved):
    counters = Counted()
    for key in "abc":
        counters.incr(key, 60)

    counters.clear("a")

    assert (counters.get("a"), counters.get("b")) == (0, 1)
    assert counters.reset() == 2
    assert counters.get("b") == 0
