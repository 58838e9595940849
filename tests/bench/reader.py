"""A reader with one kept connection and cookies, as small as it can be: the benches measure the
server, on the same cores.
"""

import gzip
import http.client
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import urlencode, urlsplit

from tests.people import PASSWORD

_ADDRESSES = iter(f"10.{n // 65536 % 256}.{n // 256 % 256}.{n % 256}" for n in range(1, 1 << 24))


class Reader:
    """One browser: an address of its own for the rate limit (PROXY_HOPS is 1), a new one every
    400 requests.
    """

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.conn = http.client.HTTPConnection(self.host, timeout=30)
        self.cookies: dict[str, str] = {}
        self.requests, self.address = 0, next(_ADDRESSES)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body, as sent."""
        self.requests += 1
        if self.requests % 400 == 0:
            self.address = next(_ADDRESSES)
        headers = {
            "Accept": "text/html",
            "Accept-Encoding": "gzip",
            "X-Forwarded-For": self.address,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.conn.request(method, path, body, headers)
        answer = self.conn.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        self.last_size = len(content)
        return answer.status, content

    def page(self, path: str) -> str:
        """A page's HTML."""
        status, content = self.ask("GET", path)
        assert status == 200, f"{path} answered {status}"
        return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()

    def post(self, path: str, **form: str) -> int:
        """A form with the page's token."""
        status, _ = self.ask("POST", path, form | {"csrf_token": self.token})
        return status

    def sign_in(self, email: str) -> "Reader":
        self.token = token_in(self.page("/login"))
        assert self.post("/login", email=email, password=PASSWORD, remember="1") == 303
        self.token = token_in(self.page("/campaigns"))
        return self


def token_in(html: str) -> str:
    """The CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, "the page has no form"
    return unescape(found[1])


def timed(readers: Sequence[Reader], each: int, path: str) -> tuple[list[float], float]:
    """Every reader gets the path `each` times, all at once; answers the seconds of each request,
    and how long it all took.
    """

    def read(reader: Reader) -> list[float]:
        took = []
        for _ in range(each):
            began = time.perf_counter()
            status, _ = reader.ask("GET", path)
            took.append(time.perf_counter() - began)
            assert status == 200, f"{path} answered {status}"
        return took

    began = time.perf_counter()
    with ThreadPoolExecutor(len(readers)) as pool:
        lags = [lag for one in pool.map(read, readers) for lag in one]
    return lags, time.perf_counter() - began
