"""The access log: one JSON object a line, whatever a visitor sends; no token in it."""

import io
import json
import logging

import pytest

from tests import people
from webapp.web import logs


@pytest.fixture
def lines():
    """What is written to the log from now on, as parsed lines."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.init("INFO")
    (handler,) = root.handlers
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    root.setLevel(level)


def test_each_request_is_one_line_with_its_id(client, lines):
    answer = client.get("/no/such/page")

    (line,) = [one for one in lines() if one["logger"] == "drumbeat.access"]
    assert (line["method"], line["status"]) == ("GET", 404)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "path",
    [
        "/join/s3cret-token",
        "/ws?t=s3cret-token",
        "/login?next=/s3cret",
        "/s/s3cret-token",
        "/review/s3cret-token",
        "/calendars/s3cret-token.ics",
        "/dashboard/auth?token=s3cret-token",
        "/dashboard/socket?t=s3cret-token",
    ],
)
def test_tokens_in_addresses_are_not_written(client, lines, path):
    client.get(path)

    assert "s3cret" not in json.dumps(lines())


def test_newlines_forge_no_line(client, lines):
    logging.getLogger("drumbeat.access").info('one\n{"forged": true}')
    client.get("/x%0A%7B%22forged%22:true%7D", headers={"User-Agent": "a\tb"})

    assert all("forged" not in line for line in lines())
    assert lines()[0]["event"] == 'one\n{"forged": true}'


def test_neither_password_nor_session_is_written(bare_app, made, lines):
    client = made.alice.sign_in(bare_app)
    client.get("/campaigns")

    written = json.dumps(lines())
    assert people.PASSWORD not in written
    assert client.get_cookie("drumbeat").value not in written
    assert made.alice.email not in written
