"""Sessions are rows: they end on the server, by hand, by idleness and by age."""

from datetime import timedelta

import pytest

from tests.together import at_once, names_of
from webapp.accounts import commands, joining
from webapp.accounts.queries import (
    live_sessions,
    membership_of,
    sessions_of,
    signed_in,
)
from webapp.core import clock, tokens
from webapp.core.errors import Forbidden, NotFound


def test_every_sign_in_is_a_session_of_its_own(team, open_session):
    first, second = open_session(team.alice), open_session(team.alice)

    assert first != second
    assert signed_in(first).session_id != signed_in(second).session_id


def test_only_the_hash_of_the_cookie_is_stored(team, open_session):
    token = open_session(team.alice)

    (row,) = sessions_of(team.alice.id)
    assert row.token_hash == tokens.hashed(token)


def test_a_revoked_session_is_over_at_once(team, open_session):
    token, other = open_session(team.alice), open_session(team.alice)
    session_id = signed_in(token).session_id

    commands.revoke_session(session_id=session_id, by=team.alice.actor)

    assert signed_in(token) is None
    assert not live_sessions({session_id})
    assert signed_in(other) is not None
    assert names_of("session", session_id) == ["session.started", "session.revoked"]


def test_revoking_twice_is_recorded_once(team, open_session):
    session_id = signed_in(open_session(team.alice)).session_id

    for _ in range(2):
        commands.revoke_session(session_id=session_id, by=team.alice.actor)

    assert names_of("session", session_id).count("session.revoked") == 1


def test_nobody_ends_another_persons_session(team, open_session):
    token = open_session(team.bob)

    with pytest.raises(NotFound):
        commands.revoke_session(session_id=signed_in(token).session_id, by=team.alice.actor)

    assert signed_in(token) is not None


def test_a_session_in_another_team_of_the_same_person_can_be_ended_from_here(team, open_session):
    token = tokens.new_token()
    commands.invite(role="member", label="", token=token, by=team.alice.actor)
    elsewhere = open_session(team.charlie)
    at_once(lambda: joining.join_signed_in(token, team.charlie.id))
    here = type(team.charlie.actor).user(team.charlie.id, team_id=team.id, role="member")

    commands.revoke_session(session_id=signed_in(elsewhere).session_id, by=here)

    assert signed_in(elsewhere) is None


@pytest.mark.parametrize(
    ("remember", "idle"), [(False, timedelta(hours=12)), (True, timedelta(days=14))]
)
def test_an_idle_session_ends(team, open_session, remember, idle):
    token = open_session(team.alice, remember=remember)
    clock.travel(idle.total_seconds() - 60)
    assert signed_in(token)

    clock.travel(120)

    assert signed_in(token) is None


@pytest.mark.parametrize(
    ("remember", "longest"), [(False, timedelta(hours=24)), (True, timedelta(days=30))]
)
def test_a_session_ends_with_its_age_however_busy(team, open_session, remember, longest):
    token = open_session(team.alice, remember=remember)
    session_id = signed_in(token).session_id
    step = longest.total_seconds() / 4
    for _ in range(3):
        clock.travel(step)
        assert signed_in(token)
        joining.seen(session_id)

    clock.travel(step + 1)

    assert signed_in(token) is None
    assert not live_sessions({session_id})


def test_removing_a_member_ends_their_sessions_here(team, open_session):
    token = open_session(team.mia)
    member = membership_of(team.mia.id)

    commands.remove_member(membership_id=member.id, by=team.alice.actor)

    assert signed_in(token) is None
    assert names_of("membership", member.id) == ["membership.started", "membership.removed"]


def test_who_is_in_no_team_any_more_cannot_sign_in(team, open_session):
    commands.remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)

    with pytest.raises(Forbidden, match="in no team"):
        raise at_once(
            lambda: joining.open_session(
                team.mia.id, joining.Browser("127.0.0.1", "a test"), remember=False
            )
        )[0]


def test_a_changed_role_counts_from_the_next_request_on(team, open_session):
    token = open_session(team.mia)
    member = membership_of(team.mia.id)
    commands.change_member(
        membership_id=member.id,
        role="viewer",
        approve_limit="",
        version=member.version,
        by=team.alice.actor,
    )

    assert signed_in(token).role == "viewer"
