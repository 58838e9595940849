"""A link with which a member sets a new password, made by an owner where no mail leaves."""

import re

import pytest
from sqlalchemy import select, update

from tests import people
from tests.clients import signed_in, stranger
from tests.notifications.posts import letters
from tests.together import at_once, names_of
from webapp.accounts import commands, joining, resets
from webapp.accounts.models import PasswordReset, User
from webapp.accounts.queries import membership_of, sessions_of
from webapp.core import clock, tokens
from webapp.core.errors import Invalid, NotFound
from webapp.db import db, unit_of_work

__all__ = ["letters"]

NEW = "nine amber kettles wait"


def make(team, person):
    """A link's token, made by Alice."""
    token = tokens.new_token()
    resets.make_reset_link(
        membership_id=membership_of(person.id).id, token=token, by=team.alice.actor
    )
    return token


def joins(team, person):
    """Charlie's team has one more member."""
    token = tokens.new_token()
    at_once(
        lambda: commands.invite(role="member", label="", token=token, by=team.charlie.actor),
        team_id=team.charlie.actor.team_id,
    )
    (answer,) = at_once(lambda: joining.join_signed_in(token, person.id))
    assert answer == team.charlie.actor.team_id


def test_an_owner_makes_a_link_that_is_shown_once_and_works_once(app, team):
    alice, path = signed_in(app, team.alice), f"/settings/members/{membership_of(team.mia.id).id}"

    answer = alice.post(f"{path}/reset-link", data={})
    shown, again = (alice.get("/settings/members").text for _ in range(2))

    assert answer.status_code == 303
    link = re.search(r"http://localhost(/reset/[\w-]+)", shown)[1]
    assert link not in again
    assert stranger(app).post(link, data={"password": NEW}).status_code == 303
    assert stranger(app).get(link).status_code == 404
    entered = stranger(app).post("/login", data={"email": team.mia.email, "password": NEW})
    assert entered.status_code == 303


def test_it_is_logged_and_the_member_is_told_once_it_is_used(team, letters):
    token = make(team, team.mia)
    people.run_background()
    assert names_of("user", team.mia.id)[-1] == "user.reset_link_made"
    assert letters.sent == []

    at_once(lambda: resets.use(token, NEW, people.BROWSER))
    people.run_background()

    assert [one.subject for one in letters.to(team.mia)] == ["Your password was changed"]
    assert sessions_of(team.mia.id) == []


def test_only_its_hash_is_kept_and_it_ends_after_an_hour(team):
    token = make(team, team.mia)
    stored = db.session.scalars(select(PasswordReset.token_hash)).all()
    assert stored == [tokens.hashed(token)]

    clock.travel(resets.LASTS.total_seconds() + 1)

    with pytest.raises(NotFound):
        resets.behind(token)


def test_a_team_does_not_let_itself_into_another_one(app, team):
    joins(team, team.mia)

    with pytest.raises(Invalid):
        make(team, team.mia)

    page = signed_in(app, team.alice).post(
        f"/settings/members/{membership_of(team.mia.id).id}/reset-link", data={}
    )
    assert page.status_code == 422
    assert "only a letter can let them in" in page.text
    assert 'value="member" selected' in page.text


def test_a_link_ends_when_the_member_joins_another_team(team):
    token = make(team, team.mia)

    joins(team, team.mia)

    with pytest.raises(NotFound):
        resets.behind(token)


def test_a_link_ends_when_its_owner_leaves_the_team(team):
    token = make(team, team.mia)
    member = membership_of(team.bob.id)
    commands.change_member(
        membership_id=member.id,
        role="owner",
        approve_limit="",
        version=member.version,
        by=team.alice.actor,
    )

    commands.remove_member(membership_id=membership_of(team.alice.id).id, by=team.bob.actor)

    with pytest.raises(NotFound):
        resets.behind(token)


def test_nobody_makes_one_for_themselves_a_demos_people_or_who_left(team):
    with pytest.raises(Invalid):
        make(team, team.alice)

    with unit_of_work():
        made_up = update(User).where(User.id == team.vera.id)
        db.session.execute(made_up.values(email="vera@team-1.demo.example"))
    with pytest.raises(Invalid):
        make(team, team.vera)

    left = membership_of(team.mia.id).id
    commands.remove_member(membership_id=left, by=team.alice.actor)
    with pytest.raises(NotFound):
        resets.make_reset_link(membership_id=left, token=tokens.new_token(), by=team.alice.actor)


def test_links_of_owners_do_not_count_toward_the_letters_of_an_hour(team, letters):
    for _ in range(resets.MOST_LETTERS + 1):
        make(team, team.mia)

    at_once(lambda: resets.ask(team.mia.email, people.BROWSER))
    people.run_background()

    assert len(letters.to(team.mia)) == 1


def test_only_owners_see_the_form(app, team):
    assert "Make a reset link" in signed_in(app, team.alice).get("/settings/members").text
    assert "Make a reset link" not in signed_in(app, team.bob).get("/settings/members").text
