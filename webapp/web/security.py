"""Headers, content policy, request ids, CSRF, limits and the access log: what every response
gets.
"""

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.web import assets, counting

log = logging.getLogger("drumbeat.access")

View = TypeVar("View", bound=Callable[..., Any])
MOST_FILE_BYTES = 40 * 1024 * 1024
MOST_HEARD_BYTES = 128 * 1024 * 1024
MOST_HEARD_SECONDS = 10
#: A list page of 63 KB: 6.7 KB in 0.25 ms; gzip's usual 6 takes a whole millisecond for 6.0 KB,
#: which zstd reaches in a tenth of that, for the browsers that take it.
GZIP_LEVEL = 3
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

csrf = CSRFProtect()
limiter = Limiter(
    get_remote_address,
    default_limits=[lambda: f"{current_app.config['SETTINGS'].rate_limit} per minute"],
    in_memory_fallback_enabled=True,
    headers_enabled=False,
    strategy="fixed-window",
)
compress = Compress()


def init_app(app: Flask, settings: Settings) -> None:
    """Wire everything that stands before and after a view."""
    app.before_request(_begin)  # first: also what the next ones refuse has its id and its time
    if not app.config["RATELIMIT_STORAGE_URI"]:
        app.config["RATELIMIT_STORAGE_URI"] = counting.IN_THIS_PROCESS
    limiter.init_app(app)
    app.config.update(
        COMPRESS_ALGORITHM=["zstd", "gzip"],
        COMPRESS_LEVEL=GZIP_LEVEL,
        COMPRESS_MIMETYPES=["text/html", "application/json"],
    )
    compress.init_app(app)
    hops = int(settings.proxy_hops)
    # Not the host: most routers pass X-Forwarded-Host on as the visitor wrote it. Host is theirs.
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.after_request(_finish)


def accepts_files(view: View) -> View:
    """Let a view take files: its bodies may have 40 MB, everybody else's one."""
    view.most_bytes = MOST_FILE_BYTES  # type: ignore[attr-defined]
    return view


def with_charts(view: View) -> View:
    """Let a page's plotting library put its style sheets into the document."""
    view.has_charts = True  # type: ignore[attr-defined]
    return view


def protect_forms(app: Flask) -> None:
    """The token of every form. Called after the guards: to look for it the body is read, and
    nobody uploads anything before it is known that they may.
    """
    app.before_request(_widen)
    csrf.init_app(app)


def _widen() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if most := getattr(view, "most_bytes", None):
        request.max_content_length = most


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = secrets.token_hex(6)
    # Browsers say where an unsafe request comes from; the token stays the rule, this catches what
    # has none.
    if (
        request.method not in ("GET", "HEAD", "OPTIONS")
        and request.headers.get("Sec-Fetch-Site") == "cross-site"
    ):
        raise BadRequest


def _finish(response: Response) -> Response:
    _hear_out()
    settings: Settings = current_app.config["SETTINGS"]
    headers = response.headers
    charts = hasattr(current_app.view_functions.get(request.endpoint or ""), "has_charts")
    for name, value in protections(settings, nonce=nonce(), charts=charts).items():
        headers.setdefault(name, value)
    headers["X-Request-Id"] = g.get("request_id", "")
    headers.setdefault("Cache-Control", "no-store")
    response.vary.update(["HX-Request", "Cookie"])
    _allow_origin(response, settings)
    _log(response)
    return response


def nonce() -> str:
    """This answer's own word for its script elements."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def protections(settings: Settings, *, nonce: str = "", charts: bool = False) -> dict[str, str]:
    """The headers every answer carries; static files too, which need no nonce."""
    always = {
        "Content-Security-Policy": policy(settings, nonce=nonce, charts=charts),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if settings.cookies_are_secure:
        always["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return always


def _hear_out() -> None:
    """Read what a refused request still sends, and forget it: a server that closes on unread bytes
    resets the connection, and the browser shows that instead of the refusal.
    """
    # Only a server that ends the body by itself; another one would wait for the next request here.
    if request.method not in UNSAFE or not request.environ.get("wsgi.input_terminated"):
        return
    body, left = request.environ["wsgi.input"], MOST_HEARD_BYTES
    until = time.monotonic() + MOST_HEARD_SECONDS
    try:
        while left > 0 and time.monotonic() < until and (piece := body.read(65_536)):
            left -= len(piece)
    except (OSError, ParseException):
        log.info("the sender went away", extra={"request_id": g.get("request_id", "")})


def policy(settings: Settings, *, nonce: str = "", charts: bool = False) -> str:
    """The content security policy; no inline script without this answer's nonce, no eval, of other
    hosts only the two pinned files, inline style attributes only.
    """
    named = [f"'nonce-{nonce}'"] if nonce else []
    scripts = " ".join(["'self'", *named, *assets.cdn_urls(settings.assets)])
    elements = "'self' 'unsafe-inline'" if charts else "'self'"
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            f"style-src-elem {elements}",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _allow_origin(response: Response, settings: Settings) -> None:
    """CORS for the JSON paths only, for the origins the operator named."""
    origin = request.headers.get("Origin", "")
    allowed = {one.strip() for one in settings.cors_origins.split(",")} - {""}
    if origin in allowed and request.path.startswith(("/api/", "/health")):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.vary.add("Origin")


def _log(response: Response) -> None:
    if request.endpoint == "static":
        return
    log.info(
        "request",
        extra={
            "method": request.method,
            "path": request.url_rule.rule
            if request.url_rule
            else "unmatched",  # tokens in URLs never reach the log
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            "request_id": g.get("request_id", ""),
        },
    )
