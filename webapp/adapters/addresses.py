"""Which addresses of the outside world may be connected to: only public ones, over the ports of the
web, and what `HTTP_ALLOW` admits by name for tests.

Names are looked up here, once for each connection; who connects uses exactly the answer. Nothing
here opens a socket.
"""

import ipaddress
import re
import socket
import threading
from queue import Empty, SimpleQueue

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: What a public web server listens on. Elsewhere lie mail servers, databases and consoles.
PORTS = frozenset({80, 443, 8080, 8443})
MOST_ADDRESSES = 4

#: The registries of special addresses (IANA, RFC 6890 and its updates), written out: what
#: `is_global` says differs between Python's versions.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # answers only inside a cloud, to the machine itself
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
#: All of IPv6 that is routed to anybody. Outside lie ::1, ::ffff:a.b.c.d, fc00::/7, fe80::/10,
#: ff00::/8 and 64:ff9b::/96, which reaches an IPv4 address through a translator.
ROUTED = ipaddress.IPv6Network("2000::/3")

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

_admitted: frozenset[tuple[str, int]] = frozenset()


class NotAllowed(Exception):
    """The host is spelled like no host, or leads to an address that is not public."""


class NotFound(Exception):
    """Nobody knows that name, or not in time."""


def admit(hosts: frozenset[tuple[str, int]]) -> None:
    """Say which (host, port) pairs are connected to wherever they lead; none by default."""
    global _admitted
    _admitted = frozenset((plain(host), port) for host, port in hosts)


def is_admitted(host: str, port: int) -> bool:
    """Whether the settings admit this pair."""
    return (plain(host), port) in _admitted


def is_public(address: Address) -> bool:
    """Whether anybody's packets reach this address and no machine of ours answers to it.

    >>> is_public(ipaddress.ip_address("93.184.215.14"))
    True
    >>> is_public(ipaddress.ip_address("::ffff:93.184.215.14"))
    False
    """
    if isinstance(address, ipaddress.IPv6Address) and address not in ROUTED:
        return False
    return address.is_global and not any(
        address in network for network in NOT_PUBLIC if network.version == address.version
    )


def plain(host: str) -> str:
    """A host in its one spelling: lower case, no brackets, no final dot, an address in short.

    >>> plain("Example.COM.")
    'example.com'
    >>> plain("[2606:4700:0::1]")
    '2606:4700::1'
    """
    host = host.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    address = _address(host)
    return str(address) if address else host


def resolve(host: str, port: int, *, within: float) -> list[Address]:
    """Where a host is, looked up once: at most four addresses, in the order to try them.

    One that is not public refuses the whole host (a name may not mix). `within` are seconds. Raises
    NotAllowed or NotFound; their words hold the host and nothing else of an address.
    """
    admitted, host = is_admitted(host, port), plain(host)
    if not admitted and port not in PORTS:
        raise NotAllowed(f"port {port} is not one of the web's")
    literal = _address(host)
    found = [literal] if literal else _looked_up(host, port, within)
    if not admitted and not all(is_public(one) for one in found):
        raise NotAllowed(f"{host} leads to an address that is not public")
    return found[:MOST_ADDRESSES]


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _looked_up(host: str, port: int, within: float) -> list[Address]:
    """The resolver's answer. It has no time limit of its own, so it is asked on a thread that is
    left behind when it takes too long.
    """
    if len(host) > 253 or not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.split(".")[-1]):
        # 127.1, 0x7f.1 and 2130706433 are addresses to some resolvers and names to others.
        raise NotAllowed("this is no name of a host")
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(row[4][0]) for row in rows])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError())

    threading.Thread(target=ask, daemon=True, name="resolver").start()
    try:
        answer = answers.get(timeout=max(within, 0.001))
    except Empty:
        raise NotFound(f"{host} was not found in time") from None
    if isinstance(answer, OSError) or not answer:
        raise NotFound(f"{host} was not found")
    return [ipaddress.ip_address(one) for one in dict.fromkeys(answer)]
