"""Uploads through the real server: forty megabytes are read, fifty are refused at once, and nobody
uploads anything before it is known who they are.
"""

import http.client
import re
import time
import urllib.parse
from collections.abc import Iterator

import pytest

from tests.imports.reports import Report
from tests.people import PASSWORD
from tests.served import Served, served

BOUNDARY = "----------drumbeat"


class Visitor:
    """A plain HTTP client with cookies."""

    def __init__(self, product: Served) -> None:
        self.product = product
        self.host = product.url.removeprefix("http://")
        self.cookies: dict[str, str] = {}

    def ask(self, method, path, body=None, headers=None, *, chunked=False):
        line = http.client.HTTPConnection(self.host, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        line.request(
            method,
            path,
            body=body,
            headers={"Cookie": cookie, "Accept": "text/html"} | (headers or {}),
            encode_chunked=chunked,
        )
        answer = line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        line.close()
        return answer, text

    def token(self, path: str) -> str:
        _, text = self.ask("GET", path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert found, self.product.logs()[-3000:]
        return found.group(1)

    def send(self, path: str, at: str = "", **fields: str) -> tuple[http.client.HTTPResponse, str]:
        form = urllib.parse.urlencode(fields | {"csrf_token": self.token(at or path)})
        return self.ask("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("uploads")) as one:
        yield one


@pytest.fixture(scope="module")
def alice(product: Served) -> Visitor:
    visitor = Visitor(product)
    visitor.send(
        "/signup",
        name="Alice",
        email="alice@example.com",
        password=PASSWORD,
        team_name="Northlight",
    )
    return visitor


@pytest.fixture(scope="module")
def path(alice: Visitor) -> str:
    answer, text = alice.send(
        "/campaigns",
        "/campaigns/new",
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        owner_id="1",
        start_on="2027-01-04",
        target_on="2027-01-20",
        currency="EUR",
        budget="900",
    )
    assert answer.status == 303, text
    return urllib.parse.urlsplit(answer.headers["Location"]).path + "/imports"


def form(token: str, content: bytes) -> bytes:
    """A multipart body: the token first, as the page's form has it."""
    return (
        (
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=csrf_token\r\n\r\n{token}\r\n"
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=file; filename=report.csv\r\n"
            "Content-Type: text/csv\r\n\r\n"
        ).encode()
        + content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )


MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
LARGE = b"x" * 50_000_000


def test_a_report_is_taken_with_and_without_a_content_length(alice, path):
    body = form(alice.token(path), Report(currency="EUR").as_bytes())

    plain, _ = alice.ask("POST", path, body, MULTIPART)
    chunked, text = alice.ask(
        "POST", path, iter([body]), MULTIPART | {"Transfer-Encoding": "chunked"}, chunked=True
    )

    assert (plain.status, chunked.status) == (303, 303), text


def test_thirty_megabytes_are_taken_and_answered_in_words_later(alice, path, eventually):
    body = form(alice.token(path), b"PK\x03\x04" + b"Phone,3\n" * 3_750_000)

    answer, text = alice.ask("POST", path, body, MULTIPART)

    assert answer.status == 303, text
    place = answer.headers["Location"]
    eventually(lambda: "a zip archive or a damaged" in alice.ask("GET", place)[1])


def test_fifty_megabytes_are_refused_at_once(alice, path):
    body = form(alice.token(path), LARGE)
    began = time.monotonic()

    answer, text = alice.ask("POST", path, body, MULTIPART)

    assert answer.status == 413
    assert "40 MB" in text
    assert time.monotonic() - began < 5


def test_fifty_megabytes_without_a_length_are_refused_when_they_pass_the_limit(alice, path):
    body = form(alice.token(path), LARGE)
    pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536))

    answer, _ = alice.ask(
        "POST", path, pieces, MULTIPART | {"Transfer-Encoding": "chunked"}, chunked=True
    )

    assert answer.status == 413


def test_other_forms_take_one_megabyte(alice, path):
    campaign = path.removesuffix("/imports")

    answer, _ = alice.ask("POST", f"{campaign}/edit", form("x", LARGE[:2_000_000]), MULTIPART)

    assert answer.status == 413


def test_a_stranger_is_sent_to_sign_in_without_being_read(product, path):
    answer, _ = Visitor(product).ask("POST", path, form("x", LARGE[:30_000_000]), MULTIPART)

    assert answer.status == 303
    assert "/login" in answer.headers["Location"]


def test_an_upload_without_the_forms_token_is_refused(alice, path):
    answer, _ = alice.ask("POST", path, form("x", b"a,b\n1,2\n"), MULTIPART)

    assert answer.status == 400
