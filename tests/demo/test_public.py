"""The demo for strangers: only where DEMO says so, and nothing in it can be changed by them."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.clients import stranger
from tests.together import at_once
from webapp.accounts import commands as accounts
from webapp.accounts import joining, queries
from webapp.accounts.models import Session, User
from webapp.cli import DEMO_PASSWORD
from webapp.core import text, tokens
from webapp.db import db
from webapp.demo import cast, loading
from webapp.demo.queries import public_viewer

LOOK = "Look around the demo"


@pytest.fixture
def loaded(app):
    return loading.load(cast.PUBLIC_DOMAIN, zone="UTC")


@pytest.fixture
def is_public(app, monkeypatch):
    settings = replace(app.config["SETTINGS"], demo="1")
    monkeypatch.setitem(app.config, "SETTINGS", settings)


@pytest.fixture
def looker(app, loaded, is_public):
    visitor = stranger(app)
    assert visitor.post("/demo").status_code == 303
    return visitor


def test_without_the_setting_nobody_is_let_in(app, loaded):
    visitor = stranger(app)

    assert LOOK not in visitor.get("/login").text
    assert visitor.post("/demo").status_code == 404


def test_without_a_loaded_demo_nothing_is_offered(app, is_public):
    visitor = stranger(app)

    assert LOOK not in visitor.get("/login").text
    assert visitor.post("/demo").status_code == 404


def test_the_sign_in_page_offers_it(app, loaded, is_public):
    assert LOOK in stranger(app).get("/login").text


def test_a_stranger_sees_the_demo(looker):
    home = looker.get("/").text

    assert "Everything here is made up" in home
    assert "Tidal Lines EP" in home


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/settings/profile", {"name": "Mallory", "zone": "UTC", "version": "1"}),
        ("/settings/sessions/1/revoke", {}),
        ("/settings/switch-team", {"team_id": "1"}),
        ("/campaigns/4/moves", {"move": "pause", "version": "5"}),
        ("/welcome/leave", {}),
    ],
)
def test_a_stranger_changes_nothing(looker, path, form):
    answer = looker.post(path, data=form)

    assert answer.status_code == 403
    assert db.session.get(User, public_viewer()).name == "Ola Bright"


def test_a_strangers_theme_is_their_own(looker):
    answer = looker.post("/theme", data={"theme": "dark"})

    assert "theme=dark" in answer.headers["Set-Cookie"]
    assert queries.preference(public_viewer(), "theme") is None


def test_nothing_is_kept_of_where_a_stranger_comes_from(looker):
    (session,) = db.session.scalars(select(Session)).all()

    assert (session.address, session.agent) == ("", "")


def test_a_stranger_can_leave(looker):
    assert looker.post("/logout").headers["Location"] == "/login"
    assert looker.get("/").headers["Location"].startswith("/login")


def test_nobody_knows_the_password_of_the_made_up(app, loaded):
    for one in cast.CAST:
        answer = stranger(app).post(
            "/login", data={"email": one.address(cast.PUBLIC_DOMAIN), "password": DEMO_PASSWORD}
        )
        assert answer.status_code == 422


def test_a_demo_is_not_the_first_team(app, loaded):
    form = joining.SignUp(
        name="Ann", email="ann@example.com", password="seven quiet lanterns", team_name="Tideline"
    )

    assert joining.may_sign_up("first")
    assert joining.sign_up(form, mode="first")
    assert not joining.may_sign_up("first")


def test_two_loads_at_once_make_one_demo(app):
    def load():
        return loading.load(cast.PUBLIC_DOMAIN, zone="UTC")

    answers = at_once(load, load)

    made = select(User.email).where(User.email.endswith(cast.PUBLIC_DOMAIN))
    emails = list(db.session.scalars(made))
    assert sorted(emails) == sorted(one.address(cast.PUBLIC_DOMAIN) for one in cast.CAST)
    assert any(isinstance(one, int) for one in answers)


def test_the_addresses_are_as_they_are_stored(app):
    for one in cast.CAST:
        assert text.normal_email(one.address(cast.domain_of(7))) == one.address(cast.domain_of(7))


@pytest.mark.parametrize("email", ["maya@demo.example", "Maya@Team-1.demo.EXAMPLE"])
def test_nobody_real_takes_an_address_of_a_demo(app, email):
    """Else a demo would be loaded into the team of whoever was first."""
    form = {
        "name": "Mallory",
        "email": email,
        "password": "seven quiet lanterns",
        "team_name": "Elsewhere",
    }

    answer = stranger(app).post("/signup", data=form)

    assert answer.status_code == 422
    assert "kept for demos" in answer.text
    assert db.session.scalars(select(User)).all() == []


def test_nobody_is_invited_to_an_address_of_a_demo(app, team):
    token = tokens.new_token()
    accounts.invite(role="member", label="", token=token, by=team.alice.actor)
    form = {"name": "M", "email": "maya@demo.example", "password": "seven quiet lanterns"}

    answer = stranger(app).post(f"/join/{token}", data=form)

    assert answer.status_code == 422
    assert "kept for demos" in answer.text


def test_the_printed_password_opens_nothing_in_production(app, monkeypatch):
    loading.load(cast.PUBLIC_DOMAIN, zone="UTC", password=DEMO_PASSWORD)
    form = {"email": "maya@demo.example", "password": DEMO_PASSWORD}
    assert stranger(app).post("/login", data=form).status_code == 303

    production = replace(app.config["SETTINGS"], env="production")
    monkeypatch.setitem(app.config, "SETTINGS", production)

    assert stranger(app).post("/login", data=form).status_code == 422
