"""Whether sockets can be handed over here: tried once when a process starts, so that another
version of a pinned library means slower pages, not broken ones.
"""

import os
import select
import socket
import time
from base64 import b64encode

import simple_websocket
from wsproto.events import Pong

from webapp.live import handover


def hands_over() -> bool:
    """One handshake, hand-over, send and pong over loopback, through the real calls (about 2
    ms); the hub's loop needs Linux.
    """
    if not (hasattr(select, "epoll") and hasattr(os, "eventfd")):
        return False
    try:
        return _try_once()
    except (OSError, AttributeError, RuntimeError, TypeError):
        return False


def _try_once() -> bool:
    with socket.create_server(("127.0.0.1", 0)) as door:
        theirs = socket.create_connection(door.getsockname(), timeout=1)
        ours, _ = door.accept()
    environ = {
        "gunicorn.socket": ours,
        "PATH_INFO": "/ws",
        "QUERY_STRING": "",
        "HTTP_HOST": "x",
        "HTTP_UPGRADE": "websocket",
        "HTTP_CONNECTION": "Upgrade",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_KEY": b64encode(bytes(16)).decode(),
    }
    ws = simple_websocket.Server(environ, thread_class=handover.NoThread)
    sock, protocol = handover.take(ws)
    with sock, theirs:
        sock.send(b"\x81\x02ok")
        protocol.receive_data(b"\x8a\x80\x00\x00\x00\x00")
        heard = b""
        until = time.monotonic() + 1
        while b"\x81\x02ok" not in heard and time.monotonic() < until:
            heard += theirs.recv(4096)
        pong = any(isinstance(one, Pong) for one in protocol.events())
        return (
            ours.fileno() == -1
            and heard.startswith(b"HTTP/1.1 101")
            and heard.endswith(b"\x81\x02ok")
            and pong
        )
