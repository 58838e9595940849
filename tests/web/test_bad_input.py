"""Whatever is typed into whatever field: a clear refusal or cleaned text, never a broken page."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from tests import people
from webapp.accounts import commands as accounts
from webapp.accounts.queries import membership_of
from webapp.ads.models import AdCampaign
from webapp.approvals.models import Proposal
from webapp.campaigns.models import Campaign
from webapp.core import tokens
from webapp.db import acting_for, db, find

HOSTILE = {
    "controls": b"a\x00b" + bytes(range(1, 32)) + b"\x7f\xc2\x85",
    "not text": b"\xed\xa0\x80\xff\xfe",
    "long": b"x" * 10_000,
    "long and wide": "ﷺ".encode() * 3_000,
    "marks": "\u202e👩‍👩‍👧'; DROP TABLE campaign; --<script>{{ 7*7 }}".encode(),
    "huge number": b"9" * 40,
    "bigint and one": str(2**63).encode(),
    "negative": b"-1",
    "superscript": "²".encode(),
    "empty": b"",
}


def forms(team, campaign, proposal):
    """(path, the form as its page would send it) of every form there is."""
    words = {
        "name": "A",
        "type": "other",
        "objective": "sales",
        "description": "d",
        "target_audience": "t",
        "owner_id": team.alice.id,
    }
    dates = {
        "start_on": "2030-01-01",
        "start_time": "09:00",
        "target_on": "2030-01-02",
        "end_on": "2030-01-03",
    }
    own = f"/campaigns/{campaign.id}"
    return {
        "create": (
            "/campaigns",
            words | dates | {"currency": "USD", "budget": "10", "platforms": "google"},
        ),
        "edit": (f"{own}/edit", words | {"version": 1}),
        "dates": (f"{own}/dates", dates | {"version": 1}),
        "budget": (
            f"{own}/budget",
            {"budget": "9", "ad_campaign_ids": 1, "shares": "9", "evenly": "1", "version": 1},
        ),
        "platform": (f"{own}/budget/platforms", {"platform": "x"}),
        "move": (f"{own}/moves", {"move": "pause", "reason": "r", "version": 1}),
        "submit": (f"{own}/submit", {"note": "n", "version": 1}),
        "archive": (f"{own}/archive", {"archived": "1", "version": 1}),
        "decision": (
            f"/approvals/{proposal.id}/decision",
            {"decision": "reject", "note": "n", "confirm": "c", "version": 9},
        ),
        "profile": (
            "/settings/profile",
            {"name": "A", "company": "c", "zone": "UTC", "version": 1},
        ),
        "team": ("/settings/team", {"name": "A", "zone": "UTC", "currency": "USD", "version": 9}),
        "invite": ("/settings/members/invites", {"role": "member", "label": "l"}),
        "member": (
            f"/settings/members/{membership_of(team.mia.id).id}",
            {"role": "member", "approve_limit": "1", "version": 1},
        ),
        "rules": ("/settings/rules", {"kind": "budget.change", "limit": "1", "version": 9}),
        "switch": ("/settings/switch-team", {"team_id": 1}),
        "theme": ("/theme", {"theme": "dark", "next": "/"}),
        "login": ("/login", {"email": "a@example.com", "password": "p", "remember": "1"}),
        "signup": (
            "/signup",
            {
                "name": "A",
                "email": "not an address",
                "password": people.PASSWORD,
                "team_name": "T",
                "zone": "UTC",
            },
        ),
    }


NAMES = [
    *["create", "edit", "dates", "budget", "platform", "move", "submit", "archive", "decision"],
    *["profile", "team", "invite", "member", "rules", "switch", "theme", "login", "signup"],
]


@pytest.fixture
def desk(bare_app):
    """Alice's browser, and the forms she may send."""
    with bare_app.app_context():
        team = people.found_team(bare_app)
        with acting_for(team.id):
            _, proposal = people.submitted(team)
            found = forms(team, people.draft(team), proposal)
    return team.alice.sign_in(bare_app), found


def send(client, path, form):
    return client.post(path, data=urlencode(form), content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("form", NAMES)
def test_no_field_of_a_form_can_break_the_page(desk, form):
    client, found = desk
    path, values = found[form]

    broken = []
    for field in [*values, "form_token"]:
        for kind, hostile in HOSTILE.items():
            status = send(client, path, values | {field: hostile}).status_code
            if status >= 500:
                broken.append((field, kind, status))

    assert broken == []


@pytest.mark.parametrize(
    "path",
    [
        "/campaigns",
        "/login",
        "/campaigns/1/activity",
        "/approvals",
    ],
)
def test_no_query_can_break_a_page(desk, path):
    client, _ = desk
    names = ("q", "tab", "sort", "owner", "type", "after", "before", "show", "next", "x")

    broken = [
        (kind, sent)
        for kind, hostile in HOSTILE.items()
        for sent in ({name: hostile for name in names}, {"sort": "name", "after": b"1~" + hostile})
        if client.get(f"{path}?{urlencode(sent)}").status_code >= 500
    ]

    assert broken == []


@pytest.mark.parametrize("number", ["0", "9223372036854775807", "9223372036854775808", "9" * 60])
@pytest.mark.parametrize("path", ["/campaigns/{}", "/approvals/{}", "/campaigns/{}/budget"])
def test_a_number_no_row_has_is_not_found(desk, path, number):
    client, _ = desk

    assert client.get(path.format(number)).status_code == 404


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1f", "\x7f", "\x85"])
@pytest.mark.parametrize(("form", "field"), [("create", "name"), ("create", "description")])
def test_control_characters_are_refused_beside_the_field(desk, bare_app, form, field, control):
    client, found = desk
    path, values = found[form]

    answer = send(client, path, values | {field: f"Harbour{control} Lights"})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "characters in this that cannot be shown" in answer.text
    assert "Harbour Lights" in answer.text
    assert control not in answer.text
    with bare_app.app_context(), acting_for("all"):
        assert db.session.query(Campaign).filter(Campaign.name.startswith("Harbour")).count() == 0


def test_a_password_is_taken_as_typed(desk):
    client, found = desk
    path, values = found["login"]

    answer = send(client, path, values | {"password": "tab\tand \x00 nul"})

    assert "characters in this" not in answer.text
    assert "do not match" in answer.text


def test_what_is_kept_is_cleaned(desk, bare_app):
    client, found = desk
    path, values = found["create"]
    sent = values | {"name": "  Tidal\u0301\t Lines ", "description": "one\r\ntwo "}

    assert send(client, path, sent).status_code == 303

    with bare_app.app_context(), acting_for("all"):
        newest = db.session.scalars(select(Campaign).order_by(Campaign.id.desc())).first()
        assert newest.name == "Tida\u013a Lines"
        assert newest.description == "one\ntwo"


def test_a_refused_form_keeps_what_was_typed(desk):
    client, found = desk
    path, values = found["create"]

    answer = send(client, path, values | {"name": "Tidal Lines", "budget": "a lot"})

    assert answer.status_code == 422
    assert 'value="Tidal Lines"' in answer.text
    assert 'value="a lot"' in answer.text
    assert "Write it like 6,000" in answer.text


def test_what_is_typed_is_shown_as_text(desk):
    client, found = desk
    path, values = found["create"]

    answer = send(client, path, values | {"name": "<script>x</script>{{7*7}}", "budget": "?"})

    assert "<script>x" not in answer.text
    assert "&lt;script&gt;x&lt;/script&gt;{{7*7}}" in answer.text


def test_posted_fields_that_are_not_the_forms_change_nothing(desk, bare_app):
    client, found = desk
    path, values = found["create"]
    extra = {"id": 4711, "team_id": 2, "state": "active", "role": "owner", "created_by": 5}

    assert send(client, path, values | extra | {"version": 99, "zone": "X"}).status_code == 303

    with bare_app.app_context(), acting_for("all"):
        newest = db.session.scalars(select(Campaign).order_by(Campaign.id.desc())).first()
        assert (newest.team_id, newest.state, newest.version) == (1, "draft", 1)
        assert (newest.zone, newest.created_by) == ("UTC", 1)
        assert newest.id != 4711


def test_the_address_wins_over_a_posted_id(desk, bare_app):
    client, found = desk
    path, values = found["edit"]
    number = int(path.split("/")[2])

    send(client, path, values | {"campaign_id": 1, "name": "Renamed"})

    with bare_app.app_context(), acting_for(1):
        assert find(Campaign, number).name == "Renamed"
        assert find(Campaign, 1).name != "Renamed"


def test_an_invited_person_cannot_choose_a_role(bare_app):
    with bare_app.app_context():
        team = people.found_team(bare_app)
        token = tokens.new_token()
        with acting_for(team.id):
            accounts.invite(role="viewer", label="", token=token, by=team.alice.actor)
    form = {"name": "Nora", "email": "nora@example.com", "password": people.PASSWORD}

    answer = bare_app.test_client().post(
        f"/join/{token}", data=form | {"role": "owner", "team_id": 2, "is_active": "0"}
    )

    assert answer.status_code == 303
    with bare_app.app_context(), acting_for(team.id):
        assert membership_of(6).role == "viewer"


def test_the_same_form_sent_twice_does_its_work_once(desk, bare_app):
    client, found = desk
    path, values = found["create"]

    answers = [send(client, path, values | {"form_token": "once"}) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    with bare_app.app_context(), acting_for("all"):
        assert db.session.query(Campaign).filter_by(name="A").count() == 1
        assert db.session.query(Proposal).count() == 1


def test_the_same_words_on_another_page_are_no_second_press(desk, bare_app):
    client, _ = desk
    with bare_app.app_context(), acting_for("all"):
        first, second = (one.id for one in db.session.query(Campaign).order_by(Campaign.id))
    form = {"platform": "linkedin", "form_token": "once"}

    for campaign_id in (first, second):
        assert send(client, f"/campaigns/{campaign_id}/budget/platforms", form).status_code == 303

    with bare_app.app_context(), acting_for("all"):
        parts = db.session.query(AdCampaign).filter_by(platform="linkedin")
        assert sorted(part.campaign_id for part in parts) == [first, second]


def test_what_one_person_sent_is_no_answer_to_another(desk, bare_app):
    client, found = desk
    path, values = found["create"]
    other = bare_app.test_client()
    signed = {"email": "mia@example.com", "password": people.PASSWORD}
    assert other.post("/login", data=signed).status_code == 303

    answers = [send(one, path, values | {"form_token": "once"}) for one in (client, other)]

    assert answers[0].headers["Location"] != answers[1].headers["Location"]
