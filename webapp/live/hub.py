"""The hub's byte thread: one epoll loop owns every socket of this process. Bytes in, bytes out,
nobody waits for anybody.

Other threads only `post`; sockets are touched by this thread alone. Who is here and what they
follow is one table under a lock: `adopt` writes it before the socket is served, so whoever asks
after that misses no page. The thread starts with the first socket, after the fork. Rendering is
`webapp.live.pushes`.
"""

import contextlib
import logging
import os
import select
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import wsproto
from wsproto.events import CloseConnection, Ping, Pong
from wsproto.utilities import ProtocolError

from webapp.web.topics import Ticket

log = logging.getLogger(__name__)

#: Bytes a client may be behind before it is dropped; it reconnects and resumes, which is cheaper
#: for both.
BACKLOG = 256 * 1024
PING_SECONDS = 25.0
#: A client that is behind and takes nothing for so long is dropped: it does not read.
STUCK_SECONDS = 8.0
#: A client not heard from (nothing read, nothing written) for this long is gone.
SILENT_SECONDS = 60.0
MESSAGES_PER_SECOND = 10
MESSAGE_BYTES = 64 * 1024
RESTARTING, POLICY, TOO_BIG, TRY_LATER = 1012, 1008, 1009, 1013
#: Viewers of one shared link that are live in a process; the others' pages look for themselves.
MOST_OF_A_LINK = 1000
#: Lingering for no time: closing throws away what was not taken, and says so to the other end.
RESET = struct.pack("ii", 1, 0)

#: A team's id and a topic: what is sent to one team reaches no page of another, whatever it
#: follows.
Address = tuple[int, str]


@dataclass(slots=True, eq=False)
class Client:
    """One browser page."""

    sock: socket.socket
    protocol: wsproto.WSConnection
    ticket: Ticket
    fd: int
    backlog: bytearray | None = None
    moved_at: float = 0.0  # when it fell behind, or last took something since
    heard_at: float = field(default_factory=time.monotonic)
    allowance: float = MESSAGES_PER_SECOND
    spoke_at: float = field(default_factory=time.monotonic)
    incoming: int = 0

    def may_speak(self) -> bool:
        """A bucket of a second's worth of messages, refilled as time passes."""
        now = time.monotonic()
        refill = (now - self.spoke_at) * MESSAGES_PER_SECOND
        self.allowance, self.spoke_at = min(MESSAGES_PER_SECOND, self.allowance + refill) - 1, now
        return self.allowance >= 0

    @property
    def addresses(self) -> list[Address]:
        return [(self.ticket.team_id, topic) for topic in self.ticket.topics]


def frame(message: str) -> bytes:
    """One unmasked text frame, encoded once for everybody."""
    data = message.encode()
    size = len(data)
    if size < 126:
        return bytes((0x81, size)) + data
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + data
    return b"\x81\x7f" + size.to_bytes(8, "big") + data


class Hub:
    """Owns the sockets of one process."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.pid = 0
        self.start_lock = threading.Lock()
        self.stopping = False
        self.ended = False  # the byte thread takes nothing more; written under the inbox's lock
        self.stopped = threading.Event()
        self.table_lock = threading.Lock()
        self.clients: dict[int, Client] = {}
        self.behind: set[Client] = set()
        self.topics: dict[Address, set[Client]] = defaultdict(set)
        self.inbox: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self.inbox_lock = threading.Lock()
        self.dropped = 0
        self.on_start: list[Callable[[], None]] = []

    def ensure_started(self) -> None:
        """Start the byte thread once per process, after the fork."""
        if self.pid == os.getpid():
            return
        with self.start_lock:
            if self.pid == os.getpid():
                return
            self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            self.poll = select.epoll()
            self.poll.register(self.wake, select.EPOLLIN)
            threading.Thread(target=self._loop, name="hub-bytes", daemon=True).start()
            for start in self.on_start:
                start()
            self.pid = os.getpid()

    @property
    def is_running(self) -> bool:
        return self.pid == os.getpid() and not self.stopped.is_set()

    @property
    def is_full(self) -> bool:
        return len(self.clients) >= self.most

    def is_crowded(self, ticket: Ticket) -> bool:
        """Whether a shared link, which anybody may pass on, has filled its share of the room."""
        with self.table_lock:
            viewers = self.topics.get((ticket.team_id, ticket.topics[0]), ())
            return ticket.share_id > 0 and len(viewers) >= MOST_OF_A_LINK

    def adopt(self, sock: socket.socket, protocol: wsproto.WSConnection, ticket: Ticket) -> Client:
        """Take a socket over from its HTTP thread; a hub that has stopped closes it at once."""
        self.ensure_started()
        client = Client(sock, protocol, ticket, sock.fileno())
        with self.table_lock:
            self.clients[client.fd] = client
            for address in client.addresses:
                self.topics[address].add(client)
        if not self._post(self._watch, client):
            self._close(client, RESTARTING)
        return client

    def send_to(self, client: Client, message: str) -> None:
        """Send to one client, if it is still there."""
        self._post(self._send_if_open, client, frame(message))

    def broadcast(self, team_id: int, topic: str, message: str) -> None:
        """Send to everybody of the team who follows the topic; a process without sockets does
        nothing.
        """
        if self.is_running:
            self._post(self._broadcast, (team_id, topic), frame(message))

    def close_where(self, match: Callable[[Ticket], bool], *, last: str = "") -> None:
        """Close the sockets whose ticket matches: a session ended, a member left, a link was
        revoked. `last` is what their pages are told before.
        """
        if self.is_running:
            self._post(self._close_where, match, frame(last) if last else b"")

    def followed(self) -> set[Address]:
        """What somebody follows now (a copy)."""
        with self.table_lock:
            return set(self.topics)

    def tickets(self) -> list[Ticket]:
        """The tickets of every open socket (a copy)."""
        return [client.ticket for client in self._everybody()]

    def _everybody(self) -> list[Client]:
        with self.table_lock:
            return list(self.clients.values())

    def shutdown(self, code: int = RESTARTING, *, wait: float) -> None:
        """Close everything with a code that browsers reconnect on; safe in a signal handler with
        `wait=0`.
        """
        self.stopping = True
        if self.pid == os.getpid():
            with contextlib.suppress(OSError):
                os.eventfd_write(self.wake, 1)
            if wait:
                self.stopped.wait(wait)

    def _post(self, act: Callable[..., None], *args: Any) -> bool:
        """Have the byte thread do something; False when it has ended and never will."""
        with self.inbox_lock:
            if self.ended:
                return False
            self.inbox.append((act, args))
        os.eventfd_write(self.wake, 1)
        return True

    def _loop(self) -> None:
        next_ping = time.monotonic() + PING_SECONDS
        while not self.stopping:
            for fd, mask in self.poll.poll(max(0.0, min(1.0, next_ping - time.monotonic()))):
                if fd == self.wake:
                    self._read_inbox()
                elif client := self.clients.get(fd):
                    self._serve(client, mask)
            if self.behind:
                self._drop_stuck()
            if time.monotonic() >= next_ping:
                self._ping_all()
                next_ping = time.monotonic() + PING_SECONDS
        self._read_inbox()
        with self.inbox_lock:
            self.ended = True
        self._read_inbox()
        for client in self._everybody():
            self._close(client, RESTARTING)
        self.stopped.set()

    def _read_inbox(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.wake)
        with self.inbox_lock:
            items, self.inbox = self.inbox, []
        for act, args in items:
            try:
                act(*args)
            except Exception:
                log.exception("the hub could not do one thing; it goes on")

    def _send_if_open(self, client: Client, data: bytes) -> None:
        if self.clients.get(client.fd) is client:
            self._send(client, data)

    def _watch(self, client: Client) -> None:
        if self.clients.get(client.fd) is client:
            behind = select.EPOLLOUT if client.backlog is not None else 0
            self.poll.register(client.fd, select.EPOLLIN | behind)

    def _broadcast(self, address: Address, data: bytes) -> None:
        with self.table_lock:
            following = list(self.topics.get(address, ()))
        for client in following:
            self._send(client, data)

    def _close_where(self, match: Callable[[Ticket], bool], last: bytes) -> None:
        for client in self._everybody():
            if match(client.ticket):
                if last:
                    self._send(client, last)
                self._close(client, POLICY)

    def _send(self, client: Client, data: bytes) -> None:
        if client.backlog is not None:
            if len(client.backlog) + len(data) > BACKLOG:
                self.dropped += 1
                self._drop(client)
                return
            client.backlog += data
            return
        try:
            sent = client.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(client)
            return
        if sent < len(data):
            client.backlog, client.moved_at = bytearray(data[sent:]), time.monotonic()
            self.behind.add(client)
            self._wake_on(client, select.EPOLLIN | select.EPOLLOUT)

    def _wake_on(self, client: Client, mask: int) -> None:
        # A client is in the table a moment before the poll knows it; `_watch` is on its way.
        with contextlib.suppress(FileNotFoundError):
            self.poll.modify(client.fd, mask)

    def _serve(self, client: Client, mask: int) -> None:
        try:
            if mask & select.EPOLLOUT and client.backlog:
                sent = client.sock.send(client.backlog)
                client.heard_at = client.moved_at = time.monotonic()
                del client.backlog[:sent]
                if not client.backlog:
                    client.backlog = None
                    self.behind.discard(client)
                    self._wake_on(client, select.EPOLLIN)
            if mask & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                data = client.sock.recv(65536)
                if not data:
                    self._drop(client)
                    return
                client.heard_at = time.monotonic()
                client.protocol.receive_data(data)
                self._hear(client)
        except BlockingIOError:
            return
        except (OSError, ProtocolError):
            self._drop(client)
        except Exception:
            log.exception("a socket could not be served; it is closed, the others go on")
            self._drop(client)

    def _hear(self, client: Client) -> None:
        """Browsers have nothing to say here but pongs and closes; whoever talks too much or too
        long is closed.
        """
        for one in client.protocol.events():
            if isinstance(one, CloseConnection):
                if client.backlog is None:
                    with contextlib.suppress(OSError, ProtocolError):
                        client.sock.send(client.protocol.send(one.response()))
                self._drop(client)
                return
            client.incoming += len(getattr(one, "data", b""))
            if client.incoming > MESSAGE_BYTES:
                self._close(client, TOO_BIG)
                return
            if isinstance(one, Ping):
                self._send(client, client.protocol.send(one.response()))
            is_message = not isinstance(one, Ping | Pong)
            if is_message and getattr(one, "message_finished", True):
                client.incoming = 0
            elif is_message:
                continue
            if not client.may_speak():
                self._close(client, POLICY)
                return

    def _drop_stuck(self) -> None:
        """Whoever is behind and takes nothing is not reading; a slow reader takes something."""
        now = time.monotonic()
        for client in [one for one in self.behind if now - one.moved_at > STUCK_SECONDS]:
            self.dropped += 1
            self._drop(client)

    def _ping_all(self) -> None:
        now = time.monotonic()
        for client in self._everybody():
            if now - client.heard_at > SILENT_SECONDS:
                self._drop(client)
            else:
                self._send(client, b"\x89\x00")

    def _close(self, client: Client, code: int) -> None:
        if client.backlog is None:  # else it would land in the middle of a frame
            with contextlib.suppress(OSError, ProtocolError):
                client.sock.send(client.protocol.send(CloseConnection(code)))
        self._drop(client)

    def _drop(self, client: Client) -> None:
        with self.table_lock:
            if self.clients.get(client.fd) is not client:  # gone; the number may be another's now
                return
            del self.clients[client.fd]
            for address in client.addresses:
                self.topics[address].discard(client)
                if not self.topics[address]:
                    del self.topics[address]
        with contextlib.suppress(OSError, ValueError):
            self.poll.unregister(client.fd)
        self.behind.discard(client)
        if client.backlog is not None:  # the kernel would go on offering what nobody takes
            with contextlib.suppress(OSError):
                client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.sock.close()
