"""The life of an import batch. Reading and committing are background work: the batch waits in
`reading` and `committing` until it is done.
"""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    READING = "reading"
    ASKING = "asking"
    REVIEW = "review"
    COMMITTING = "committing"
    COMMITTED = "committed"
    REFUSED = "refused"
    DISCARDED = "discarded"
    UNDONE = "undone"


S = State
lifecycle = StateMachine(
    "import",
    S.READING,
    [
        Move("ask", (S.READING,), S.ASKING, "import_batch.asked", automatic=True),
        Move("answer", (S.ASKING,), S.READING, "import_batch.answered"),
        Move("stage", (S.READING,), S.REVIEW, "import_batch.staged", automatic=True),
        Move("refuse", (S.READING,), S.REFUSED, "import_batch.refused", automatic=True),
        Move("confirm", (S.REVIEW,), S.COMMITTING, "import_batch.confirmed"),
        Move("return", (S.COMMITTING,), S.REVIEW, "import_batch.returned", automatic=True),
        Move("commit", (S.COMMITTING,), S.COMMITTED, "import_batch.committed", automatic=True),
        Move("discard", (S.READING, S.ASKING, S.REVIEW), S.DISCARDED, "import_batch.discarded"),
        Move("undo", (S.COMMITTED,), S.UNDONE, "import_batch.undone"),
    ],
)
#: The batch waits for the worker.
WORKING = (S.READING, S.COMMITTING)
#: Nothing more will come of it; its file is not needed any more.
ENDED = (S.COMMITTED, S.REFUSED, S.DISCARDED, S.UNDONE)
