"""Loading a demo and deleting one: seconds of work, outside any transaction. A demo is another team
than the one that asked, so both run with nothing of the receipt's context.
"""

from collections.abc import Callable
from contextvars import Context

from tasks import context
from tasks.effects import effect
from webapp.core.actor import Actor
from webapp.demo import loading
from webapp.events.models import Event


@effect("demo.asked", queue="reports")
def load_a_demo_that_was_asked_for(event: Event) -> None:
    _apart(loading.load_asked, event)


@effect("demo.removed", queue="reports")
def delete_a_demo_that_was_removed(event: Event) -> None:
    _apart(loading.delete_removed, event)


def _apart(act: Callable[..., None], event: Event) -> None:
    by = Actor.event(event.id, team_id=event.team_id)
    team_id, demo_id = event.team_id, event.subject_id

    def run() -> None:
        with context.fresh():
            act(team_id, demo_id, by=by)

    Context().run(run)
