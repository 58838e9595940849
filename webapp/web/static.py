"""Static files, served before the application is asked: compressed once at start, cached for ever
when the URL names their content.

While developing, files change under the server: nothing is compressed or remembered then.
"""

import gzip
import logging
import os
import shutil
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from webapp.config import Settings
from webapp.web import security
from webapp.web.assets import PLOTLY, STATIC

log = logging.getLogger(__name__)

YEAR_SECONDS = 365 * 24 * 3600
COMPRESSED = {".css", ".js", ".svg", ".json", ".txt"}

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def init_app(app: Flask, settings: Settings) -> None:
    """Put the static files in front of the application."""
    put_plotly(STATIC)
    changes = settings.env == "development"
    if changes:
        forget_compressed(STATIC)
    else:
        compress(STATIC)
    headers = security.protections(settings)
    app.wsgi_app = Static(app.wsgi_app, STATIC, headers, changes=changes)  # type: ignore[method-assign]


class Static:
    """`/static/…` with `?v=` may be kept for ever, without it is asked for again each time."""

    def __init__(self, app: Wsgi, folder: Path, headers: dict[str, str], *, changes: bool) -> None:
        def protect(found: Headers, path: str, url: str) -> None:
            for name, value in headers.items():
                found[name] = value

        options: dict[str, Any] = {
            "root": str(folder),
            "prefix": "static/",
            "autorefresh": changes,
            "allow_all_origins": False,
            "add_headers_function": protect,
        }
        self.app = app
        self.asked_again = WhiteNoise(app, max_age=0, **options)
        self.kept = WhiteNoise(
            app, max_age=YEAR_SECONDS, immutable_file_test=lambda path, url: True, **options
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith("/static/"):
            return self.app(environ, start_response)
        named = "v" in parse_qs(environ.get("QUERY_STRING", ""))
        answer: Iterable[bytes] = (self.kept if named else self.asked_again)(
            environ, start_response
        )
        return answer


def put_plotly(folder: Path) -> None:
    """Copy the plotting library out of its installed package, once per version; pages do without
    it where the folder cannot be written.
    """
    package = find_spec("plotly")
    if package is None or not package.submodule_search_locations:
        return
    source = Path(package.submodule_search_locations[0], "package_data", "plotly.min.js")
    place = folder / PLOTLY
    if place.exists() or not source.exists():
        return
    draft = folder.parent / f".{place.name}.{os.getpid()}"
    try:
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, draft)
        draft.replace(place)
    except OSError:
        log.warning("the plotting library cannot be put into the static folder")
    finally:
        draft.unlink(missing_ok=True)


def compress(folder: Path) -> None:
    """A `.gz` beside every text file, made again when the file is another; a folder that cannot be
    written stays as it is.
    """
    try:
        for path in sorted(folder.rglob("*")):
            beside = path.with_name(f"{path.name}.gz")
            if path.suffix in COMPRESSED and _made_at(beside) != path.stat().st_mtime_ns:
                _compress(path, beside, draft=folder.parent / f".{beside.name}.{os.getpid()}")
    except OSError:
        log.warning("static files are served as they are: their folder cannot be written")


def forget_compressed(folder: Path) -> None:
    """Remove the copies, so that an edited file is never hidden by an old one."""
    for path in sorted(folder.rglob("*.gz")):
        path.unlink(missing_ok=True)


def _made_at(beside: Path) -> int:
    return beside.stat().st_mtime_ns if beside.exists() else 0


def _compress(path: Path, beside: Path, *, draft: Path) -> None:
    # Several processes start at once: written elsewhere and moved into place. Its time says of
    # which file it was made.
    stat = path.stat()
    try:
        draft.write_bytes(gzip.compress(path.read_bytes(), 9))
        os.utime(draft, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        draft.replace(beside)
    finally:
        draft.unlink(missing_ok=True)
