"""Who may open a route: every view says so with one decorator, and the factory refuses to start
when one does not.

Order within a request: session row and person (tables without a wall), then the team's wall, then
permission, then the row.
"""

import ipaddress
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from webapp.accounts import joining, queries
from webapp.accounts.permissions import LEAST, permit
from webapp.accounts.queries import SignedIn
from webapp.core.actor import Actor
from webapp.core.errors import Forbidden, NotSignedIn, WrongUse
from webapp.core.text import clean_line
from webapp.db import Base, acting_for, find
from webapp.events.log import newest_position
from webapp.web import ahead

View = TypeVar("View", bound=Callable[..., Any])
#: Minutes between two writes of a session's idle clock.
SEEN_EVERY_MINUTES = 5


class RowId(IntegerConverter):
    """A number in a URL that a row may have; a larger one is no address of ours (404)."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**63 - 1)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a route asks for: a permission ('' is nobody signed in needed) and the row its URL
    names.
    """

    permission: str
    loads: type[Base] | None = None

    @property
    def is_public(self) -> bool:
        return not self.permission


def guard(permission: str, *, loads: type[Base] | None = None) -> Callable[[View], View]:
    """Signed in, with this permission; `loads` is the model of the URL's `<table>_id`, this team's
    or 404.
    """
    if permission not in LEAST:
        raise WrongUse(f"no permission is called {permission!r}")

    def mark(view: View) -> View:
        view.guard = Guard(permission, loads)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Open to strangers."""
    view.guard = Guard("")  # type: ignore[attr-defined]
    return view


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """The guard of an endpoint, or None when it has none."""
    return getattr(app.view_functions[endpoint], "guard", None)


def viewer() -> SignedIn | None:
    """The person behind this request, or None."""
    person = current_user._get_current_object()  # not the proxy: a page asks it a hundred times
    return person if isinstance(person, SignedIn) else None


def actor() -> Actor:
    """The signed-in person as the plain value commands take."""
    person = viewer()
    assert person is not None  # the guard let them in
    return person.actor


def browser() -> joining.Browser:
    """Where the request comes from; the address is the proxy's word only when PROXY_HOPS says
    so.
    """
    try:
        address = str(ipaddress.ip_address(request.remote_addr or ""))
    except ValueError:
        address = "unknown"
    return joining.Browser(address, clean_line(request.user_agent.string))


def init_app(app: Flask) -> None:
    """Wire flask-login to session rows and check the guard before every request."""
    app.url_map.converters["int"] = RowId
    login = LoginManager()
    login.session_protection = None  # sessions are rows: ended on the server, listed, revoked
    login.init_app(app)
    login.user_loader(queries.signed_in)
    app.before_request(_check)
    app.teardown_request(_leave)


def check_routes(app: Flask) -> None:
    """Refuse to start when a route has no guard."""
    missing = [
        r.rule
        for r in app.url_map.iter_rules()
        if r.endpoint != "static" and guard_of(app, r.endpoint) is None
    ]
    if missing:
        raise WrongUse(f"routes without a guard: {missing}")


def _check() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    wanted = guard_of(current_app, request.endpoint)
    if wanted is None:
        raise WrongUse(f"{request.endpoint} has no guard")
    if wanted.is_public:
        return None
    person = viewer()
    if person is None:
        return _sign_in_first()
    if person.last_seen_minutes >= SEEN_EVERY_MINUTES:
        joining.seen(person.session_id)
    g.team_stack = ExitStack()
    g.team_stack.enter_context(acting_for(person.team_id, going_on=True))
    _look_ahead(person)
    permit(person.actor, wanted.permission)
    only_reads = request.method in ("GET", "HEAD") or request.endpoint == "accounts.logout"
    if person.only_looks and not only_reads:
        raise Forbidden("You are looking around a demo: nothing can be changed in it.")
    if wanted.loads is not None:
        find(wanted.loads, (request.view_args or {})[f"{wanted.loads.__tablename__}_id"])
    return None


def _look_ahead(person: SignedIn) -> None:
    """The position, also for a form that is shown again with errors; with it what a page shows
    around its data. A command's answer asks for that itself, after the command.
    """
    if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
        g.ahead = ahead.ask(person.team_id, person.user_id)
        g.position = g.ahead.position
    else:
        g.position = newest_position(person.team_id)


def leave_team_wall() -> None:
    """Act for no team for the rest of the request: somebody signs in elsewhere."""
    stack: ExitStack | None = g.pop("team_stack", None)
    if stack is not None:
        stack.close()


def _leave(_error: BaseException | None) -> None:
    leave_team_wall()


def _sign_in_first() -> Response | None:
    accepted = request.accept_mimetypes  # who says nothing takes everything
    wants_page = accepted.accept_html or not accepted.provided
    wants_page = wants_page and not request.path.startswith("/api/")
    if not wants_page:
        raise NotSignedIn()
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("accounts.login", next=back)
    if request.headers.get("HX-Request"):
        response = Response(status=401)
        response.headers["HX-Redirect"] = url_for("accounts.login")
        return response
    return redirect(target, code=303)


def check_origin(origin: str | None, host: str, public_url: str) -> None:
    """Sockets carry cookies from anywhere: only our own pages may open one."""
    allowed = {f"http://{host}", f"https://{host}", public_url.rstrip("/")} - {""}
    if origin not in allowed:
        raise Forbidden("This page belongs to another site.")
