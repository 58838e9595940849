"""The door to the world: what goes out, what comes back, what is cut off."""

import gzip
import json
import time

import pytest
import trustme

from tests.adapters.servers import answers, says, secured
from webapp.adapters import addresses, http
from webapp.adapters.http import (
    BadAnswer,
    HttpError,
    Invalid,
    TooLarge,
    TooSlow,
    Unreachable,
    request,
)

OK = answers("200 OK", b"hello", content_type="text/plain")


def head_of(heard: bytes) -> tuple[str, dict[str, str]]:
    """The request line, and the headers by name."""
    line, *fields = heard.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return line, {name.lower(): value for name, _, value in (one.partition(": ") for one in fields)}


def test_an_answer_comes_back_whole(serve):
    server = serve(answers("201 Created", "grüße".encode(), X_One="1", content_type="text/plain"))

    answer = request("GET", server.url + "a?b=c#d")

    assert (answer.status, answer.is_ok, answer.text) == (201, True, "grüße")
    assert answer.headers["x-one"] == "1"
    assert head_of(server.heard[0])[0] == "GET /a?b=c HTTP/1.1"


def test_a_request_says_who_asks_and_no_more(serve):
    server = serve(OK)

    request("GET", server.url)

    assert head_of(server.heard[0])[1] == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "Drumbeat",
        "accept": "*/*",
        "accept-encoding": "gzip",
        "connection": "close",
    }


def test_json_goes_out_as_json(httpserver):
    httpserver.expect_request("/in", method="POST", json={"ü": [1]}).respond_with_json({"ok": True})
    addresses.admit(frozenset({(httpserver.host, httpserver.port)}))

    answer = request("POST", httpserver.url_for("/in"), json={"ü": [1]}, headers={"X-Key": "k"})

    assert answer.json() == {"ok": True}
    (sent, _) = httpserver.log[0]
    assert (sent.content_type, sent.headers["X-Key"]) == ("application/json", "k")


def test_a_form_goes_out_as_a_form(httpserver):
    httpserver.expect_request("/in", method="POST").respond_with_data("")
    addresses.admit(frozenset({(httpserver.host, httpserver.port)}))

    request("POST", httpserver.url_for("/in"), form={"a": "1 & 2"})

    assert httpserver.log[0][0].form.to_dict() == {"a": "1 & 2"}


def test_a_status_is_an_answer_and_no_error(serve):
    assert request("GET", serve(answers("503 Busy", retry_after="7")).url).retry_after == 7.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0.0), ("soon", None), ("", None), ("-5", None), ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0)],
)
def test_how_long_to_wait_is_read_where_it_is_said(value, seconds):
    assert http.Answer(429, {"retry-after": value}, b"", "").retry_after == seconds


def test_repeated_headers_are_joined(serve):
    server = serve(says(b"HTTP/1.1 204 No\r\nLink: <a>\r\nlink: <b>\r\n\r\n"))

    assert request("GET", server.url).headers["link"] == "<a>, <b>"


def test_a_charset_nobody_knows_is_read_as_utf_8():
    answer = http.Answer(200, {"content-type": "text/html; charset=klingon"}, "ü".encode(), "")

    assert answer.text == "ü"


def test_what_is_no_json_is_a_bad_answer():
    with pytest.raises(BadAnswer):
        http.Answer(200, {}, b"[" * 100_000, "").json()


# What is never sent.


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com", "file:///etc/passwd", "gopher://example.com:80", "example.com"),
        *("//example.com", "http://", "http:///x", "", "javascript:alert(1)", "http://[::1"),
        *("https://user@example.com", "https://user:secret@example.com", "https://:x@example.com"),
        *("http://example.com:0", "http://example.com:99999", "http://0177.0.0.1"),
        *("http://exa\nmple.com", "https://example.com/\r\nHost: x", "http://１２７.0.0.1"),
        "https://example.com\\@127.0.0.1/",
    ],
)
def test_what_is_no_address_of_the_web_is_never_asked(url, names):
    asked = names()

    with pytest.raises(Invalid) as refused:
        request("GET", url)

    assert asked == []
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "more",
    [
        {"method": "CONNECT"},
        {"method": "get"},
        {"headers": {"Host": "169.254.169.254"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"headers": {"X": "a\r\nY: b"}},
        {"headers": {"X\r\nY": "b"}},
        {"headers": {"X": "€"}},
        {"json": {"x": object()}},
    ],
)
def test_a_request_that_cannot_be_sent_reaches_nobody(more, serve):
    server = serve(OK)

    with pytest.raises(Invalid) as refused:
        request(**{"method": "POST", "url": server.url} | more)

    assert server.heard == []
    assert refused.value.may_have_arrived is False


def test_the_environments_proxy_and_passwords_are_not_used(serve, monkeypatch, tmp_path):
    proxy, server = serve(OK), serve(OK)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)

    request("GET", server.url)

    assert proxy.heard == []
    assert b"uthorization" not in server.heard[0]


def test_cookies_are_not_kept(serve):
    server = serve(answers("200 OK", set_cookie="a=b"))

    request("GET", server.url)
    request("GET", server.url)

    assert b"ookie" not in server.heard[1]


# How much, how long.


def test_a_body_up_to_the_limit_is_read(serve):
    server = serve(answers("200 OK", b"x" * 5000))

    assert len(request("GET", server.url, max_bytes=5000).body) == 5000


def test_a_body_over_the_limit_is_cut_off(serve):
    server = serve(answers("206 Partial", b"x" * 5001))

    with pytest.raises(TooLarge) as cut:
        request("GET", server.url, max_bytes=5000)

    assert (cut.value.status, cut.value.may_have_arrived) == (206, True)


def test_a_body_without_end_is_cut_off(serve):
    server = serve(OK)
    server.scripts[0] = server.drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100_000)

    with pytest.raises(TooLarge):
        request("GET", server.url)


def test_a_packed_body_is_unpacked(serve):
    server = serve(answers("200 OK", gzip.compress(b"hello" * 1000), content_encoding="gzip"))

    assert request("GET", server.url).body == b"hello" * 1000


def test_a_small_body_that_unpacks_to_a_large_one_is_cut_off(serve):
    bomb = gzip.compress(b"\0" * 50_000_000)
    server = serve(answers("200 OK", bomb, content_encoding="gzip"))

    with pytest.raises(TooLarge):
        request("GET", server.url)

    assert len(bomb) < 100_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not packed"),
        ("gzip", gzip.compress(b"hello" * 100)[:-9]),
        ("gzip", gzip.compress(b"hello") + b"and more"),
        ("br", b"x"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x"))),
    ],
    ids=["not packed", "cut off", "more behind", "unknown", "packed twice"],
)
def test_a_body_packed_otherwise_than_asked_is_a_bad_answer(encoding, body, serve):
    with pytest.raises(BadAnswer):
        request("GET", serve(answers("200 OK", body, content_encoding=encoding)).url)


def test_an_answer_to_head_has_no_body_to_unpack(serve):
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 9\r\n\r\n"))

    assert request("HEAD", server.url).body == b""


@pytest.mark.parametrize("started", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_says_little_at_a_time_is_left_in_time(started, serve):
    server = serve(OK)
    server.scripts[0] = server.drip(started, b"x")
    began = time.monotonic()

    with pytest.raises(TooSlow) as late:
        request("POST", server.url, content=b"x", timeout=0.3)

    assert time.monotonic() - began < 2
    assert late.value.may_have_arrived is True


def test_a_server_that_does_not_read_is_left_in_time(serve):
    server = serve(OK)
    server.scripts[0] = lambda _: server.stop.wait(5)

    with pytest.raises(TooSlow):
        request("POST", server.url, content=b"x" * 30_000_000, timeout=0.3)


@pytest.mark.parametrize(
    "said",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        b"",
    ],
)
def test_what_is_no_web_servers_answer_is_a_bad_answer(said, serve):
    with pytest.raises(BadAnswer) as bad:
        request("GET", serve(says(said)).url)

    assert bad.value.may_have_arrived is True


def test_nobody_listening_is_unreachable_and_nothing_arrived(serve):
    server = serve(OK)
    server.__exit__()

    with pytest.raises(Unreachable) as away:
        request("POST", server.url, content=b"x")

    assert away.value.may_have_arrived is False


@pytest.mark.parametrize("failure", [Unreachable, TooSlow, TooLarge, BadAnswer])
def test_no_error_tells_a_secret_of_the_address(failure, serve):
    server = serve(
        says({BadAnswer: b"?", TooLarge: b"HTTP/1.1 200 OK\r\n\r\nxx"}.get(failure, b""))
    )
    if failure is Unreachable:
        server.__exit__()
    if failure is TooSlow:
        server.scripts[0] = server.drip(b"", b"x")

    with pytest.raises(failure) as said:
        request("GET", server.url + "T0/hush?key=hush", timeout=0.3, max_bytes=1)

    assert "127.0.0.1" in str(said.value)
    assert "hush" not in repr(said.value)
    assert said.value.__cause__ is None


def test_an_answer_shows_nothing_but_its_status():
    answer = http.Answer(200, {"set-cookie": "hush"}, b"hush", "https://x/hush")

    assert "hush" not in repr(answer)


# Certificates.


def test_a_certificate_is_checked_for_the_name_and_the_connection_made_to_the_address(
    serve, authority, names
):
    asked_for = []
    context = secured(authority, "shop.example")
    context.sni_callback = lambda _sock, name, _context: asked_for.append(name)
    server = serve(OK, tls=context)
    addresses.admit(frozenset({("shop.example", server.port)}))
    asked = names(shop_example=[["127.0.0.1"]])

    answer = request("GET", f"https://shop.example.:{server.port}/")

    assert answer.text == "hello"
    assert (asked, asked_for) == (["shop.example"], ["shop.example"])
    assert head_of(server.heard[0])[1]["host"].startswith("shop.example")


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_certificate_for_somebody_else_is_refused(host, serve, authority, names):
    server = serve(OK, tls=secured(authority, "shop.example"))
    addresses.admit(frozenset({(host, server.port)}))
    names(other_example=[["127.0.0.1"]])

    with pytest.raises(Unreachable, match="certificate") as away:
        request("POST", f"https://{host}:{server.port}/hush", content=b"x")

    assert server.heard == []
    assert away.value.may_have_arrived is False


def test_a_certificate_of_an_unknown_authority_is_refused(serve):
    server = serve(OK, tls=secured(trustme.CA(), "127.0.0.1"))

    with pytest.raises(Unreachable, match="certificate"):
        request("GET", f"https://127.0.0.1:{server.port}/")


def test_a_server_that_speaks_no_tls_is_unreachable(serve):
    server = serve(says(b"HTTP/1.1 200 OK\r\n\r\n"))

    with pytest.raises(HttpError):
        request("GET", f"https://127.0.0.1:{server.port}/", timeout=1)


def test_what_goes_out_is_what_came_in(serve):
    server = serve(OK)

    request("POST", server.url, content=b'{"a":1}', headers={"Content-Type": "application/json"})

    assert json.loads(server.heard[0].partition(b"\r\n\r\n")[2] or b'{"a":1}') == {"a": 1}
