"""Guessing is slowed, nobody is locked out for good, and no answer tells who is known."""

import os

import pytest
import redis
from sqlalchemy import select

from tests import people
from webapp.accounts import joining, passwords, throttle
from webapp.accounts.models import SignInFailure
from webapp.core import clock
from webapp.core.errors import NotSignedIn, TooMany
from webapp.db import db


@pytest.fixture
def strangers_view(app):
    """The people exist; nobody's team is set, as at the sign-in page."""
    return people.found_team(app)


def attempt(email="alice@example.com", password="a wrong password", address="192.0.2.1"):
    form = joining.SignIn(email=email, password=password)
    return joining.sign_in(form, joining.Browser(address, "a test"))


def fail(times, **changes):
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            attempt(**changes)


def test_ten_failures_make_the_next_try_wait(strangers_view):
    fail(throttle.PAIR_LIMIT)

    with pytest.raises(TooMany) as refused:
        attempt(password=people.PASSWORD)

    assert 0 < refused.value.retry_after <= throttle.WINDOW.total_seconds()


def test_the_same_person_still_gets_in_from_elsewhere(strangers_view):
    fail(throttle.PAIR_LIMIT)

    assert attempt(password=people.PASSWORD, address="198.51.100.7")


def test_somebody_else_still_gets_in_from_the_same_address(strangers_view):
    fail(throttle.PAIR_LIMIT)

    assert attempt(email="bob@example.com", password=people.PASSWORD)


def test_many_addresses_of_one_sprayer_are_counted_together(strangers_view):
    for n in range(throttle.ADDRESS_LIMIT):
        throttle.failed(f"nobody{n}@example.com", "192.0.2.1")

    with pytest.raises(TooMany):
        attempt(password=people.PASSWORD)


def test_waiting_is_always_enough(strangers_view):
    fail(throttle.PAIR_LIMIT)
    with pytest.raises(TooMany) as refused:
        attempt(password=people.PASSWORD)

    clock.travel(refused.value.retry_after + 1)

    assert attempt(password=people.PASSWORD)


def test_trying_while_waiting_does_not_make_it_longer(strangers_view):
    fail(throttle.PAIR_LIMIT)
    clock.travel(600)
    for _ in range(20):
        with pytest.raises(TooMany):
            attempt()

    clock.travel(throttle.WINDOW.total_seconds() - 600 + 1)

    assert attempt(password=people.PASSWORD)


def test_a_right_password_clears_what_was_counted(strangers_view):
    fail(throttle.PAIR_LIMIT - 1)
    attempt(password=people.PASSWORD)

    fail(throttle.PAIR_LIMIT - 1)
    assert attempt(password=people.PASSWORD)


def test_an_emptied_redis_does_not_reset_it(strangers_view):
    fail(throttle.PAIR_LIMIT)
    if url := os.environ["REDIS_URL"]:
        redis.Redis.from_url(url).flushdb()

    with pytest.raises(TooMany):
        attempt(password=people.PASSWORD)


def test_an_unknown_address_reads_the_same_and_does_the_same_work(strangers_view, monkeypatch):
    verified = []
    verify = passwords._hasher.verify
    hasher = type("Counting", (), {"verify": lambda _, h, p: (verified.append(h), verify(h, p))})
    monkeypatch.setattr(passwords, "_hasher", hasher())

    with pytest.raises(NotSignedIn) as known:
        attempt()
    with pytest.raises(NotSignedIn) as unknown:
        attempt(email="nobody@example.com")

    assert known.value.message == unknown.value.message
    one, other = (h.rsplit("$", 2)[0] for h in verified)
    assert one == other, "both are argon2id with the same cost"


def test_an_unknown_address_is_throttled_alike(strangers_view):
    fail(throttle.PAIR_LIMIT, email="nobody@example.com")

    with pytest.raises(TooMany):
        attempt(email="nobody@example.com")


def test_neither_addresses_nor_networks_are_kept_in_clear(strangers_view):
    fail(1)

    keys = list(db.session.scalars(select(SignInFailure.key)))
    assert len(keys) == 3
    assert all(len(key) == 64 and "@" not in key for key in keys)


def test_counts_are_forgotten_after_the_window(strangers_view):
    fail(3)
    clock.travel(throttle.WINDOW.total_seconds() + 1)
    fail(1)

    assert len(list(db.session.scalars(select(SignInFailure.id)))) == 3
