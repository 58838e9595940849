"""The inbox's page: what is new, what was read, what was put off; everybody their own."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.notifications.posts import pass_time
from tests.timelines import plans
from webapp.db import db, unit_of_work
from webapp.events.models import Event
from webapp.notifications import queries
from webapp.notifications.models import Notification
from webapp.notifications.queries import LISTED


@pytest.fixture
def bob(app, team):
    return signed_in(app, team.bob)


@pytest.fixture
def given(team, campaign):
    """Mia gave Bob two tasks; their notifications, oldest first."""
    for title in ("Artwork <front>", "Masters"):
        plans.assign(team, plans.task(team, campaign, title), team.bob.id)
        people.run_background()
    return [one.id for one in reversed(queries.inbox(team.bob.id))]


def titles(page):
    return re.findall(r'<button class="plain" dir="auto">(?:<span.*?</span>)?(.*?)</button>', page)


def test_what_happened_last_is_on_top(bob, given):
    page = bob.get("/inbox").text

    assert titles(page) == ["Yours now: Masters", "Yours now: Artwork &lt;front&gt;"]


def test_how_much_is_new_stands_on_every_page(bob, given):
    page = bob.get("/").text

    assert '-inbox-badge" data-live class="n due">2<span class="sr"> unread</span>' in page


def test_opening_one_reads_it_and_leads_to_its_page(bob, given, team):
    answer = bob.post(f"/inbox/{given[0]}/open")

    assert answer.location == "/tasks/1"
    assert queries.unread_of(team.bob.id) == 1


def test_one_is_kept_as_new(bob, given, team):
    bob.post(f"/inbox/{given[0]}/read")
    assert queries.unread_of(team.bob.id) == 1

    bob.post(f"/inbox/{given[0]}/unread")

    assert queries.unread_of(team.bob.id) == 2


def test_all_that_was_shown_is_read_and_what_came_since_is_not(bob, given, team, campaign):
    plans.assign(team, plans.task(team, campaign, "Upload"), team.bob.id)
    people.run_background()

    bob.post("/inbox/read-all", data={"upto": given[-1]})

    assert titles(bob.get("/inbox?show=unread").text) == ["Yours now: Upload"]


def test_what_is_put_off_is_gone_and_comes_back_as_new(bob, given, team):
    bob.post(f"/inbox/{given[0]}/read")
    bob.post(f"/inbox/{given[0]}/later", data={"until": "hour"})

    assert titles(bob.get("/inbox").text) == ["Yours now: Masters"]
    assert titles(bob.get("/inbox?show=later").text) == ["Yours now: Artwork &lt;front&gt;"]
    pass_time(timedelta(hours=1, seconds=1))
    assert titles(bob.get("/inbox").text)[0] == "Yours now: Artwork &lt;front&gt;"
    assert queries.unread_of(team.bob.id) == 2


def test_what_comes_back_is_pushed_to_who_looks(bob, given):
    bob.post(f"/inbox/{given[0]}/later", data={"until": "hour"})
    people.run_background()
    before = db.session.scalar(db.select(db.func.count()).where(Event.name == "inbox.changed"))
    pass_time(timedelta(hours=1, seconds=1))

    after = db.session.scalar(db.select(db.func.count()).where(Event.name == "inbox.changed"))
    assert after == before + 1


def test_what_was_put_off_is_taken_back(bob, given):
    bob.post(f"/inbox/{given[0]}/later", data={"until": "monday"})

    bob.post(f"/inbox/{given[0]}/now")

    assert titles(bob.get("/inbox").text)[0] == "Yours now: Artwork &lt;front&gt;"


def test_nobody_reads_somebody_elses(app, team, given):
    alice = signed_in(app, team.alice)

    for verb in ("open", "read", "unread", "later", "now"):
        answer = alice.post(f"/inbox/{given[0]}/{verb}", data={"until": "hour"})
        assert answer.status_code == 404
    assert queries.unread_of(team.bob.id) == 2


def test_an_empty_inbox_says_what_arrives_there(app, team):
    page = signed_in(app, team.mia).get("/inbox").text

    assert "Nothing yet" in page
    assert "Mark all as read" not in page


def test_older_ones_are_a_page_away_and_none_is_shown_twice(bob, team):
    many(team.bob, LISTED + 7)

    first = bob.get("/inbox").text
    more = re.search(r'href="(/inbox\?[^"]*after=[^"]+)">Show older', first)[1]
    second = bob.get(more.replace("&amp;", "&")).text

    assert len(titles(first)) == LISTED
    assert len(titles(second)) == 7
    assert not set(titles(first)) & set(titles(second))


@pytest.mark.parametrize("after", ["x", "1-", "-1", "9" * 30 + "-1", "1-" + "9" * 30, "²-1"])
def test_a_place_that_is_none_is_the_beginning(bob, given, after):
    assert len(titles(bob.get(f"/inbox?after={after}").text)) == 2


def test_a_hundred_and_more_are_not_counted(bob, team):
    many(team.bob, 120)

    assert ">99+<span" in bob.get("/").text


def many(person, number):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with unit_of_work():
        for one in range(number):
            db.session.add(
                Notification(
                    team_id=person.actor.team_id,
                    event_id=10_000 + one,
                    user_id=person.id,
                    channel="in_app",
                    kind="assigned",
                    urgency="normal",
                    payload={"title": f"No {one}", "path": "/", "detail": "", "about": ""},
                    scheduled_for=start + timedelta(seconds=one // 3),
                    state="sent",
                )
            )


def test_an_open_inbox_fetches_itself_when_something_comes(bob, given):
    page = bob.get("/inbox?show=unread").text

    assert 'hx-get="/inbox?show=unread" hx-select="#inbox"' in page
