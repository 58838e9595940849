"""The life of a proposal. Read this table first."""

from enum import StrEnum

from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    PROPOSED = "proposed"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    REJECTED = "rejected"
    DISMISSED = "dismissed"
    EXPIRED = "expired"
    STALE = "stale"
    OBSERVED = "observed"


S = State
lifecycle = StateMachine(
    "request",
    S.PROPOSED,
    [
        Move("ask", (S.PROPOSED,), S.IN_REVIEW, "proposal.asked"),
        Move("reopen", (S.IN_REVIEW,), S.IN_REVIEW, "proposal.reopened"),
        Move("observe", (S.PROPOSED,), S.OBSERVED, "proposal.observed"),
        Move("approve", (S.PROPOSED, S.IN_REVIEW), S.APPROVED, "proposal.approved"),
        Move("start", (S.APPROVED,), S.APPLYING, "proposal.started"),
        Move("apply", (S.APPROVED, S.APPLYING, S.UNKNOWN), S.APPLIED, "proposal.applied"),
        Move("fail", (S.APPROVED, S.APPLYING, S.UNKNOWN), S.FAILED, "proposal.failed"),
        Move("lose", (S.APPLYING,), S.UNKNOWN, "proposal.lost"),
        Move("undo", (S.APPLIED,), S.UNDONE, "proposal.undone"),
        Move("reject", (S.IN_REVIEW,), S.REJECTED, "proposal.rejected"),
        Move("dismiss", (S.PROPOSED, S.IN_REVIEW), S.DISMISSED, "proposal.dismissed"),
        Move("expire", (S.PROPOSED, S.IN_REVIEW), S.EXPIRED, "proposal.expired"),
        Move("go_stale", (S.PROPOSED, S.IN_REVIEW, S.APPROVED), S.STALE, "proposal.staled"),
    ],
)
