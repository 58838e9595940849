"""Taking a WebSocket away from the HTTP thread that answered its handshake.

Relies on gunicorn's gthread worker, simple-websocket 1.1 and wsproto 1.3 (pinned): the thread's
socket object is left without its descriptor, so nothing it does later reaches the wire.
`webapp.live.selftest` tries it at every start.
"""

import socket
from collections.abc import Callable, Iterable
from typing import Any

import simple_websocket
import wsproto

#: The kernel's send buffer per socket; without a bound it hides megabytes of a reader that is not
#: reading.
SEND_BUFFER = 128 * 1024

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class NoThread:
    """Stands where simple-websocket starts its receiving thread: the hub reads instead."""

    name = ""

    def __init__(self, target: Any = None) -> None:
        self.target = target

    def start(self) -> None:
        """Nothing starts."""


def without_deflate(wsgi_app: Wsgi) -> Wsgi:
    """Browsers offer compression and simple-websocket always accepts it, at 200 KB a client: hide
    the offer.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return wsgi_app(environ, start_response)

    return wrapped


def take(ws: simple_websocket.Server) -> tuple[socket.socket, wsproto.WSConnection]:
    """Own the connection: a non-blocking socket, and the protocol state that goes on parsing for
    us.
    """
    sock = socket.socket(fileno=ws.sock.detach())
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    ws.connected = False  # flask-sock's closing ws.close() becomes a no-op
    return sock, ws.ws
