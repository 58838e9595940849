"""Who is told next about work that is overdue or blocked, and when: a function of who is there.

First whoever has the work, then their backup, then a manager; each time after some working hours of
the one who is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.escalations.workflow import State

OVERDUE, BLOCKED = "overdue", "blocked"
CAUSES = (OVERDUE, BLOCKED)

#: Working minutes before each rung, from the one before. Whoever is told first is told after those
#: of `remind`, from when the trouble began: who finishes within the hour is not bothered, and who
#: said they are stuck knows it already.
WAITS: Mapping[str, Mapping[str, int]] = {
    OVERDUE: {"remind": 60, "pass_to_backup": 240, "pass_to_manager": 240},
    BLOCKED: {"remind": 240, "pass_to_backup": 240, "pass_to_manager": 480},
}
#: What somebody who was just given late work has, before they are reminded of it.
FRESH_MINUTES = 240
LEADS = ("manager", "owner")

Slot = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Crew:
    """Who is of the team, as `{user id: role}` in order of age; whose backup is who today, absences
    counted; and who is away.
    """

    roles: Mapping[int, str]
    backups: Mapping[int, int]
    away: Collection[int] = ()

    def takes_part(self, user_id: int | None) -> bool:
        return user_id is not None and self.roles.get(user_id, "viewer") != "viewer"

    def is_there(self, user_id: int | None) -> bool:
        return self.takes_part(user_id) and user_id not in self.away


@dataclass(frozen=True, slots=True)
class Rung:
    """The next step: a move of the lifecycle, and who is told."""

    move: str
    user_id: int


def answerable(assignee_id: int | None, owner_id: int | None, crew: Crew) -> int | None:
    """Whose work it is: who has it, or the campaign's owner when nobody of the team does."""
    for one in (assignee_id, owner_id):
        if crew.takes_part(one):
            return one
    return None


def next_rung(
    state: str, told_id: int | None, *, assignee_id: int | None, owner_id: int | None, crew: Crew
) -> Rung | None:
    """The next rung with somebody on it; None at the top, or when nobody is left to tell.

    Who is away is passed over, unless nobody else is there to hear of it first.

    >>> crew = Crew({1: "owner", 2: "manager", 3: "member", 4: "member"}, {3: 4})
    >>> next_rung("waiting", None, assignee_id=3, owner_id=2, crew=crew)
    Rung(move='remind', user_id=3)
    >>> next_rung("reminded", 3, assignee_id=3, owner_id=2, crew=crew)
    Rung(move='pass_to_backup', user_id=4)
    >>> next_rung("with_backup", 4, assignee_id=3, owner_id=2, crew=crew)
    Rung(move='pass_to_manager', user_id=2)
    """
    whose = answerable(assignee_id, owner_id, crew)
    backup = crew.backups.get(whose) if whose is not None else None
    lead = _lead({whose, told_id}, owner_id, crew)
    rungs = {
        State.WAITING: (("remind", whose), ("pass_to_backup", backup), ("pass_to_manager", lead)),
        State.REMINDED: (("pass_to_backup", backup), ("pass_to_manager", lead)),
        State.WITH_BACKUP: (("pass_to_manager", lead),),
    }.get(State(state), ())
    for move, user_id in rungs:
        if user_id is not None and crew.is_there(user_id) and user_id != told_id:
            return Rung(move, user_id)
    if state == State.WAITING and whose is not None:
        return Rung("remind", whose)
    return None


def _lead(taken: set[int | None], owner_id: int | None, crew: Crew) -> int | None:
    """The campaign's owner if they lead, else a manager, else a team's owner; nobody twice."""
    free = [one for one in crew.roles if crew.is_there(one) and one not in taken]
    leads = [one for one in free if crew.roles[one] in LEADS]
    leads.sort(key=lambda one: (one != owner_id, LEADS.index(crew.roles[one])))
    return leads[0] if leads else None


def later(slots: Sequence[Slot], start: datetime, minutes: int) -> datetime | None:
    """The instant so many working minutes after another; with 0, the next working moment. None
    when the slots (sorted, apart) end before.

    >>> day = datetime(2026, 4, 2, 9), datetime(2026, 4, 2, 17)
    >>> next_day = datetime(2026, 4, 3, 9), datetime(2026, 4, 3, 17)
    >>> later([day, next_day], datetime(2026, 4, 2, 16), 120).isoformat()
    '2026-04-03T10:00:00'
    """
    left = timedelta(minutes=minutes)
    for opens, closes in slots:
        begins = max(opens, start)
        if left < closes - begins:
            return begins + left
        left -= max(closes - begins, timedelta())
    return None
