"""Several people at once: each action in a thread of its own with its own session, started
together; and the checks that hold after whatever happened.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import select

from tasks import context
from webapp.db import Base, acting_for, db
from webapp.events.models import Event


def at_once(*actions: Callable[[], Any], team_id: int | None = None) -> list[Any]:
    """What each action answered, or the error it raised, in the order given."""
    db.session.rollback()
    start = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        with context.fresh():
            start.wait()
            try:
                if team_id is None:
                    return action()
                with acting_for(team_id):
                    return action()
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(actions)) as pool:
        answers = list(pool.map(run, actions))
    db.session.expire_all()
    return answers


def assert_one_event_per_version(*models: type[Base]) -> None:
    """Each versioned row's events count its versions from 1, without gaps."""
    with context.fresh(), acting_for("all"):
        for model in models:
            versions = select(Event.subject_id, Event.subject_version).where(
                Event.subject_kind == model.__tablename__, Event.subject_version.is_not(None)
            )
            recorded: dict[int, list[int]] = {}
            for row_id, version in db.session.execute(versions.order_by(Event.id)):
                recorded.setdefault(row_id, []).append(version)
            rows = db.session.execute(select(model.id, model.version)).all()  # type: ignore[attr-defined]
            assert recorded == {row.id: list(range(1, row.version + 1)) for row in rows}


def names_of(subject_kind: str, subject_id: int) -> list[str]:
    """The names of a row's events, in order."""
    query = select(Event.name).where(
        Event.subject_kind == subject_kind, Event.subject_id == subject_id
    )
    with context.fresh(), acting_for("all"):
        return list(db.session.scalars(query.order_by(Event.id)))
