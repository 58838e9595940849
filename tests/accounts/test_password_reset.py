"""A forgotten password: a link by mail, once, for an hour; who asks learns nothing of who is
known.
"""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from tests import people
from tests.clients import signed_in, stranger
from tests.notifications.posts import letters
from tests.people import PASSWORD
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.accounts import commands, joining, queries, resets
from webapp.accounts.models import AccountLetter, PasswordReset, User
from webapp.accounts.queries import membership_of
from webapp.adapters.letters import mailbox, message_of
from webapp.adapters.mail import Rejected, TryLater, Unknown
from webapp.core import clock, tokens
from webapp.core.errors import NotFound, NotSignedIn, TooMany
from webapp.db import db, unit_of_work

__all__ = ["letters"]

NEW = "nine amber kettles wait"
THERE = joining.Browser("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


@pytest.fixture
def strangers_view(app, letters):
    """The people exist, nobody's team is set, letters are kept."""
    return people.found_team(app)


def ask(email, browser=THERE):
    at_once(lambda: resets.ask(email, browser))
    people.run_background()


def link_in(letter):
    (token,) = set(re.findall(r"/reset/([\w-]+)", letter.text))
    return token


def sent_link(letters, person):
    ask(person.email)
    return link_in(letters.to(person)[-1])


def use(token, password=NEW, browser=THERE):
    resets.use(token, password, browser)
    db.session.rollback()


def opens(person, password):
    form = joining.SignIn(email=person.email, password=password)
    (answer,) = at_once(lambda: joining.sign_in(form, people.BROWSER))
    return not isinstance(answer, NotSignedIn)


def test_the_link_of_the_letter_sets_a_new_password(strangers_view, letters):
    use(sent_link(letters, strangers_view.bob))

    assert opens(strangers_view.bob, NEW)
    assert not opens(strangers_view.bob, PASSWORD)
    assert names_of("user", strangers_view.bob.id)[-1] == "user.password_changed"
    assert_one_event_per_version(User)


def test_the_letter_says_who_asked_and_leads_to_the_product(strangers_view, letters):
    ask(strangers_view.bob.email.upper())

    (letter,) = letters.to(strangers_view.bob)
    assert letter.subject == "Set a new password"
    assert "Firefox on Linux" in letter.text
    assert "192.0.2.7" in letter.text
    assert "do nothing" in letter.text
    assert f"http://127.0.0.1:8000/reset/{link_in(letter)}" in letter.text
    assert f'href="http://127.0.0.1:8000/reset/{link_in(letter)}"' in letter.html


def test_what_a_stranger_wrote_as_their_browser_is_in_no_letter(strangers_view, letters):
    ask(strangers_view.bob.email, joining.Browser("192.0.2.7", "Call +1 555 0100 at once"))

    (letter,) = letters.to(strangers_view.bob)
    assert "555" not in letter.text + letter.html


def test_an_unknown_address_sends_nothing_and_reads_the_same(app, team, letters):
    known, unknown = stranger(app), stranger(app)

    answers = []
    for one, email in ((known, team.bob.email), (unknown, "nobody@example.com")):
        asked = one.post("/forgot", data={"email": email})
        answers += [asked, one.get(asked.headers["Location"])]
    people.run_background()

    assert [one.status_code for one in answers] == [303, 200] * 2
    first, second = (
        re.sub(r'(value|nonce|content)="[^"]*"', "", one.text) for one in answers[1::2]
    )
    assert first == second
    assert [one.to for one in letters.sent] == [team.bob.email]


def test_an_unknown_address_asks_the_database_for_the_same(strangers_view, statements):
    asked = []
    for email in (strangers_view.bob.email, "nobody@example.com"):
        statements.clear()
        resets.ask(email, THERE)
        asked.append(list(statements))

    assert asked[0] == asked[1]


def test_a_link_works_once(strangers_view, letters):
    token = sent_link(letters, strangers_view.bob)
    use(token)

    with pytest.raises(NotFound):
        use(token, "three violet engines hum")

    assert opens(strangers_view.bob, NEW)


def test_a_link_works_for_an_hour(strangers_view, letters):
    token = sent_link(letters, strangers_view.bob)
    clock.travel(resets.LASTS.total_seconds() - 5)
    assert resets.behind(token)

    clock.travel(10)

    with pytest.raises(NotFound):
        resets.behind(token)


def test_wrong_old_and_used_links_look_alike(app, team, letters):
    used = sent_link(letters, team.bob)
    stranger(app).post(f"/reset/{used}", data={"password": NEW})
    old = sent_link(letters, team.mia)
    clock.travel(resets.LASTS.total_seconds() + 1)

    answers = [stranger(app).get(f"/reset/{token}") for token in (used, old, "not-a-token", "%00")]

    assert {one.status_code for one in answers} == {404}
    pages = {
        re.sub(r'(value|nonce|content|href)="[^"]*"|[0-9a-f]{12}', "", one.text) for one in answers
    }
    assert len(pages) == 1
    assert resets.GONE in answers[0].text


def test_setting_it_ends_every_session_and_every_other_link(app, team, letters):
    browsers = [signed_in(app, team.bob), signed_in(app, team.bob)]
    first, second = sent_link(letters, team.bob), sent_link(letters, team.bob)
    assert first != second

    stranger(app).post(f"/reset/{second}", data={"password": NEW})

    assert queries.sessions_of(team.bob.id) == []
    assert {one.get("/settings/profile").status_code for one in browsers} == {303}
    with pytest.raises(NotFound):
        resets.behind(first)


def test_a_password_changed_in_the_settings_closes_open_links(app, team, letters):
    token = sent_link(letters, team.bob)

    signed_in(app, team.bob).post(
        "/settings/password", data={"present_password": PASSWORD, "password": NEW}
    )

    with pytest.raises(NotFound):
        resets.behind(token)


def test_of_two_presses_at_once_one_sets_the_password(strangers_view, letters):
    token = sent_link(letters, strangers_view.bob)
    other = "three violet engines hum"

    answers = at_once(
        lambda: resets.use(token, NEW, THERE), lambda: resets.use(token, other, THERE)
    )

    assert sorted(type(one) for one in answers if one is not None) == [NotFound]
    chosen = NEW if answers[0] is None else other
    assert opens(strangers_view.bob, chosen)
    assert names_of("user", strangers_view.bob.id).count("user.password_changed") == 1


def test_the_token_is_in_no_table_and_no_log(app, team, letters, caplog):
    caplog.set_level(logging.DEBUG)
    letters.ends.append(TryLater("451 4.3.0 later", stage="content"))
    ask(team.bob.email)
    clock.travel(2)
    people.run_background()
    token = link_in(letters.to(team.bob)[0])
    browser = stranger(app)
    browser.get(f"/reset/{token}")
    browser.post(f"/reset/{token}", data={"password": "short"})
    browser.post(f"/reset/{token}", data={"password": NEW})

    kept = [
        str(row)
        for table in db.metadata.sorted_tables
        for row in db.session.execute(text(f'SELECT * FROM "{table.name}"')).all()
    ]
    records = [str(vars(one)) for one in caplog.records]
    assert any(tokens.hashed(token) in row for row in kept)
    assert [one for one in kept + records if token in one or NEW in one] == []


def test_another_try_makes_another_token(strangers_view, letters, monkeypatch):
    made = []
    monkeypatch.setattr(
        resets.tokens, "new_token", lambda: made.append(f"token-{len(made)}-{'x' * 40}") or made[-1]
    )
    letters.ends.append(TryLater("no connection", stage="connect"))
    ask(strangers_view.bob.email)
    clock.travel(2)
    people.run_background()

    assert len(made) == 2
    assert link_in(letters.sent[0]) == made[1]
    with pytest.raises(NotFound):
        resets.behind(made[0])


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (Unknown("it ended", stage="content"), "unknown"),
        (Rejected("550 5.1.1 nobody", stage="address"), "failed"),
    ],
)
def test_a_letter_that_may_have_arrived_or_is_refused_is_not_sent_again(
    strangers_view, letters, end, state
):
    letters.ends.append(end)
    ask(strangers_view.bob.email)
    clock.travel(3600)
    people.run_background()

    assert letters.sent == []
    assert db.session.scalars(select(AccountLetter.state)).all() == [state]


def test_tries_come_to_an_end(strangers_view, letters):
    letters.ends += [TryLater("no connection", stage="connect")] * 20
    ask(strangers_view.bob.email)
    for _ in range(20):
        clock.travel(700)
        people.run_background()

    assert len(letters.ends) >= 14
    assert letters.sent == []


def test_somebody_in_two_teams_gets_one_letter_and_is_out_of_both(app, team, letters):
    token = tokens.new_token()
    commands.invite(role="member", label="", token=token, by=team.alice.actor)
    at_once(lambda: joining.join_signed_in(token, team.charlie.id))
    signed_in(app, team.charlie)
    at_once(
        lambda: joining.open_session(
            team.charlie.id, people.BROWSER, remember=False, team_id=team.id
        )
    )
    assert {one.team_id for one in queries.sessions_of(team.charlie.id)} == {1, 2}

    link = sent_link(letters, team.charlie)
    stranger(app).post(f"/reset/{link}", data={"password": NEW})

    resets_sent = [one for one in letters.to(team.charlie) if "/reset/" in one.text]
    assert len(resets_sent) == 1
    assert queries.sessions_of(team.charlie.id) == []
    assert opens(team.charlie, NEW)


def test_who_is_in_no_team_any_more_gets_nothing(app, team, letters):
    token = sent_link(letters, team.mia)
    commands.remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)
    ask(team.mia.email)

    assert len(letters.to(team.mia)) == 1
    assert stranger(app).get(f"/reset/{token}").status_code == 404


def test_another_address_of_the_person_leaves_the_link_alone(team, letters):
    token = sent_link(letters, team.mia)
    with unit_of_work():
        db.session.execute(update(User).where(User.id == team.mia.id).values(email="m@example.com"))

    _, user = resets.behind(token)

    assert user.id == team.mia.id


def test_the_people_of_a_demo_get_no_link(team, letters):
    with unit_of_work():
        made_up = update(User).where(User.id == team.mia.id)
        db.session.execute(made_up.values(email="mia@team-1.demo.example"))

    ask("mia@team-1.demo.example")

    assert letters.sent == []
    assert db.session.scalars(select(PasswordReset.user_id)).all() == [None]


def test_three_letters_an_hour_are_sent_to_one_person(strangers_view, letters):
    for n in range(6):
        ask(strangers_view.bob.email, joining.Browser(f"198.51.100.{n}", ""))
    assert len(letters.sent) == resets.MOST_LETTERS

    clock.travel(resets.LASTS.total_seconds() + 1)
    ask(strangers_view.bob.email)

    assert len(letters.sent) == resets.MOST_LETTERS + 1


def test_one_address_asks_so_often_and_is_told_to_wait(app, team):
    browser = stranger(app)
    for n in range(resets.MOST_ASKED):
        assert browser.post("/forgot", data={"email": f"n{n}@example.com"}).status_code == 303

    answer = browser.post("/forgot", data={"email": team.bob.email})

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    clock.travel(3601)
    assert browser.post("/forgot", data={"email": team.bob.email}).status_code == 303


def test_what_was_asked_is_forgotten_after_a_week(strangers_view):
    resets.ask("nobody@example.com", THERE)
    clock.travel((resets.KEPT + timedelta(minutes=1)).total_seconds())
    resets.ask("somebody@example.com", THERE)

    assert len(db.session.scalars(select(PasswordReset.id)).all()) == 1


def test_a_name_with_a_line_end_begins_no_header(team, letters):
    with unit_of_work():
        bad = "Mia\r\nBcc: spy@example.com"
        db.session.execute(update(User).where(User.id == team.mia.id).values(name=bad))

    ask(team.mia.email)

    message = message_of(letters.sent[0], mailbox("desk@example.com"))
    assert message["Bcc"] is None
    assert "\n" not in letters.sent[0].to_name


def test_a_person_who_guessed_wrong_too_often_gets_in_by_the_link(strangers_view, letters):
    for _ in range(12):
        form = joining.SignIn(email=strangers_view.bob.email, password="not this one at all")
        at_once(lambda form=form: joining.sign_in(form, THERE))

    use(sent_link(letters, strangers_view.bob))

    form = joining.SignIn(email=strangers_view.bob.email, password=NEW)
    (answer,) = at_once(lambda: joining.sign_in(form, THERE))
    assert not isinstance(answer, TooMany)
