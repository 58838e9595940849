"""Who may found a team, and what two strangers at once get."""

import pytest
from sqlalchemy import func, select

from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.accounts import joining
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.queries import teams_of
from webapp.core.errors import Forbidden, Invalid
from webapp.db import db


def form(email="ann@example.com", **changes):
    values = {
        "name": "Ann Ash",
        "email": email,
        "password": "seven quiet lanterns",
        "team_name": "Northlight",
    }
    return joining.SignUp(**(values | changes))


def test_the_first_person_may_found_a_team(app):
    user_id = joining.sign_up(form(), mode="first")

    (team,) = teams_of(user_id)
    assert team.name == "Northlight"
    assert names_of("team", team.id) == ["team.founded"]
    assert_one_event_per_version(User, Team)


def test_after_the_first_team_strangers_need_an_invitation(app):
    joining.sign_up(form(), mode="first")

    with pytest.raises(Forbidden, match="by invitation"):
        joining.sign_up(form("ben@example.com"), mode="first")


def test_open_lets_every_stranger_found_a_team(app):
    joining.sign_up(form(), mode="open")

    assert joining.sign_up(form("ben@example.com"), mode="open")


def test_closed_lets_nobody_in(app):
    with pytest.raises(Forbidden):
        joining.sign_up(form(), mode="closed")


def test_of_two_first_strangers_at_once_one_gets_in(app):
    answers = at_once(
        lambda: joining.sign_up(form(), mode="first"),
        lambda: joining.sign_up(form("ben@example.com"), mode="first"),
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Forbidden", "int"]
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1


def test_an_address_is_taken_whatever_its_case(app):
    joining.sign_up(form(), mode="open")

    with pytest.raises(Invalid) as refused:
        joining.sign_up(form("ANN@Example.com"), mode="open")

    assert "email" in refused.value.fields


def test_two_sign_ups_with_one_address_at_once_leave_one_person(app):
    answers = at_once(*[lambda: joining.sign_up(form(), mode="open")] * 2)

    assert sorted(type(answer).__name__ for answer in answers) == ["Invalid", "int"]
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_what_is_posted_beside_the_form_is_not_taken(app):
    taken = joining.SignUp.model_validate(
        form().model_dump() | {"role": "owner", "team_id": 7, "is_active": False, "version": 9}
    )

    assert set(taken.model_dump()) == {"name", "email", "password", "team_name", "zone"}
