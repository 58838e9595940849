"""Answering: a whole page, one block of it for htmx, or a redirect; and what every template may
use.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, make_response, redirect, render_template, request, session
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response

from webapp.accounts.queries import SignedIn
from webapp.core import clock, tokens
from webapp.web import assets, words
from webapp.web.guards import viewer
from webapp.web.security import nonce
from webapp.web.templating import Pages, once, remembered

THEMES = ("system", "light", "dark")
PATHS_KEPT = 4096


class Drumbeat(Flask):
    """Flask whose templates refuse names they were not given."""

    jinja_environment = Pages
    jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}


def wants_fragment() -> bool:
    """Whether htmx asks for a piece; boosted navigation and history restores want the whole
    page.
    """
    headers = request.headers
    return bool(headers.get("HX-Request")) and not (
        headers.get("HX-Boosted") or headers.get("HX-History-Restore-Request")
    )


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A whole page."""
    return make_response(render_template(template, **context), status)


def page_or_block(template: str, block: str, status: int = 200, **context: Any) -> Response:
    """The page, or only one of its blocks when htmx asks."""
    if not wants_fragment():
        return page(template, status, **context)
    return make_response(render_block(template, block, **context), status)


def render_block(template: str, block: str, **context: Any) -> str:
    """One block of a page, with everything a page gets."""
    found = current_app.jinja_env.get_template(template)
    current_app.update_template_context(context)
    return "".join(found.blocks[block](found.new_context(context)))


@dataclass(frozen=True, slots=True)
class Undo:
    """The form a toast offers to take back what it tells of."""

    path: str
    fields: Mapping[str, str | int] = field(default_factory=dict)
    words: str = "Undo"


def toast_of(text: str, undo: Undo | None = None) -> dict[str, Any]:
    """A toast's values, as the session keeps them."""
    if undo is None:
        return {"text": text, "undo": None}
    way = {"path": undo.path, "fields": dict(undo.fields), "words": undo.words}
    return {"text": text, "undo": way}


def see_other(location: str, *, toast: str = "", undo: Undo | None = None) -> Response:
    """After a command: 303 to a browser; htmx is sent there too. The toast waits in the session."""
    if toast:
        session["said"] = toast_of(toast, undo)
    if wants_fragment():
        response = Response(status=204)
        response.headers["HX-Redirect"] = iri_to_uri(location)  # headers are Latin-1
        return response
    return redirect(location, code=303)


def init_app(app: Flask) -> None:
    """Register globals and filters; pages and fragments get the same filters."""
    env = app.jinja_env
    for name in words.FILTERS:
        env.filters[name] = getattr(words, name)
    env.globals.update(
        asset=assets.url,
        icon_href=assets.icon_href,
        plotly_src=assets.plotly_src,
        remembered=remembered,
    )
    env.globals["once"] = once(env)
    app.context_processor(_page_context)


def bind_paths(app: Flask) -> None:
    """After all blueprints: links that need no request, the same in pages and fragments."""
    paths = app.url_map.bind(
        "relative.invalid", script_name=app.config.get("APPLICATION_ROOT") or "/"
    )

    @lru_cache(PATHS_KEPT, typed=True)  # the map does not change any more
    def path_for(endpoint: str, /, **values: Any) -> str:
        return paths.build(
            endpoint, {name: value for name, value in values.items() if value is not None}
        )

    app.jinja_env.globals["path_for"] = path_for
    app.extensions["path_for"] = path_for


def path_for(endpoint: str, /, **values: Any) -> str:
    """The path of an endpoint, for code that answers."""
    built: str = current_app.extensions["path_for"](endpoint, **values)
    return built


def theme(person: SignedIn | None = None) -> str:
    """The person's own theme, else the cookie's, else `system`."""
    chosen = (person.theme if person else "") or request.cookies.get("theme", "system")
    return chosen if chosen in THEMES else "system"


def _page_context() -> dict[str, Any]:
    person = viewer()
    return {
        "viewer": person,
        "theme": theme(person),
        "now": clock.now(),
        "scripts": assets.scripts(current_app.config["SETTINGS"].assets),
        "csp_nonce": nonce(),
        "csrf_token": generate_csrf,
        "form_token": tokens.new_token,
        "section": request.blueprint or "",
        "request_path": request.path,
    }
