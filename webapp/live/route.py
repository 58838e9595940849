"""The socket's address: authorise after the handshake, then hand the connection to the hub (or
serve it here, blocking).
"""

import logging
import socket as socket_module
import threading
import time
from typing import Any

import simple_websocket
from flask import Flask, current_app, request
from flask_sock import Sock
from werkzeug.wrappers import Response
from wsproto.utilities import RemoteProtocolError

from webapp.core.errors import DomainError, Forbidden
from webapp.core.text import number_of_row
from webapp.db import db
from webapp.events import bus
from webapp.live import handover, selftest
from webapp.live.hub import PING_SECONDS, POLICY, RESTARTING, TRY_LATER, Hub
from webapp.live.pushes import QUIET_SECONDS, RELOAD, Pushes
from webapp.sharing.queries import live_links
from webapp.web import errorpages, topics
from webapp.web.guards import check_origin, public, viewer

log = logging.getLogger(__name__)

#: HTTP threads the blocking fallback always leaves free.
RESERVED_THREADS = 4


class Live:
    """What the health page and the server's hooks need of the live half: the hub, and which way
    sockets go.
    """

    def __init__(self, app: Flask) -> None:
        settings = app.config["SETTINGS"]
        self.hub = Hub(int(settings.max_sockets))
        self.pushes = Pushes(app, self.hub)
        self.hub.on_start.append(self.pushes.start)
        self.hands_over = selftest.hands_over()
        self.blocking_slots = threading.BoundedSemaphore(
            max(1, int(settings.threads) - RESERVED_THREADS)
        )
        if not self.hands_over:
            log.warning(
                "sockets cannot be handed over here: each takes an HTTP thread, further pages poll"
            )

    @property
    def mode(self) -> str:
        return "hub" if self.hands_over else "blocking"


def init_app(app: Flask, sock: Sock) -> None:
    """Register `/ws` and its alias, and keep `app.extensions['live']`."""
    live = app.extensions["live"] = Live(app)
    if live.hands_over:
        options: dict[str, Any] = {"thread_class": handover.NoThread}
    else:
        options = {"ping_interval": PING_SECONDS}
    app.config["SOCK_SERVER_OPTIONS"] = app.config["SOCK_SERVER_OPTIONS"] | options
    app.wsgi_app = handover.without_deflate(app.wsgi_app)  # type: ignore[method-assign,assignment]
    sock.route("/ws")(socket)
    sock.route("/dashboard/socket", endpoint="dashboard_socket")(socket)
    sock.init_app(app)
    app.register_error_handler(RemoteProtocolError, _no_handshake)


def _no_handshake(_error: RemoteProtocolError) -> Response:
    """Half a handshake, or one of another version: nothing to answer on but HTTP."""
    return errorpages.answer(400)


@public
def socket(ws: simple_websocket.Server) -> None:
    """Refusals come after the handshake: before it a browser sees only 1006, and htmx would try for
    ever.
    """
    live: Live = current_app.extensions["live"]
    try:
        ticket = _admit()
    except DomainError:
        ws.close(POLICY)
        return
    db.session.rollback()  # a socket holds no snapshot
    if live.hub.stopping:
        ws.close(RESTARTING)
    elif live.hub.is_full or live.hub.is_crowded(ticket):
        ws.close(TRY_LATER)
    elif live.hands_over:
        client = live.hub.adopt(*handover.take(ws), ticket)
        if (after := _after()) is not None:
            live.pushes.welcome(client, after)
    else:
        _serve_blocking(live, ws, ticket, _after())


def _admit() -> topics.Ticket:
    check_origin(
        request.headers.get("Origin"), request.host, current_app.config["SETTINGS"].public_url
    )
    ticket = topics.opened(request.args.get("t", ""), current_app.config["DASHBOARD_SECRET"])
    if ticket.share_id:
        if ticket.share_id not in live_links({ticket.share_id}):
            raise Forbidden("This link does not work any more.")
        return ticket
    person = viewer()
    if person is None or (person.session_id, person.team_id) != (ticket.session_id, ticket.team_id):
        raise Forbidden("The session of this page is over.")
    return ticket


def _after() -> int | None:
    """The position the page says it has; None when it says nothing sensible."""
    return number_of_row(request.args.get("after", ""))


def _serve_blocking(live: Live, ws: Any, ticket: topics.Ticket, after: int | None) -> None:
    """The fallback: this thread follows the log for one page, at most two rounds a second. Shared
    pages get none: the threads are for the team.
    """
    if ticket.share_id or not live.blocking_slots.acquire(blocking=False):
        ws.close(TRY_LATER)
        return
    bell = bus.bell(bus.POSITIONS)
    try:
        _limit_waiting(ws.sock)
        reached = live.pushes.newest() if after is None else after
        while ws.connected and not live.hub.stopping:
            if ticket.session_id not in live.pushes.live({ticket.session_id}):
                ws.close(POLICY)
                return
            sent = False
            for message in live.pushes.missed(ticket, reached):
                ws.send(message)
                sent = True
                if message == RELOAD:
                    return
                reached = max(reached, int(message[4 : message.index("-->")]))
            while ws.receive(timeout=0) is not None:
                pass  # browsers have nothing to say here
            if sent:
                time.sleep(QUIET_SECONDS)
            bell.wait(1.0)
        if ws.connected:
            ws.close(RESTARTING)
    finally:
        bell.close()
        live.blocking_slots.release()


def _limit_waiting(sock: socket_module.socket) -> None:
    """A reader that is gone or does not read gives its thread back."""
    sock.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_KEEPALIVE, 1)
    if hasattr(socket_module, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket_module.IPPROTO_TCP, socket_module.TCP_USER_TIMEOUT, 20_000)
