"""The role table, written out as it was decided."""

import pytest

from webapp.accounts.permissions import BY_LINK, LEAST, ROLES, holds, permit
from webapp.core.actor import Actor
from webapp.core.errors import Forbidden
from webapp.operations import operations

TABLE = {
    "see": "viewer member manager owner",
    "export": "viewer member manager owner",
    "see.finance": "member manager owner",
    "comment": "member manager owner",
    "campaign.edit": "member manager owner",
    "campaign.pause": "member manager owner",
    "campaign.hold": "member manager owner",
    "imports.run": "member manager owner",
    "proposals.make": "member manager owner",
    "proposals.decide": "member manager owner",
    "work.edit": "member manager owner",
    "playbooks.manage": "manager owner",
    "campaign.manage": "manager owner",
    "proposals.undo": "manager owner",
    "imports.undo": "manager owner",
    "receipts.retry": "manager owner",
    "share": "manager owner",
    "members.manage": "owner",
    "policies.manage": "owner",
    "team.manage": "owner",
}


def test_the_table_names_every_permission():
    assert TABLE.keys() == LEAST.keys()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("permission", TABLE)
def test_each_role_holds_what_the_table_says(role, permission):
    allowed = role in TABLE[permission].split()

    assert holds(role, permission) is allowed
    if allowed:
        permit(Actor.user(1, team_id=1, role=role), permission)
    else:
        with pytest.raises(Forbidden):
            permit(Actor.user(1, team_id=1, role=role), permission)


@pytest.mark.parametrize("role", ["", "admin", "Owner", "owner "])
def test_an_unknown_role_holds_nothing(role):
    assert not any(holds(role, permission) for permission in LEAST)


def test_every_operation_names_a_permission_of_the_table(whole_app):
    assert {operation.permission for operation in operations()} <= LEAST.keys() | {BY_LINK}


def test_what_a_guests_link_allows_is_no_roles_and_nothing_else_is_a_guests():
    guest = Actor.guest(1, team_id=1)
    permit(guest, BY_LINK)

    for permission in LEAST:
        with pytest.raises(Forbidden):
            permit(guest, permission)
    for role in ROLES:
        with pytest.raises(Forbidden, match="whoever has the link"):
            permit(Actor.user(1, team_id=1, role=role), BY_LINK)
