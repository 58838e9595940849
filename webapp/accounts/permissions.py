"""Who may do what: one table, named by the guards and by every operation, read by the url-map
test.
"""

from typing import Literal

from webapp.core.actor import Actor
from webapp.core.errors import Forbidden

Role = Literal["viewer", "member", "manager", "owner"]
ROLES: tuple[Role, ...] = ("viewer", "member", "manager", "owner")

ROLE_WORDS = {
    "viewer": "Sees campaigns and results, changes nothing",
    "member": "Plans and edits campaigns, imports, asks for approval",
    "manager": "Also decides requests, resumes, cancels and archives",
    "owner": "Also members, limits and team settings",
}

#: The least role that holds each permission; roles above hold it too.
LEAST: dict[str, Role] = {
    "see": "viewer",
    "export": "viewer",
    "see.finance": "member",
    "comment": "member",
    "work.edit": "member",  # one's own hours, skills and absences
    "campaign.edit": "member",
    "campaign.pause": "member",
    "campaign.hold": "member",
    "imports.run": "member",
    "proposals.make": "member",
    "proposals.decide": "member",  # as a named approver; the gate asks for more
    "campaign.manage": "manager",  # resume, cancel, archive, restore
    "proposals.undo": "manager",
    "playbooks.manage": "manager",
    "imports.undo": "manager",
    "receipts.retry": "manager",
    "share": "manager",
    "members.manage": "owner",
    "policies.manage": "owner",
    "team.manage": "owner",
}

#: What whoever has a guest's link may do, and nobody by their role.
BY_LINK = "review"


def holds(role: str, permission: str) -> bool:
    """Whether a role holds a permission."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(LEAST[permission])


def permit(by: Actor, permission: str) -> None:
    """Raise Forbidden unless the person's role holds the permission, or a guest's link is it."""
    if permission == BY_LINK:
        if by.kind != "guest":
            raise Forbidden("This is for whoever has the link.")
        return
    if not holds(by.role, permission):
        raise Forbidden(
            f"This needs the role {LEAST[permission]} or above. Ask an owner of the team."
        )
