"""The one door through which the product speaks HTTP to the world: outside services, webhooks,
link checks, pages that are read.

`request(...)` is safe for an address a person typed: only public hosts, each name looked up once
and the connection made to what was checked, no redirect unless asked for, one deadline for
everything, a body that ends. No proxy, cookie or password file of the environment is used, and no
error says more of an address than its host: paths and queries of webhooks are secrets.
"""

import email.utils
import json as jsons
import logging
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpcore2
import httpx2

from webapp.adapters import addresses, wire
from webapp.core import clock

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Headers that follow to another host; any other may hold a secret of the first one.
FOLLOW = frozenset({"accept", "accept-language", "user-agent"})
#: Headers that this door writes: what they say has to be true.
OURS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te"}
)
USER_AGENT = "Drumbeat"

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[!-~](?:[ -~\t]*[!-~])?)?")

# At DEBUG it would log whole requests and the cookies of answers.
logging.getLogger("httpcore2").setLevel(logging.WARNING)


class HttpError(Exception):
    """No usable answer. The words are for people and hold no more of the address than its host.

    `may_have_arrived`: the request was on its way, so the other side may have acted on it.
    """

    may_have_arrived = False


class Invalid(HttpError):
    """The address, a header or the method is one that is never sent."""


class Refused(HttpError):
    """The address, or one it redirects to, is not allowed: not public, no port of the web."""


class Unreachable(HttpError):
    """No such name, nobody listens, a certificate for somebody else, or the connection broke."""


class TooSlow(HttpError):
    """It was not over within the time limit."""


class TooLarge(HttpError):
    """The body is longer than allowed; `status` is what the answer began with."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


class BadAnswer(HttpError):
    """What came back is no HTTP, or not in a form that was asked for."""


class TooManyRedirects(HttpError):
    """It was still leading elsewhere after as many redirects as were allowed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; values of a repeated one are joined by `, `.

    `url` is the address that answered, after redirects. Only the status shows in a `repr`.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body in the charset it names, else UTF-8; what does not decode is replaced."""
        _, _, rest = self.headers.get("content-type", "").partition("charset=")
        charset = rest.split(";")[0].strip(" \"'") or "utf-8"
        try:
            return self.body.decode(charset, "replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises BadAnswer."""
        try:
            return jsons.loads(self.body)
        except (ValueError, RecursionError):
            raise BadAnswer("the answer is no JSON") from None

    @property
    def retry_after(self) -> float | None:
        """Seconds that `Retry-After` asks to wait, as a number or a date; at least 0."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdecimal():
            return float(value[:9])
        try:
            at = email.utils.parsedate_to_datetime(value)
            return max(0.0, (at - clock.now()).total_seconds())
        except (TypeError, ValueError):
            return None


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    timeout: float = 3.0,
    max_bytes: int = 1_000_000,
    redirects: int = 0,
) -> Answer:
    """Send one request and read the whole answer, whatever its status.

    `timeout`: seconds for everything together: looking up, connecting, redirects, reading.
    `max_bytes`: of the decoded body. `redirects`: how many are followed, each looked up and checked
    like the first; with 0 the answer that redirects is the answer. To another origin no header goes
    along that could be a secret, and no body; from https to http none leads.

    Raises HttpError: Invalid and Refused for ever, Unreachable, TooSlow, TooLarge, BadAnswer and
    TooManyRedirects for now.
    """
    deadline = wire.Deadline(timeout)
    asked = _built(method, url, headers or {}, content=content, json=json, form=form)
    try:
        for _ in range(redirects + 1):
            status, fields, body = _exchange(asked, deadline, max_bytes)
            location = fields.get("location")
            if status not in REDIRECTS or not location or not redirects:
                return Answer(status, fields, body, str(asked.url))
            asked = _redirected(asked, status, location)
        raise TooManyRedirects(f"{asked.url.host} redirects again and again")
    except HttpError as error:
        error.may_have_arrived = deadline.spoke
        raise


def checked_url(url: str) -> httpx2.URL:
    """An address as it would be asked: http or https, a host, no name or password before it.

    Raises Invalid. Where the host leads is only known when it is asked.
    """
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError, ValueError):
        raise Invalid("this is no address of the web") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Invalid("an address begins with https:// or http:// and a host")
    if parsed.userinfo:
        raise Invalid("an address holds no user name or password")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise Invalid("there is no such port")
    return parsed


def _built(method: str, url: str, headers: Mapping[str, str], **body: Any) -> httpx2.Request:
    if method not in METHODS:
        raise Invalid(f"the method is one of {', '.join(sorted(METHODS))}")
    if mine := sorted({name.lower() for name in headers} & OURS):
        raise Invalid(f"the header {mine[0]} is not the caller's")
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(headers[name]) for name in headers):
        raise Invalid("a header holds what no header can")
    given = {"User-Agent": USER_AGENT, "Accept": "*/*"} | dict(headers)
    given |= {"Accept-Encoding": "gzip", "Connection": "close"}
    target = checked_url(url)
    try:
        return httpx2.Request(
            method,
            target,
            headers=given,
            content=body["content"],
            json=body["json"],
            data=body["form"],
        )
    except (TypeError, ValueError):
        raise Invalid("the headers or the content cannot be sent") from None


def _exchange(
    asked: httpx2.Request, deadline: wire.Deadline, max_bytes: int
) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own, and its whole answer."""
    url, host = asked.url, asked.url.host
    target = httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=_port(url), target=url.raw_path
    )
    connection = httpcore2.HTTPConnection(
        origin=target.origin, ssl_context=wire.tls(), network_backend=wire.Pinned(deadline)
    )
    sent = httpcore2.Request(
        method=asked.method, url=target, headers=asked.headers.raw, content=asked.content or b""
    )
    try:
        with connection:
            answer = connection.handle_request(sent)
            if answer.status == 101:
                raise BadAnswer(f"{host} changes to a protocol that was not asked for")
            fields = _fields(answer.headers)
            pieces = _decoded(answer.iter_stream(), fields.get("content-encoding", ""), max_bytes)
            body = bytearray()
            for piece in pieces:
                body += piece
                if len(body) > max_bytes:
                    raise TooLarge(f"{host} sends more than {max_bytes} bytes", answer.status)
            return answer.status, fields, bytes(body)
    except addresses.NotAllowed as error:
        raise Refused(str(error)) from None
    except addresses.NotFound as error:
        raise Unreachable(str(error)) from None
    except wire.OutOfTime:
        raise TooSlow(f"{host} takes too long") from None
    except httpcore2.RemoteProtocolError:
        raise BadAnswer(f"{host} does not answer as a web server does") from None
    except (httpcore2.LocalProtocolError, UnicodeError):
        raise Invalid("the headers or the content cannot be sent") from None
    except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
        raise Unreachable(f"{host} cannot be reached ({error})") from None


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _fields(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _decoded(pieces: Iterator[bytes], encoding: str, max_bytes: int) -> Iterator[bytes]:
    """The body as it was before it was compressed, never inflated far beyond what is allowed."""
    if encoding.strip().lower() in ("", "identity"):
        yield from pieces
        return
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        if any(pieces):
            raise BadAnswer("the answer is packed in a way that was not asked for")
        return
    inflate = zlib.decompressobj(wbits=31)
    began = False
    try:
        for piece in pieces:
            began = began or bool(piece)
            while piece and not inflate.eof:
                yield inflate.decompress(piece, max_bytes + 1)
                piece = inflate.unconsumed_tail
    except zlib.error:
        raise BadAnswer("the answer is packed wrongly") from None
    if began and (inflate.unused_data or not inflate.eof):
        raise BadAnswer("the answer breaks off or goes on after its end")


def _redirected(asked: httpx2.Request, status: int, location: str) -> httpx2.Request:
    """The request that an answer leads to. Raises Refused where it must not lead."""
    try:
        with suppress(UnicodeDecodeError):  # beyond ASCII it is UTF-8 as a rule
            location = location.encode("latin-1").decode("utf-8")
        to = checked_url(str(asked.url.join(location)))
    except (Invalid, httpx2.InvalidURL, ValueError):
        raise Refused(f"{asked.url.host} redirects to something that is no address") from None
    if asked.url.scheme == "https" and to.scheme == "http":
        raise Refused(f"{asked.url.host} redirects from https to http")
    becomes_get = status == 303 or (status in (301, 302) and asked.method == "POST")
    method = "GET" if becomes_get and asked.method != "HEAD" else asked.method
    content = asked.content if method == asked.method else b""
    headers = {
        name: value
        for name, value in asked.headers.items()
        if name not in OURS and (content or not name.startswith("content-"))
    }
    if (to.scheme, to.host, _port(to)) != (asked.url.scheme, asked.url.host, _port(asked.url)):
        if content:
            raise Refused(f"{asked.url.host} redirects the content to somebody else")
        headers = {name: value for name, value in headers.items() if name in FOLLOW}
    return _built(method, str(to), headers, content=content or None, json=None, form=None)
