"""Lifecycles as data: states, moves, and the events that record them; checked when the module is
imported.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.core.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class Move:
    """One transition. `asked_by` names the gate's kind that alone may make it; `automatic` is never
    offered to people.
    """

    name: str
    sources: tuple[str, ...]
    to: str
    event: str
    asked_by: str = ""
    automatic: bool = False
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A move taken: where from, where to, and the event that says so."""

    move: str
    was: str
    to: str
    event: str


class StateMachine:
    """States are strings; a move is found by name and present state.

    >>> from webapp.core.workflow import Move, StateMachine
    >>> door = StateMachine("door", "shut", [Move("open", ("shut",), "ajar", "door.opened")])
    >>> door.fire("open", "shut").to
    'ajar'
    """

    def __init__(self, noun: str, initial: str, moves: Iterable[Move]) -> None:
        self.noun = noun
        self.initial = str(initial)
        self.moves = tuple(moves)
        self.states = (
            {self.initial} | {m.to for m in self.moves} | {s for m in self.moves for s in m.sources}
        )
        self._check()

    def _check(self) -> None:
        taken: set[tuple[str, str]] = set()
        for move in self.moves:
            if not move.sources:
                raise ValueError(f"{self.noun}: the move {move.name!r} starts nowhere")
            for source in move.sources:
                if (move.name, source) in taken:
                    raise ValueError(
                        f"{self.noun}: {move.name!r} from {source!r} is declared twice"
                    )
                taken.add((move.name, source))
        reached = {self.initial}
        while more := {m.to for m in self.moves if reached & set(m.sources)} - reached:
            reached |= more
        if lost := self.states - reached:
            raise ValueError(f"{self.noun}: nothing leads to {sorted(lost)}")

    def find(self, name: str, state: str) -> Move | None:
        """The move of that name from that state, or None."""
        return next((m for m in self.moves if m.name == name and state in m.sources), None)

    def fire(self, name: str, state: str, *, asked_by: str = "") -> Step:
        """The step to take, or IllegalTransition.

        A move with `asked_by` is refused unless the caller names that same kind: only the gate may
        make it.
        """
        move = self.find(name, state)
        if move is None:
            raise IllegalTransition(
                f"Cannot {name.replace('_', ' ')} a {self.noun} that is {state.replace('_', ' ')}."
            )
        if move.asked_by and move.asked_by != asked_by:
            raise IllegalTransition(
                f"A {self.noun} can only {name.replace('_', ' ')} once its request is approved."
            )
        return Step(name, state, move.to, move.event)

    def offered(self, state: str) -> list[Move]:
        """Moves a person may choose now, in the order of the table."""
        return [m for m in self.moves if state in m.sources and not m.asked_by and not m.automatic]

    def is_final(self, state: str) -> bool:
        """Whether nothing leads away from the state."""
        return not any(state in m.sources for m in self.moves)
