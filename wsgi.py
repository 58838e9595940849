"""The composition root: the web application, and the background half that runs beside it when there
is no Redis.
"""

from tasks.embedded import Embedded
from webapp import create_app

app = create_app()
application = app


def background() -> Embedded | None:
    """Workers and clockwork as threads of this process, or None when the `worker` process does
    that.
    """
    settings = app.config["SETTINGS"]
    return (
        Embedded(app, threads=min(4, int(settings.worker_threads)))
        if settings.is_embedded
        else None
    )
