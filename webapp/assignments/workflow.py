"""What a run of the planner goes through. Read this table first."""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    ASKED = "asked"
    PROPOSED = "proposed"
    NOTHING_BETTER = "nothing_better"
    FAILED = "failed"


S = State

lifecycle = StateMachine(
    "run of the planner",
    S.ASKED,
    [
        Move("propose", (S.ASKED,), S.PROPOSED, "plan_run.proposed", automatic=True),
        Move("keep", (S.ASKED,), S.NOTHING_BETTER, "plan_run.kept", automatic=True),
        Move("fail", (S.ASKED,), S.FAILED, "plan_run.failed", automatic=True),
    ],
)
