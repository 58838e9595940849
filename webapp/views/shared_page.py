"""A shared campaign as an outsider sees it: `/s/<token>`, with or without a password. Public and
read-only; who is signed in changes nothing here.
"""

import contextlib

from flask import Blueprint, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from webapp.accounts import passwords, throttle
from webapp.core import clock
from webapp.core.errors import TooMany
from webapp.db import acting_for
from webapp.events.log import newest_position
from webapp.sharing import queries
from webapp.sharing.commands import count_view
from webapp.sharing.queries import OpenLink
from webapp.views.shared_panels import drawn
from webapp.web import render, topics
from webapp.web.guards import browser, public
from webapp.web.security import limiter

bp = Blueprint("shared", __name__, url_prefix="/s")

#: How long a right password keeps the page open in a browser.
UNLOCKED_SECONDS = 12 * 3600
WRONG = "That password does not fit."


@bp.after_request
def not_for_search_engines(response: Response) -> Response:
    """Refusals too: a link somebody posted stays out of an index whatever it answers."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.get("/<token>")
@public
def look(token: str) -> Response:
    link = queries.link_behind(token)
    if link.password_hash and not _is_unlocked(link):
        _check_kept(link)
        return _locked({})
    answer = _page(link)
    if is_somebody():
        with contextlib.suppress(DBAPIError):  # a full disk stops the count, not the page
            count_view(link.id)
    return answer


@bp.post("/<token>")
@public
@limiter.limit("30 per minute")
def unlock(token: str) -> Response:
    """A right password opens the page in this browser, and only this page: its cookie stays on the
    link's path.
    """
    link = queries.link_behind(token)
    _check_kept(link)
    whose = f"share:{link.id}"
    try:
        throttle.check(whose, browser().address)
    except TooMany as error:
        response = _locked({"password": error.message}, status=error.status)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if link.password_hash:
        if not passwords.matches(link.password_hash, request.form.get("password", "")):
            throttle.failed(whose, browser().address)
            return _locked({"password": WRONG}, status=422)
        throttle.succeeded(whose, browser().address)
    response = render.see_other(request.path)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        _cookie_name(),
        _signer().dumps([int(clock.now().timestamp()), link.id]),
        max_age=UNLOCKED_SECONDS,
        path=request.path,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _check_kept(link: OpenLink) -> None:
    """Not even a password is asked for once the campaign is in the trash."""
    with acting_for(link.team_id):
        queries.heading(link)


def _locked(errors: dict[str, str], status: int = 200) -> Response:
    return render.page("sharing/locked.html", status, errors=errors, theme=render.theme())


def _page(link: OpenLink) -> Response:
    with acting_for(link.team_id):
        position = newest_position(link.team_id)  # before the data: at worst a thing is sent twice
        heading = queries.heading(link)
        panels = drawn(current_app.jinja_env, link)
    return render.page(
        "sharing/page.html",
        heading=heading,
        link=link,
        panels=panels,
        ticket=_ticket(link) if link.is_live else "",
        position=position,
        theme=render.theme(),
    )


def _ticket(link: OpenLink) -> str:
    ticket = topics.of_share(share_id=link.id, team_id=link.team_id, campaign_id=link.campaign_id)
    return topics.sign(ticket, current_app.config["DASHBOARD_SECRET"])


def is_somebody() -> bool:
    """Whether a person opened the page; not a page that looks for news by itself, not a browser
    that fetches ahead.
    """
    headers = request.headers
    is_ahead = "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", ""))
    by_navigation = headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return request.method == "GET" and by_navigation and not is_ahead


def _is_unlocked(link: OpenLink) -> bool:
    try:
        given_at, share_id = _signer().loads(request.cookies.get(_cookie_name(), ""))
    except (BadSignature, ValueError, TypeError):
        return False
    age = clock.now().timestamp() - given_at
    return bool(share_id == link.id and age < UNLOCKED_SECONDS)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["DASHBOARD_SECRET"], salt="share-session")


def _cookie_name() -> str:
    return "__Secure-share" if current_app.config["SESSION_COOKIE_SECURE"] else "share"
