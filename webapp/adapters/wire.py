"""One connection to the outside, from name to bytes: the address that was looked up and checked is
the one connected to, and everything on it ends at one deadline.

httpcore2's own connections look a name up again and start their time limit anew with every read.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpcore2

from webapp.adapters import addresses

PIECE = 64 * 1024


class OutOfTime(Exception):
    """The deadline has passed."""


class Deadline:
    """When it all has to be over; and whether something was said to the other side by then."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.spoke = False

    def left(self) -> float:
        """Seconds that remain, more than 0. Raises OutOfTime."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left


@cache
def tls() -> ssl.SSLContext:
    """Verifies the certificate, for the name that was asked for, against the system's authorities.

    One for all connections: loading the authorities takes longer than a handshake.
    """
    return ssl.create_default_context()


class Wire(httpcore2.NetworkStream):
    """A connected socket whose every step takes at most what is left of the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _in_time():
            self._sock.settimeout(self._deadline.left())
            return self._sock.recv(min(max_bytes, PIECE))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with _in_time(httpcore2.WriteError):  # its reader still looks for an early answer
            while rest:
                self._sock.settimeout(self._deadline.left())
                self._deadline.spoke = True
                rest = rest[self._sock.send(rest) :]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "Wire":
        try:
            with _in_time():
                self._sock.settimeout(self._deadline.left())
                name = server_hostname.removesuffix(".") if server_hostname else None
                return Wire(
                    ssl_context.wrap_socket(self._sock, server_hostname=name), self._deadline
                )
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        return None


class Pinned(httpcore2.NetworkBackend):
    """Looks a host up once, checks every address, and connects to what was checked."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Wire:
        found = addresses.resolve(host, port, within=self._deadline.left())
        for place, address in enumerate(found, start=1):
            share = self._deadline.left() / (len(found) - place + 1)
            try:
                return Wire(_connected(address, port, share), self._deadline)
            except OSError as error:
                failure = error
        with _in_time():
            raise failure


@contextmanager
def _in_time(otherwise: type[Exception] = httpcore2.NetworkError) -> Iterator[None]:
    """A socket's errors as httpcore2's, its time limit as ours."""
    try:
        yield
    except TimeoutError:
        raise OutOfTime from None
    except ssl.SSLCertVerificationError as error:
        raise httpcore2.ConnectError(error.verify_message) from None
    except OSError as error:
        raise otherwise(type(error).__name__) from None


def _connected(address: addresses.Address, port: int, seconds: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((str(address), port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock
