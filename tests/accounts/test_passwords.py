"""Which passwords are taken, and how they are kept."""

import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import update

from tests import conftest, people
from tests.together import at_once
from webapp.accounts import joining, passwords
from webapp.accounts.models import User
from webapp.accounts.queries import person
from webapp.db import db, execute, unit_of_work

ABOUT = ["Alice Arden", "alice@example.com", "Northlight Records"]


@pytest.mark.parametrize("password", ["short", "eleven char"])
def test_fewer_than_twelve_characters_are_refused(password):
    assert "12" in passwords.refusal(password, about=[])


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaa",
        "letmeinletmein",
        "trustno1trustno1",
        "drumbeat1234",
        "drumbeat-drumbeat",
        "AliceArden2024",
        "alice arden 12",
        "northlight records",
        "alice@example.com",
        "Northlight!2026",
    ],
)
def test_the_common_and_the_personal_are_refused(password):
    assert passwords.refusal(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet lanterns",
        "correct horse battery staple",
        "alice keeps seven quiet lanterns",
        "пять тихих фонарей",
        "🦊🌊🎺🧭🪁🍋🎲🪐🥁🌵🧊🪶",
        "tab\tand\nnewline and \x00 nul",
        "v7#kQ2!pZ9 m" * 6,
        "".join(f"{n:x}-" for n in range(3, 240, 7))[:64],
    ],
)
def test_any_characters_and_long_ones_are_taken(password):
    assert passwords.refusal(password, about=ABOUT) is None
    assert passwords.matches(passwords.hashed(password), password)


def test_a_password_is_not_truncated_and_keeps_its_case():
    stored = passwords.hashed("a" * 250 + "B")

    assert not passwords.matches(stored, "a" * 250 + "C")
    assert not passwords.matches(stored, "a" * 250 + "b")


def test_what_is_shipped_hashes_at_the_recommended_cost():
    """OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes."""
    shipped = conftest.SHIPPED_HASHER

    assert shipped.type is Type.ID
    assert (shipped.memory_cost, shipped.time_cost, shipped.parallelism) == (19456, 2, 1)


def test_an_outdated_hash_is_made_anew_at_sign_in(team):
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(people.PASSWORD)
    with unit_of_work():
        execute(update(User).where(User.id == team.alice.id).values(password_hash=weak))

    form = joining.SignIn(email=team.alice.email, password=people.PASSWORD)
    (token,) = at_once(lambda: joining.sign_in(form, people.BROWSER))

    db.session.expire_all()
    stored = person(team.alice.id).password_hash
    assert isinstance(token, str)
    assert stored != weak
    assert not passwords.is_outdated(stored)
    assert passwords.matches(stored, people.PASSWORD)
