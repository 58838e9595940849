"""The pages of a forgotten password: plain forms that say nothing of who is known."""

import re
from dataclasses import replace

import pytest

from tests import people
from tests.clients import signed_in, stranger
from tests.notifications.posts import letters
from tests.people import PASSWORD
from webapp.web.letters import letters_leave

__all__ = ["letters"]

NEW = "nine amber kettles wait"


@pytest.fixture
def link(app, team, letters):
    """The path of Bob's letter."""
    stranger(app).post("/forgot", data={"email": team.bob.email})
    people.run_background()
    return re.search(r"/reset/[\w-]+", letters.sent[0].text)[0]


@pytest.fixture
def settings(app):
    """`settings(env="production")`: other settings until the test ends."""
    kept = app.config["SETTINGS"]

    def change(**values):
        app.config["SETTINGS"] = replace(kept, **values)

    yield change
    app.config["SETTINGS"] = kept


def test_the_sign_in_page_leads_there(client):
    assert 'href="/forgot"' in client.get("/login").text
    assert "<h1>Forgot your password?</h1>" in client.get("/forgot").text


def test_what_is_no_address_is_said_beside_the_field(client):
    answer = client.post("/forgot", data={"email": "not an address"})

    assert answer.status_code == 422
    assert 'value="not an address"' in answer.text


def test_the_page_behind_the_link_shows_hardly_who_it_is_for(app, team, link):
    page = stranger(app).get(link)

    assert page.status_code == 200
    assert "b…@example.com" in page.text
    assert team.bob.email not in page.text
    assert "Bob" not in page.text
    assert "Northlight" not in page.text


@pytest.mark.parametrize("wrong", [False, True])
def test_the_link_is_told_to_nobody(app, link, wrong):
    headers = stranger(app).get(link + ("x" if wrong else "")).headers

    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_form_works_over_https_with_its_token(app, team, link, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    browser, site = stranger(app), "https://localhost"
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(link, base_url=site).text)

    answer = browser.post(
        link,
        base_url=site,
        data={"password": NEW, "csrf_token": token[1]},
        headers={"Referer": f"{site}/", "Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == 303


def test_a_refused_password_stands_beside_its_field_and_the_link_stays(app, team, link):
    for password in ("short", "Bob Brook bob", "northlight northlight"):
        refused = stranger(app).post(link, data={"password": password})
        assert refused.status_code == 422
        assert 'id="password-error"' in refused.text
        assert password not in refused.text

    assert stranger(app).post(link, data={"password": NEW}).status_code == 303


def test_after_it_the_sign_in_page_says_so_and_nobody_is_signed_in(app, team, link):
    browser = stranger(app)

    answer = browser.post(link, data={"password": NEW})

    assert answer.headers["Location"] == "/login"
    assert "Your new password is set." in browser.get("/login").text
    assert "Your new password is set." not in browser.get("/login").text
    answer = browser.post("/login", data={"email": team.bob.email, "password": NEW})
    assert answer.status_code == 303


def test_opening_the_link_changes_nothing(app, team, link):
    browser = stranger(app)
    for _ in range(3):
        assert browser.get(link).status_code == 200
        assert browser.head(link).status_code == 200

    assert signed_in(app, team.bob).get("/").status_code == 200
    assert PASSWORD not in browser.get(link).text


@pytest.mark.parametrize(
    "values",
    [
        {"env": "production", "public_url": "https://desk.example.com"},
        {"env": "production", "mail_url": "smtps://mail.example.com:465", "public_url": ""},
    ],
)
def test_where_no_letter_leaves_the_page_says_whom_to_ask(app, team, letters, settings, values):
    settings(**values)

    page = stranger(app).get("/forgot")
    answer = stranger(app).post("/forgot", data={"email": team.bob.email})
    people.run_background()

    assert "Ask an owner of your team" in page.text
    assert "<input" not in page.text.split("<h1>")[1]
    assert answer.status_code == 200
    assert letters.sent == []


def test_letters_leave_in_production_with_a_server_and_an_address(app, settings):
    settings(
        env="production",
        mail_url="smtps://mail.example.com:465",
        mail_from="desk@example.com",
        public_url="https://desk.example.com",
    )

    with app.test_request_context():
        assert letters_leave()


def test_a_question_that_can_no_longer_be_answered_is_logged_and_sends_nothing(
    app, team, letters, settings, caplog
):
    caplog.set_level("WARNING")
    stranger(app).post("/forgot", data={"email": team.bob.email})
    settings(env="production", public_url="")

    people.run_background()

    assert letters.sent == []
    assert "needs MAIL_URL and PUBLIC_URL" in caplog.text
