"""Which tokens a form is taken with; that every route asks is in tests/test_isolation.py."""

import re

import pytest

from tests import people


@pytest.fixture
def strict(bare_app, monkeypatch):
    monkeypatch.setitem(bare_app.config, "WTF_CSRF_ENABLED", True)
    return bare_app


def token_of(client, path="/login"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]


def test_with_the_pages_token_it_is_taken(strict, made):
    client = strict.test_client()
    form = {"email": made.alice.email, "password": people.PASSWORD}

    answer = client.post("/login", data=form | {"csrf_token": token_of(client)})

    assert answer.status_code == 303


@pytest.mark.parametrize("token", ["", "x", "ünïcode", "\x00", "a.b.c", "." * 5000])
def test_a_wrong_token_is_refused_whatever_it_is_made_of(strict, token):
    client = strict.test_client()
    token_of(client)

    assert client.post("/theme", data={"theme": "dark", "csrf_token": token}).status_code == 400


def test_another_browsers_token_is_refused(strict):
    theirs, own = strict.test_client(), strict.test_client()
    token_of(own)

    answer = own.post("/theme", data={"theme": "dark", "csrf_token": token_of(theirs)})

    assert answer.status_code == 400


def test_a_token_from_before_the_sign_in_does_not_survive_it(strict, made):
    client = strict.test_client()
    before = token_of(client)
    form = {"email": made.alice.email, "password": people.PASSWORD, "csrf_token": before}
    assert client.post("/login", data=form).status_code == 303

    assert client.post("/theme", data={"theme": "dark", "csrf_token": before}).status_code == 400


def test_htmx_sends_it_in_a_header(strict):
    client = strict.test_client()

    answer = client.post(
        "/theme", data={"theme": "dark"}, headers={"X-CSRFToken": token_of(client)}
    )

    assert answer.status_code == 303


def test_a_request_from_another_site_is_refused_even_with_a_token(strict):
    client = strict.test_client()
    token = token_of(client)

    answer = client.post(
        "/theme",
        data={"theme": "dark", "csrf_token": token},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 400
