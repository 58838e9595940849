"""Is it alive, and is every part of it: for platforms, uptime checks and operators."""

from typing import Any

from flask import Blueprint, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from webapp.core import clock
from webapp.db import db, is_sqlite
from webapp.events import bus, timers
from webapp.events.receipts import unfinished
from webapp.events.relay import unrelayed
from webapp.events.subscriptions import QUEUES
from webapp.web.guards import public
from webapp.web.security import limiter
from webapp.web.words import iso

bp = Blueprint("health", __name__)

#: What counts as late.
LAG_SECONDS = 15.0
BACKLOG = 5000


@bp.get("/health")
@public
@limiter.exempt
def health() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok", timestamp=iso(clock.now()))


@bp.get("/health/detailed")
@public
@limiter.limit("60 per minute")
def detailed() -> Response:
    """Each part with its state; 503 when the product cannot work, degraded when it is late."""
    parts: dict[str, dict[str, Any]] = {"database": database()}
    if parts["database"]["status"] == "ok":
        parts |= {"clock": clock_lag(), "relay": relay_lag(), "receipts": receipts()}
    parts |= {"redis": redis(), "queue": queue(), "sockets": sockets()}
    worst = {part["status"] for part in parts.values()}
    down = parts["database"]["status"] == "down"
    status = "down" if down else "degraded" if worst - {"ok", "off"} else "healthy"
    response = jsonify(status=status, timestamp=iso(clock.now()), parts=parts)
    response.status_code = 503 if down else 200
    return response


def database() -> dict[str, Any]:
    try:
        db.session.execute(text("SELECT 1"))
        if is_sqlite():
            return {"status": "ok", "kind": "sqlite", "row_level_security": "not on SQLite"}
        inactive = db.session.scalar(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        )
        walls = "row-level security inactive: connect as a plain role" if inactive else "active"
        return {
            "status": "warning" if inactive else "ok",
            "kind": "postgresql",
            "row_level_security": walls,
        }
    except DBAPIError:
        db.session.rollback()
        return {"status": "down"}


def redis() -> dict[str, Any]:
    if current_app.config["SETTINGS"].is_embedded:
        return {"status": "off", "note": "one process, no Redis needed"}
    return {"status": "ok" if bus.current().is_up() else "down"}


def queue() -> dict[str, Any]:
    """How many messages wait, per queue (Redis), or that they wait in this process."""
    current = bus.current()
    if not isinstance(current, bus.RedisBus):
        return {"status": "ok", "kind": "in-process"}
    if not current.is_up():
        return {"status": "down"}
    waiting = {name: int(current.client.llen(f"dramatiq:{name}")) for name in QUEUES}
    return {
        "status": "late" if sum(waiting.values()) > BACKLOG else "ok",
        "kind": "redis",
        "waiting": waiting,
    }


def clock_lag() -> dict[str, Any]:
    lag = timers.lag_seconds()
    return {"status": "late" if lag > LAG_SECONDS else "ok", "lag_seconds": round(lag, 3)}


def relay_lag() -> dict[str, Any]:
    """Events committed but not yet positioned, and how old the oldest is."""
    waiting, lag = unrelayed()
    return {
        "status": "late" if lag > LAG_SECONDS else "ok",
        "waiting": waiting,
        "lag_seconds": round(lag, 3),
    }


def receipts() -> dict[str, Any]:
    """Work that waits, and work that was given up and can be replayed."""
    found = unfinished()
    dead = found.get("dead", 0)
    return {"status": "warning" if dead else "ok", "pending": found.get("pending", 0), "dead": dead}


def sockets() -> dict[str, Any]:
    live = current_app.extensions["live"]
    return {
        "status": "ok",
        "mode": live.mode,
        "open": len(live.hub.clients),
        "dropped": live.hub.dropped,
    }
