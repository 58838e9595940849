"""The application every actor of this process runs in; set once by whoever starts the workers."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

_app: Flask | None = None


def bind(app: Flask) -> None:
    """Run actors in this application."""
    global _app
    _app = app


def app() -> Flask:
    """The bound application."""
    if _app is None:
        raise RuntimeError(
            "no application is bound: start workers through tasks.worker or tasks.embedded"
        )
    return _app


@contextmanager
def fresh() -> Iterator[None]:
    """One message, one application context: a fresh session with an empty identity map."""
    with app().app_context():
        yield
