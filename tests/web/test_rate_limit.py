"""How many requests one address may make."""

import os

import pytest

from webapp import create_app
from webapp.config import Settings
from webapp.views.calendar_feeds import MOST_FETCHES
from webapp.web.security import limiter


@pytest.fixture
def limited(whole_app, database_url):
    """An application of its own with a limit of three a minute."""
    settings = Settings.from_environ(
        {
            "ENV": "test",
            "DATABASE_URL": database_url,
            "REDIS_URL": os.environ["REDIS_URL"],
            "SECRET_KEY": "for tests only",
            "SIGNUP": "open",
            "RATE_LIMIT": "3",
        }
    )
    # The limiter is one per process; the suite's own application has switched it off.
    yield create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True)
    limiter.reset()
    limiter.enabled = False


def test_an_address_over_its_limit_is_told_to_wait(limited):
    client = limited.test_client()
    for _ in range(3):
        assert client.get("/login").status_code == 200

    refused = client.get("/login")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_the_liveness_check_is_never_limited(limited):
    client = limited.test_client()

    assert {client.get("/health").status_code for _ in range(8)} == {200}


def test_a_calendars_address_is_asked_for_so_often_and_no_more(limited):
    client = limited.test_client()
    most = int(MOST_FETCHES.split()[0])

    answers = [client.get(f"/calendars/{n}.ics").status_code for n in range(most + 1)]

    assert answers == [404] * most + [429]


def test_a_guests_form_is_taken_so_often_and_no_more(limited):
    client = limited.test_client()

    answers = [client.post(f"/review/{n}").status_code for n in range(31)]

    assert answers == [404] * 30 + [429]
