"""Late and blocked work in words: for whoever was told of it, and for a task's page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.accounts import queries as accounts
from webapp.escalations import queries
from webapp.escalations.queries import Told
from webapp.escalations.workflow import State

#: What is open, as a heading says it.
CAUSES = {"overdue": "Late", "blocked": "Blocked"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line of Home: the task, and why this person hears of it."""

    told: Told
    words: str
    why: str


def told_to(user_id: int) -> list[Trouble]:
    """What a person was told of and nobody settled since, the longest late first."""
    found: dict[int, list[Told]] = {}
    for one in queries.told(user_id):
        found.setdefault(one.task_id, []).append(one)
    whose = {told.assignee_id for (told, *_) in found.values() if told.assignee_id is not None}
    names = accounts.names(whose)
    return [
        Trouble(of[0], _both(of), _why(of[-1], user_id, names.get(of[0].assignee_id or 0, "")))
        for of in found.values()
    ]


def _both(of: list[Told]) -> str:
    """A task that is late and blocked is one line."""
    return " and ".join(CAUSES[one.cause] for one in of).capitalize()


def _why(one: Told, user_id: int, whose: str) -> str:
    """Why this person is told, and what hangs on it."""
    said = []
    if one.assignee_id is None:
        said.append("Nobody has it.")
    elif one.assignee_id != user_id and one.state == State.WITH_BACKUP:
        said.append(f"{whose} has it, and you step in.")
    elif one.assignee_id != user_id:
        said.append(f"{whose} has it.")
    if one.waiting:
        said.append(f"{one.waiting} {'other waits' if one.waiting == 1 else 'others wait'} for it.")
    if one.blocked_reason:
        said.append(one.blocked_reason)
    return " ".join(said)


@dataclass(frozen=True, slots=True)
class Ladder:
    """How far one trouble of a task went: who was told last, and when the next one is."""

    words: str
    since: datetime
    name: str
    told_at: datetime | None
    next_at: datetime | None


def of_task(task_id: int) -> list[Ladder]:
    """A task's open troubles."""
    found = queries.open_of_task(task_id)
    names = accounts.names({one.told_id for one in found if one.told_id is not None})
    return [
        Ladder(
            CAUSES[one.cause],
            one.created_at,
            names.get(one.told_id or 0, ""),
            one.told_at,
            one.next_at,
        )
        for one in found
    ]


def needs(decisions: list[Any], troubles: list[Trouble], *, most: int) -> dict[str, Any]:
    """What Home lists for a person, decisions first, and how much there is of both."""
    return {
        "needs": decisions[:most],
        "troubles": troubles[: max(0, most - len(decisions))],
        "needs_count": len(decisions),
        "trouble_count": len(troubles),
    }
