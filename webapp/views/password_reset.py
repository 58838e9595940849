"""A forgotten password: `/forgot` asks for a letter, `/reset/<token>` sets a new one. Public; the
pages say nothing of who is known.
"""

from flask import Blueprint, current_app, request, session
from werkzeug.wrappers import Response

from webapp.accounts import resets
from webapp.core.errors import Invalid, TooMany
from webapp.core.text import masked_email
from webapp.web.forms import parse, typed
from webapp.web.guards import browser, public
from webapp.web.letters import letters_leave
from webapp.web.render import page, path_for, see_other
from webapp.web.security import limiter

bp = Blueprint("password_reset", __name__)


@bp.after_request
def keep_to_itself(response: Response) -> Response:
    """The address is the key: no index has it, and no other page is told it. Not `no-referrer`:
    over https the form's own token is taken only from a page that says which site it is of.
    """
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@bp.get("/forgot")
@public
def forgot() -> Response:
    return _forgot_page({}, {}, asked=session.pop("asked_reset", False))


@bp.post("/forgot")
@public
@limiter.limit("10 per minute")
def ask() -> Response:
    if not letters_leave():
        return _forgot_page({}, {})
    try:
        resets.ask(parse(resets.AskReset).email, browser())
    except Invalid as error:
        return _forgot_page(typed(), error.fields, status=422)
    except TooMany as error:
        response = _forgot_page(typed(), {"email": error.message}, status=429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    session["asked_reset"] = True
    return see_other(path_for("password_reset.forgot"))


def _forgot_page(
    values: dict[str, str], errors: dict[str, str], status: int = 200, *, asked: bool = False
) -> Response:
    return page(
        "accounts/forgot.html",
        status,
        values=values,
        errors=errors,
        asked=asked,
        letters_leave=letters_leave(),
    )


@bp.get("/reset/<token>")
@public
def look(token: str) -> Response:
    return _reset_page(token, {})


@bp.post("/reset/<token>")
@public
@limiter.limit("10 per minute")
def set_password(token: str) -> Response:
    try:
        resets.use(token, parse(resets.NewPassword).password, browser())
    except Invalid as error:
        return _reset_page(token, error.fields, status=422)
    toast = "Your new password is set. Sign in with it."
    return see_other(path_for("accounts.login"), toast=toast)


def _reset_page(token: str, errors: dict[str, str], status: int = 200) -> Response:
    _, user = resets.behind(token)
    masked = masked_email(user.email)
    return page("accounts/reset.html", status, token=token, masked=masked, errors=errors)


def reset_link(token: str) -> str:
    """The absolute link that sets a new password, for an owner to hand over."""
    base = current_app.config["SETTINGS"].public_url.rstrip("/") or request.host_url.rstrip("/")
    return base + path_for("password_reset.look", token=token)
