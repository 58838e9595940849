"""What people are told about their own account by mail: a changed password, a new browser."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from tests import people
from tests.clients import signed_in
from tests.notifications.posts import letters
from tests.people import PASSWORD
from tests.together import at_once
from webapp.accounts import commands, joining, notices, resets
from webapp.accounts.joining import Browser, SignIn
from webapp.accounts.models import AccountLetter, User
from webapp.adapters.mail import TryLater, Unknown
from webapp.core import clock, tokens
from webapp.db import acting_for, db, unit_of_work
from webapp.events.models import Event, Receipt

__all__ = ["letters"]

NEW = "nine amber kettles wait"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101 Firefox/{}.0"
DESK = Browser("192.0.2.7", FIREFOX.format(140, 140))
PHONE = Browser("192.0.2.7", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1")


def enter(person, browser=DESK):
    form = SignIn(email=person.email, password=PASSWORD)
    (answer,) = at_once(lambda: joining.sign_in(form, browser))
    assert isinstance(answer, str), answer
    people.run_background()


def notices_to(letters, person):
    return [one for one in letters.to(person) if one.subject == "New sign-in to Drumbeat"]


@pytest.fixture
def bob(team, letters):
    """Bob, who signed in at his desk once."""
    enter(team.bob)
    assert letters.sent == []
    return team.bob


def test_the_first_sign_in_ever_tells_nothing(bob, letters):
    assert letters.sent == []


def test_another_browser_is_told(bob, letters):
    enter(bob, PHONE)

    (letter,) = letters.to(bob)
    assert letter.subject == "New sign-in to Drumbeat"
    assert "Safari on iPhone" in letter.text
    assert "192.0.2.7" in letter.text
    assert "http://127.0.0.1:8000/settings/sessions" in letter.text
    assert "Reply-To" not in letter.headers
    assert letter.headers["Auto-Submitted"] == "auto-generated"


def test_the_same_browser_is_not_told(bob, letters):
    enter(bob)
    enter(bob, Browser("192.0.2.200", FIREFOX.format(141, 141)))  # updated, a neighbour's address

    assert letters.sent == []


def test_the_same_browser_from_another_network_is_told(bob, letters):
    enter(bob, Browser("198.51.100.7", DESK.agent))

    assert len(notices_to(letters, bob)) == 1


def test_a_new_browser_is_told_once(bob, letters):
    for _ in range(3):
        enter(bob, PHONE)

    assert len(letters.sent) == 1


def test_a_browser_that_was_away_for_long_is_new_again(bob, letters):
    clock.travel(notices.KNOWN_FOR.total_seconds() + 60)

    enter(bob)

    assert len(notices_to(letters, bob)) == 1


def test_somebody_elses_browser_is_no_known_one(bob, team, letters):
    enter(team.mia, PHONE)

    enter(bob, PHONE)

    assert [one.to for one in letters.sent] == [bob.email]


def test_another_team_in_the_same_browser_is_no_news(bob, team, letters):
    token = tokens.new_token()
    commands.invite(role="member", label="", token=token, by=team.alice.actor)
    enter(team.charlie)
    at_once(lambda: joining.join_signed_in(token, team.charlie.id))

    at_once(lambda: joining.open_session(team.charlie.id, DESK, remember=True, team_id=team.id))
    people.run_background()

    assert letters.sent == []


def test_a_letter_leads_nowhere_where_nobody_said_where_the_product_is(
    app, bob, letters, monkeypatch
):
    values = {"env": "production", "public_url": "", "mail_url": "smtps://mail.example.com:465"}
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **values))

    enter(bob, PHONE)

    (letter,) = notices_to(letters, bob)
    assert "http" not in letter.text
    assert "href" not in letter.html
    assert "under Settings, Signed-in browsers" in letter.text


def test_what_a_stranger_wrote_as_their_browser_is_in_no_letter(bob, letters):
    enter(bob, Browser("192.0.2.7", "See http://evil.example now"))

    (letter,) = notices_to(letters, bob)
    assert "evil" not in letter.text + letter.html
    assert "one we do not know" in letter.text


def test_the_people_of_a_demo_are_told_nothing(bob, letters):
    with unit_of_work():
        made_up = update(User).where(User.id == bob.id)
        db.session.execute(made_up.values(email="bob@team-1.demo.example"))

    at_once(lambda: joining.open_session(bob.id, PHONE, remember=False))
    people.run_background()

    assert letters.sent == []


def test_signing_in_works_while_the_mail_server_is_away(bob, letters):
    letters.ends += [TryLater("no connection", stage="connect")] * 2

    enter(bob, PHONE)
    assert letters.sent == []

    for _ in range(3):
        clock.travel(10)
        people.run_background()
    assert len(notices_to(letters, bob)) == 1


def test_what_may_have_arrived_is_not_sent_again(bob, letters):
    letters.ends.append(Unknown("it ended", stage="content"))

    enter(bob, PHONE)
    clock.travel(3600)
    people.run_background()

    assert letters.sent == []
    assert states() == ["unknown"]


def test_a_process_that_died_over_a_letter_leaves_it_unknown(bob, letters):
    enter(bob, PHONE)
    event_id = db.session.scalar(select(AccountLetter.event_id))
    with unit_of_work():
        db.session.execute(update(AccountLetter).values(state="sending"))

    assert at_once(lambda: notices.begin(event_id, bob.id)) == [False]

    assert states() == ["unknown"]


def test_an_event_that_comes_again_sends_no_second_letter(bob, letters):
    enter(bob, PHONE)
    at_once(deliver_all_again)

    people.run_background()

    assert len(letters.sent) == 1


def deliver_all_again():
    with acting_for("all"), unit_of_work():
        db.session.execute(update(Receipt).values(state="pending", attempts=0))


def states():
    return list(db.session.scalars(select(AccountLetter.state)))


def test_a_password_changed_in_the_settings_is_told(app, team, letters):
    browser = signed_in(app, team.bob)

    browser.post("/settings/password", data={"present_password": PASSWORD, "password": NEW})
    people.run_background()

    (letter,) = letters.to(team.bob)
    assert letter.subject == "Your password was changed"
    assert "127.0.0.1" in letter.text
    assert "/forgot" in letter.text


def test_a_password_set_by_a_link_is_told_with_where_it_was_set(team, letters):
    at_once(lambda: resets.ask(team.bob.email, DESK))
    people.run_background()
    token = letters.sent[0].text.partition("/reset/")[2].split()[0]

    at_once(lambda: resets.use(token, NEW, Browser("198.51.100.7", PHONE.agent)))
    people.run_background()

    last = letters.to(team.bob)[-1]
    assert last.subject == "Your password was changed"
    assert "198.51.100.7" in last.text
    assert "Safari on iPhone" in last.text


def test_it_is_told_at_night_as_well(app, team, letters):
    clock.travel(-clock.now().hour * 3600 + 24 * 3600)
    browser = signed_in(app, team.bob)

    browser.post("/settings/password", data={"present_password": PASSWORD, "password": NEW})
    people.run_background()

    assert len(letters.to(team.bob)) == 1


def test_events_of_an_account_hold_ids_only(app, team, letters):
    browser = signed_in(app, team.bob)
    browser.post("/settings/password", data={"present_password": PASSWORD, "password": NEW})
    at_once(lambda: resets.ask(team.bob.email, DESK))
    people.run_background()

    names = ("user.password_changed", "password_reset.asked", "session.started")
    found = at_once(lambda: data_of(names))[0]
    assert len(found) >= 3
    values = [value for data in found for value in data.values()]
    assert all(value is None or isinstance(value, int) for value in values)


def data_of(names):
    with acting_for("all"):
        return list(db.session.scalars(select(Event.data).where(Event.name.in_(names))))


def test_the_page_of_browsers_says_that_new_ones_are_told(app, team):
    page = signed_in(app, team.bob).get("/settings/sessions").text

    assert "A new one is told to you by mail." in page
