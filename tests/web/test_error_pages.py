"""Refusals as a page, a fragment and JSON: with the request's id, without anything internal."""

import pytest
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from webapp.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    TooMany,
)

REFUSALS = [
    (NotSignedIn(), 401),
    (Forbidden(), 403),
    (NotFound(), 404),
    (Conflict("Somebody was faster."), 409),
    (RequestEntityTooLarge(), 413),
    (Invalid({"name": "This is needed."}), 422),
    (TooMany(retry_after=7), 429),
    (TooManyRequests(), 429),
    (RuntimeError("secret detail"), 500),
    (ProgrammingError("SELECT secret", {}, Exception("secret detail")), 500),
    (OperationalError("SELECT secret", {}, Exception("secret detail")), 503),
]
READERS = {
    "page": {"Accept": "text/html"},
    "fragment": {"Accept": "text/html", "HX-Request": "true"},
    "json": {"Accept": "application/json"},
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("error", "status"), REFUSALS, ids=lambda v: type(v).__name__ if isinstance(v, Exception) else v
)
def test_a_refusal_is_told_in_the_form_its_reader_understands(
    client, replace_view, error, status, reader
):
    def refuse():
        raise error

    replace_view("health.health", refuse)

    answer = client.get("/health", headers=READERS[reader])

    assert answer.status_code == status
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    reference = answer.headers["X-Request-Id"]
    if reader == "json":
        assert answer.json["request_id"] == reference
        assert answer.json["message"]
    else:
        assert reference in answer.text or (reader == "fragment" and status < 500)
        assert ("<html" in answer.text) is (reader == "page")


def test_a_refusal_without_words_of_its_own_says_what_to_do(client, replace_view):
    def refuse():
        raise NotFound()

    replace_view("health.health", refuse)

    page = client.get("/health", headers=READERS["page"]).text

    assert page.count("There is nothing here") == 2  # the tab's title and the heading
    assert "moved, deleted, or never existed" in page


def test_a_wait_says_how_long(client, replace_view):
    def refuse():
        raise TooMany(retry_after=7)

    replace_view("health.health", refuse)

    assert client.get("/health").headers["Retry-After"] == "7"


def test_json_names_the_fields(client, replace_view):
    def refuse():
        raise Invalid({"name": "This is needed."})

    replace_view("health.health", refuse)

    answer = client.get("/health", headers=READERS["json"])

    assert answer.json["fields"] == {"name": "This is needed."}


def test_a_wrong_method_says_which_are_right(client):
    answer = client.get("/logout")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("size", [1_000_001, 3_000_000])
@pytest.mark.parametrize("reader", READERS)
def test_a_form_above_one_megabyte_is_refused(client, size, reader):
    answer = client.post("/login", data={"email": "a" * size}, headers=READERS[reader])

    assert answer.status_code == 413
    assert answer.headers["X-Request-Id"]


def test_a_form_that_lies_about_its_length_is_refused(client):
    answer = client.post(
        "/login",
        data=b"email=a",
        environ_overrides={"CONTENT_LENGTH": "50000000"},
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 413


class BrokenBody:
    """A body as gunicorn reads it: what is wrong with it shows when it is read."""

    def __init__(self, error):
        self.error = error

    def read(self, _size=-1):
        raise self.error


@pytest.mark.parametrize("path", ["/login", "/nothing", "/logout"])
@pytest.mark.parametrize("error", [InvalidChunkSize(b"ZZZ"), NoMoreData(b"")], ids=["bad", "cut"])
def test_a_body_in_broken_chunks_is_a_bad_request(client, path, error):
    answer = client.post(
        path,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": BrokenBody(error), "wsgi.input_terminated": True},
    )

    assert answer.status_code == {"/login": 400, "/nothing": 404, "/logout": 303}[path]
    assert answer.headers["X-Request-Id"]


def test_a_referrer_that_is_no_address_does_not_break_the_refusal(client):
    answer = client.post("/login", data={"email": "a"}, headers={"Referer": "http://[nowhere"})

    assert answer.status_code == 422
    refused = client.post("/nothing", headers={"Referer": "http://[nowhere"})
    assert refused.status_code == 404
    assert refused.headers["X-Request-Id"]


def test_an_error_page_needs_no_database(client, replace_view, monkeypatch):
    def away(*_args, **_more):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr("webapp.web.guards.queries.signed_in", away)
    replace_view("health.health", away)

    assert client.get("/health").status_code == 503
