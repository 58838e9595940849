"""An address that somebody typed leads to no machine of ours, however it is spelled, whatever its
name resolves to and wherever it redirects.
"""

import pytest

from tests.adapters.servers import answers, secured
from tests.adapters.test_http import head_of
from webapp.adapters import addresses
from webapp.adapters.http import HttpError, Refused, TooManyRedirects, Unreachable, request

OK = answers("200 OK", b"hello")


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "0",
            "0.0.0.0",
        ),
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[64:ff9b::7f00:1]"),
        *("[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]"),
        *("169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "224.0.0.1"),
        *("127。0。0。1", "169.254.169.254.", "127.0.0.1.", "[fe80::1%25lo]", "168.63.129.16"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_leads_to_a_machine_of_ours(scheme, host, connections):
    with pytest.raises(Refused):
        request("GET", f"{scheme}://{host}/")

    assert connections == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "ip6-localhost", "a.localhost"])
def test_names_of_this_machine_lead_nowhere(host, connections):
    with pytest.raises(HttpError):
        request("GET", f"http://{host}/")

    assert connections == []


def test_a_server_of_ours_is_not_asked_unless_it_is_admitted(serve):
    server = serve(OK, admitted=False)

    with pytest.raises(Refused):
        request("GET", server.url)

    assert server.heard == []


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(names, connections):
    asked = names(rebinds_example=[["93.184.215.14"], ["127.0.0.1"]])

    with pytest.raises(Unreachable):
        request("GET", "http://rebinds.example/")

    assert asked == ["rebinds.example"]
    assert connections == [("93.184.215.14", 80)]


def test_each_address_is_tried_in_turn(names, connections):
    names(two_example=[["2606:4700::1", "93.184.215.14"]])

    with pytest.raises(Unreachable):
        request("GET", "https://two.example/")

    assert connections == [("2606:4700::1", 443), ("93.184.215.14", 443)]


def test_a_name_with_a_foreign_letter_is_looked_up_in_its_plain_spelling(names, connections):
    asked = names(xn____bcher__kva_example=[["10.0.0.1"]])

    with pytest.raises(Refused, match=r"xn--bcher-kva\.example leads to"):
        request("GET", "https://bücher.example/")

    assert (asked, connections) == (["xn--bcher-kva.example"], [])


# Redirects.


def test_a_redirect_is_not_followed_unless_asked(serve):
    server = serve(answers("302 Found", location="/next"))

    answer = request("GET", server.url)

    assert (answer.status, answer.headers["location"]) == (302, "/next")
    assert len(server.heard) == 1


def test_a_redirect_is_followed_as_often_as_asked(serve):
    server = serve(
        answers("301 Moved", location="/a/b"), answers("308 Moved", location="c?d#e"), OK
    )

    answer = request("GET", server.url, redirects=2)

    assert (answer.text, answer.url) == ("hello", server.url + "a/c?d#e")
    assert [head_of(one)[0].split()[1] for one in server.heard] == ["/", "/a/b", "/a/c?d"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_redirect_beyond_ascii_is_followed(encoding, serve):
    server = serve(answers("302 F", location="/ü".encode(encoding).decode("latin-1")), OK)

    assert request("GET", server.url, redirects=1).url == server.url + "%C3%BC"


def test_a_redirect_too_many_is_an_error(serve):
    server = serve(answers("302 Found", location="/again"))

    with pytest.raises(TooManyRedirects):
        request("GET", server.url, redirects=3)

    assert len(server.heard) == 4


@pytest.mark.parametrize(
    "location",
    [
        *("http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/"),
        *("http://2852039166/", "//127.0.0.1/", "http://localhost/", "file:///etc/passwd"),
        *("http://user:pass@example.com/", "gopher://example.com", "http://example.com:22/"),
        *("http://[", "javascript:1", "http://0x7f.1/"),
    ],
)
def test_a_redirect_to_a_machine_of_ours_is_refused(location, serve, names):
    names(localhost=[["127.0.0.1"]], example_com=[["93.184.215.14"]])
    server = serve(answers("302 Found", location=location))

    with pytest.raises(Refused) as refused:
        request("GET", server.url, redirects=5)

    assert len(server.heard) == 1
    assert refused.value.may_have_arrived is True


def test_each_hop_is_looked_up_anew(serve, names):
    server = serve(answers("302 Found", location="http://later.example/"))
    asked = names(later_example=[["10.0.0.1"]])

    with pytest.raises(Refused):
        request("GET", server.url, redirects=1)

    assert asked == ["later.example"]


SECRETS = {"Authorization": "Bearer hush", "Cookie": "hush", "X-Api-Key": "hush", "Accept": "a/b"}


def test_no_secret_header_follows_to_another_host(serve):
    there = serve(OK)
    here = serve(answers("302 Found", location=there.url))

    request("GET", here.url, headers=SECRETS, redirects=1)

    assert here.heard[0].count(b"hush") == 3
    assert b"hush" not in there.heard[0]
    assert head_of(there.heard[0])[1]["accept"] == "a/b"


def test_headers_stay_on_the_same_host(serve):
    server = serve(answers("302 Found", location="/next"), OK)

    request("GET", server.url, headers=SECRETS, redirects=1)

    assert server.heard[1].count(b"hush") == 3


@pytest.mark.parametrize("status", ["307 Again", "308 Moved"])
def test_no_content_follows_to_another_host(status, serve):
    there = serve(OK)
    here = serve(answers(status, location=there.url))

    with pytest.raises(Refused):
        request("POST", here.url, json={"a": "hush"}, redirects=1)

    assert there.heard == []


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        *(("301 M", "POST", "GET"), ("302 F", "POST", "GET"), ("303 S", "POST", "GET")),
        *(("303 S", "PUT", "GET"), ("307 T", "POST", "POST"), ("308 P", "POST", "POST")),
        *(("302 F", "HEAD", "HEAD"), ("303 S", "HEAD", "HEAD"), ("301 M", "PUT", "PUT")),
    ],
)
def test_a_method_becomes_what_the_status_says(status, method, becomes, serve):
    server = serve(answers(status, location="/next"), OK)

    request(method, server.url, redirects=1)

    assert head_of(server.heard[1])[0].split()[0] == becomes


def test_a_request_that_becomes_get_loses_its_content(serve):
    server = serve(answers("303 See", location="/next"), OK)

    request("POST", server.url, json={"a": 1}, redirects=1)

    sent = head_of(server.heard[1])[1]
    assert not {"content-type", "content-length"} & set(sent)


def test_https_leads_to_no_http(serve, authority):
    plain = serve(OK)
    safe = serve(answers("302 Found", location=plain.url), tls=secured(authority, "127.0.0.1"))

    with pytest.raises(Refused, match="https to http"):
        request("GET", f"https://127.0.0.1:{safe.port}/", redirects=1)

    assert plain.heard == []


def test_one_time_limit_holds_for_all_hops(serve):
    server = serve(answers("302 Found", location="/next"), OK)
    server.scripts[1] = server.drip(b"HTTP/1.1 302 Found\r\nX: ", b"x")

    with pytest.raises(HttpError, match="too long"):
        request("GET", server.url, redirects=5, timeout=0.3)


def test_the_door_admits_nobody_by_itself():
    assert addresses._admitted == frozenset()
