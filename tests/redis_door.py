"""A Redis that can be shut: a port that passes bytes on to the real one, or refuses."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests import worlds


class Door:
    """The way to Redis; `shut` breaks what is connected and refuses more, `open` lets in again."""

    def __init__(self, target: str) -> None:
        at = redis.Redis.from_url(target).connection_pool.connection_kwargs
        self.target = (at["host"], at["port"])
        self.number = at.get("db", 0)
        self.links: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.port = 0
        self.open()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/{self.number}"

    def open(self) -> None:
        self.server = socket.create_server(("127.0.0.1", self.port))
        self.port = self.server.getsockname()[1]
        self._start(self._accept, self.server)

    def shut(self) -> None:
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        for link in self.links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
        for one in (self.server, *self.links):
            one.close()
        self.links.clear()
        self.threads.clear()

    def _start(self, work, *args) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = server.accept()
                theirs = socket.create_connection(self.target)
                self.links += [ours, theirs]
                self._start(self._pass, ours, theirs)
                self._start(self._pass, theirs, ours)

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def a_door() -> Iterator[Door]:
    """A door to this worker's Redis, shut at the end."""
    door = Door(worlds.redis_url())
    try:
        yield door
    finally:
        door.shut()
