"""What playbooks do by themselves: their trash empties."""

from webapp.core.actor import Actor
from webapp.core.errors import NotFound
from webapp.db import find, unit_of_work
from webapp.events.models import Event
from webapp.events.subscriptions import on
from webapp.playbooks.models import Playbook
from webapp.playbooks.trash import PURGE_DUE, purge


@on(PURGE_DUE)
def purge_a_playbook_that_stayed_in_the_trash(event: Event) -> None:
    with unit_of_work():
        try:
            playbook = find(Playbook, event.subject_id, lock=True)
        except NotFound:
            return
        trashed = playbook.trashed_at.isoformat() if playbook.trashed_at else ""
        if trashed == event.data["trashed_at"]:
            purge(playbook, by=Actor.event(event.id, team_id=event.team_id))
