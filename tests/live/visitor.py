"""A browser without a screen against the served product: pages, forms with their tokens, cookies,
and the socket a page names.
"""

import contextlib
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.people import PASSWORD

SECONDS = 10.0


class Visitor:
    """One person's browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), urllib.request.ProxyHandler({})
        )
        self.sockets: list[ClientConnection] = []
        self.open = contextlib.ExitStack()

    def get(self, path: str, *, seconds: float = SECONDS) -> str:
        request = urllib.request.Request(self.url + path, headers={"Accept": "text/html"})
        with self.opener.open(request, timeout=seconds) as answer:
            return str(answer.read().decode())

    def submit(self, page: str, path: str, **values: Any) -> str:
        """Send a form of a page, with that page's tokens; answers the page one ends on."""
        html = self.get(page)
        tokens = {
            name: re.findall(rf'name="{name}" value="([^"]+)"', html)[-1]
            for name in ("csrf_token", "form_token")
        }
        data = urllib.parse.urlencode(tokens | values, doseq=True).encode()
        with self.opener.open(self.url + path, data, timeout=SECONDS) as answer:
            return str(answer.read().decode())

    def sign_up(self, email: str, team: str) -> "Visitor":
        self.submit(
            "/signup", "/signup", name="Alice", email=email, password=PASSWORD, team_name=team
        )
        return self

    def sign_in(self, email: str) -> "Visitor":
        self.submit("/login", "/login", email=email, password=PASSWORD)
        return self

    def socket(
        self, page: str = "/", *, origin: str | None = "", ticket: str = "", after: str = ""
    ) -> ClientConnection:
        """The socket of a page: with its ticket, its position and our cookies unless told."""
        html = self.get(page)
        named = re.search(r'ws-connect="/ws\?t=([^"]+)" data-position="(\d+)"', html)
        assert named, "the page has no socket"
        query = urllib.parse.urlencode({"t": ticket or named[1], "after": after or named[2]})
        opening = connect(
            f"{self.url.replace('http', 'ws', 1)}/ws?{query}",
            origin=self.url if origin == "" else origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": "; ".join(f"{c.name}={c.value}" for c in self.cookies)},
            open_timeout=SECONDS,
            close_timeout=1,
            ping_interval=None,
            proxy=None,
        )
        made = self.open.enter_context(opening)
        self.sockets.append(made)
        return made

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get("/health/detailed"))
        return found

    def leave(self) -> None:
        self.open.close()


def message_with(socket: ClientConnection, words: str) -> str:
    """The first message that holds these words, within a bounded time."""
    while True:
        message = str(socket.recv(timeout=SECONDS))
        if words in message:
            return message


def close_code(socket: ClientConnection) -> int | None:
    """Read to the end: the code the server closed with, None when it just went away."""
    try:
        while True:
            socket.recv(timeout=SECONDS)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
