"""The life of an import batch."""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    REVIEW = "review"
    COMMITTED = "committed"
    DISCARDED = "discarded"


S = State
lifecycle = StateMachine(
    "import",
    S.REVIEW,
    [
        Move("commit", (S.REVIEW,), S.COMMITTED, "import_batch.committed"),
        Move("discard", (S.REVIEW,), S.DISCARDED, "import_batch.discarded"),
    ],
)
