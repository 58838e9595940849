"""Ways in and out: sign-in, sign-up, invitations, theme. Public pages; what they do is in
`webapp.accounts.joining`.
"""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response

from webapp.accounts import commands, joining, queries
from webapp.accounts.permissions import ROLE_WORDS
from webapp.core.errors import DomainError, Invalid, NotFound, NotSignedIn, TooMany
from webapp.db import acting_for
from webapp.demo import queries as demos
from webapp.web.forms import parse, typed
from webapp.web.guards import actor, browser, guard, public, viewer
from webapp.web.render import THEMES, page, path_for, see_other
from webapp.web.security import limiter

bp = Blueprint("accounts", __name__)

THEME_SECONDS = 365 * 24 * 3600


def safe_next(target: str | None) -> str:
    """A path of this site, or home: `?next=` never leads elsewhere.

    >>> [safe_next(t) for t in ("/campaigns?q=a", "//evil.example", "/\\\\evil", "https:/evil")]
    ['/campaigns?q=a', '/', '/', '/']
    """
    home = "/"
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return home
    if any(ord(char) < 32 or ord(char) == 127 for char in target):
        return home
    parts = urlsplit(target)
    return home if parts.scheme or parts.netloc else target


def may_sign_up() -> bool:
    return joining.may_sign_up(current_app.config["SETTINGS"].signup)


@bp.get("/login")
@public
def login() -> Response:
    if viewer():
        return see_other(safe_next(request.args.get("next")))
    return _login_page({}, {})


@bp.post("/login")
@public
@limiter.limit("30 per minute")
def sign_in() -> Response:
    try:
        form = parse(joining.SignIn)
        if current_app.config["SETTINGS"].is_production and joining.is_made_up(form.email):
            raise NotSignedIn("That email and password do not match.")  # its password is printed
        token = joining.sign_in(form, browser())
    except (NotSignedIn, Invalid) as error:
        fields = error.fields if isinstance(error, Invalid) else {"password": error.message}
        return _login_page(typed(), fields, status=422)
    except TooMany as error:
        response = _login_page(typed(), {"password": error.message}, status=429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except DomainError as error:
        return _login_page(typed(), {"": error.message}, status=error.status)
    start_session(token, remember=form.remember)
    return see_other(safe_next(request.form.get("next")))


def _login_page(values: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    after = safe_next(request.values.get("next"))
    return page(
        "accounts/login.html",
        status,
        values=values,
        errors=errors,
        next=after,
        said=session.pop("said", None),
        may_sign_up=may_sign_up(),
        has_demo=bool(current_app.config["SETTINGS"].demo) and demos.public_viewer() is not None,
    )


@bp.post("/demo")
@public
@limiter.limit("10 per minute")
def look_around() -> Response:
    """Into the public demo without an account. Its visitors share one viewer, so nothing is kept
    of where they come from.
    """
    looker = demos.public_viewer() if current_app.config["SETTINGS"].demo else None
    if looker is None:
        raise NotFound()
    token = joining.open_session(looker, joining.Browser("", ""), remember=False)
    start_session(token, remember=False)
    return see_other("/")


@bp.post("/logout")
@guard("see")
def logout() -> Response:
    person = viewer()
    assert person is not None
    commands.revoke_session(session_id=person.session_id, by=actor())
    session.clear()
    return see_other(url_for(".login"))


@bp.get("/signup")
@public
def signup() -> Response:
    if viewer():
        return see_other("/")
    if not may_sign_up():
        return page("accounts/closed.html")
    return page("accounts/signup.html", values={}, errors={})


@bp.post("/signup")
@public
@limiter.limit("10 per minute")
def sign_up() -> Response:
    try:
        user_id = joining.sign_up(parse(joining.SignUp), mode=current_app.config["SETTINGS"].signup)
    except Invalid as error:
        return page("accounts/signup.html", 422, values=typed(), errors=error.fields)
    start_session(joining.open_session(user_id, browser(), remember=True), remember=True)
    return see_other(path_for("welcome.welcome"))


@bp.get("/join/<token>")
@public
def join(token: str) -> Response:
    return _join_page(token, {}, {})


@bp.post("/join/<token>")
@public
@limiter.limit("10 per minute")
def accept(token: str) -> Response:
    person = viewer()
    try:
        if person:
            team_id: int | None = joining.join_signed_in(token, person.user_id)
            user_id = person.user_id
        else:
            team_id, user_id = None, joining.join(token, parse(joining.Person))
    except Invalid as error:
        return _join_page(token, typed(), error.fields, status=422)
    start_session(
        joining.open_session(user_id, browser(), remember=True, team_id=team_id), remember=True
    )
    return see_other("/")


def _join_page(
    token: str, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    invite, team = queries.invite_behind(token)
    return page(
        "accounts/join.html",
        status,
        token=token,
        team_name=team.name,
        role=invite.role,
        role_words=ROLE_WORDS[invite.role],
        values=values,
        errors=errors,
    )


@bp.post("/theme")
@public
def theme() -> Response:
    """The colour scheme, kept in a cookie and, signed in, with the person; needs no JavaScript."""
    chosen = request.form.get("theme", "system")
    response = see_other(safe_next(request.form.get("next")))
    if chosen in THEMES:
        if (person := viewer()) and not person.only_looks:
            commands.set_preference(key="theme", value=chosen, by=person.actor)
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(
            "theme", chosen, max_age=THEME_SECONDS, samesite="Lax", secure=secure, httponly=True
        )
    return response


def start_session(token: str, *, remember: bool) -> None:
    """A fresh cookie for a fresh session: the one before ends, and nothing of it survives."""
    if (before := viewer()) is not None and before.token != token:
        with acting_for(before.team_id):
            commands.revoke_session(session_id=before.session_id, by=before.actor)
    session.clear()
    person = queries.signed_in(token)
    assert person is not None
    session.permanent = remember
    login_user(person)


def join_link(token: str) -> str:
    """The absolute link of an invitation."""
    base = current_app.config["SETTINGS"].public_url.rstrip("/") or request.host_url.rstrip("/")
    return base + path_for("accounts.join", token=token)
