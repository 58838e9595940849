"""Reads of playbooks: those shipped with the product and those the team keeps, by one reference
each.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.campaigns.playbook_parts import part_named
from webapp.core.errors import NotFound
from webapp.core.text import number_of_row
from webapp.db import current_team, db, find
from webapp.playbooks import shipped
from webapp.playbooks.models import Playbook
from webapp.timelines.plan_part import Preview


@dataclass(frozen=True, slots=True)
class Choice:
    """A playbook to choose. `ref` is a shipped one's key or a row's number, as forms send it; `id`
    is None for a shipped one.
    """

    ref: str
    id: int | None
    name: str
    type: str
    description: str
    parts: dict[str, Any]
    version: int = 0
    trashed_at: datetime | None = None

    @property
    def words(self) -> str:
        """How much is in it: "13 tasks, 3 milestones"."""
        return words(self.parts)


def words(kept: dict[str, Any]) -> str:
    """How much the parts of a playbook are."""
    said = [part.words(data) for name, data in kept.items() if (part := part_named(name))]
    return ", ".join(word for word in said if word)


def choices() -> list[Choice]:
    """The team's own by name, then the shipped ones."""
    query = _rows(Playbook.trashed_at.is_(None))
    own = [_own(row) for row in db.session.scalars(query.order_by(Playbook.name_key, Playbook.id))]
    return own + [_shipped(one) for one in shipped.PLAYBOOKS]


def trashed() -> list[Choice]:
    """The team's own in the trash, the latest first."""
    query = _rows(Playbook.trashed_at.is_not(None))
    query = query.order_by(Playbook.trashed_at.desc(), Playbook.id)
    return [_own(row) for row in db.session.scalars(query)]


def _rows(kept: Any) -> Any:
    return select(Playbook).where(Playbook.team_id == current_team(), kept)


def choice(ref: str) -> Choice:
    """The playbook of a reference. Raises NotFound."""
    number = number_of_row(ref)
    return _own(find(Playbook, number)) if number is not None else shipped_choice(ref)


def shipped_choice(key: str) -> Choice:
    """The shipped playbook of that key. Raises NotFound."""
    for one in shipped.PLAYBOOKS:
        if one.key == key:
            return _shipped(one)
    raise NotFound()


def _own(row: Playbook) -> Choice:
    words = row.name, row.type, row.description
    return Choice(str(row.id), row.id, *words, row.parts, row.version, row.trashed_at)


def _shipped(one: shipped.Shipped) -> Choice:
    return Choice(one.key, None, one.name, one.type, one.description, {"plan": one.plan.as_data()})


def preview(ref: str, target_on: date, zone: str) -> Preview | None:
    """What a playbook's plan would become for a target day; None when it has no plan."""
    data = choice(ref).parts.get("plan")
    return Preview(data, target_on, zone) if data else None
