"""Settings from the environment, each with its default and its reason; the only reader of
`os.environ`.

A combination that cannot work is refused here, before anything starts.
"""

import base64
import binascii
import contextlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url

from webapp.core.mail_url import MailServer, server_of

ROOT = Path(__file__).resolve().parent.parent


class BadSettings(RuntimeError):
    """The environment asks for something that cannot work; the message says what to change."""


_CHOICES = {
    "env": ("production", "development", "test"),
    "signup": ("first", "open", "closed"),
    "assets": ("cdn", "local"),
    "secure_cookies": ("", "yes", "no"),
    "demo": ("", "1"),
}
_NUMBERS = (
    "port",
    "web_concurrency",
    "threads",
    "worker_threads",
    "proxy_hops",
    "max_sockets",
    "rate_limit",
)


def variable(name: str, default: str, help: str) -> Any:
    """A settings field: its variable, the default as the environment would write it, and what it is
    for.
    """
    return field(default="", metadata={"variable": name, "default": default, "help": help})


@dataclass(frozen=True)
class Settings:
    """Every variable the program reads. `docs/operations.md` prints this table; a test compares the
    two.
    """

    env: str = variable("ENV", "production", "production, development (set by ./dev) or test.")
    database_url: str = variable(
        "DATABASE_URL",
        "",
        "postgres://… ; empty means SQLite in instance/drumbeat.db (trial and very small teams).",
    )
    redis_url: str = variable(
        "REDIS_URL", "", "redis://… ; empty means jobs and bells stay inside this one process."
    )
    secret_key: str = variable(
        "SECRET_KEY",
        "",
        "Signs cookies, forms and topics. Needed in production, else made once beside the data.",
    )
    dashboard_secret: str = variable(
        "DASHBOARD_SECRET",
        "",
        "Signs live topics and shared pages' sessions; derived from SECRET_KEY unless set.",
    )
    secrets_keys: str = variable(
        "SECRETS_KEYS",
        "",
        "Fernet keys that seal tokens, the newest first; derived from SECRET_KEY unless set.",
    )
    port: str = variable("PORT", "8000", "Where gunicorn listens.")
    host: str = variable(
        "HOST", "", "The address to listen on; 0.0.0.0 in production, 127.0.0.1 otherwise."
    )
    web_concurrency: str = variable(
        "WEB_CONCURRENCY", "1", "gunicorn processes; more than one needs PostgreSQL and Redis."
    )
    threads: str = variable("THREADS", "8", "HTTP threads per process.")
    worker_threads: str = variable("WORKER_THREADS", "10", "Background threads per worker process.")
    public_url: str = variable(
        "PUBLIC_URL",
        "",
        "https://… as people reach it; for absolute links and the socket's origin check.",
    )
    assets: str = variable(
        "ASSETS", "cdn", "cdn (htmx from jsDelivr with integrity hashes) or local (static/vendor)."
    )
    signup: str = variable(
        "SIGNUP", "first", "first (until one team exists, then invites), open, or closed."
    )
    demo: str = variable(
        "DEMO", "", "1: strangers may look around the demo, once `flask --app wsgi demo` loaded it."
    )
    proxy_hops: str = variable(
        "PROXY_HOPS", "0", "How many reverse proxies set X-Forwarded-*; 1 on most platforms."
    )
    secure_cookies: str = variable(
        "SECURE_COOKIES",
        "",
        "yes or no; by default yes in production: __Host- cookies that only travel over https.",
    )
    rate_limit: str = variable(
        "RATE_LIMIT", "1200", "Requests a minute from one address; a whole office may share one."
    )
    cors_origins: str = variable(
        "CORS_ORIGINS", "", "Comma-separated origins that may call the JSON API with credentials."
    )
    files_dir: str = variable(
        "FILES_DIR",
        "",
        "The folder of uploaded files, shared by web and worker; instance/files unless set.",
    )
    files_url: str = variable(
        "FILES_URL",
        "",
        "s3://bucket/prefix keeps uploaded files there (extra [s3], AWS_* variables) instead.",
    )
    http_allow: str = variable(
        "HTTP_ALLOW",
        "",
        "Tests only: host:port,… asked although they are not public. Refused in production.",
    )
    mail_url: str = variable(
        "MAIL_URL",
        "console:",
        "smtp://user:password@host:587 (STARTTLS) or smtps://…:465; console: sends no mail.",
    )
    mail_from: str = variable(
        "MAIL_FROM",
        "",
        "Who mail comes from, like Drumbeat <desk@example.com>; needed where mail is sent.",
    )
    log_level: str = variable(
        "LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR; logs are JSON lines on standard error."
    )
    max_sockets: str = variable(
        "MAX_SOCKETS", "10000", "Live sockets a process admits; above it pages poll."
    )
    npm_registry: str = variable(
        "NPM_CONFIG_REGISTRY",
        "https://registry.npmjs.org",
        "Where `flask --app wsgi vendor` takes the two pinned scripts from, for ASSETS=local.",
    )
    fault: str = variable(
        "DRUMBEAT_FAULT", "", "Tests only: the point where this process kills itself."
    )
    clock_file: str = variable(
        "DRUMBEAT_CLOCK_FILE", "", "Tests only: a file with a clock offset. Refused in production."
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and check; raises BadSettings."""
        source = os.environ if environ is None else environ
        values = {
            name: source.get(spec.metadata["variable"], "").strip() or spec.metadata["default"]
            for name, spec in cls.__dataclass_fields__.items()
        }
        settings = cls(**values)
        settings._check()
        return settings

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def sqlalchemy_url(self) -> str:
        """The URL for SQLAlchemy; platforms write `postgres://`."""
        url = self.database_url or f"sqlite:///{ROOT / 'instance' / 'drumbeat.db'}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @property
    def files_folder(self) -> str:
        return self.files_dir or str(ROOT / "instance" / "files")

    @property
    def admitted_hosts(self) -> frozenset[tuple[str, int]]:
        """The (host, port) pairs of HTTP_ALLOW; an IPv6 address stands in brackets. Raises
        BadSettings.
        """
        pairs = set()
        for one in filter(None, map(str.strip, self.http_allow.split(","))):
            host, _, port = one.rpartition(":")
            if not host or not port.isascii() or not port.isdecimal():
                raise BadSettings("HTTP_ALLOW is host:port, several separated by commas.")
            pairs.add((host, int(port)))
        return frozenset(pairs)

    @property
    def seals(self) -> list[str]:
        """The keys that seal secrets, the newest first."""
        own = [one.strip() for one in self.secrets_keys.split(",") if one.strip()]
        if own:
            return own
        secret = self.secret_key or _own_secret(self)
        derived = bytes.fromhex(_derived(secret, "secrets"))
        return [base64.urlsafe_b64encode(derived).decode()]

    @property
    def mail_server(self) -> MailServer | None:
        """Where mail is handed over; None sends none. Raises BadSettings, without the password."""
        try:
            return server_of(self.mail_url)
        except ValueError as error:
            raise BadSettings(f"MAIL_URL cannot be used: {error}.") from None

    @property
    def mail_sender(self) -> str:
        """Who mail comes from."""
        host = urlsplit(self.public_url).hostname or ""
        host = host if re.fullmatch(r"[a-z0-9.-]+", host) else "localhost"
        return self.mail_from or f"Drumbeat <drumbeat@{host}>"

    @property
    def is_sqlite(self) -> bool:
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def is_embedded(self) -> bool:
        """No Redis: relay, clock and workers are threads of the one web process."""
        return not self.redis_url

    @property
    def cookies_are_secure(self) -> bool:
        return self.secure_cookies == "yes" or (not self.secure_cookies and self.is_production)

    def _check(self) -> None:
        self._check_values()
        self._check_outside()
        if self.is_sqlite and self.redis_url:
            raise BadSettings(
                "REDIS_URL is set but the database is SQLite: Redis serves several processes,"
                " SQLite one. Set DATABASE_URL too."
            )
        if self.is_embedded and int(self.web_concurrency) > 1:
            raise BadSettings(
                "WEB_CONCURRENCY above 1 needs REDIS_URL and PostgreSQL:"
                " without Redis, one process does everything."
            )
        if self.is_production:
            self._check_production()

    def _check_values(self) -> None:
        for name, allowed in _CHOICES.items():
            if (value := getattr(self, name)) not in allowed:
                one_of = ", ".join(allowed).lstrip(", ")
                raise BadSettings(f"{name.upper()} is {value!r}; it is one of {one_of}.")
        for name in _NUMBERS:
            if not getattr(self, name).isdecimal():
                raise BadSettings(f"{name.upper()} is {getattr(self, name)!r}; it is a number.")
        for name in ("threads", "worker_threads", "web_concurrency"):
            if int(getattr(self, name)) < 1:
                raise BadSettings(f"{name.upper()} is at least 1.")
        if self.files_url and not self.files_url.startswith("s3://"):
            raise BadSettings("FILES_URL is s3://bucket/prefix, or empty for the folder FILES_DIR.")
        if not self.sqlalchemy_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise BadSettings("DATABASE_URL is postgres://… or sqlite:///…; nothing else works.")

    def _check_outside(self) -> None:
        if not all(map(_is_key, filter(None, map(str.strip, self.secrets_keys.split(","))))):
            raise BadSettings("SECRETS_KEYS are Fernet keys: 32 bytes each, in base64 for URLs.")
        self.admitted_hosts  # noqa: B018 - read once, to refuse what is no list of hosts
        if self.mail_server and not self.mail_from:
            raise BadSettings("MAIL_URL names a server: MAIL_FROM has to say who mail comes from.")
        if not re.fullmatch(r"[^\x00-\x1f]*[^@\s<>]+@[^@\s<>]+>?", self.mail_sender):
            raise BadSettings("MAIL_FROM is an address, or a name and <an address>.")

    def _check_production(self) -> None:
        if not self.secret_key:
            raise BadSettings(
                "SECRET_KEY is needed in production:"
                " python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        if self.clock_file or self.fault:
            raise BadSettings("DRUMBEAT_CLOCK_FILE and DRUMBEAT_FAULT are refused in production.")
        if self.http_allow:
            raise BadSettings("HTTP_ALLOW is for tests: in production only public hosts are asked.")

    def _session_options(self) -> str:
        """Time limits of every PostgreSQL session; the URL's own options come last and win."""
        own = make_url(self.sqlalchemy_url).query.get("options", "")
        return f"-c statement_timeout=30000 -c lock_timeout=5000 {own}".strip()

    def as_flask(self) -> dict[str, Any]:
        """What Flask and its extensions read."""
        engine: dict[str, Any] = (
            {"connect_args": {"timeout": 10}, "pool_size": 20}
            if self.is_sqlite
            else {
                "pool_size": int(self.threads) + 4,
                "max_overflow": int(self.worker_threads),
                "connect_args": {"options": self._session_options(), "connect_timeout": 5},
            }
        )
        if self.is_production:
            engine["hide_parameters"] = True  # an error in the log names the statement, no person
        secret = self.secret_key or _own_secret(self)
        return {
            "SETTINGS": self,
            "SECRET_KEY": secret,
            "DASHBOARD_SECRET": self.dashboard_secret or _derived(secret, "dashboard"),
            "SQLALCHEMY_DATABASE_URI": self.sqlalchemy_url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine,
            "SESSION_COOKIE_NAME": "__Host-drumbeat" if self.cookies_are_secure else "drumbeat",
            "SESSION_COOKIE_SECURE": self.cookies_are_secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": 60 * 60 * 24 * 30,
            # The session's row ends after the same 30 days, however often the cookie is sent.
            "SESSION_REFRESH_EACH_REQUEST": False,
            "MAX_CONTENT_LENGTH": 1_000_000,
            "MAX_FORM_MEMORY_SIZE": 1_000_000,
            "WTF_CSRF_TIME_LIMIT": None,
            "RATELIMIT_STORAGE_URI": self.redis_url,
            "SOCK_SERVER_OPTIONS": {"max_message_size": 65536},
        }


def documented() -> list[tuple[str, str, str]]:
    """Every variable with its default and what it is for, as the operators' page prints them."""
    metas = [spec.metadata for spec in Settings.__dataclass_fields__.values()]
    return [(meta["variable"], meta["default"], meta["help"]) for meta in metas]


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == 32
    except (binascii.Error, ValueError):
        return False


def _derived(secret: str, purpose: str) -> str:
    """A secret of its own for one purpose; who learns it does not learn what it came from."""
    return hmac.new(secret.encode(), purpose.encode(), "sha256").hexdigest()


def _own_secret(settings: Settings) -> str:
    """Outside production: made once, kept beside the database, readable by the owner only."""
    path = ROOT / "instance" / "secret_key"
    path.parent.mkdir(exist_ok=True)
    with contextlib.suppress(FileExistsError):  # it was made by an earlier start
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()
