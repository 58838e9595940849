"""Every write of a team's demo: asked for, on its way, ready, removed. Its own team stays as it is;
what is in the demo is told by `telling`.
"""

from dataclasses import dataclass

from webapp.accounts.commands import lock_team
from webapp.core.actor import Actor
from webapp.core.errors import Conflict
from webapp.db import current_team, db, find, unit_of_work
from webapp.demo.models import Demo
from webapp.demo.queries import of_team
from webapp.demo.story import CAMPAIGNS
from webapp.demo.workflow import lifecycle
from webapp.events.log import Payload, record
from webapp.operations import Input, operation


@dataclass(frozen=True)
class Advanced(Payload):
    """How many campaigns are told, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class Placed(Payload):
    """Which team the demo is."""

    demo_team_id: int


class AskForDemo(Input):
    """Nothing to choose."""


class DemoId(Input):
    demo_id: int


@operation("demo.ask", input=AskForDemo, permission="team.manage")
def ask_for_demo(*, by: Actor) -> int:
    """Ask for a demo beside this team; a team has one, so asking twice is asking once."""
    with unit_of_work():
        lock_team()
        if (found := of_team()) is not None:
            return found.id
        assert by.user_id is not None
        demo = Demo(team_id=current_team(), asked_by=by.user_id, total=len(CAMPAIGNS))
        db.session.add(demo)
        record("demo.asked", subject=demo, by=by)
        return demo.id


def advance(demo_id: int, done: int, *, by: Actor) -> None:
    """So many campaigns are told; it never goes back."""
    with unit_of_work():
        demo = find(Demo, demo_id, lock=True)
        if done > demo.done:
            demo.done = done
            record("demo.advanced", subject=demo, by=by, data=Advanced(done, demo.total))


def finish(demo_id: int, demo_team_id: int, *, by: Actor) -> None:
    """It may be opened."""
    with unit_of_work():
        demo = find(Demo, demo_id, lock=True)
        step = lifecycle.fire("finish", demo.state)
        demo.state, demo.done, demo.demo_team_id = step.to, demo.total, demo_team_id
        record(step.event, subject=demo, by=by, data=Placed(demo_team_id))


@operation("demo.remove", input=DemoId, permission="team.manage")
def remove_demo(*, demo_id: int, by: Actor) -> int:
    """It is offered no more, and a new one may be asked for; its team is deleted right after."""
    with unit_of_work():
        demo = find(Demo, demo_id, lock=True)
        if demo.demo_team_id is None:
            raise Conflict("It is still on its way. Wait until it is ready.")
        step = lifecycle.fire("remove", demo.state)
        demo.state = step.to
        record(step.event, subject=demo, by=by, data=Placed(demo.demo_team_id))
        return demo.id
