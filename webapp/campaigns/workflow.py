"""The campaign lifecycle. Read this table first."""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine

LAUNCH = "campaign.launch"


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


S = State
OPEN = (S.DRAFT, S.IN_REVIEW, S.SCHEDULED, S.ACTIVE, S.PAUSED)
RUNNING = (S.ACTIVE, S.PAUSED)

lifecycle = StateMachine(
    "campaign",
    S.DRAFT,
    [
        Move("submit", (S.DRAFT,), S.IN_REVIEW, "campaign.submitted", automatic=True),
        Move("schedule", (S.IN_REVIEW,), S.SCHEDULED, "campaign.scheduled", asked_by=LAUNCH),
        Move("launch", (S.SCHEDULED,), S.ACTIVE, "campaign.launched", asked_by=LAUNCH),
        Move("return", (S.IN_REVIEW,), S.DRAFT, "campaign.returned", asked_by=LAUNCH),
        Move("pause", (S.ACTIVE,), S.PAUSED, "campaign.paused", permission="campaign.pause"),
        Move("resume", (S.PAUSED,), S.ACTIVE, "campaign.resumed", permission="campaign.manage"),
        Move("complete", RUNNING, S.COMPLETED, "campaign.completed", permission="campaign.manage"),
        Move("cancel", OPEN, S.CANCELLED, "campaign.cancelled", permission="campaign.manage"),
        Move("fail", (S.SCHEDULED, S.ACTIVE), S.FAILED, "campaign.failed", automatic=True),
    ],
)
