"""Links into a team: used once, for seven days, and all that do not work look alike."""

import pytest

from tests import people
from tests.together import assert_one_event_per_version, at_once
from webapp.accounts import commands, joining
from webapp.accounts.models import Invite, Membership
from webapp.accounts.queries import invite_behind, membership_of, open_invites, teams_of
from webapp.core import clock, tokens
from webapp.core.errors import Invalid, NotFound
from webapp.db import acting_for, db


@pytest.fixture
def token(team):
    return invited(team)


def invited(team, role="member"):
    token = tokens.new_token()
    commands.invite(role=role, label="", token=token, by=team.alice.actor)
    return token


def outside(team, action):
    """Do it as a stranger would: with no team set."""
    (answer,) = at_once(action)
    if isinstance(answer, Exception):
        raise answer
    return answer


def newcomer(email="nora@example.com"):
    return joining.Person(name="Nora North", email=email, password=people.PASSWORD)


def test_a_newcomer_joins_with_the_role_of_the_link(team, token):
    user_id = outside(team, lambda: joining.join(token, newcomer()))

    assert membership_of(user_id).role == "member"
    assert open_invites() == []
    assert_one_event_per_version(Invite, Membership)


def test_only_the_hash_of_a_token_is_stored(team, token):
    (invite,) = open_invites()

    assert invite.token_hash == tokens.hashed(token)
    assert token not in str(vars(invite))


def test_a_link_works_once(team, token):
    outside(team, lambda: joining.join(token, newcomer()))

    with pytest.raises(NotFound):
        outside(team, lambda: joining.join(token, newcomer("olga@example.com")))


def test_of_two_people_with_one_link_at_once_one_joins(team, token):
    answers = at_once(
        lambda: joining.join(token, newcomer()),
        lambda: joining.join(token, newcomer("olga@example.com")),
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["NotFound", "int"]


def test_wrong_used_revoked_and_expired_links_read_the_same(team):
    used, revoked, expired = invited(team), invited(team), invited(team)
    outside(team, lambda: joining.join(used, newcomer()))
    commands.revoke_invite(invite_id=invite_behind(revoked)[0].id, by=team.alice.actor)
    clock.travel(commands.INVITE_LASTS.total_seconds() + 1)

    words = set()
    for one in ("no such token", used, revoked, expired):
        with pytest.raises(NotFound) as refused:
            invite_behind(one)
        words.add(refused.value.message)

    assert len(words) == 1


def test_somebody_with_an_account_joins_a_second_team(team, token):
    joined = outside(team, lambda: joining.join_signed_in(token, team.charlie.id))

    assert joined == team.id
    assert len(teams_of(team.charlie.id)) == 2


def test_who_is_in_the_team_already_is_told_so_and_the_link_stays_good(team, token):
    with pytest.raises(Invalid, match="already"):
        outside(team, lambda: joining.join_signed_in(token, team.mia.id))

    assert len(open_invites()) == 1


def test_somebody_who_was_removed_may_come_back(team, token):
    member = membership_of(team.mia.id)
    commands.remove_member(membership_id=member.id, by=team.alice.actor)

    outside(team, lambda: joining.join_signed_in(token, team.mia.id))

    assert membership_of(team.mia.id).id == member.id
    assert_one_event_per_version(Membership)


def test_another_teams_invite_is_not_found(team, token):
    (invite,) = open_invites()
    db.session.expunge_all()

    def revoke():
        with acting_for(team.charlie.actor.team_id):
            commands.revoke_invite(invite_id=invite.id, by=team.charlie.actor)

    with pytest.raises(NotFound):
        outside(team, revoke)
