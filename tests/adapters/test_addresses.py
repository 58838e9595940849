"""Which addresses are public, in every spelling somebody may think of."""

import ipaddress
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.adapters import addresses
from webapp.adapters.addresses import NotAllowed, NotFound, is_public, resolve

PUBLIC = ["93.184.215.14", "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:830::200e"]
NOT_PUBLIC = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "100.100.100.200"),
    *("127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
    *("192.0.0.192", "192.0.2.1", "192.168.1.1", "192.88.99.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8"),
    *("64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1"),
    *("2002:7f00:1::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "fec0::1", "ff02::1", "4000::1"),
]


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_of_the_web_is_public(text):
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_of_a_special_kind_is_not_public(text):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_not_resolved(text):
    with pytest.raises(NotAllowed):
        resolve(text, 443, within=1)


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "017700000001", "127.0.1"),
        *("0", "0x", "1.2.3.4.5", "256.1.1.1", "foo.0x10", "foo.1", "127.0.0.1..", "0x7f.0.0.0x1"),
        *("134744072", "", ".", "a..b", "-a.com", "a b", "a%20b", "%31%32%37.0.0.1", "a/b", "a@b"),
        *("[::1", "fe80::1%25eth0", "::1%lo", "a" * 64 + ".com", ("a" * 60 + ".") * 5 + "com"),
        *("host\n", "host\x00", "ⓛocalhost", "１２７.0.0.1"),
    ],
)
def test_a_host_spelled_like_no_host_is_refused_unasked(host, names):
    asked = names()

    with pytest.raises(NotAllowed):
        resolve(host, 443, within=1)

    assert asked == []


@pytest.mark.parametrize("host", ["127.0.0.1.", "[::1]", "[::FFFF:127.0.0.1]", "0:0:0:0:0:0:0:1"])
def test_another_spelling_of_an_address_is_that_address(host):
    with pytest.raises(NotAllowed, match="not public"):
        resolve(host, 443, within=1)


def test_a_name_is_looked_up_once_and_its_addresses_kept_in_order(names):
    asked = names(example_com=[["2606:4700::1", "93.184.215.14", "93.184.215.14"], ["127.0.0.1"]])

    found = resolve("Example.com.", 443, within=1)

    assert [str(one) for one in found] == ["2606:4700::1", "93.184.215.14"]
    assert asked == ["example.com"]


@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%2"]]
)
def test_one_address_that_is_not_public_refuses_the_name(answer, names):
    names(rebinds_example=[answer])

    with pytest.raises(NotAllowed, match=r"^rebinds\.example leads to"):
        resolve("rebinds.example", 443, within=1)


@pytest.mark.parametrize("port", [0, 22, 25, 5432, 6379, 8000, 65535])
def test_a_port_that_is_not_the_webs_is_refused(port, names):
    names(example_com=[["93.184.215.14"]])

    with pytest.raises(NotAllowed, match="port"):
        resolve("example.com", port, within=1)


def test_a_name_nobody_knows_is_not_found(names):
    names(nowhere_example=[socket.gaierror(-2, "unknown")])

    with pytest.raises(NotFound, match=r"nowhere\.example was not found"):
        resolve("nowhere.example", 443, within=1)


def test_a_resolver_that_hangs_is_left_behind(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(10) and [])

    with pytest.raises(NotFound, match="in time"):
        resolve("slow.example", 443, within=0.05)
    over.set()


def test_an_admitted_host_is_admitted_at_its_port_only(names):
    names(sink=[["127.0.0.1"]])
    addresses.admit(frozenset({("Sink.", 9000)}))

    assert [str(one) for one in resolve("sink", 9000, within=1)] == ["127.0.0.1"]
    with pytest.raises(NotAllowed):
        resolve("sink", 80, within=1)


def test_no_more_than_four_addresses_are_tried(names):
    names(many_example=[[f"93.184.215.{n}" for n in range(20)]])

    assert len(resolve("many.example", 443, within=1)) == 4


# Every address, in every spelling that ways of writing numbers allow.

special = st.sampled_from([one for one in addresses.NOT_PUBLIC if one.version == 4]).flatmap(
    lambda network: st.ip_addresses(network=network)
)


def spelled(address: ipaddress.IPv4Address) -> st.SearchStrategy[str]:
    a, b, c, d = address.packed
    ways = st.sampled_from([str, hex, lambda n: f"0{n:o}", lambda n: f"{n:03d}"])
    whole = int(address)
    return st.one_of(
        st.tuples(ways, ways, ways, ways).map(
            lambda how: ".".join(one(n) for one, n in zip(how, (a, b, c, d), strict=True))
        ),
        ways.map(lambda how: how(whole)),
        ways.map(lambda how: f"{how(a)}.{how(whole & 0xFFFFFF)}"),
        st.sampled_from(
            [
                f"[::ffff:{address}]",
                f"[::{address}]",
                f"[::ffff:0:{address}]",
                f"[64:ff9b::{address}]",
                f"[64:ff9b:1::{address}]",
                f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]",
                f"[2001:0:{a:02x}{b:02x}:{c:02x}{d:02x}::1]",
                f"{address}.",
            ]
        ),
    )


@given(special.flatmap(spelled), st.sampled_from([80, 443, 8080, 8443]))
def test_no_spelling_of_a_special_address_is_resolved(host, port):
    with pytest.raises(NotAllowed):
        resolve(host, port, within=1)


@given(st.ip_addresses())
def test_an_address_that_is_resolved_is_the_one_that_was_written(address):
    try:
        found = resolve(str(address), 443, within=1)
    except NotAllowed:
        assert not is_public(address)
    else:
        assert found == [address]
        assert is_public(address)
        assert address.is_global
        assert not address.is_multicast


@given(st.text(max_size=80))
def test_whatever_is_written_is_refused_or_a_public_address_or_a_name(host):
    asked = []
    real, socket.getaddrinfo = socket.getaddrinfo, lambda host, *_, **__: asked.append(host) or []
    try:
        found = resolve(host, 443, within=5)
    except (NotAllowed, NotFound):
        assert all(one.isascii() and not one.split(".")[-1].isdigit() for one in asked)
    else:
        assert all(is_public(one) for one in found)
    finally:
        socket.getaddrinfo = real
