"""A thousand pages in one process, as small as they can be: raw sockets under one epoll, frames
counted and timed, nothing parsed that need not be. It speaks to the product and to Socket.IO alike,
so that its own cost is the same for both.
"""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

#: Where a payload says when it was sent: `at=1763660000.123456;`.
STAMP = b"at="
#: What a payload holds besides: a fragment like those the pages get, about a kilobyte.
FILLING = "<span>Tidal Lines EP, active, spent 41 percent of its budget</span>" * 14
#: Handshakes on their way at once.
AT_ONCE = 16
PATIENCE = 30.0


@dataclass(frozen=True)
class Door:
    """How one of the contenders lets pages in. `is_engine_io`: Socket.IO's framing, and its own
    hello after the handshake.
    """

    host: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    is_engine_io: bool = False


@dataclass
class Report:
    """What a crowd saw since it was last asked."""

    open: int = 0
    lags: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    ended_at: list[float] = field(default_factory=list)
    laggards_ended_at: list[float] = field(default_factory=list)


class Crowd:
    """The crowd's remote control: the pages live in a process of their own."""

    def __init__(self, door: Door) -> None:
        spawn = get_context("spawn")
        self.conn, theirs = spawn.Pipe()
        self.process = spawn.Process(target=_run, args=(theirs, door), daemon=True)
        self.process.start()

    def ask(self, what: str, number: int = 0) -> Report:
        """`open`, `lag` (pages that never read), `report` (and forget), `end`."""
        self.conn.send((what, number))
        if not self.conn.poll(PATIENCE * 4):
            raise TimeoutError(f"the crowd did not answer to {what}")
        answer = self.conn.recv()
        if isinstance(answer, str):
            raise RuntimeError(f"the crowd: {answer}")
        return answer

    def leave(self) -> None:
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            self.ask("end")
        self.process.join(5)
        if self.process.is_alive():
            self.process.terminate()


class _Pages:
    def __init__(self, door: Door) -> None:
        self.door, self.poll = door, select.epoll()
        self.pages: dict[int, tuple[socket.socket, bytearray]] = {}
        self.laggards: dict[int, socket.socket] = {}
        self.number = 0
        self.seen = Report()

    def open(self, number: int) -> None:
        for first in range(0, number, AT_ONCE):
            self._admit([self._knock() for _ in range(min(AT_ONCE, number - first))])

    def lag(self, number: int) -> None:
        """Pages that shake hands and then read nothing at all, with a small window."""
        for _ in range(number):
            sock = self._knock(window=4096)
            _shaken(sock)
            sock.setblocking(False)
            self.laggards[sock.fileno()] = sock
            self.poll.register(sock, select.EPOLLRDHUP)

    def _knock(self, window: int = 0) -> socket.socket:
        self.number += 1
        host, port = self.door.host.split(":")
        sock = socket.socket()
        if window:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        sock.connect((host, int(port)))
        sock.settimeout(PATIENCE)
        own = {"X-Forwarded-For": f"10.201.{self.number // 250}.{self.number % 250}"}
        lines = [f"GET {self.door.path} HTTP/1.1", f"Host: {self.door.host}"]
        lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
        lines += [f"{name}: {value}" for name, value in (self.door.headers | own).items()]
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        return sock

    def _admit(self, socks: list[socket.socket]) -> None:
        for sock in socks:
            rest = _shaken(sock)
            if self.door.is_engine_io:
                sock.sendall(_masked(1, b"40"))
            sock.setblocking(False)
            self.pages[sock.fileno()] = (sock, bytearray(rest))
            self.poll.register(sock, select.EPOLLIN)

    def turn(self, timeout: float) -> None:
        """Read whatever came."""
        for fd, _ in self.poll.poll(timeout):
            if fd in self.laggards:
                self.seen.laggards_ended_at.append(time.time())
                self.poll.unregister(fd)
                self.laggards.pop(fd).close()
                continue
            sock, waiting = self.pages[fd]
            try:
                data = sock.recv(65536)
            except (BlockingIOError, ConnectionResetError):
                data = b""
            now = time.time()
            if not data:
                self._gone(fd, 0)
                continue
            if not waiting and (stamp := _sole(data)):  # the usual case, as cheap as it can be
                self.seen.lags.append(now - stamp)
                continue
            waiting += data
            for opcode, payload in _frames(waiting):
                if not self._hear(fd, sock, opcode, payload, now):
                    break

    def _hear(self, fd: int, sock: socket.socket, opcode: int, payload: bytes, now: float) -> bool:
        if opcode == 8:
            self._gone(fd, int.from_bytes(payload[:2], "big"))
            return False
        if opcode == 9:
            sock.send(_masked(10, payload))
        elif payload == b"2" and self.door.is_engine_io:
            sock.send(_masked(1, b"3"))
        elif (at := payload.find(STAMP)) >= 0:
            self.seen.lags.append(now - float(payload[at + 3 : payload.index(b";", at)]))
        return True

    def _gone(self, fd: int, code: int) -> None:
        self.seen.codes.append(code)
        self.seen.ended_at.append(time.time())
        self.poll.unregister(fd)
        self.pages.pop(fd)[0].close()

    def report(self) -> Report:
        self.seen.open = len(self.pages)
        seen, self.seen = self.seen, Report()
        return seen


def _shaken(sock: socket.socket) -> bytes:
    """What came after the server's handshake."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        if not (data := sock.recv(65536)):
            raise ConnectionError("the door was shut")
        heard += data
    head, _, rest = heard.partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise ConnectionError(head.split(b"\r\n")[0].decode())
    return rest


def _sole(data: bytes) -> float | None:
    """The stamp of data that is one whole stamped frame of usual size, else None."""
    if data[:2] != b"\x81\x7e" or int.from_bytes(data[2:4], "big") != len(data) - 4:
        return None
    at = data.find(STAMP, 4, 64)
    return float(data[at + 3 : at + 20]) if at > 0 else None


def _frames(waiting: bytearray) -> Iterator[tuple[int, bytes]]:
    """The whole frames that came; what is torn stays in `waiting`."""
    while len(waiting) >= 2:
        size, start = waiting[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(waiting[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(waiting[2:10], "big"), 10
        if len(waiting) < start + size:
            return
        opcode, payload = waiting[0] & 15, bytes(waiting[start : start + size])
        del waiting[: start + size]
        yield opcode, payload


def _masked(opcode: int, payload: bytes) -> bytes:
    """A small frame of a client; a mask of zeros leaves the bytes as they are."""
    return struct.pack("!BBI", 0x80 | opcode, 0x80 | len(payload), 0) + payload


def _run(conn: Connection, door: Door) -> None:
    pages = _Pages(door)
    asked: dict[str, Any] = {"open": pages.open, "lag": pages.lag}
    while True:
        pages.turn(0.05)
        if not conn.poll():
            continue
        what, number = conn.recv()
        try:
            if what in asked:
                asked[what](number)
            conn.send(pages.report() if what == "report" else Report())
        except (OSError, ValueError) as error:
            conn.send(f"{what}: {error!r}")
        if what == "end":
            return
