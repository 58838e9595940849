"""What all settings pages share: their tabs, the frame around one of them, and a refused form shown
again.
"""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from webapp.core.errors import Invalid, StaleVersion
from webapp.web.forms import typed
from webapp.web.guards import viewer
from webapp.web.render import page

#: (endpoint, words, the permission of those it is for)
TABS = (
    ("settings.profile", "Profile", "see"),
    ("availability.own", "Your work", "work.edit"),
    ("notification_settings.own", "Notifications", "see"),
    ("calendars.own", "Calendars", "see"),
    ("settings.team", "Team", "see"),
    ("settings.members", "Members", "see"),
    ("availability.week", "Working time", "see"),
    ("settings.sessions", "Signed-in browsers", "see"),
    ("settings.rules", "Approval rules", "see"),
    ("notification_settings.slack", "Slack", "team.manage"),
    ("settings.links", "Shared links", "see"),
    ("settings.failed", "Failed work", "see"),
)


def tab_page(tab: str, template: str, status: int = 200, **context: Any) -> Response:
    """A settings page; `tab` is the endpoint it stands under."""
    person = viewer()
    assert person is not None
    tabs = [(endpoint, words) for endpoint, words, needed in TABS if person.may(needed)]
    defaults: dict[str, Any] = {"values": {}, "errors": {}, "stale": None, "failed_id": None}
    return page(template, status, tabs=tabs, tab=tab, **(defaults | context))


def refused(error: Invalid | StaleVersion, *lists: str) -> dict[str, Any]:
    """What a form is shown with again: its values, and the errors or both versions. `lists` are
    the fields that come several times.
    """
    stale = error if isinstance(error, StaleVersion) else None
    values = typed() | {name: request.form.getlist(name) for name in lists}
    return {"values": values, "errors": {} if stale else error.fields, "stale": stale}
