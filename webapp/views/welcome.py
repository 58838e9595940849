"""The first page of a new team: a demo to look around in, a report to import, or a first campaign;
and the way into a demo and back.
"""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.accounts.joining import open_session
from webapp.core.errors import NotFound
from webapp.db import find
from webapp.demo import commands, queries
from webapp.demo.cast import CAST
from webapp.demo.models import Demo
from webapp.demo.story import CAMPAIGNS, DAYS, WAITING
from webapp.events.models import Event
from webapp.views.accounts import start_session
from webapp.web.forms import submitted
from webapp.web.fragments import fragment
from webapp.web.guards import browser, guard, leave_team_wall, viewer
from webapp.web.render import page, path_for, see_other

bp = Blueprint("welcome", __name__, url_prefix="/welcome")

#: What a person may begin with: value → the permission it takes.
STARTS = {"demo": "team.manage", "import": "campaign.edit", "blank": "campaign.edit"}


@bp.get("/")
@guard("see")
def welcome() -> Response:
    person = viewer()
    assert person is not None
    demo = None if person.is_demo else queries.of_team()
    starts = [one for one, permission in STARTS.items() if person.may(permission)]
    if (demo is not None or person.is_demo) and "demo" in starts:
        starts.remove("demo")
    sizes = {
        "campaigns": len(CAMPAIGNS),
        "people": len(CAST),
        "days": DAYS,
        "waiting": len(WAITING),
    }
    return page("welcome/welcome.html", demo=demo, starts=starts, sizes=sizes)


@bp.post("/")
@guard("campaign.edit")
def start() -> Response:
    """The choice; a demo is on its way when the page comes back."""
    chosen = request.form.get("start")
    if chosen == "demo":
        submitted(commands.ask_for_demo)
        return see_other(path_for("welcome.welcome"))
    then = "imports" if chosen == "import" else None
    return see_other(path_for("campaigns.new", then=then))


@bp.post("/demo/<int:demo_id>/open")
@guard("team.manage", loads=Demo)
def open_demo(demo_id: int) -> Response:
    """Into the demo, as its owner: a new session in place of this one."""
    demo_team_id = find(Demo, demo_id).demo_team_id
    if demo_team_id is None:
        raise NotFound("The demo is still on its way.")
    return _go(demo_team_id)


@bp.post("/demo/<int:demo_id>/remove")
@guard("team.manage", loads=Demo)
def remove(demo_id: int) -> Response:
    submitted(commands.remove_demo, demo_id=demo_id)
    return see_other(path_for("welcome.welcome"), toast="The demo is removed")


@bp.post("/leave")
@guard("see")
def leave() -> Response:
    """Out of a demo, back to one's own team."""
    person = viewer()
    assert person is not None
    return _go(queries.home_of(person.user_id).id)


def _go(team_id: int) -> Response:
    person = viewer()
    assert person is not None
    leave_team_wall()
    if team_id not in [team.id for team in accounts.teams_of(person.user_id)]:
        raise NotFound()
    start_session(
        open_session(person.user_id, browser(), remember=True, team_id=team_id), remember=True
    )
    return see_other("/")


@fragment("welcome/_progress.html", on=("demo.*",), topic="team:{team_id}")
def demo_progress(event: Event) -> dict[str, Any]:
    return {"demo": find(Demo, event.subject_id)}
