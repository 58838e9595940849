"""The clock's offset: moved by tests, shared through a file, refused in production."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webapp.core import clock
from webapp.core.clock import LeapGuard


@pytest.fixture(autouse=True)
def _host_time(monkeypatch):
    monkeypatch.setattr(clock, "_fixed", False)
    clock.reset()
    clock.follow_file(None)
    yield
    clock.reset()
    clock.follow_file(None)


def test_now_moves_with_the_offset():
    clock.travel(3600)
    clock.travel(-600)

    assert clock.offset() == 3000
    ahead = clock.now() - datetime.now(UTC)
    assert abs(ahead - timedelta(seconds=3000)) < timedelta(seconds=1)


def test_reset_goes_back_to_the_host_time():
    clock.travel(3600)

    clock.reset()

    assert clock.offset() == 0


def test_a_file_moves_every_process_that_follows_it(tmp_path: Path):
    path = str(tmp_path / "clock.json")
    clock.follow_file(path)
    assert clock.offset() == 0

    clock.write_file(path, 86_400.5)

    assert clock.offset() == 86_400.5


def test_the_file_is_read_again_each_time_it_changes(tmp_path: Path):
    path = str(tmp_path / "clock.json")
    clock.follow_file(path)
    seen = []
    for seconds in (1.0, 2.0, 2.0, -3.0):
        clock.write_file(path, seconds)
        seen.append(clock.offset())

    assert seen == [1.0, 2.0, 2.0, -3.0]


def test_the_own_offset_adds_to_the_file(tmp_path: Path):
    path = str(tmp_path / "clock.json")
    clock.write_file(path, 100)
    clock.follow_file(path)

    clock.travel(11)

    assert clock.offset() == 111


def test_a_file_that_went_away_is_no_offset(tmp_path: Path):
    path = tmp_path / "clock.json"
    clock.write_file(str(path), 100)
    clock.follow_file(str(path))
    assert clock.offset() == 100

    path.unlink()

    assert clock.offset() == 0


def test_writing_leaves_no_file_beside(tmp_path: Path):
    clock.write_file(str(tmp_path / "clock.json"), 5)

    assert [one.name for one in tmp_path.iterdir()] == ["clock.json"]


def test_production_refuses_to_travel(tmp_path: Path):
    path = str(tmp_path / "clock.json")
    clock.write_file(path, 100)
    clock.follow_file(path)

    clock.fix()

    assert clock.offset() == 0
    with pytest.raises(RuntimeError, match="production"):
        clock.travel(1)


def test_a_leap_of_the_host_is_noticed_once():
    guard = LeapGuard(300)
    guard.leapt(wall=1000.0, steady=10.0)

    assert guard.leapt(wall=1000.0 + 3600 + 1, steady=11.0)
    assert not guard.leapt(wall=1000.0 + 3600 + 2, steady=12.0)


def test_a_leap_backwards_is_one_too():
    guard = LeapGuard(300)
    guard.leapt(wall=10_000.0, steady=10.0)

    assert guard.leapt(wall=10_000.0 - 3600, steady=11.0)


def test_a_long_pause_of_the_process_is_no_leap():
    guard = LeapGuard(300)
    guard.leapt(wall=1000.0, steady=10.0)

    assert not guard.leapt(wall=1000.0 + 7200, steady=10.0 + 7200)


def test_travelling_is_no_leap():
    guard = LeapGuard(300)

    clock.travel(86_400)

    assert not guard.leapt()


def test_the_clock_stands_at_a_moment_that_is_told():
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)

    with clock.at(moment):
        first, second = clock.now(), clock.now()

    assert first == second == moment
    assert clock.now() > moment


def test_only_this_context_hears_what_is_told():
    with clock.at(datetime(2026, 1, 2, tzinfo=UTC)), ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(clock.now).result()

    assert elsewhere.year != 2026 or elsewhere.month > 1


def test_the_future_is_not_told():
    ahead = clock.now() + timedelta(seconds=60)

    with pytest.raises(RuntimeError, match="only the past"), clock.at(ahead):
        pass


def test_due_times_do_not_move_with_what_is_told():
    before = clock.offset()

    with clock.at(datetime(2026, 1, 2, tzinfo=UTC)):
        assert clock.offset() == before
