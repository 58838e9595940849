"""The life of a campaign's part on one platform. It follows its campaign; health of the sync is
another matter.
"""

from enum import StrEnum

from webapp.campaigns.workflow import State as CampaignState
from webapp.core.workflow import Move, StateMachine


class State(StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


S = State
lifecycle = StateMachine(
    "ad campaign",
    S.DRAFT,
    [
        Move("start", (S.DRAFT,), S.LIVE, "ad_campaign.started", automatic=True),
        Move("pause", (S.LIVE,), S.PAUSED, "ad_campaign.paused", automatic=True),
        Move("resume", (S.PAUSED,), S.LIVE, "ad_campaign.resumed", automatic=True),
        Move("end", (S.DRAFT, S.LIVE, S.PAUSED), S.ENDED, "ad_campaign.ended", automatic=True),
    ],
)
#: What the parts may do while their campaign is in a state; each takes the first that it can.
WHILE = {
    CampaignState.ACTIVE: ("start", "resume"),
    CampaignState.PAUSED: ("pause",),
    CampaignState.COMPLETED: ("end",),
    CampaignState.CANCELLED: ("end",),
    CampaignState.FAILED: ("end",),
}
