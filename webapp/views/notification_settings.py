"""Settings of being told: one's own ways and hours, and the team's Slack."""

from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from webapp.availability.queries import profiles
from webapp.availability.week import clock_words
from webapp.core.errors import Invalid, StaleVersion
from webapp.notifications import commands, queries, slack_commands
from webapp.notifications.kinds import KINDS
from webapp.notifications.times import Hours
from webapp.views.settings_frame import refused, tab_page
from webapp.web.forms import submitted
from webapp.web.guards import guard, viewer
from webapp.web.render import path_for, see_other

bp = Blueprint("notification_settings", __name__, url_prefix="/settings")

OWNS = "team.manage"
EMAILS = (("now", "Soon"), ("digest", "Daily"), ("off", "Never"))
SLACKS = (("now", "Soon"), ("off", "Never"))
LABELS = {"quiet_from": "Quiet from", "quiet_until": "Until", "digest_at": "Daily letter at"}


@bp.get("/notifications")
@guard("see")
def own(status: int = 200, **again: Any) -> Response:
    """How one is told of what."""
    person = viewer()
    assert person is not None
    wishes = queries.wishes_of([person.user_id])[person.user_id]
    slack = queries.slack_connection()
    profile = next(iter(profiles([person.user_id])), None)
    return tab_page(
        "notification_settings.own",
        "notifications/own.html",
        status,
        **{
            "ways": _ways(wishes, again.get("values")),
            "shown": again.get("values") or _times(wishes.hours),
            "version": wishes.version,
            "email": person.email,
            "has_mail": current_app.config["SETTINGS"].mail_server is not None,
            "slack": slack,
            "slack_user_id": profile.slack_user_id if profile else "",
            "zone": person.zone,
            "emails": EMAILS,
            "slacks": SLACKS,
            "labels": LABELS,
        }
        | again,
    )


def _ways(wishes: queries.Wishes, typed: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Each kind with its ways; as they were chosen when a form is shown again."""
    chosen = {name: (way.email, way.slack) for name, way in wishes.ways.items()}
    if typed:
        lists = (typed.get(name, []) for name in ("kinds", "emails", "slacks"))
        chosen |= {name: (email, slack) for name, email, slack in zip(*lists, strict=False)}
    return [
        {"kind": kind, "email": chosen[kind.name][0], "slack": chosen[kind.name][1]}
        for kind in KINDS
    ]


def _times(hours: Hours) -> dict[str, Any]:
    usual = Hours()
    shown = hours if hours.has_quiet else usual
    return {
        "quiet": hours.has_quiet,
        "quiet_from": clock_words(shown.quiet_from),
        "quiet_until": clock_words(shown.quiet_until),
        "digest_at": clock_words(hours.digest_at),
    }


@bp.post("/notifications")
@guard("see")
def save_own() -> Response:
    try:
        submitted(commands.choose)
    except (Invalid, StaleVersion) as error:
        return own(error.status, **refused(error, "kinds", "emails", "slacks"))
    return see_other(path_for("notification_settings.own"), toast="Saved")


@bp.get("/slack")
@guard(OWNS)
def slack(status: int = 200, **again: Any) -> Response:
    """The team's Slack: connect it, choose what its channel is told, try it."""
    connection = queries.slack_connection()
    return tab_page(
        "notification_settings.slack",
        "notifications/slack.html",
        status,
        connection=connection,
        kinds=KINDS,
        mode=request.args.get("mode", "webhook"),
        **again,
    )


@bp.post("/slack")
@guard(OWNS)
def connect_slack() -> Response:
    try:
        submitted(slack_commands.connect_slack)
    except Invalid as error:
        found = refused(error)
        found["values"].pop("secret", None)  # what lets in is not shown again
        return slack(error.status, **found)
    return _back("Slack connected. Try it.")


@bp.post("/slack/kinds")
@guard(OWNS)
def choose_slack() -> Response:
    submitted(slack_commands.choose_slack_kinds)
    return _back("Saved")


@bp.post("/slack/test")
@guard(OWNS)
def test_slack() -> Response:
    submitted(slack_commands.test_slack)
    return _back("A message is on its way to the channel")


@bp.post("/slack/disconnect")
@guard(OWNS)
def disconnect_slack() -> Response:
    submitted(slack_commands.disconnect_slack)
    return _back("Slack is disconnected")


def _back(toast: str) -> Response:
    return see_other(path_for("notification_settings.slack"), toast=toast)
