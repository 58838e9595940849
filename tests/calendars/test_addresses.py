"""The address of a feed: open to whoever has it, closed the moment it is revoked, and never told
again.
"""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.calendars.feeds import campaign_feed, fetched, own_feed
from tests.clients import signed_in, stranger
from tests.schedule.looks import statements
from tests.timelines import plans
from tests.together import at_once
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.calendars import feeds
from webapp.calendars.commands import MOST_FEEDS, NOTED_EVERY, make_own_feed, revoke_feed
from webapp.calendars.models import CalendarFeed
from webapp.campaigns.models import IN_TRASH
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock, tokens
from webapp.core.errors import Conflict, Forbidden
from webapp.db import db, find

SHOWN = re.compile(r'id="new-feed"[^>]*>http://localhost/calendars/([\w-]+)\.ics<')


def gone(answer) -> str:
    """A refusal without what differs from request to request."""
    assert answer.status_code == 404
    return re.sub(r"[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:]+Z", "", answer.text)


def test_a_program_fetches_it_without_signing_in(app, team, campaign):
    _, token = own_feed(team.mia)

    answer = fetched(app, token)

    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_only_the_hash_of_a_token_is_kept(team, campaign):
    feed, token = own_feed(team.mia)

    assert feed.token_hash == tokens.hashed(token)
    assert token not in repr(feed)


def test_wrong_and_revoked_addresses_look_alike(app, team, campaign):
    feed, token = own_feed(team.mia)
    revoke_feed(calendar_feed_id=feed.id, by=team.mia.actor)

    answers = {
        gone(fetched(app, one)) for one in (token, tokens.new_token(), "x", token[:-1], "ä" * 20)
    }

    assert len(answers) == 1


def test_a_revoked_address_says_what_to_do(app, team, campaign):
    feed, token = own_feed(team.mia)
    revoke_feed(calendar_feed_id=feed.id, by=team.mia.actor)

    answer = fetched(app, token, Accept="text/calendar, */*")

    assert answer.status_code == 404
    assert "does not exist any more" in answer.text


def test_who_left_the_team_has_no_feed_any_more(app, team, campaign):
    _, token = own_feed(team.mia)
    remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)

    assert fetched(app, token).status_code == 404


def test_a_purged_campaign_takes_its_feeds_along(app, team, campaign):
    feed, token = campaign_feed(team, campaign)
    feed_id = feed.id
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.mia.actor)
    clock.travel(IN_TRASH.total_seconds() + 60)
    people.run_background()

    assert fetched(app, token).status_code == 404
    assert db.session.get(CalendarFeed, feed_id) is None


def test_nothing_is_written_there(app, team, campaign):
    _, token = own_feed(team.mia)

    assert stranger(app).post(f"/calendars/{token}.ics").status_code == 405


def test_what_has_not_changed_is_not_sent_again(app, team, campaign, monday):
    _, token = own_feed(team.mia)
    first = fetched(app, token)

    again = fetched(app, token, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    plans.shift(team, find(plans.Task, 1), monday + timedelta(days=2))
    moved = fetched(app, token, **{"If-None-Match": first.headers["ETag"]})
    assert moved.status_code == 200
    assert moved.headers["ETag"] != first.headers["ETag"]


def test_the_same_feed_is_the_same_bytes_whenever_it_is_fetched(app, team, campaign):
    _, token = own_feed(team.mia)
    first = fetched(app, token).data
    clock.travel(3600)

    assert fetched(app, token).data == first


def test_when_it_was_fetched_is_noted_every_few_minutes(app, team, campaign):
    feed, token = own_feed(team.mia)
    fetched(app, token)
    first = find(CalendarFeed, feed.id).fetched_at
    assert first is not None

    clock.travel(NOTED_EVERY.total_seconds() / 2)
    fetched(app, token)
    assert find(CalendarFeed, feed.id).fetched_at == first

    clock.travel(NOTED_EVERY.total_seconds())
    fetched(app, token)
    assert find(CalendarFeed, feed.id).fetched_at > first
    assert find(CalendarFeed, feed.id).version == 1


def test_an_own_address_is_shown_once(app, team, campaign):
    browser = signed_in(app, team.vera)
    made = browser.post("/settings/calendars")

    first = browser.get(made.headers["Location"]).text
    token = SHOWN.search(first)[1]
    assert "Never fetched yet" in first

    assert fetched(app, token).status_code == 200
    again = browser.get("/settings/calendars").text
    assert token not in again
    assert "Last fetched" in again


def test_one_form_pressed_twice_makes_one_feed(app, team):
    browser = signed_in(app, team.mia)
    for _ in range(2):
        browser.post("/settings/calendars", data={"form_token": "twice"})

    assert len(feeds.feeds(user_id=team.mia.id)) == 1


def test_a_campaigns_address_is_shown_once_to_who_may_share(app, team, campaign):
    browser = signed_in(app, team.bob)
    made = browser.post(f"/campaigns/{campaign.id}/calendar")

    page = browser.get(made.headers["Location"]).text

    token = SHOWN.search(page)[1]
    assert b"campaign-1-start@" in fetched(app, token).data
    assert "Bob Brook" in page
    assert SHOWN.search(browser.get(f"/campaigns/{campaign.id}/calendar").text) is None


def test_an_address_is_revoked_where_it_is_listed(app, team, campaign):
    feed, token = campaign_feed(team, campaign)
    browser = signed_in(app, team.bob)

    answer = browser.post(f"/settings/calendars/{feed.id}/revoke")

    assert answer.headers["Location"] == f"/campaigns/{campaign.id}/calendar"
    assert "No address is open." in browser.get(answer.headers["Location"]).text
    assert fetched(app, token).status_code == 404


@pytest.mark.parametrize("whose", ["mia", "bob"])
def test_nobody_revokes_somebody_elses(team, campaign, whose):
    feed, _ = own_feed(getattr(team, whose))

    with pytest.raises(Forbidden):
        revoke_feed(calendar_feed_id=feed.id, by=team.alice.actor)


def test_a_campaigns_feed_is_revoked_by_who_may_share(team, campaign):
    feed, _ = campaign_feed(team, campaign)

    with pytest.raises(Forbidden):
        revoke_feed(calendar_feed_id=feed.id, by=team.mia.actor)
    revoke_feed(calendar_feed_id=feed.id, by=team.alice.actor)

    assert find(CalendarFeed, feed.id).revoked_at is not None


def test_nobody_makes_more_than_there_are_programs(team, campaign):
    for _ in range(MOST_FEEDS):
        own_feed(team.mia)

    with pytest.raises(Conflict, match="Revoke one"):
        make_own_feed(token=tokens.new_token(), by=team.mia.actor)
    own_feed(team.bob)


def test_the_campaigns_log_says_that_an_address_was_made(app, team, campaign):
    feed, _ = campaign_feed(team, campaign)
    revoke_feed(calendar_feed_id=feed.id, by=team.bob.actor)

    page = signed_in(app, team.bob).get(f"/campaigns/{campaign.id}/activity").text

    assert "Made a calendar address" in page
    assert "Revoked a calendar address" in page


def test_a_feed_costs_as_many_statements_for_much_work(app, team, campaign):
    _, token = own_feed(team.mia)
    path = f"/calendars/{token}.ics"
    fetched(app, token)
    before = statements(stranger(app), path)
    for number in range(5):
        other = people.draft(team, name=f"C{number}", owner_id=team.mia.id)
        plans.task(team, other, "Posters", assignee_id=team.mia.id)

    assert statements(stranger(app), path) <= before
    assert before <= 12


def test_addresses_made_at_once_are_counted_too(team):
    answers = at_once(
        *[lambda: make_own_feed(token=tokens.new_token(), by=team.mia.actor)] * 14,
        team_id=team.id,
    )

    assert sum(isinstance(one, int) for one in answers) == MOST_FEEDS
    assert sum(isinstance(one, Conflict) for one in answers) == 14 - MOST_FEEDS
