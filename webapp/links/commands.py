"""Asking for looks at addresses, and keeping what was seen."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core import clock
from webapp.db import current_team, execute, is_sqlite, unit_of_work
from webapp.links import queries
from webapp.links.models import LinkCheck
from webapp.links.urls import key_of

#: How long what was seen counts.
FRESH = timedelta(days=7)
#: Nobody makes us ask the same host more often than this, and a look that was asked for is not
#: asked for again while it may still come.
AT_MOST_EVERY = timedelta(minutes=1)
#: What no text asked for in so long is forgotten.
KEPT = timedelta(days=90)


def ask_for(urls: Sequence[str], *, anew: bool = False) -> int:
    """Ask for a look at each address that was not seen for a week, or at all of them; answers at
    how many. Two at once ask once.
    """
    now = clock.now()
    with unit_of_work():
        found = queries.known(urls)
        for one in found.values():
            if _is_due(one, now - (AT_MOST_EVERY if anew else FRESH)):
                one.asked_at = now
        asked = sum(one.asked_at == now for one in found.values())
        values = [
            {
                "team_id": current_team(),
                "url": one,
                "url_key": key_of(one),
                "state": "asked",
                "detail": "",
                "asked_at": now,
            }
            for one in urls
            if one not in found
        ]
        if values:
            insert = (sqlite if is_sqlite() else postgresql).insert(LinkCheck)
            execute(insert.on_conflict_do_nothing(), values)
        execute(
            delete(LinkCheck).where(
                LinkCheck.team_id == current_team(), LinkCheck.asked_at < now - KEPT
            )
        )
        return asked + len(values)


def keep(check_id: int, *, state: str, http_status: int | None, detail: str) -> None:
    """Keep what a look saw; an address that was forgotten meanwhile stays so."""
    with unit_of_work():
        execute(
            update(LinkCheck)
            .where(LinkCheck.team_id == current_team(), LinkCheck.id == check_id)
            .values(
                state=state, http_status=http_status, detail=detail[:200], checked_at=clock.now()
            )
        )


def _is_due(one: LinkCheck, seen_before: datetime) -> bool:
    if one.is_waiting:
        return one.asked_at < clock.now() - AT_MOST_EVERY
    return one.checked_at is None or one.checked_at < seen_before
