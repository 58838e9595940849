"""Fault points: named once, silent unless a test arms them."""

import os
import signal

import pytest

from webapp.core import fault


@pytest.fixture(autouse=True)
def _disarmed(monkeypatch):
    monkeypatch.setattr(fault, "_points", dict(fault._points))
    yield
    fault.disarm()


def test_a_point_does_nothing_by_itself():
    assert fault.point("tests.idle")() is None


def test_an_armed_point_runs_its_action_each_time_it_is_passed():
    passed = []
    point = fault.point("tests.armed")

    fault.arm("tests.armed", lambda: passed.append(1))
    point()
    point()

    assert passed == [1, 1]


def test_disarming_forgets_every_action():
    passed = []
    point = fault.point("tests.disarmed")
    fault.arm("tests.disarmed", lambda: passed.append(1))

    fault.disarm()
    point()

    assert passed == []


def test_two_points_of_one_name_are_refused():
    fault.point("tests.twice")

    with pytest.raises(RuntimeError, match="declared twice"):
        fault.point("tests.twice")


def test_arming_a_point_nobody_declared_is_refused():
    with pytest.raises(RuntimeError, match="no fault point"):
        fault.arm("tests.nowhere", lambda: None)


def test_a_process_may_be_killed_at_a_point(monkeypatch):
    killed = []
    monkeypatch.setattr(os, "kill", lambda pid, signum: killed.append((pid, signum)))
    point = fault.point("tests.killed")

    fault.kill_at("tests.killed")
    point()

    assert killed == [(os.getpid(), signal.SIGKILL)]


def test_every_point_is_listed():
    assert "relay.after_positions" in fault.points()
    assert fault.points() == sorted(fault.points())
