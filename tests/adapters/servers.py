"""Servers of the tests that answer byte for byte what a test says, on 127.0.0.1."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import trustme

Say = Callable[[socket.socket], None]


@dataclass
class Scripted:
    """Answers the first connection with the first script, and so on; the last one again and again.

    `heard` are the requests' bytes, up to the end of their headers and what came with them.
    """

    scripts: list[Say]
    tls: ssl.SSLContext | None = None
    heard: list[bytes] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    #: For protocols where the server speaks first: what it says instead of listening.
    greet: Say | None = None

    def __enter__(self) -> "Scripted":
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _serve(self) -> None:
        turn = 0
        while not self.stop.is_set():
            try:
                sock, _ = self._door.accept()
            except OSError:
                return
            say = self.scripts[min(turn, len(self.scripts) - 1)]
            turn += 1
            threading.Thread(target=self._answer, args=[sock, say], daemon=True).start()

    def _answer(self, sock: socket.socket, say: Say) -> None:
        sock.settimeout(5)
        with contextlib.suppress(OSError), sock:
            if self.tls is None:
                return self._speak(sock, say)
            with self.tls.wrap_socket(sock, server_side=True) as safe:
                self._speak(safe, say)

    def _speak(self, sock: socket.socket, say: Say) -> None:
        if self.greet:
            return self.greet(sock)
        request = b""
        while b"\r\n\r\n" not in request and (piece := sock.recv(65536)):
            request += piece
        self.heard.append(request)
        say(sock)

    def drip(self, text: bytes, again: bytes) -> Say:
        """Say something, then a little more every 20 ms until the test is over."""

        def say(sock: socket.socket) -> None:
            sock.sendall(text)
            while not self.stop.wait(0.02):
                sock.sendall(again)

        return say


def says(*pieces: bytes) -> Say:
    """Exactly these bytes, and the end."""

    def say(sock: socket.socket) -> None:
        for piece in pieces:
            sock.sendall(piece)

    return say


def answers(status: str, body: bytes = b"", **headers: str) -> Say:
    """A whole answer: `answers("404 Not Found", b"gone", content_type="text/plain")`."""
    fields = {"content-length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return says(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)


def secured(authority: trustme.CA, *hosts: str) -> ssl.SSLContext:
    """What a server needs to show itself as these hosts."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*hosts).configure_cert(context)
    return context
