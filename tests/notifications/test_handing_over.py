"""Letters leave when they are due: gathered, in nobody's quiet hours, once, and what was read by
then not at all; what cannot arrive is tried again or said to have failed.
"""

from datetime import timedelta

import pytest

from tests import people
from tests.notifications.posts import MINUTES, pass_time, rows, states, tell, wishes
from tests.timelines import plans
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.adapters import mail
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.db import find, unit_of_work
from webapp.events.log import record
from webapp.notifications import sending
from webapp.notifications.commands import read, snooze
from webapp.notifications.sending import MOST_TRIES

pytestmark = pytest.mark.usefixtures("noon")


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
    wishes(team.bob, quiet=False)
    give()
    pass_time(timedelta(hours=24))

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


def test_nobody_is_asked_by_letter_for_what_is_decided_already(team, letters):
    _, proposal = people.submitted(team)
    people.run_background()
    people.approve(proposal, team.bob)

    pass_time(6 * MINUTES)

    assert letters.to(team.bob) == []
    assert len(letters.to(team.alice)) == 1


def test_a_task_that_went_on_is_told_to_its_last_one_alone(team, campaign, letters, give):
    task = give("Artwork")
    plans.assign(team, task, team.alice.id)
    people.run_background()

    pass_time(6 * MINUTES)

    assert letters.to(team.bob) == []
    assert len(letters.to(team.alice)) == 1


def test_what_is_put_off_does_not_come_by_letter(team, letters, give):
    give()
    (row,) = rows("in_app")
    snooze(notification_id=row.id, until="tomorrow", by=team.bob.actor)

    pass_time(6 * MINUTES)

    assert letters.sent == []


def test_a_second_try_does_not_come_in_quiet_hours_either(team, letters, give):
    wishes(team.bob, quiet_from="12:06", quiet_until="14:00")
    letters.ends = [mail.TryLater("busy", stage="connect") for _ in range(3)]
    give()
    pass_time(timedelta(hours=1))
    assert letters.sent == []

    pass_time(timedelta(hours=2))

    assert len(letters.to(team.bob)) == 1


def test_a_hand_over_that_broke_is_seen_to_be_lost(team, letters, give):
    letters.ends = [RuntimeError("the template is broken")]
    give()
    pass_time(10 * MINUTES)

    assert states("email") == ["unknown"]
    assert letters.sent == []
