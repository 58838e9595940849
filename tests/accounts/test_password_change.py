"""Another password: only for who knows the present one, and every other browser is out."""

import pytest

from tests.clients import signed_in
from tests.people import PASSWORD
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.accounts import joining, queries
from webapp.accounts.joining import Browser, SignIn
from webapp.accounts.models import Session, User
from webapp.accounts.password_change import change_password
from webapp.accounts.throttle import PAIR_LIMIT
from webapp.core.errors import Conflict, Invalid, NotSignedIn, TooMany
from webapp.db import db

NEW = "seven quiet lanterns drift"
HERE = Browser("10.0.0.1", "A browser")


def sessions(person):
    return {one.id for one in queries.sessions_of(person.id)}


def session_of(person, password=PASSWORD):
    before = sessions(person)
    joining.sign_in(SignIn(email=person.email, password=password), HERE)
    (made,) = sessions(person) - before
    return made


def change(person, *, present=PASSWORD, new=NEW, session_id=0, address="10.0.0.1"):
    return change_password(
        present_password=present,
        password=new,
        session_id=session_id,
        address=address,
        by=person.actor,
    )


def test_the_new_password_opens_and_the_old_one_does_not(team):
    change(team.bob)

    assert session_of(team.bob, NEW)
    with pytest.raises(NotSignedIn):
        session_of(team.bob)
    assert names_of("user", team.bob.id)[-1] == "user.password_changed"
    assert_one_event_per_version(User)


def test_every_other_browser_is_signed_out(team):
    here, there = session_of(team.bob), session_of(team.bob)
    others = session_of(team.mia)

    change(team.bob, session_id=here)

    assert sessions(team.bob) == {here}
    assert others in sessions(team.mia)
    assert names_of("session", there)[-1] == "session.revoked"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"present": "something else entirely"}, "present_password"),
        ({"new": "short"}, "password"),
        ({"new": "Bob Brook bob"}, "password"),
        ({"new": PASSWORD}, "password"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_changes_nothing(team, values, field):
    kept = session_of(team.bob)

    with pytest.raises(Invalid) as refused:
        change(team.bob, **values)

    assert set(refused.value.fields) == {field}
    assert kept in sessions(team.bob)
    assert session_of(team.bob)


def test_guessing_the_present_password_is_slowed_as_at_the_door(team):
    for _ in range(PAIR_LIMIT):
        with pytest.raises(Invalid):
            change(team.bob, present="not this one either")

    with pytest.raises(TooMany):
        change(team.bob)
    with pytest.raises(TooMany):
        session_of(team.bob)


def test_of_two_changes_at_once_one_is_told(team):
    answers = at_once(
        lambda: change(team.bob, new=NEW),
        lambda: change(team.bob, new="three amber kettles wait"),
        team_id=team.id,
    )

    done = [one for one in answers if one == team.bob.id]
    told = [one for one in answers if isinstance(one, Conflict | Invalid)]
    assert (len(done), len(told)) == (1, 1)


def test_the_page_changes_it_and_keeps_this_browser(app, team):
    here, there = signed_in(app, team.bob), signed_in(app, team.bob)

    answer = here.post("/settings/password", data={"present_password": PASSWORD, "password": NEW})

    assert answer.status_code == 303
    assert here.get("/settings/profile").status_code == 200
    assert there.get("/settings/profile").status_code in (303, 401)


def test_a_refused_page_shows_no_password_again(app, team):
    answer = signed_in(app, team.bob).post(
        "/settings/password", data={"present_password": "wrong-lantern-wrong", "password": NEW}
    )

    assert answer.status_code == 422
    assert "That is not your present password." in answer.text
    assert "wrong-lantern-wrong" not in answer.text
    assert NEW not in answer.text


def test_a_form_of_the_browser_cannot_name_another_one_to_keep(app, team):
    here = signed_in(app, team.bob)
    other = session_of(team.bob)

    here.post(
        "/settings/password",
        data={"present_password": PASSWORD, "password": NEW, "session_id": other},
    )

    assert other not in sessions(team.bob)
    assert db.session.get(Session, other).ended_at is not None
