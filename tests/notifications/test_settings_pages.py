"""Settings of being told: one's own ways and hours, and the team's Slack."""

import re

import pytest

from tests import people
from tests.availability.work import edit_work
from tests.clients import signed_in
from webapp.adapters import slack
from webapp.notifications import queries
from webapp.notifications.kinds import KINDS
from webapp.notifications.times import Hours

HOOK = "https://hooks.slack.com/services/T000/B000/XXXX"


@pytest.fixture
def mia(app, team):
    return signed_in(app, team.mia)


@pytest.fixture
def alice(app, team):
    return signed_in(app, team.alice)


def form(**changes):
    values = {
        "kinds": [kind.name for kind in KINDS],
        "emails": [kind.email for kind in KINDS],
        "slacks": [kind.slack for kind in KINDS],
        "quiet": "1",
        "quiet_from": "22:00",
        "quiet_until": "08:00",
        "digest_at": "08:00",
        "version": 0,
    }
    return values | changes


def test_who_never_chose_has_the_usual_ways(mia):
    page = mia.get("/settings/notifications").text

    assert page.count('<select class="select" name="emails"') == len(KINDS)
    assert re.search(r'name="quiet_from"[^>]* value="22:00"', page)


def test_what_is_chosen_is_kept(mia, team):
    emails = ["off"] * len(KINDS)
    mia.post(
        "/settings/notifications",
        data=form(emails=emails, quiet_from="19:30", quiet_until="09:15", digest_at="17:00"),
    )

    wishes = queries.wishes_of([team.mia.id])[team.mia.id]
    assert {way.email for way in wishes.ways.values()} == {"off"}
    assert wishes.hours == Hours(19 * 60 + 30, 9 * 60 + 15, 17 * 60)
    assert 'value="19:30"' in mia.get("/settings/notifications").text


def test_without_quiet_hours_there_are_none(mia, team):
    data = form()
    del data["quiet"]
    mia.post("/settings/notifications", data=data)

    assert not queries.wishes_of([team.mia.id])[team.mia.id].hours.has_quiet
    assert 'name="quiet" value="1" checked' not in mia.get("/settings/notifications").text


def test_a_page_that_is_out_of_date_overwrites_nothing(mia, team):
    mia.post("/settings/notifications", data=form(emails=["off"] * len(KINDS)))

    answer = mia.post("/settings/notifications", data=form(emails=["digest"] * len(KINDS)))

    assert answer.status_code == 409
    ways = queries.wishes_of([team.mia.id])[team.mia.id].ways
    assert {way.email for way in ways.values()} == {"off"}
    assert answer.text.count('value="digest" selected') == len(KINDS)


@pytest.mark.parametrize(
    "changes",
    [
        {"quiet_from": "25:00"},
        {"digest_at": ""},
        {"emails": ["now"]},
        {"emails": ["sometimes"] * len(KINDS)},
    ],
)
def test_what_does_not_fit_is_refused(mia, team, changes):
    answer = mia.post("/settings/notifications", data=form(**changes))

    assert answer.status_code == 422
    assert queries.wishes_of([team.mia.id])[team.mia.id].version == 0


def test_a_kind_nobody_knows_is_left_out(mia, team):
    mia.post(
        "/settings/notifications",
        data=form(kinds=["nothing"], emails=["off"], slacks=["off"]),
    )

    assert "nothing" not in queries.wishes_of([team.mia.id])[team.mia.id].ways


def test_slack_ways_are_offered_to_who_can_be_reached_there(mia, alice, team):
    assert 'name="slacks" aria-label' not in mia.get("/settings/notifications").text
    bot = {"mode": "bot", "secret": "xoxb-" + "1" * 20}
    alice.post("/settings/slack", data=bot)
    edit_work(team.mia, slack_user_id="U012AB3CD")

    assert 'name="slacks" aria-label' in mia.get("/settings/notifications").text


# The team's Slack


def test_owners_connect_slack_and_its_address_is_never_shown_again(alice):
    answer = alice.post("/settings/slack", data={"mode": "webhook", "secret": HOOK})

    assert answer.status_code == 303
    page = alice.get("/settings/slack").text
    assert "A webhook posts to its channel" in page
    assert "XXXX" not in page


@pytest.mark.parametrize(
    ("mode", "secret", "words"),
    [
        ("webhook", "http://127.0.0.1:6379/", "A webhook begins with"),
        ("webhook", "https://hooks.slack.com.evil.example/services/T/B/X", "A webhook begins"),
        ("webhook", "https://hooks.slack.com@169.254.169.254/services/T/B/X", "A webhook begins"),
        ("bot", "xoxp-123", "begins with xoxb-"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_and_not_shown_again(alice, mode, secret, words):
    answer = alice.post("/settings/slack", data={"mode": mode, "secret": secret})

    assert answer.status_code == 422
    assert words in answer.text
    assert secret not in answer.text
    assert queries.slack_connection() is None


def test_a_test_message_says_how_it_went(alice, monkeypatch):
    alice.post("/settings/slack", data={"mode": "webhook", "secret": HOOK})
    said = []
    monkeypatch.setattr(slack, "_slack", type("Kept", (), {"post": lambda _, *a: said.append(a)})())
    alice.post("/settings/slack/test")
    people.run_background()

    assert said[0][1] == "Drumbeat is connected here."
    assert "A message arrived" in alice.get("/settings/slack").text


def test_a_connection_that_is_refused_is_said(alice, monkeypatch):
    alice.post("/settings/slack", data={"mode": "webhook", "secret": HOOK})

    def refuse(_, *_more):
        raise slack.Rejected("no_service", is_gone=True)

    monkeypatch.setattr(slack, "_slack", type("Gone", (), {"post": refuse})())
    alice.post("/settings/slack/test")
    people.run_background()

    page = alice.get("/settings/slack").text
    assert "Slack refuses this connection" in page
    assert "<code>no_service</code>" in page


def test_what_the_channel_is_told_is_chosen(alice):
    alice.post("/settings/slack", data={"mode": "webhook", "secret": HOOK})
    version = re.search(r'name="version" value="(\d+)"', alice.get("/settings/slack").text)[1]

    alice.post("/settings/slack/kinds", data={"kinds": ["mention"], "version": version})

    assert queries.slack_connection().kinds == ["mention"]


def test_slack_is_disconnected(alice):
    alice.post("/settings/slack", data={"mode": "webhook", "secret": HOOK})

    alice.post("/settings/slack/disconnect")

    assert queries.slack_connection() is None


def test_ways_are_changed_again_with_the_hours_as_they_are(mia, team):
    mia.post("/settings/notifications", data=form())

    answer = mia.post("/settings/notifications", data=form(emails=["off"] * len(KINDS), version=1))

    assert answer.status_code == 303
    wishes = queries.wishes_of([team.mia.id])[team.mia.id]
    assert wishes.version == 2
    assert {way.email for way in wishes.ways.values()} == {"off"}
