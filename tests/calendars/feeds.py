"""Feeds made and fetched as people and their calendar programs do it."""

from typing import Any

import icalendar

from tests.clients import stranger
from tests.people import Person, Team
from webapp.calendars.commands import make_campaign_feed, make_own_feed
from webapp.calendars.models import CalendarFeed
from webapp.campaigns.models import Campaign
from webapp.core import tokens
from webapp.db import find


def own_feed(person: Person, token: str = "") -> tuple[CalendarFeed, str]:
    """A feed of somebody's own, and its token."""
    token = token or tokens.new_token()
    return find(CalendarFeed, make_own_feed(token=token, by=person.actor)), token


def campaign_feed(team: Team, campaign: Campaign) -> tuple[CalendarFeed, str]:
    """A campaign's feed, made by Bob, and its token."""
    token = tokens.new_token()
    made = make_campaign_feed(campaign_id=campaign.id, token=token, by=team.bob.actor)
    return find(CalendarFeed, made), token


def fetched(app: Any, token: str, **headers: str) -> Any:
    """What a program is answered, without signing in."""
    return stranger(app).get(f"/calendars/{token}.ics", headers=headers)


def events(app: Any, token: str) -> dict[str, icalendar.Event]:
    """The appointments of a feed by their UID without the host, read by the library again."""
    answer = fetched(app, token)
    assert answer.status_code == 200, answer.text
    found = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    uids = [str(one["uid"]).partition("@")[0] for one in found]
    assert len(uids) == len(set(uids)), "an appointment is there twice"
    return dict(zip(uids, found, strict=True))
