"""Every write about people and teams that a signed-in person makes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from sqlalchemy import func, select, update

from webapp.accounts.joining import SessionOf
from webapp.accounts.models import Invite, Membership, Session, Team, User, UserSetting
from webapp.accounts.permissions import Role
from webapp.core import clock, money, tokens, zones
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.db import current_team, db, execute, find, hold, unit_of_work
from webapp.events.log import Payload, note, record
from webapp.operations import Input, check_version, operation

#: What a person may prefer: key → its values, the default first.
PREFERENCES = {"theme": ("system", "light", "dark")}

INVITE_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class RoleChanged(Payload):
    """Whose role, from what to what."""

    user_id: int
    was: str
    role: str


@dataclass(frozen=True)
class Left(Payload):
    """Who left the team."""

    user_id: int


@dataclass(frozen=True)
class Invited(Payload):
    """Into which role."""

    role: str


class EditProfile(Input):
    """What a person may change about themselves."""

    name: str = Field(min_length=1, max_length=80)
    company: str = Field(default="", max_length=120)
    zone: str
    version: int

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return _checked_zone(value)


class EditTeam(Input):
    """What an owner may change about the team."""

    name: str = Field(min_length=1, max_length=80)
    zone: str
    currency: str
    version: int

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return _checked_zone(value)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value not in money.CURRENCIES:
            raise ValueError("Choose a currency from the list.")
        return value


class MakeInvite(Input):
    """A link into the team. The token comes from the caller, who alone may show it."""

    role: Role
    label: str = Field(default="", max_length=80)
    token: str = Field(min_length=40, max_length=60)


class InviteId(Input):
    invite_id: int


class ChangeMember(Input):
    """A member's role, and what a manager may decide alone ('' is no limit)."""

    membership_id: int
    role: Role
    approve_limit: str = Field(default="", max_length=40)
    version: int


class MembershipId(Input):
    membership_id: int


class SessionId(Input):
    session_id: int


class SetPreference(Input):
    """One preference out of the known ones."""

    key: Literal["theme"]
    value: str

    @model_validator(mode="after")
    def _known_value(self) -> Self:
        if self.value not in PREFERENCES[self.key]:
            raise ValueError("Choose one of the list.")
        return self


def _checked_zone(value: str) -> str:
    if not zones.is_zone(value):
        raise ValueError("Choose a time zone from the list.")
    return value


@operation("accounts.edit_profile", input=EditProfile, permission="see")
def edit_profile(*, name: str, company: str, zone: str, version: int, by: Actor) -> int:
    """Change one's own name, company and zone; a stale form is refused with both versions."""
    with unit_of_work():
        assert by.user_id is not None
        user = hold(User, by.user_id)
        check_version(
            user,
            version,
            {"name": ("Name", name), "company": ("Company", company), "zone": ("Time zone", zone)},
        )
        if (user.name, user.company, user.zone) != (name, company, zone):
            user.name, user.company, user.zone = name, company, zone
            record("user.changed", subject=user, by=by, team_id=by.team_id)
        return user.id


@operation("accounts.edit_team", input=EditTeam, permission="team.manage")
def edit_team(*, name: str, zone: str, currency: str, version: int, by: Actor) -> int:
    """Change the team's name and its defaults; what exists keeps its own zone and currency."""
    with unit_of_work():
        team = hold(Team, current_team())
        check_version(
            team,
            version,
            {
                "name": ("Name", name),
                "zone": ("Time zone", zone),
                "currency": ("Currency", currency),
            },
        )
        if currency != team.currency and _has_limits(team.id):
            raise Invalid(
                {"currency": f"Members have limits in {team.currency}: clear them first."}
            )
        if (team.name, team.zone, team.currency) != (name, zone, currency):
            team.name, team.zone, team.currency = name, zone, currency
            record("team.changed", subject=team, by=by)
        return team.id


def _has_limits(team_id: int) -> bool:
    query = select(Membership.id).where(
        Membership.team_id == team_id, Membership.approve_limit_cents.is_not(None)
    )
    return db.session.scalar(query.limit(1)) is not None


@operation("accounts.invite", input=MakeInvite, permission="members.manage")
def invite(*, role: Role, label: str, token: str, by: Actor) -> int:
    """Make a single-use link into the team; only the token's hash is kept."""
    with unit_of_work():
        assert by.user_id is not None
        made = Invite(
            team_id=current_team(),
            role=role,
            label=label,
            token_hash=tokens.hashed(token),
            created_by=by.user_id,
            expires_at=clock.now() + INVITE_LASTS,
        )
        db.session.add(made)
        record("invite.made", subject=made, by=by, data=Invited(role))
        return made.id


@operation("accounts.revoke_invite", input=InviteId, permission="members.manage")
def revoke_invite(*, invite_id: int, by: Actor) -> int:
    """Close a link that nobody took yet."""
    with unit_of_work():
        found = find(Invite, invite_id, lock=True)
        if found.accepted_at is None and found.revoked_at is None:
            found.revoked_at = clock.now()
            record("invite.revoked", subject=found, by=by)
        return found.id


@operation("accounts.change_member", input=ChangeMember, permission="members.manage")
def change_member(
    *, membership_id: int, role: Role, approve_limit: str, version: int, by: Actor
) -> int:
    """Change a role and its limit. A team keeps at least one owner."""
    with unit_of_work():
        lock_team()  # two owners who take each other's role: the second counts after the first
        member = find(Membership, membership_id, lock=True)
        limit = _limit(approve_limit)
        if member.removed_at is not None:
            raise NotFound()
        check_version(member, version, {"role": ("Role", role)})
        if role != "owner":
            _keep_an_owner(member)
        if (member.role, member.approve_limit_cents) != (role, limit):
            was, member.role, member.approve_limit_cents = member.role, role, limit
            record(
                "membership.changed",
                subject=member,
                by=by,
                data=RoleChanged(member.user_id, was, role),
            )
        return member.id


@operation("accounts.remove_member", input=MembershipId, permission="members.manage")
def remove_member(*, membership_id: int, by: Actor) -> int:
    """Take somebody out of the team: their sessions here end, their sockets close, their name stays
    on what they did.
    """
    with unit_of_work():
        lock_team()  # two owners who take each other's role: the second counts after the first
        member = find(Membership, membership_id, lock=True)
        if member.removed_at is None:
            _keep_an_owner(member)
            member.removed_at = clock.now()
            ended = update(Session).where(
                Session.user_id == member.user_id,
                Session.team_id == member.team_id,
                Session.ended_at.is_(None),
            )
            execute(ended.values(ended_at=clock.now()).execution_options(synchronize_session=False))
            record("membership.removed", subject=member, by=by, data=Left(member.user_id))
        return member.id


@operation("accounts.revoke_session", input=SessionId, permission="see")
def revoke_session(*, session_id: int, by: Actor) -> int:
    """Sign out one of one's own browsers."""
    with unit_of_work():
        session = hold(Session, session_id)
        if session.user_id != by.user_id:
            raise NotFound()
        if session.ended_at is None:
            session.ended_at = clock.now()
            # Logged in the team it was ended from: the browser may be signed in to another one.
            data = SessionOf(session.user_id)
            note("session.revoked", subject=session, by=by, data=data, team_id=current_team())
        return session.id


@operation("accounts.set_preference", input=SetPreference, permission="see", idempotent=False)
def set_preference(*, key: str, value: str, by: Actor) -> int:
    """Keep one of one's own preferences, so that it follows the person to every browser."""
    with unit_of_work():
        assert by.user_id is not None
        hold(User, by.user_id)  # two first uses at once
        found = db.session.scalars(
            select(UserSetting).where(UserSetting.user_id == by.user_id, UserSetting.key == key)
        ).one_or_none()
        if found is None:
            found = UserSetting(user_id=by.user_id, key=key, value=value)
            db.session.add(found)
        found.value = value
        db.session.flush()
        return found.id


def lock_team() -> None:
    """Until the unit ends, whoever else locks this team waits: for rules about several rows of it.

    Not its key: others have inserted rows that refer to it, and would wait for each other.
    """
    hold(Team, current_team())


def _keep_an_owner(member: Membership) -> None:
    if member.role != "owner":
        return
    others = select(func.count()).where(
        Membership.team_id == member.team_id,
        Membership.role == "owner",
        Membership.removed_at.is_(None),
        Membership.id != member.id,
    )
    if not db.session.scalar(others):
        raise Conflict("A team needs an owner. Make somebody else an owner first.")


def _limit(typed: str) -> int | None:
    if not typed:
        return None
    try:
        return money.parse(typed, db.session.get_one(Team, current_team()).currency)
    except ValueError as error:
        raise Invalid({"approve_limit": str(error)}) from None
