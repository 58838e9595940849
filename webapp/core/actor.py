"""Who acts: a plain value the guards build once and every command takes as `by=`."""

from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["user", "key", "rule", "timer", "event", "guest", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, key, rule, timer, event or guest; written into the log as `kind:id`, or `system`.

    `role` is the person's role in `team_id` ('' for everything that is not a person).
    """

    kind: Kind
    id: int | str | None = None
    team_id: int | None = None
    role: str = ""

    @classmethod
    def user(cls, user_id: int, *, team_id: int, role: str) -> Self:
        return cls("user", user_id, team_id, role)

    @classmethod
    def event(cls, event_id: int, *, team_id: int | None) -> Self:
        return cls("event", event_id, team_id)

    @classmethod
    def guest(cls, link_id: int, *, team_id: int) -> Self:
        return cls("guest", link_id, team_id)

    @property
    def user_id(self) -> int | None:
        """The person's id, or None when no person acts."""
        return int(self.id) if self.kind == "user" and self.id is not None else None

    def __str__(self) -> str:
        return self.kind if self.id is None else f"{self.kind}:{self.id}"


SYSTEM = Actor("system")
