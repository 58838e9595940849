"""Every refusal as a page, a fragment or JSON, each with the request's id; nothing internal is ever
shown.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, jsonify, request
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import NoMoreData, ParseException
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from webapp.core import clock
from webapp.core.errors import Conflict, DomainError, TooMany
from webapp.db import db
from webapp.web import assets
from webapp.web.render import theme, wants_fragment

log = logging.getLogger(__name__)

#: status → (title, what to do)
WORDS = {
    400: (
        "That request did not make sense",
        "Go back, load the page again and retry. What you typed was not saved.",
    ),
    401: ("Sign in first", "Your session is over. Sign in and continue where you were."),
    403: ("Your role does not allow this", "Ask an owner of the team if you need it."),
    404: ("There is nothing here", "The page was moved, deleted, or never existed."),
    405: ("That does not work this way", "Go back and use the buttons of the page."),
    409: ("Something changed in the meantime", "Load the page again to see how it is now."),
    413: ("That is too large", "Files may have 40 MB, forms 1 MB. Nothing was saved."),
    422: ("Some fields need fixing", "Go back and look at the marked fields."),
    429: ("Too many tries", "Wait a little, then try again."),
    500: (
        "Something broke on our side",
        "It was noted with the reference below. What was saved before is safe.",
    ),
    503: (
        "Short of breath",
        "The database does not answer right now. Nothing was lost; try again in a few seconds.",
    ),
}


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(CSRFError, _no_token)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(ParseException, _no_body)
    app.register_error_handler(NoMoreData, _no_body)
    app.register_error_handler(Exception, _broken)


def refused(error: DomainError) -> Response:
    """A refusal of the domain, with its own words."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    fields = getattr(error, "fields", None)
    return answer(
        error.status,
        title=error.title,
        message=error.message if error.message != error.title else "",
        code=error.code,
        fields=fields,
        headers=headers,
    )


def answer(
    status: int,
    *,
    title: str = "",
    message: str = "",
    code: str = "",
    fields: Any = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The error in the form the caller reads."""
    own_title, advice = WORDS.get(status, WORDS[500])
    title, message = title or own_title, message or advice
    response: Response
    if _wants_json():
        body = {
            "error": code or str(status),
            "message": message,
            "request_id": g.get("request_id", ""),
        }
        response = jsonify(body | ({"fields": fields} if isinstance(fields, dict) else {}))
    else:
        template = "errors/_notice.html" if wants_fragment() else "errors/error.html"
        # Not `render_template`: the page context asks who is signed in, and the database may be
        # what is broken.
        page = current_app.jinja_env.get_template(template).render(
            status=status,
            title=title,
            message=message,
            reference=g.get("request_id", ""),
            back=_back(status),
            theme=theme(),
            now=clock.now(),
            scripts=assets.scripts(current_app.config["SETTINGS"].assets),
        )
        response = Response(page, mimetype="text/html")
    response.status_code = status
    response.headers.extend(headers or {})
    return response


def _back(status: int) -> str:
    """Where trying again makes sense: the page itself, or the one whose form was sent; '' when
    there is none of ours.
    """
    if request.method == "GET":
        return "" if status in (403, 404) else request.full_path.rstrip("?")
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:  # an address no browser sends
        return ""
    if came_from.netloc != request.host or came_from.scheme not in ("http", "https"):
        return ""
    return "/" + came_from.path.lstrip("/") + (f"?{came_from.query}" if came_from.query else "")


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or (
        accepted.best_match(["text/html", "application/json"], "text/html") == "application/json"
    )


def _no_token(_error: CSRFError) -> Response:
    return answer(
        400,
        title="This form is too old",
        message="Load the page again and send the form once more.",
        code="csrf",
    )


def _no_body(_error: ParseException | NoMoreData) -> Response:
    """The body ended early or was not what its headers say; the server finds out while it is
    read.
    """
    return answer(400)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    headers = {"Retry-After": "60"} if error.code == 429 else {}
    if error.code == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(error.valid_methods or [])  # type: ignore[attr-defined]
    return answer(error.code if error.code in WORDS else 400, headers=headers)


def _stale(_error: StaleDataError) -> Response:
    return refused(
        Conflict("Somebody else changed this at the same moment. Load the page again to see it.")
    )


def _database(error: DBAPIError) -> Response:
    """A database that is away, locked or full is not our bug: 503, and the reads that still work go
    on.
    """
    if isinstance(error, OperationalError) or error.connection_invalidated:
        db.session.rollback()
        log.warning("the database refused", exc_info=True)
        return answer(503, headers={"Retry-After": "5"})
    return _broken(error)


def _broken(error: Exception) -> Response:
    db.session.rollback()
    log.error("request failed", exc_info=error)
    return answer(500)
