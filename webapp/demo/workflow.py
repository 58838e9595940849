"""The life of a demo. Read this table first."""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    LOADING = "loading"
    READY = "ready"
    REMOVED = "removed"


S = State
lifecycle = StateMachine(
    "demo",
    S.LOADING,
    [
        Move("finish", (S.LOADING,), S.READY, "demo.finished", automatic=True),
        Move("remove", (S.READY,), S.REMOVED, "demo.removed", permission="team.manage"),
    ],
)
