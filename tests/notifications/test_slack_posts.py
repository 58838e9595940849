"""Messages to Slack: to people and to the team's channel, one a second, when Slack takes them."""

from datetime import timedelta

import pytest

from tests import people
from tests.availability.work import edit_work
from tests.notifications.posts import MINUTES, pass_time, rows, states, tell
from tests.timelines import plans
from webapp import sealing
from webapp.adapters import slack
from webapp.comments.commands import add_comment
from webapp.db import db
from webapp.notifications import queries
from webapp.notifications.models import SlackConnection
from webapp.notifications.slack_commands import choose_slack_kinds, connect_slack, disconnect_slack

HOOK = "https://hooks.slack.com/services/T000/B000/XXXX"
TOKEN = "xoxb-" + "1" * 24


pytestmark = pytest.mark.usefixtures("noon")


def connected(team, mode="bot", channel="C1H9RESGL", kinds=()):
    secret = TOKEN if mode == "bot" else HOOK
    connect_slack(mode=mode, secret=secret, channel=channel, by=team.alice.actor)
    found = queries.slack_connection()
    choose_slack_kinds(kinds=list(kinds), version=found.version, by=team.alice.actor)


def reachable(person):
    edit_work(person, slack_user_id="U012AB3CD")


def test_the_token_is_kept_sealed(team):
    connected(team)

    kept = db.session.scalars(db.select(SlackConnection)).one()
    assert TOKEN not in kept.secret
    assert sealing.opened(kept.secret) == TOKEN


def test_a_person_is_told_in_slack_too(team, posts, letters, give):
    connected(team)
    reachable(team.bob)
    task = give("Artwork & more")
    pass_time(6 * MINUTES)

    ((place, text, blocks),) = posts.sent
    assert (place.channel, place.token) == ("U012AB3CD", TOKEN)
    assert text == "Yours now: Artwork & more"
    assert "Artwork &amp; more" in blocks[0]["text"]["text"]
    assert f"/tasks/{task.id}" in blocks[-1]["elements"][0]["url"]
    assert states("slack") == ["sent"]


def test_who_gave_no_slack_address_is_told_by_mail_alone(team, posts, letters, give):
    connected(team)
    give()
    pass_time(6 * MINUTES)

    assert posts.sent == []
    assert len(letters.sent) == 1


def test_the_teams_channel_is_told_of_what_was_chosen(team, posts, give):
    connected(team, mode="webhook", kinds=["assigned"])
    give()
    pass_time(6 * MINUTES)

    ((place, text, _),) = posts.sent
    assert (place.url, text) == (HOOK, "Yours now: Artwork")
    assert states("team") == ["sent"]


def test_the_channel_is_told_once_of_what_concerns_several(team, posts):
    connected(team, mode="webhook", kinds=["request"])
    in_review = people.submitted(team)
    people.run_background()
    pass_time(6 * MINUTES)

    assert in_review
    assert len(posts.sent) == 1


def test_slack_says_when_to_come_again(team, posts, give):
    connected(team, mode="webhook", kinds=["assigned"])
    posts.ends = [slack.TryLater("rate_limited", 90)]
    give()
    pass_time(6 * MINUTES)
    assert posts.sent == []

    pass_time(90 * timedelta(seconds=1))

    assert len(posts.sent) == 1


def test_a_channel_that_is_gone_is_told_nothing_until_it_is_connected_anew(team, posts, give):
    connected(team, mode="webhook", kinds=["assigned"])
    posts.ends = [slack.Rejected("channel_is_archived", is_gone=True)]
    give("Artwork")
    pass_time(6 * MINUTES)
    give("Masters")
    pass_time(6 * MINUTES)

    assert posts.sent == []
    assert queries.slack_connection().error == "channel_is_archived"
    connected(team, mode="webhook", kinds=["assigned"])
    give("Upload")
    pass_time(6 * MINUTES)
    assert [text for _, text, _ in posts.sent] == ["Yours now: Upload"]


def test_a_person_slack_does_not_know_breaks_nothing_for_others(team, posts, give):
    connected(team)
    reachable(team.bob)
    posts.ends = [slack.Rejected("channel_not_found", is_gone=True)]
    give()
    pass_time(6 * MINUTES)

    assert states("slack") == ["failed"]
    assert queries.slack_connection().broken_at is None


def test_a_token_that_was_revoked_stops_everything(team, posts, give):
    connected(team)
    reachable(team.bob)
    posts.ends = [slack.Rejected("token_revoked", is_gone=True)]
    give()
    pass_time(6 * MINUTES)

    assert queries.slack_connection().error == "token_revoked"


def test_one_place_in_slack_gets_a_message_a_second(team, posts):
    connected(team)
    reachable(team.bob)
    tell(team.bob, urgency="urgent")
    people.run_background()
    tell(team.bob, urgency="urgent")
    pass_time(timedelta(seconds=2))

    assert len(posts.at) == 2
    assert posts.at[1] - posts.at[0] >= timedelta(seconds=1)


def test_what_waits_for_slack_is_dropped_when_it_is_disconnected(team, posts, give):
    connected(team, mode="webhook", kinds=["assigned"])
    give()
    disconnect_slack(by=team.alice.actor)
    pass_time(6 * MINUTES)

    assert posts.sent == []
    assert states("team") == ["dropped"]


def test_the_channel_is_told_once_of_a_comment_that_is_two_kinds_of_news(team, posts, campaign):
    connected(team, mode="webhook", kinds=["mention", "comment"])
    task = plans.task(team, campaign, "Artwork", assignee_id=team.bob.id)
    add_comment(subject_kind="task", subject_id=task.id, body="@Alice look", by=team.mia.actor)
    pass_time(6 * MINUTES)

    assert [text for _, text, _ in posts.sent] == ["Mia Moss named you: Artwork"]
    assert len(rows("in_app")) == 3  # Bob was given it, too


def test_a_token_is_never_taken_for_a_webhook(team, posts, give):
    connected(team, mode="webhook", kinds=["assigned"])
    give()
    connect_slack(mode="bot", secret=TOKEN, channel="", by=team.alice.actor)
    pass_time(6 * MINUTES)

    assert posts.sent == []
    assert queries.slack_connection().broken_at is None


def test_a_teams_channel_that_is_gone_leaves_people_their_messages(team, posts, give):
    connected(team, kinds=["assigned"])
    reachable(team.bob)
    posts.ends = [slack.Rejected("is_archived", is_gone=True)]
    give()
    pass_time(6 * MINUTES)

    assert queries.slack_connection().broken_at is None
    assert queries.slack_connection().error in ("is_archived", "")
    give("Masters")
    pass_time(6 * MINUTES)
    assert any(place.channel == "U012AB3CD" for place, _, _ in posts.sent)
