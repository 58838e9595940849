"""Roles and limits of members; a team keeps an owner; stale forms are refused."""

import pytest

from tests.together import assert_one_event_per_version, at_once
from webapp.accounts import commands
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.queries import members, membership_of, person
from webapp.accounts.queries import team as own_team
from webapp.core.errors import Conflict, Invalid, NotFound, StaleVersion


def change(team, user_id, role, limit="", **more):
    member = membership_of(user_id)
    values = {"version": member.version, "by": team.alice.actor} | more
    return commands.change_member(membership_id=member.id, role=role, approve_limit=limit, **values)


def owners():
    return [user.id for member, user in members() if member.role == "owner"]


def test_a_managers_limit_is_kept_in_minor_units(team):
    change(team, team.bob.id, "manager", "1,500.50")

    assert membership_of(team.bob.id).approve_limit_cents == 150050
    assert_one_event_per_version(Membership)


@pytest.mark.parametrize("limit", ["-5", "a lot", "1.005", "9" * 30])
def test_a_limit_that_is_no_amount_is_refused_beside_its_field(team, limit):
    with pytest.raises(Invalid) as refused:
        change(team, team.bob.id, "manager", limit)

    assert list(refused.value.fields) == ["approve_limit"]


def test_saving_what_is_so_already_records_nothing(team):
    before = membership_of(team.bob.id).version

    change(team, team.bob.id, "manager")

    assert membership_of(team.bob.id).version == before


def test_the_last_owner_neither_steps_down_nor_leaves(team):
    with pytest.raises(Conflict, match="needs an owner"):
        change(team, team.alice.id, "manager")
    with pytest.raises(Conflict, match="needs an owner"):
        commands.remove_member(membership_id=membership_of(team.alice.id).id, by=team.alice.actor)

    assert owners() == [team.alice.id]


def test_two_owners_who_demote_each_other_at_once_leave_one(team):
    change(team, team.bob.id, "owner")
    alice, bob = membership_of(team.alice.id), membership_of(team.bob.id)
    pairs = [(alice.id, alice.version, team.bob), (bob.id, bob.version, team.alice)]

    def demote(member_id, version, by):
        return lambda: commands.change_member(
            membership_id=member_id, role="member", approve_limit="", version=version, by=by.actor
        )

    answers = at_once(*[demote(*one) for one in pairs], team_id=team.id)

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "int"]
    assert len(owners()) == 1


def test_a_stale_form_is_refused_with_both_versions(team):
    version = membership_of(team.bob.id).version
    change(team, team.bob.id, "member")

    with pytest.raises(StaleVersion) as refused:
        change(team, team.bob.id, "viewer", version=version)

    assert refused.value.fields["role"] == ("Role", "viewer", "member")
    assert refused.value.version == version + 1


def test_a_removed_member_is_no_longer_changed(team):
    member = membership_of(team.mia.id)
    commands.remove_member(membership_id=member.id, by=team.alice.actor)

    with pytest.raises(NotFound):
        commands.change_member(
            membership_id=member.id,
            role="owner",
            approve_limit="",
            version=member.version,
            by=team.alice.actor,
        )


def test_a_stale_profile_is_refused_with_both_versions(team):
    values = {"company": "", "zone": "UTC", "version": 1, "by": team.alice.actor}
    commands.edit_profile(name="Alice A.", **values)

    with pytest.raises(StaleVersion) as refused:
        commands.edit_profile(name="Alice B.", **values)

    assert refused.value.fields["name"] == ("Name", "Alice B.", "Alice A.")
    assert person(team.alice.id).name == "Alice A."
    assert_one_event_per_version(User)


def test_a_stale_team_is_refused_with_both_versions(team):
    values = {"zone": "UTC", "currency": "EUR", "version": 1, "by": team.alice.actor}
    commands.edit_team(name="North", **values)

    with pytest.raises(StaleVersion) as refused:
        commands.edit_team(name="South", **values)

    assert refused.value.fields["name"] == ("Name", "South", "North")
    assert own_team().name == "North"
    assert_one_event_per_version(Team)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (commands.EditTeam, {"name": "A", "zone": "Nowhere/Town", "currency": "USD"}),
        (commands.EditTeam, {"name": "A", "zone": "UTC", "currency": "QQQ"}),
        (commands.EditProfile, {"name": "A", "zone": "../etc/passwd"}),
        (commands.MakeInvite, {"role": "admin", "token": "t" * 43}),
    ],
)
def test_unknown_zones_currencies_and_roles_are_refused(model, values):
    with pytest.raises(ValueError, match="1 validation error"):
        model.model_validate({"version": 1} | values)
