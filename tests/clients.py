"""Browsers for tests that are inside an application context themselves.

Flask keeps `g`, and so who is signed in, with the application context: a request made while a test
holds one would share it with the next person's. Here every request runs in a thread of its own, as
on a server; the test's rows are read again afterwards.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.people import PASSWORD, Person
from webapp.db import db


class Browser(FlaskClient):
    """A browser that asks for pages."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs["headers"] = {"Accept": "text/html"} | dict(kwargs.get("headers") or {})
        db.session.rollback()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(super().open, *args, **kwargs).result()
        db.session.rollback()
        db.session.expire_all()
        return answer


def stranger(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app, app.response_class, use_cookies=True)


def signed_in(app: Flask, person: Person) -> Browser:
    """Somebody of the team at work."""
    browser = stranger(app)
    answer = browser.post("/login", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return browser
