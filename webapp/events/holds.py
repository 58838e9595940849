"""Which campaigns stand still. Claims of timers and effects exclude them in SQL; this asks and
writes the row.
"""

from sqlalchemy import delete, select

from webapp.core.actor import Actor
from webapp.db import db, execute
from webapp.events.models import Hold


def place(team_id: int, campaign_id: int, *, reason: str, by: Actor) -> None:
    """Hold a campaign; holding twice is holding once."""
    if not is_held(campaign_id):
        db.session.add(Hold(team_id=team_id, campaign_id=campaign_id, by=str(by), reason=reason))
        db.session.flush()


def lift(team_id: int, campaign_id: int) -> None:
    """Let a campaign go on. Its timers keep their times: what fell due meanwhile fires at once."""
    execute(delete(Hold).where(Hold.team_id == team_id, Hold.campaign_id == campaign_id))


def is_held(campaign_id: int) -> bool:
    """Whether the campaign stands still."""
    return db.session.scalar(select(Hold.id).where(Hold.campaign_id == campaign_id)) is not None
