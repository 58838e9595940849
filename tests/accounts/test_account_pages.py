"""Signed-out pages and errors: each works and keeps what was typed."""

import os
from datetime import timedelta

from tests.clients import signed_in, stranger
from tests.people import PASSWORD
from webapp import create_app
from webapp.accounts import commands, queries
from webapp.config import Settings
from webapp.core import clock, tokens
from webapp.db import db


def an_invite(team, role="member"):
    token = tokens.new_token()
    commands.invite(role=role, label="Ida", token=token, by=team.alice.actor)
    db.session.rollback()
    return token


def test_the_sign_in_page_works_and_leads_to_sign_up(client):
    page = client.get("/login")

    assert page.status_code == 200
    assert 'href="/signup"' in page.text


def test_a_wrong_password_keeps_the_address_and_says_the_same_as_an_unknown_one(app, team):
    browser = stranger(app)

    wrong = browser.post("/login", data={"email": team.bob.email, "password": "not this one"})
    unknown = browser.post("/login", data={"email": "no@example.com", "password": "not this one"})

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert f'value="{team.bob.email}"' in wrong.text
    assert "not this one" not in wrong.text
    assert 'id="password-error"' in wrong.text
    words = "That email and password do not match."
    assert words in wrong.text
    assert words in unknown.text


def test_signing_in_leads_back_to_where_somebody_wanted_to_go(app, team):
    browser = stranger(app)
    first = browser.get("/approvals")

    answer = browser.post(
        "/login", data={"email": team.bob.email, "password": PASSWORD, "next": "/approvals"}
    )

    assert first.headers["Location"].endswith("/login?next=/approvals")
    assert answer.headers["Location"] == "/approvals"


def test_a_refused_sign_up_keeps_what_was_typed_except_the_password(client):
    answer = client.post(
        "/signup",
        data={
            "name": "Zoë",
            "email": "not an address",
            "password": "seven quiet lanterns",
            "team_name": "Léger",
        },
    )

    assert answer.status_code == 422
    assert 'value="Zoë"' in answer.text
    assert 'value="Léger"' in answer.text
    assert 'id="email-error"' in answer.text
    assert "seven quiet lanterns" not in answer.text


def test_signing_up_founds_a_team_and_signs_in(client):
    answer = client.post(
        "/signup",
        data={
            "name": "Zoë",
            "email": "zoe@example.com",
            "password": PASSWORD,
            "team_name": "Léger",
            "zone": "Europe/Paris",
        },
    )

    assert answer.status_code == 303
    assert "Start your first campaign." in client.get("/").text


def test_sign_up_says_when_it_is_closed(app, team, monkeypatch):
    monkeypatch.setattr("webapp.views.accounts.may_sign_up", lambda: False)

    page = stranger(app).get("/signup")

    assert page.status_code == 200
    assert "by invitation" in page.text


def test_a_stranger_joins_by_link_and_the_link_works_once(app, team):
    token = an_invite(team, "manager")
    browser = stranger(app)
    page = browser.get(f"/join/{token}")

    answer = browser.post(
        f"/join/{token}",
        data={"name": "Ida Renn", "email": "ida@example.com", "password": PASSWORD},
    )

    assert "Northlight" in page.text
    assert "as a manager" in page.text
    assert answer.status_code == 303
    assert browser.get("/settings/members").status_code == 200
    assert stranger(app).get(f"/join/{token}").status_code == 404


def test_somebody_signed_in_elsewhere_joins_with_one_press(app, team):
    token = an_invite(team)
    charlie = signed_in(app, team.charlie)
    page = charlie.get(f"/join/{token}")

    answer = charlie.post(f"/join/{token}")

    assert "Join as" in page.text
    assert 'name="password"' not in page.text
    assert answer.status_code == 303
    assert "Northlight" in charlie.get("/").text


def test_joining_a_team_twice_is_refused_in_words(app, team):
    token = an_invite(team)

    answer = signed_in(app, team.mia).post(f"/join/{token}")

    assert answer.status_code == 422
    assert "You are in this team already." in answer.text


def test_a_wrong_and_an_expired_link_look_alike(app, team):
    token = an_invite(team)
    clock.travel(timedelta(days=8).total_seconds())
    browser = stranger(app)

    expired, wrong = browser.get(f"/join/{token}"), browser.get("/join/" + "x" * 43)

    assert (expired.status_code, wrong.status_code) == (404, 404)
    assert "does not work any more" in expired.text
    assert "does not work any more" in wrong.text


def test_the_theme_is_kept_without_javascript_and_leads_back(client):
    answer = client.post("/theme", data={"theme": "dark", "next": "/login"})

    assert answer.headers["Location"] == "/login"
    assert 'data-theme="dark"' in client.get("/login").text


def test_an_error_page_works_signed_in_and_out_and_names_a_reference(app, team):
    for browser in (stranger(app), signed_in(app, team.vera)):
        page = browser.get("/nothing-here")

        assert page.status_code == 404
        assert page.headers["X-Request-Id"] in page.text
        assert page.text.count("<h1") == 1


def test_a_refusal_to_htmx_is_a_fragment(app, team):
    answer = signed_in(app, team.vera).post("/settings/rules", headers={"HX-Request": "true"})

    assert answer.status_code == 403
    assert answer.text.lstrip().startswith('<div class="note"')


def test_a_refused_form_leads_back_to_its_page_but_never_elsewhere(app, team):
    alice = signed_in(app, team.alice)
    path = f"/settings/members/{queries.membership_of(team.alice.id).id}/remove"
    db.session.rollback()

    ours = alice.post(path, headers={"Referer": "http://localhost/settings/members"})
    foreign = alice.post(path, headers={"Referer": "http://evil.example/x"})

    assert 'href="/settings/members"' in ours.text
    assert "evil.example" not in foreign.text


def test_an_error_page_needs_no_database(app):
    settings = Settings.from_environ(
        {
            "ENV": "test",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
            "REDIS_URL": os.environ["REDIS_URL"],
            "SECRET_KEY": "for tests only",
            "LOG_LEVEL": "CRITICAL",
        }
    )
    away = create_app(settings, TESTING=True, RATELIMIT_ENABLED=False)
    browser = stranger(away)
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = tokens.new_token()

    page = browser.get("/")

    assert page.status_code == 503
    assert "Short of breath" in page.text
    assert page.headers["X-Request-Id"] in page.text
