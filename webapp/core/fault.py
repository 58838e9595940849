"""Named places where a test may stop the process; each is a no-op in every other run.

A module declares its points at import (`AFTER_CLAIM = point("timers.after_claim")`) and passes them
(`AFTER_CLAIM()`); the crash tests are parametrised over `points()`, so a new point is covered the
day it is declared.
"""

import os
import signal
from collections.abc import Callable

_points: dict[str, "Point"] = {}
_armed: dict[str, Callable[[], None]] = {}


class Point:
    """One place between two steps that could be torn apart."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self) -> None:
        """Run what a test armed here, normally nothing."""
        if _armed and (action := _armed.get(self.name)):
            action()


def point(name: str) -> Point:
    """Declare a fault point; names are unique."""
    if name in _points:
        raise RuntimeError(f"fault point {name!r} is declared twice")
    _points[name] = Point(name)
    return _points[name]


def points() -> list[str]:
    """Every declared point, sorted."""
    return sorted(_points)


def arm(name: str, action: Callable[[], None]) -> None:
    """Let `action` run whenever the point is passed."""
    if name not in _points:
        raise RuntimeError(f"no fault point is called {name!r}")
    _armed[name] = action


def disarm() -> None:
    """Forget every armed action."""
    _armed.clear()


def kill_at(name: str) -> None:
    """Let this process die by SIGKILL when it passes the point: what a crash test asks for."""
    arm(name, lambda: os.kill(os.getpid(), signal.SIGKILL))
