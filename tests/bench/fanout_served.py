"""The product with one more address, for the bench alone: `/bench/send` has its hub send a fragment
of a kilobyte to every page of a team, so many times, so many seconds apart.
"""

import threading
import time

from flask import request

from tests.bench.crowd import FILLING
from webapp.web.guards import public
from wsgi import app, background

__all__ = ["app", "background"]


@public
def send() -> str:
    team_id, times = int(request.args["team"]), int(request.args["times"])
    every, size = float(request.args["every"]), int(request.args["size"])
    threading.Thread(target=_send, args=(team_id, times, every, size), daemon=True).start()
    return "begun"


def _send(team_id: int, times: int, every: float, size: int) -> None:
    hub, due = app.extensions["live"].hub, time.monotonic()
    for _ in range(times):
        stamp = f"at={time.time():.6f};"
        hub.broadcast(
            team_id, f"team:{team_id}", f'<!--0--><p id="bench">{stamp}{FILLING * size}</p>'
        )
        due += every
        time.sleep(max(0.0, due - time.monotonic()))


app.add_url_rule("/bench/send", view_func=send)
