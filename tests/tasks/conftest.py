"""Background parts that are stopped again."""

import pytest

import tasks
from tasks import context
from webapp.events import bus


@pytest.fixture
def own_queues(bare_app):
    """Queues and a bus made anew before and after, so that threads of one test serve only it."""
    yield
    bus.connect(bare_app.config["SETTINGS"].redis_url)
    context.bind(bare_app)
    tasks.load()
