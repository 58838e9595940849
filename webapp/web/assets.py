"""Static files by content hash, icons, and the two pinned scripts (from the CDN with integrity, or
local copies).
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from webapp.config import ROOT

CDN = "https://cdn.jsdelivr.net"
STATIC = ROOT / "static"


@dataclass(frozen=True, slots=True)
class Script:
    """A pinned file of the npm registry: its package, the file in it, and the hash a browser
    checks.
    """

    package: str
    version: str
    file: str
    integrity: str

    @property
    def cdn_url(self) -> str:
        return f"{CDN}/npm/{self.package}@{self.version}/{self.file}"

    @property
    def local_name(self) -> str:
        return f"vendor/{self.package}-{self.version}.min.js"


SCRIPTS = (
    Script(
        "htmx.org",
        "2.0.11",
        "dist/htmx.min.js",
        "sha384-2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg",
    ),
    Script(
        "htmx-ext-ws",
        "2.0.4",
        "dist/ws.min.js",
        "sha384-1RwI/nvUSrMRuNj7hX1+27J8XDdCoSLf0EjEyF69nacuWyiJYoQ/j39RT1mSnd2G",
    ),
)


@cache
def scripts(mode: str) -> list[tuple[str, str]]:
    """(src, integrity) of the pinned scripts, in loading order."""
    if mode == "local" and all((STATIC / script.local_name).exists() for script in SCRIPTS):
        return [(url(script.local_name), script.integrity) for script in SCRIPTS]
    return [(script.cdn_url, script.integrity) for script in SCRIPTS]


def cdn_urls(mode: str) -> list[str]:
    """The files, not the host: a CDN of everything would let in anything."""
    return [src for src, _ in scripts(mode) if src.startswith(CDN)]


def url(name: str) -> str:
    """The path of a static file with its content in the query, so that it may be cached for
    ever.
    """
    return f"/static/{name}?v={_version(name)}"


#: The plotting library as it lies in `static/vendor`, copied there from its package at start.
PLOTLY = f"vendor/plotly-{version('plotly')}.min.js"


def plotly_src() -> str:
    """The plotting library's path, or '' where it could not be put: charts stay as drawn here."""
    return url(PLOTLY) if (STATIC / PLOTLY).exists() else ""


@cache
def icon_href(name: str) -> str:
    """The symbol of an icon in the one sprite file."""
    return f"{url('icons.svg')}#i-{name}"


@cache
def _version(name: str) -> str:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "0"
