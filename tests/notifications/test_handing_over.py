"""Letters and messages leave when they are due: gathered, in nobody's quiet hours, once, and what
was read by then not at all; what cannot arrive is tried again or said to have failed.
"""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests import people
from tests.availability.work import edit_work
from tests.notifications.posts import pass_time
from tests.timelines import plans
from webapp import sealing
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.accounts.queries import person as row_of
from webapp.adapters import mail, slack
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.db import db, find, unit_of_work
from webapp.events.log import note, record
from webapp.notifications import queries, sending
from webapp.notifications.commands import choose, read
from webapp.notifications.kinds import KINDS
from webapp.notifications.models import Notification, SlackConnection
from webapp.notifications.policies import arm
from webapp.notifications.sending import MOST_TRIES
from webapp.notifications.slack_commands import choose_slack_kinds, connect_slack, disconnect_slack

HOOK = "https://hooks.slack.com/services/T000/B000/XXXX"
TOKEN = "xoxb-" + "1" * 24
MINUTES = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon(app):
    """A day's noon, where nobody's quiet hours are near."""
    now = clock.now()
    goal = datetime(now.year, now.month, now.day, 12, tzinfo=UTC) + timedelta(days=1)
    clock.travel((goal - now).total_seconds())


@pytest.fixture
def give(team, campaign):
    """Mia gives Bob a task of that title, and the background tells him."""

    def give_one(title="Artwork", person=None):
        task = plans.task(team, campaign, title)
        plans.assign(team, task, (person or team.bob).id)
        people.run_background()
        return task

    return give_one


def wishes(person, *, emails="now", slacks="now", quiet=True, **hours):
    """Every kind the same way."""
    at = {"quiet_from": "22:00", "quiet_until": "08:00", "digest_at": "08:00"} | hours
    times = {name: time.fromisoformat(value) for name, value in at.items()}
    kept = queries.wishes_of([person.id])[person.id]
    choose(
        kinds=[kind.name for kind in KINDS],
        emails=[emails] * len(KINDS),
        slacks=[slacks] * len(KINDS),
        quiet=quiet,
        version=kept.version,
        by=person.actor,
        **times,
    )


def rows(channel):
    query = db.select(Notification).where(Notification.channel == channel)
    return list(db.session.scalars(query.order_by(Notification.id)))


def states(channel):
    return [row.state for row in rows(channel)]


def test_several_things_within_five_minutes_are_one_letter(team, letters, give):
    give("Artwork")
    pass_time(2 * MINUTES)
    give("Masters")
    assert letters.sent == []

    pass_time(3.5 * MINUTES)

    (letter,) = letters.to(team.bob)
    assert letter.subject == "Yours now: Artwork and 1 more"
    assert "Yours now: Masters" in letter.text
    assert "Yours now: Masters" in letter.html
    assert states("email") == ["sent", "sent"]


def test_the_letter_leads_to_each_page_and_to_the_settings(team, letters, give):
    task = give()
    pass_time(6 * MINUTES)

    (letter,) = letters.to(team.bob)
    assert f"/tasks/{task.id}" in letter.text
    assert "/settings/notifications" in letter.text
    assert letter.headers["Auto-Submitted"] == "auto-generated"


def test_what_people_write_is_text_in_a_letter(team, letters, give):
    give("<b>Artwork</b> & more")
    pass_time(6 * MINUTES)

    (letter,) = letters.to(team.bob)
    assert "<b>Artwork</b> & more" in letter.text
    assert "&lt;b&gt;Artwork&lt;/b&gt; &amp; more" in letter.html


def test_what_was_read_in_the_inbox_by_then_does_not_go(team, letters, give):
    give()
    (row,) = rows("in_app")
    read(notification_id=row.id, by=team.bob.actor)

    pass_time(6 * MINUTES)

    assert letters.sent == []
    assert states("email") == ["dropped"]


def test_what_is_urgent_goes_at_once_and_takes_along_what_was_to_go_soon(team, letters, give):
    campaign = people.scheduled(team)
    wishes(team.alice, emails="now")
    with unit_of_work():
        row = find(Campaign, campaign.id, lock=True)
        row.state = "failed"
        record("campaign.failed", subject=row, by=SYSTEM)
    people.run_background()

    assert [one.subject for one in letters.to(team.alice)] == ["Failed: Tidal Lines EP"]


def test_what_is_urgent_breaks_through_quiet_hours(team, letters):
    wishes(team.bob, quiet_from="00:00", quiet_until="23:59")
    tell(team.bob, urgency="urgent")
    people.run_background()

    assert len(letters.to(team.bob)) == 1


def test_everything_else_waits_until_the_quiet_hours_end(team, letters, give):
    wishes(team.bob, quiet_from="11:00", quiet_until="15:00")
    give()
    pass_time(timedelta(hours=2))
    assert letters.sent == []

    pass_time(timedelta(hours=1, minutes=1))

    assert len(letters.to(team.bob)) == 1


def test_the_digest_comes_once_a_day(team, letters, give):
    wishes(team.bob, emails="digest", digest_at="17:30")
    give("Artwork")
    pass_time(timedelta(hours=3))
    give("Masters")
    pass_time(timedelta(hours=2))
    assert letters.sent == []

    pass_time(timedelta(minutes=31))

    (letter,) = letters.to(team.bob)
    assert letter.subject == "Yours now: Artwork and 1 more"


def test_who_wants_no_letters_gets_none_not_even_urgent_ones(team, letters, give):
    wishes(team.bob, emails="off")
    give()
    tell(team.bob, urgency="urgent")
    pass_time(timedelta(days=1))

    assert letters.sent == []
    assert rows("email") == []


def test_who_left_gets_no_letter_that_waits(team, letters, give):
    give()
    remove_member(membership_id=membership_of(team.bob.id).id, by=team.alice.actor)
    pass_time(6 * MINUTES)

    assert letters.to(team.bob) == []
    assert set(states("email")) == {"dropped"}


def test_what_the_mail_server_takes_later_is_tried_again(team, letters, give):
    letters.ends = [mail.TryLater("busy", stage="content", code=450)]
    give()
    pass_time(6 * MINUTES)

    assert len(letters.to(team.bob)) == 1
    (row,) = rows("email")
    assert (row.state, row.retries) == ("sent", 1)


def test_what_is_tried_too_often_has_failed(team, letters, give):
    letters.ends = [mail.TryLater("busy", stage="connect") for _ in range(MOST_TRIES)]
    give()
    pass_time(timedelta(hours=5))

    (row,) = rows("email")
    assert (row.state, row.retries, row.last_error) == ("failed", MOST_TRIES, "busy")
    assert letters.sent == []


def test_what_is_refused_for_good_is_not_tried_again(team, letters, give):
    letters.ends = [mail.Rejected("5.1.1 nobody here", stage="address", code=550)]
    give()
    pass_time(timedelta(hours=5))

    assert states("email") == ["failed"]
    assert letters.sent == []


def test_a_letter_that_may_have_arrived_is_not_sent_again(team, letters, give):
    letters.ends = [mail.Unknown("the connection ended before the reply", stage="content")]
    give()
    pass_time(timedelta(hours=5))

    assert states("email") == ["unknown"]
    assert letters.sent == []


def test_what_a_process_died_over_is_unknown_and_not_sent_again(team, letters, give):
    give()
    pass_time(4 * MINUTES)
    clock.travel(70)
    assert sending.claim(team.bob.id, "email") is not None  # and then it dies

    pass_time(timedelta(hours=1))
    give("Masters")
    pass_time(6 * MINUTES)

    assert states("email") == ["unknown", "sent"]
    assert [one.subject for one in letters.to(team.bob)] == ["Yours now: Masters"]


def test_two_that_hand_over_at_once_send_one_letter(team, letters, give):
    give()
    pass_time(4 * MINUTES)
    clock.travel(70)

    taken = [sending.claim(team.bob.id, "email"), sending.claim(team.bob.id, "email")]

    assert [one is not None for one in taken] == [True, False]


# Slack


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


def tell(person, *, urgency):
    """Something happened, whatever it was."""
    with unit_of_work():
        team_id = person.actor.team_id
        event = note("user.poked", subject=row_of(person.id), by=SYSTEM, team_id=team_id)
        channels = ["email"]
        connection = queries.slack_connection()
        if connection is not None:
            channels.append("slack")
        way = queries.wishes_of([person.id])[person.id].ways["late_work"].email
        for channel in channels:
            if channel == "email" and way == "off":
                continue
            db.session.add(
                Notification(
                    team_id=team_id,
                    event_id=event.id,
                    user_id=person.id,
                    channel=channel,
                    kind="late_work",
                    urgency=urgency,
                    payload={"title": "Overdue", "path": "/tasks/1", "detail": "", "about": ""},
                    scheduled_for=clock.now(),
                )
            )
            arm(person.id, channel, clock.now())
