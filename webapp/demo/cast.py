"""The people of a demo: who they are and where they would write from. Nobody of them exists; only
`.example` addresses, which the standard keeps free of real ones.
"""

from dataclasses import dataclass

from webapp.accounts.joining import MADE_UP
from webapp.accounts.permissions import Role

TEAM = "Northlight Collective (demo)"
OWNER, MANAGER, VIEWER = "maya", "tomas", "ola"


@dataclass(frozen=True, slots=True)
class Player:
    """One person: key, name, role, and what a manager may decide alone (major units, '' is all)."""

    key: str
    name: str
    role: Role
    limit: str = ""

    def address(self, domain: str) -> str:
        return f"{self.key}@{domain}"


CAST = (
    Player(OWNER, "Maya Lindqvist", "owner"),
    Player(MANAGER, "Tomás Rey", "manager", limit="2,500"),
    Player("noor", "Noor Haddad", "member"),
    Player("kei", "Kei Nomura", "member"),
    Player(VIEWER, "Ola Bright", "viewer"),
)

#: Where the demo of `./dev run --demo` lives; there is one of it.
PUBLIC_DOMAIN = MADE_UP


def domain_of(demo_id: int) -> str:
    """Where the people of a team's own demo write from."""
    return f"team-{demo_id}.{PUBLIC_DOMAIN}"
