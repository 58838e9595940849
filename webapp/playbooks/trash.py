"""The trash of playbooks: a deleted one waits there, comes back, or is gone after `IN_TRASH`.
Campaigns begun from it keep what they have.
"""

from datetime import timedelta

from webapp.accounts.commands import lock_team
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.core.errors import Conflict
from webapp.db import db, find, unit_of_work
from webapp.events import timers
from webapp.events.log import note, record
from webapp.operations import Input, operation
from webapp.playbooks.commands import is_taken
from webapp.playbooks.models import Playbook

#: How long a playbook stays in the trash.
IN_TRASH = timedelta(days=30)
PURGE_DUE = "playbook.purge_due"


class PlaybookId(Input):
    playbook_id: int


@operation("playbooks.trash", input=PlaybookId, permission="playbooks.manage")
def trash_playbook(*, playbook_id: int, by: Actor) -> int:
    """Put a playbook into the trash; its purge is armed with it."""
    with unit_of_work():
        playbook = find(Playbook, playbook_id, lock=True)
        if playbook.trashed_at is None:
            playbook.trashed_at = clock.now()
            record("playbook.trashed", subject=playbook, by=by)
            timers.arm(
                _purge_key(playbook),
                PURGE_DUE,
                due_at=playbook.trashed_at + IN_TRASH,
                team_id=playbook.team_id,
                data={"trashed_at": playbook.trashed_at.isoformat()},
                label_key="timer.playbook_purged",
                by=by,
            )
        return playbook_id


@operation("playbooks.restore", input=PlaybookId, permission="playbooks.manage")
def restore_playbook(*, playbook_id: int, by: Actor) -> int:
    """Take it out of the trash, as it was; another may have its name by now."""
    with unit_of_work():
        lock_team()
        playbook = find(Playbook, playbook_id, lock=True)
        if playbook.trashed_at is not None:
            if is_taken(playbook.name_key):
                raise Conflict("Another playbook has its name now. Rename that one first.")
            playbook.trashed_at = None
            record("playbook.restored", subject=playbook, by=by)
            timers.cancel(_purge_key(playbook))
        return playbook_id


def purge(playbook: Playbook, *, by: Actor) -> None:
    """Delete a locked playbook; its events stay as the log."""
    note("playbook.purged", subject=playbook, by=by)
    db.session.delete(playbook)
    db.session.flush()


def _purge_key(playbook: Playbook) -> str:
    return f"playbook:{playbook.id}:purge"
