"""What an escalation goes through. Read this table first."""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    WAITING = "waiting"
    REMINDED = "reminded"
    WITH_BACKUP = "with_backup"
    WITH_MANAGER = "with_manager"
    SETTLED = "settled"


S = State
#: The work is still overdue or blocked.
OPEN = (S.WAITING, S.REMINDED, S.WITH_BACKUP, S.WITH_MANAGER)
#: A rung may be left out when nobody stands on it, never climbed down.
lifecycle = StateMachine(
    "escalation",
    S.WAITING,
    [
        Move("remind", (S.WAITING,), S.REMINDED, "escalation.reminded", automatic=True),
        Move(
            "pass_to_backup",
            (S.WAITING, S.REMINDED),
            S.WITH_BACKUP,
            "escalation.passed_to_backup",
            automatic=True,
        ),
        Move(
            "pass_to_manager",
            (S.WAITING, S.REMINDED, S.WITH_BACKUP),
            S.WITH_MANAGER,
            "escalation.passed_to_manager",
            automatic=True,
        ),
        Move("settle", OPEN, S.SETTLED, "escalation.settled", automatic=True),
    ],
)
