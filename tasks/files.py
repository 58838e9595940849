"""Bytes that no row names any more are deleted: of a file that was removed, of a campaign that was
purged, of a demo's team, and what an upload left behind that never came to its row.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from tasks.effects import effect
from webapp.adapters.storage import storage
from webapp.core import clock
from webapp.db import db
from webapp.events.models import Event
from webapp.files import queries
from webapp.files.commands import SWEEP_AFTER, SWEEP_DUE

AT_ONCE = 200


@effect("file.removed", queue="sync")
def delete_the_bytes_of_a_removed_file(event: Event) -> None:
    _delete_unnamed([event.data["key"]])


@effect("campaign.purged", queue="sync")
def delete_the_files_of_a_purged_campaign(event: Event) -> None:
    prefix = f"{event.team_id}/{event.subject_id}/"
    _delete_unnamed(storage().keys(prefix, before=clock.now() + timedelta(days=1)))


@effect("team.deleted", queue="sync")
def delete_the_files_of_a_deleted_team(event: Event) -> None:
    _delete_unnamed(storage().keys(f"{event.team_id}/", before=clock.now() + timedelta(days=1)))


@effect(SWEEP_DUE, queue="sync")
def delete_bytes_that_never_got_a_row(event: Event) -> None:
    """An upload that is still on its way is younger than this."""
    prefix = f"{event.team_id}/{event.data['campaign_id']}/"
    _delete_unnamed(storage().keys(prefix, before=clock.now() - SWEEP_AFTER / 2))


def _delete_unnamed(keys: Iterable[str]) -> None:
    waiting = iter(keys)
    while some := list(islice(waiting, AT_ONCE)):
        names = queries.named(some)
        db.session.rollback()  # nothing is held while bytes are deleted
        for key in some:
            if key not in names:
                storage().delete(key)
