"""Every write of calendar feeds: make one, revoke one, note that one was fetched."""

from datetime import timedelta

from pydantic import Field
from sqlalchemy import func, or_, select, update

from webapp.accounts.commands import lock_team
from webapp.accounts.permissions import permit
from webapp.calendars.models import CalendarFeed
from webapp.campaigns import queries as campaigns
from webapp.core import clock, tokens
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import record
from webapp.operations import Input, operation

#: One for each calendar program somebody has.
MOST_FEEDS = 10
#: Programs fetch every few minutes, some more often: not each time is worth a write.
NOTED_EVERY = timedelta(minutes=5)


class MakeOwnFeed(Input):
    """A feed of one's own. The token comes from the caller, who alone may show it."""

    token: str = Field(min_length=40, max_length=60)


class MakeCampaignFeed(MakeOwnFeed):
    campaign_id: int


class RevokeFeed(Input):
    calendar_feed_id: int


@operation("calendars.make_own", input=MakeOwnFeed, permission="see")
def make_own_feed(*, token: str, by: Actor) -> int:
    """What this person has to do; only the hash of its token is kept."""
    with unit_of_work():
        assert by.user_id is not None
        return _made(token, by, user_id=by.user_id)


@operation("calendars.make_of_campaign", input=MakeCampaignFeed, permission="share")
def make_campaign_feed(*, campaign_id: int, token: str, by: Actor) -> int:
    """What happens in a campaign, for whoever gets the address."""
    with unit_of_work():
        campaigns.campaign(campaign_id).check_kept()
        return _made(token, by, campaign_id=campaign_id)


def _made(
    token: str, by: Actor, *, user_id: int | None = None, campaign_id: int | None = None
) -> int:
    assert by.user_id is not None
    lock_team()  # several at once are counted one after the other
    whose = (
        CalendarFeed.campaign_id == campaign_id
        if campaign_id is not None
        else CalendarFeed.user_id == user_id
    )
    open_ones = select(func.count()).where(
        CalendarFeed.team_id == current_team(), CalendarFeed.revoked_at.is_(None), whose
    )
    if (db.session.scalar(open_ones) or 0) >= MOST_FEEDS:
        raise Conflict(f"There are {MOST_FEEDS} already. Revoke one that nobody uses.")
    feed = CalendarFeed(
        team_id=current_team(),
        user_id=user_id,
        campaign_id=campaign_id,
        token_hash=tokens.hashed(token),
        created_by=by.user_id,
    )
    db.session.add(feed)
    record("calendar_feed.made", subject=feed, by=by)
    return feed.id


@operation("calendars.revoke", input=RevokeFeed, permission="see")
def revoke_feed(*, calendar_feed_id: int, by: Actor) -> int:
    """Close a feed at once: one's own, or a campaign's for whoever may share it."""
    with unit_of_work():
        feed = find(CalendarFeed, calendar_feed_id, lock=True)
        if feed.campaign_id is not None:
            permit(by, "share")
        elif feed.user_id != by.user_id:
            raise Forbidden("This calendar is somebody else's.")
        if feed.revoked_at is None:
            feed.revoked_at = clock.now()
            record("calendar_feed.revoked", subject=feed, by=by)
        return feed.id


def note_fetched(feed_id: int) -> None:
    """A program fetched it. No command of anybody: whoever fetches has no account to act with."""
    long_ago = clock.now() - NOTED_EVERY
    stale = or_(CalendarFeed.fetched_at.is_(None), CalendarFeed.fetched_at < long_ago)
    with unit_of_work():
        # A Core update does not move the version: fetching is not an edit.
        execute(
            update(CalendarFeed)
            .where(CalendarFeed.team_id == current_team(), CalendarFeed.id == feed_id, stale)
            .values(fetched_at=clock.now())
        )
