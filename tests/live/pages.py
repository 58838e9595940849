"""A browser page as the hub sees it: a real TCP socket, and the browser's half of the protocol."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from typing import Any

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from webapp.db import unit_of_work
from webapp.events.log import note
from webapp.live.handover import SEND_BUFFER
from webapp.live.hub import Client, Hub
from webapp.web.topics import Ticket

#: Nothing here takes this long unless it never comes.
PATIENCE = 5.0


_open: list[socket.socket] = []


def close_all() -> None:
    """Close the browsers' ends of this test."""
    while _open:
        _open.pop().close()


class Page:
    """Reads what the hub sends. `texts`, `pongs`, `pings` and `code` fill up while it reads."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.protocol = Connection(ConnectionType.CLIENT)
        self.texts: list[str] = []
        self.pings = 0
        self.pongs: list[bytes] = []
        self.code: int | None = None
        self.is_over = False
        self.client: Client | None = None
        self._part = ""
        _open.append(sock)

    def send(self, event: Any) -> None:
        self.sock.sendall(self.protocol.send(event))

    def say(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the hub may have closed while we were talking
            self.send(TextMessage(text))

    def read_until(self, done: Callable[[], bool]) -> "Page":
        """Read until `done` or the end of the connection; fails after PATIENCE of silence."""
        self.sock.settimeout(PATIENCE)
        while not done() and not self.is_over:
            self._take(self._receive())
        return self

    def read(self, messages: int) -> list[str]:
        """The next messages: waits until `messages` have come in all."""
        self.read_until(lambda: len(self.texts) >= messages)
        return self.texts

    def read_to_the_end(self) -> "Page":
        return self.read_until(lambda: False)

    def _receive(self) -> bytes:
        try:
            return self.sock.recv(1 << 20)
        except ConnectionResetError:
            return b""

    def _take(self, data: bytes) -> None:
        if not data:
            self.is_over = True
            return
        self.protocol.receive_data(data)
        for event in self.protocol.events():
            if isinstance(event, TextMessage):
                self._part += event.data
                if event.message_finished:
                    self.texts.append(self._part)
                    self._part = ""
            elif isinstance(event, Ping):
                self.pings += 1
                self.send(event.response())
            elif isinstance(event, Pong):
                self.pongs.append(bytes(event.payload))
            elif isinstance(event, CloseConnection):
                self.code = int(event.code)
            else:
                assert not isinstance(event, BytesMessage), "the hub sends text only"


def ticket(*topics: str, team_id: int = 1, user_id: int = 1, session_id: int = 1) -> Ticket:
    return Ticket(session_id, user_id, team_id, topics)


def opened(hub: Hub, whose: Ticket) -> Page:
    """A page whose socket the hub has taken over."""
    return opened_with_client(hub, whose)[0]


def opened_with_client(hub: Hub, whose: Ticket) -> tuple[Page, Client]:
    theirs, ours = pair()
    page = Page(theirs)
    page.client = hub.adopt(ours, Connection(ConnectionType.SERVER), whose)  # type: ignore[arg-type]
    return page, page.client


def pair() -> tuple[socket.socket, socket.socket]:
    """(the browser's end, the hub's end), prepared as `handover.take` does."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        theirs = socket.create_connection(door.getsockname())
        ours, _ = door.accept()
    ours.setblocking(False)
    ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return theirs, ours


def after_what_is_asked(hub: Hub) -> None:
    """Wait until the byte thread has done everything asked of it so far."""
    done = threading.Event()
    hub._post(done.set)
    assert done.wait(PATIENCE)


def happened(name: str, campaign: Any, team: Any) -> int:
    with unit_of_work():
        return note(name, subject=campaign, by=team.alice.actor).id


def ticket_of(team: Any, campaign: Any, user_id: int = 0, session_id: int = 1) -> Any:
    user_id = user_id or team.alice.id
    topics = (f"team:{team.id}", f"user:{user_id}", f"campaign:{campaign.id}")
    return ticket(*topics, team_id=team.id, user_id=user_id, session_id=session_id)


def bodies(texts: list[str]) -> list[str]:
    """What is inside the root of each message that has one."""
    found = [re.fullmatch(r"<!--\d+--><(\w+)[^>]*>(.*)</\1>", text) for text in texts]
    return [one[2] for one in found if one]


def marks(texts: list[str]) -> list[int]:
    return [int(text[4 : text.index("-->")]) for text in texts]


def everything(page: Page, hub: Any) -> list[str]:
    """All a page was sent so far."""
    assert page.client is not None
    hub.send_to(page.client, "the end")
    page.read_until(lambda: page.texts[-1:] == ["the end"])
    page.texts.pop()
    return page.texts
