"""What a task goes through. Read this table first.

A board moves a card from any lane to any other, so every open state leads to every other; a move is
named for where it leads. Blocked is a mark with its reason and overdue is derived: neither is a
state.
"""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    TO_DO = "todo"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    DONE = "done"
    CANCELLED = "cancelled"


S = State
#: Work that still has to happen.
OPEN = (S.TO_DO, S.IN_PROGRESS, S.IN_REVIEW)
#: Work that is in somebody's hands now.
IN_HAND = (S.IN_PROGRESS, S.IN_REVIEW)
#: The lanes of the board, in order.
LANES = (S.TO_DO, S.IN_PROGRESS, S.IN_REVIEW, S.DONE)

lifecycle = StateMachine(
    "task",
    S.TO_DO,
    [
        Move("start", (S.TO_DO, S.IN_REVIEW, S.DONE), S.IN_PROGRESS, "task.started"),
        Move("review", (S.TO_DO, S.IN_PROGRESS, S.DONE), S.IN_REVIEW, "task.review_asked"),
        Move("finish", OPEN, S.DONE, "task.finished"),
        Move("put_back", (S.IN_PROGRESS, S.IN_REVIEW, S.DONE), S.TO_DO, "task.put_back"),
        Move("cancel", OPEN, S.CANCELLED, "task.cancelled"),
        Move("revive", (S.CANCELLED,), S.TO_DO, "task.revived"),
    ],
)

#: The move that leads to each lane.
MOVE_TO = {S.TO_DO: "put_back", S.IN_PROGRESS: "start", S.IN_REVIEW: "review", S.DONE: "finish"}
