"""Addresses of the read-only dashboard this product replaces: each leads to where the same is now.
A dashboard token is a shared link's token.
"""

import re
from datetime import date
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.core import clock
from webapp.core.errors import NotFound
from webapp.db import acting_for
from webapp.sharing import queries
from webapp.web import errorpages
from webapp.web.guards import public
from webapp.web.render import path_for

bp = Blueprint("dashboard", __name__)

#: Days back that the analytics page offers.
PERIODS = (7, 28, 90, 364)


def _moved(path: str) -> Response:
    """For good, with the method and body the caller used."""
    response = Response(status=308)
    response.headers["Location"] = path
    return response


@bp.get("/dashboard")
@public
def home() -> Response:
    return _moved("/")


@bp.get("/dashboard/schedule")
@public
def schedule() -> Response:
    return _moved("/schedule")


@bp.get("/dashboard/schedule/week/<int:number>")
@public
def week(number: int) -> Response:
    """Week n is an ISO week of `?year=`, else of this year; a number no week has is nothing."""
    year = request.args.get("year", "")
    try:
        monday = date.fromisocalendar(int(year) if year else clock.now().year, number, 1)
    except ValueError:
        raise NotFound() from None
    found = monday.isocalendar()
    return _moved(f"/schedule?week={found.year}-W{found.week:02}")


@bp.get("/dashboard/schedule/day/<on>")
@public
def day(on: str) -> Response:
    try:
        return _moved(f"/schedule/day/{date.fromisoformat(on).isoformat()}")
    except ValueError:
        raise NotFound() from None


@bp.get("/dashboard/campaigns")
@public
def campaigns() -> Response:
    return _moved(path_for("campaigns.index"))


@bp.get("/dashboard/campaigns/<int:number>")
@public
def campaign(number: int) -> Response:
    return _moved(path_for("campaigns.detail", campaign_id=number))


@bp.get("/dashboard/campaigns/<int:number>/timeline")
@public
def timeline(number: int) -> Response:
    return _moved(f"{path_for('campaigns.detail', campaign_id=number)}/timeline")


@bp.get("/dashboard/metrics")
@public
def metrics() -> Response:
    return _moved("/analytics")


@bp.get("/dashboard/metrics/<days>")
@public
def metrics_of(days: str) -> Response:
    """The shortest period on offer that holds the range asked for (`7d`, `last-30-days`)."""
    found = re.search(r"\d{1,4}", days, flags=re.ASCII)
    if found is None:
        return _moved("/analytics")
    period = next((one for one in PERIODS if one >= int(found[0])), PERIODS[-1])
    return _moved(f"/analytics?period={period}")


@bp.get("/dashboard/auth")
@public
def enter() -> Response:
    """A token in the query becomes the link's own page; what is wrong with it is said there."""
    token = request.args.get("token", "")
    if not token:
        raise NotFound(queries.GONE)
    response = Response(status=303)
    response.headers["Location"] = path_for("shared.look", token=token)
    return response


@bp.get("/api/dashboard", defaults={"rest": ""})
@bp.get("/api/dashboard/<path:rest>")
@public
def api(rest: str) -> Response | dict[str, Any]:
    """The numbers of a shared link as JSON, for its token as bearer; 401 for any other. A link with
    a password has a page only.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        link = queries.link_behind(token if kind.lower() == "bearer" else "")
        if link.password_hash:
            raise NotFound()
        with acting_for(link.team_id):
            shown = queries.shown(link)
    except NotFound:
        words = "Invalid dashboard access token"
        return errorpages.answer(401, title=words, message=words, code="invalid_dashboard_token")
    if rest:
        raise NotFound()
    return shown
