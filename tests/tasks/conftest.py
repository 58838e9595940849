"""Background parts that are stopped again, and a way to wait for what they do."""

import time

import pytest

import tasks
from tasks import context
from webapp.events import bus


@pytest.fixture
def eventually():
    """`eventually(lambda: …)`: ask until it holds, some seconds at most."""

    def wait(holds, seconds: float = 15.0) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, "it never came to hold"
            time.sleep(0.02)

    return wait


@pytest.fixture
def own_queues(bare_app):
    """Queues and a bus made anew before and after, so that threads of one test serve only it."""
    yield
    bus.connect(bare_app.config["SETTINGS"].redis_url)
    context.bind(bare_app)
    tasks.load()
