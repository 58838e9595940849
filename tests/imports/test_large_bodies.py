"""Uploads through the real server: forty megabytes are read, fifty are refused at once, and nobody
uploads anything before it is known who they are.
"""

import http.client
import os
import re
import sys
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the product's processes keep what does not fit into memory."""
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, spool: Path) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("uploads"), TMPDIR=str(spool)) as one:
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
    assert in_pieces(alice, path, LARGE) == 413


def in_pieces(alice: Visitor, path: str, content: bytes) -> int:
    """The status a body without a length is answered with."""
    body = form(alice.token(path), content)
    pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    headers = MULTIPART | {"Transfer-Encoding": "chunked"}
    return alice.ask("POST", path, pieces, headers, chunked=True)[0].status


def left_in(spool: Path, product: Served) -> list[str]:
    """Files of a folder, and those that are open without a name any more in the process that serves
    and in what it started.
    """
    serving = product.processes[0].pid
    family = [serving, *map(int, children_of(serving))]
    links = [link for pid in family for link in Path(f"/proc/{pid}/fd").iterdir()]
    opened = [os.readlink(link) for link in links if os.path.lexists(link)]
    return [*map(str, spool.iterdir()), *(one for one in opened if one.startswith(str(spool)))]


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ten_uploads_at_once_are_refused_and_leave_no_file(product, alice, path, spool, eventually):
    with ThreadPoolExecutor(11) as hands:
        uploads = [hands.submit(in_pieces, alice, path, LARGE) for _ in range(10)]
        pages = [hands.submit(alice.ask, "GET", path).result()[0].status for _ in range(5)]
        codes = [upload.result() for upload in uploads]

    assert codes == [413] * 10
    assert pages == [200] * 5
    eventually(lambda: left_in(spool, product) == [])


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
