"""How gunicorn serves: gthread, one stop budget for everybody, and the embedded background half
where it is needed.
"""

import os
import signal
import sys
from typing import Any

from webapp.config import BadSettings, Settings
from webapp.core.garbage import keep_what_is_loaded

try:
    settings = Settings.from_environ()
except BadSettings as error:
    sys.exit(f"drumbeat: {error}")

host = settings.host or ("0.0.0.0" if settings.is_production else "127.0.0.1")  # noqa: S104 (a PaaS routes to it)
bind = f"{host}:{settings.port}"
wsgi_app = "wsgi:app"
worker_class = "gthread"
workers = int(settings.web_concurrency)
threads = int(settings.threads)
worker_connections = 12_000
backlog = 2048
keepalive = 95
graceful_timeout = 20
timeout = 60
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 (gunicorn's heartbeat file)
loglevel = "warning"

_background = None


def post_worker_init(worker: Any) -> None:
    """In the child, after the application is loaded: start what runs beside it, and tell it first
    when we stop.
    """
    global _background
    import wsgi

    _background = wsgi.background()
    if _background is not None:
        _background.start()
    hub = wsgi.app.extensions["live"].hub
    stop_gunicorn = signal.getsignal(signal.SIGTERM)

    def stop(signum: int, frame: Any) -> None:
        # Flags and an eventfd only: a handler may interrupt anything.
        if _background is not None:
            _background.stop()
        hub.shutdown(wait=0)
        stop_gunicorn(signum, frame)

    signal.signal(signal.SIGTERM, stop)
    keep_what_is_loaded()


def when_ready(server: Any) -> None:
    if not settings.is_production:
        print(f"Drumbeat is at http://{host}:{settings.port}", flush=True)


def worker_exit(server: Any, worker: Any) -> None:
    import wsgi

    wsgi.app.extensions["live"].hub.shutdown(wait=2)
    if _background is not None:
        _background.join(timeout=10)
