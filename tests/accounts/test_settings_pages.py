"""Settings: each page works, keeps what was typed, and offers only what may be pressed."""

import re

import pytest
from sqlalchemy import select, update

from tests.clients import signed_in, stranger
from webapp.accounts import commands, queries
from webapp.accounts.models import Invite, Session, User
from webapp.approvals.queries import policy_of
from webapp.core import tokens
from webapp.db import db, unit_of_work
from webapp.events.models import Event, Receipt

TABS = ("profile", "team", "members", "sessions", "rules", "failed")


def an_invite(team, role="member"):
    token = tokens.new_token()
    commands.invite(role=role, label="Ida", token=token, by=team.alice.actor)
    db.session.rollback()
    return token


def a_dead_receipt(team):
    event_id = db.session.scalars(select(Event.id).where(Event.team_id == team.id)).first()
    with unit_of_work():
        made = Receipt(
            team_id=team.id,
            event_id=event_id,
            subscriber="tests.a_policy",
            state="dead",
            attempts=6,
            last_error="ValueError: <b>broken</b>",
        )
        db.session.add(made)
        db.session.flush()
        return made.id


def version(html, form):
    return re.search(rf'action="{form}".*?name="version" value="(\d+)"', html, re.S)[1]


def shown_link(html):
    return re.search(r'id="new-link"[^>]*>([^<]+)<', html)[1]


@pytest.mark.parametrize("tab", TABS)
def test_every_settings_page_needs_a_sign_in(app, tab):
    answer = stranger(app).get(f"/settings/{tab}")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("who", ["alice", "bob", "mia", "vera"])
def test_every_role_sees_every_settings_page_with_one_heading(app, team, who, tab):
    page = signed_in(app, getattr(team, who)).get(f"/settings/{tab}")

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "aria-current=page" in page.text


@pytest.mark.parametrize(
    ("tab", "form"),
    [
        ("team", 'action="/settings/team"'),
        ("members", 'action="/settings/members'),
        ("rules", 'action="/settings/rules"'),
    ],
)
def test_only_owners_see_the_forms_of_the_team(app, team, tab, form):
    assert form in signed_in(app, team.alice).get(f"/settings/{tab}").text
    for person in (team.bob, team.mia, team.vera):
        assert form not in signed_in(app, person).get(f"/settings/{tab}").text


def test_a_viewer_does_not_see_addresses(app, team):
    assert team.mia.email not in signed_in(app, team.vera).get("/settings/members").text


def test_owners_see_when_people_last_signed_in_and_nobody_else_does(app, team):
    owner, member = signed_in(app, team.alice), signed_in(app, team.mia)

    seen, others = (one.get("/settings/members").text for one in (owner, member))

    assert "last signed in <time" in seen
    assert "never signed in" in seen
    assert "signed in" not in others


@pytest.mark.parametrize(
    "path",
    [
        "/logout",
        "/settings/switch-team",
        "/settings/members/invites",
        "/settings/members/1/remove",
        "/settings/sessions/1/revoke",
        "/settings/failed/1/retry",
    ],
)
def test_unsafe_paths_reject_get(app, team, path):
    assert signed_in(app, team.alice).get(path).status_code == 405


def test_a_profile_is_saved_and_said(app, team):
    mia = signed_in(app, team.mia)
    number = version(mia.get("/settings/profile").text, "/settings/profile")

    answer = mia.post(
        "/settings/profile",
        data={"name": "Mia Moss-Ek", "company": "", "zone": "Europe/Berlin", "version": number},
    )

    assert answer.status_code == 303
    page = mia.get("/settings/profile").text
    assert "Profile saved" in page
    assert 'value="Mia Moss-Ek"' in page
    assert '<option value="Europe/Berlin" selected>' in page


def test_a_refused_profile_keeps_the_text_beside_the_error(app, team):
    answer = signed_in(app, team.mia).post(
        "/settings/profile",
        data={"name": "", "company": "Kept Ltd", "zone": "Mars/Base", "version": "1"},
    )

    assert answer.status_code == 422
    assert 'value="Kept Ltd"' in answer.text
    assert 'aria-describedby="name-error"' in answer.text
    assert 'aria-describedby="zone-error"' in answer.text
    assert "2 things need fixing" in answer.text


def test_a_stale_team_form_shows_both_versions_and_saves_on_the_second_press(app, team):
    alice = signed_in(app, team.alice)
    number = version(alice.get("/settings/team").text, "/settings/team")
    data = {"name": "Mine", "zone": "UTC", "currency": "USD", "version": number}
    alice.post("/settings/team", data=data | {"name": "Theirs"})

    stale = alice.post("/settings/team", data=data)
    newer = version(stale.text, "/settings/team")
    again = alice.post("/settings/team", data=data | {"version": newer})

    assert stale.status_code == 409
    assert "Theirs" in stale.text
    assert 'value="Mine"' in stale.text
    assert again.status_code == 303


def test_a_new_invitation_is_shown_once(app, team):
    alice = signed_in(app, team.alice)

    alice.post("/settings/members/invites", data={"role": "manager", "label": "Ida"})
    first, second = alice.get("/settings/members").text, alice.get("/settings/members").text

    path = "/join/" + shown_link(first).rpartition("/join/")[2]
    assert stranger(app).get(path).status_code == 200
    assert "Ida" in second
    assert 'id="new-link"' not in second


def test_a_revoked_link_lets_nobody_in(app, team):
    token = an_invite(team)
    invite_id = db.session.scalars(
        select(Invite.id).where(Invite.token_hash == tokens.hashed(token))
    ).one()
    db.session.rollback()

    signed_in(app, team.alice).post(f"/settings/members/invites/{invite_id}/revoke")

    assert stranger(app).get(f"/join/{token}").status_code == 404


def test_a_limit_that_is_no_amount_opens_that_members_form_again(app, team):
    member = queries.membership_of(team.bob.id)
    path, number = f"/settings/members/{member.id}", member.version
    db.session.rollback()

    answer = signed_in(app, team.alice).post(
        path, data={"role": "manager", "approve_limit": "a lot", "version": number}
    )

    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert 'value="a lot"' in answer.text
    assert "Write it like 6,000" in answer.text


def test_the_last_owner_cannot_step_down(app, team):
    member = queries.membership_of(team.alice.id)
    path, number = f"/settings/members/{member.id}", member.version
    db.session.rollback()

    answer = signed_in(app, team.alice).post(path, data={"role": "viewer", "version": number})

    assert answer.status_code == 409
    assert "A team needs an owner." in answer.text


def test_a_removed_member_is_signed_out(app, team):
    mia = signed_in(app, team.mia)
    member_id = queries.membership_of(team.mia.id).id
    db.session.rollback()

    signed_in(app, team.alice).post(f"/settings/members/{member_id}/remove")

    assert mia.get("/").headers["Location"].startswith("/login")


def test_signing_out_another_browser_ends_it_and_leaves_this_one(app, team):
    here, there = signed_in(app, team.mia), signed_in(app, team.mia)
    own = db.session.scalars(
        select(Session.id).where(Session.user_id == team.mia.id).order_by(Session.id)
    ).all()
    db.session.rollback()

    page = here.get("/settings/sessions").text
    here.post(f"/settings/sessions/{own[-1]}/revoke")

    assert page.count("This browser") == 1
    assert here.get("/settings/sessions").status_code == 200
    assert there.get("/").status_code == 303


def test_nobody_signs_out_somebody_elses_browser(app, team):
    mia = signed_in(app, team.mia)
    own = db.session.scalars(select(Session.id).where(Session.user_id == team.mia.id)).all()
    db.session.rollback()

    answer = signed_in(app, team.bob).post(f"/settings/sessions/{own[-1]}/revoke")

    assert answer.status_code == 404
    assert mia.get("/").status_code == 200


def test_the_budget_limit_is_saved_and_a_wrong_one_is_kept_beside_its_error(app, team):
    alice = signed_in(app, team.alice)
    data = {"kind": "budget.change", "version": "1"}

    wrong = alice.post("/settings/rules", data=data | {"limit": "6000,00,0"})
    right = alice.post("/settings/rules", data=data | {"limit": "500"})

    assert wrong.status_code == 422
    assert 'value="6000,00,0"' in wrong.text
    assert right.status_code == 303
    assert policy_of("budget.change").guard["max_amount_cents"] == 50_000
    assert "Up to $500 they happen at once" in alice.get("/settings/rules").text


def test_failed_work_is_listed_and_retried_by_managers(app, team):
    receipt_id = a_dead_receipt(team)
    bob, vera = signed_in(app, team.bob), signed_in(app, team.vera)

    seen = vera.get("/settings/failed").text
    refused = vera.post(f"/settings/failed/{receipt_id}/retry")
    retried = bob.post(f"/settings/failed/{receipt_id}/retry")

    assert "&lt;b&gt;broken" in seen
    assert ">Retry<" not in seen
    assert refused.status_code == 403
    assert retried.status_code == 303
    assert "Nothing failed" in bob.get("/settings/failed").text


def test_names_are_escaped_everywhere_they_are_shown(app, team):
    name = '<img src=x onerror="alert(1)">'
    with unit_of_work():
        db.session.execute(update(User).where(User.id == team.mia.id).values(name=name))

    page = signed_in(app, team.alice).get("/settings/members").text

    assert "<img" not in page
    assert "&lt;img" in page
