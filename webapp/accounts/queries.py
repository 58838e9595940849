"""Reads of people and teams: who is signed in, who belongs here, what is known of a link."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Row, bindparam, func, select

from webapp.accounts.models import Invite, Membership, Session, Team, User, UserSetting
from webapp.accounts.permissions import holds
from webapp.core import clock, tokens
from webapp.core.actor import Actor
from webapp.core.errors import NotFound
from webapp.db import UTCDateTime, current_team, db, execute, rows

#: A session nobody used for this long is over, remembered or not.
IDLE = {True: timedelta(days=14), False: timedelta(hours=12)}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request, as plain values: no row, so nothing expires under the page's
    feet.

    Has the four attributes flask-login asks of a user.
    """

    token: str
    session_id: int
    user_id: int
    name: str
    email: str
    zone: str
    team_id: int
    team_name: str
    team_zone: str
    team_currency: str
    role: str
    last_seen_minutes: float
    theme: str
    is_demo: bool
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    @property
    def actor(self) -> Actor:
        return Actor.user(self.user_id, team_id=self.team_id, role=self.role)

    def may(self, permission: str) -> bool:
        """For pages that leave out what would be refused; the guard decides."""
        return holds(self.role, permission)

    @property
    def only_looks(self) -> bool:
        """A demo's viewer may be anybody who came by, several at once: they change nothing at all,
        not even themselves.
        """
        return self.is_demo and self.role == "viewer"


# Asked by every request: built once, since building it takes longer than running it.
_SESSION, _USER, _TEAM = Session.__table__.c, User.__table__.c, Team.__table__.c
_MEMBERSHIP, _SETTING = Membership.__table__.c, UserSetting.__table__.c
_SIGNED_IN = (
    select(
        _SESSION.id,
        _SESSION.last_seen_at,
        _SESSION.remembered,
        _USER.id.label("user_id"),
        _USER.name,
        _USER.email,
        _USER.zone,
        _TEAM.id.label("team_id"),
        _TEAM.name.label("team_name"),
        _TEAM.zone.label("team_zone"),
        _TEAM.currency,
        _TEAM.is_demo,
        _MEMBERSHIP.role,
        _SETTING.value.label("theme"),
    )
    .select_from(Session.__table__)
    .join(User.__table__, _USER.id == _SESSION.user_id)
    .join(Team.__table__, _TEAM.id == _SESSION.team_id)
    .join(
        Membership.__table__,
        (_MEMBERSHIP.team_id == _TEAM.id) & (_MEMBERSHIP.user_id == _USER.id),
    )
    .outerjoin(UserSetting.__table__, (_SETTING.user_id == _USER.id) & (_SETTING.key == "theme"))
    .where(
        _SESSION.token_hash == bindparam("token_hash"),
        _SESSION.ended_at.is_(None),
        _SESSION.expires_at > bindparam("now", type_=UTCDateTime),
        _USER.is_active,
        _MEMBERSHIP.removed_at.is_(None),
    )
)
_PEOPLE = (
    select(_USER.id, _USER.name)
    .join(Membership.__table__, _MEMBERSHIP.user_id == _USER.id)
    .where(_MEMBERSHIP.team_id == bindparam("team_id"), _MEMBERSHIP.removed_at.is_(None))
    .order_by(func.lower(_USER.name), _USER.id)
)


def signed_in(token: str) -> SignedIn | None:
    """The live session of a cookie's token: not ended, not expired, not idle, the person active and
    still in the team.
    """
    now = clock.now()
    values = {"token_hash": tokens.hashed(token), "now": now}
    found = rows(_SIGNED_IN, values)  # one at most: tokens and memberships are unique
    if not found or now - found[0].last_seen_at > IDLE[found[0].remembered]:
        return None
    row = found[0]
    return SignedIn(
        token,
        row.id,
        row.user_id,
        row.name,
        row.email,
        row.zone,
        row.team_id,
        row.team_name,
        row.team_zone,
        row.currency,
        row.role,
        (now - row.last_seen_at).total_seconds() / 60,
        row.theme or "",
        row.is_demo,
    )


def live_sessions(session_ids: set[int]) -> set[int]:
    """Those of the sessions whose sockets may stay open: not ended, expired or idle, the person
    active and still in the team.
    """
    now, found, wanted = clock.now(), set(), sorted(session_ids)
    for start in range(0, len(wanted), 500):
        rows = execute(
            select(Session.id, Session.last_seen_at, Session.remembered)
            .join(User, User.id == Session.user_id)
            .join(
                Membership,
                (Membership.team_id == Session.team_id) & (Membership.user_id == User.id),
            )
            .where(
                Session.id.in_(wanted[start : start + 500]),
                Session.ended_at.is_(None),
                Session.expires_at > now,
                User.is_active,
                Membership.removed_at.is_(None),
            )
        )
        found |= {row.id for row in rows if now - row.last_seen_at <= IDLE[row.remembered]}
    return found


def team() -> Team:
    """The team this session acts for."""
    return db.session.get_one(Team, current_team())


def members(*, removed: bool = False) -> list[Row[Membership, User]]:
    """The team's people with their memberships, by name."""
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.team_id == current_team())
    )
    if not removed:
        query = query.where(Membership.removed_at.is_(None))
    return list(execute(query.order_by(func.lower(User.name), User.id)).all())


def people() -> list[tuple[int, str]]:
    """The team's people as (id, name), by name: for choosing one."""
    return [(row.id, row.name) for row in rows(_PEOPLE, {"team_id": current_team()})]


def membership_of(user_id: int) -> Membership | None:
    """A person's present membership in this team, or None."""
    return db.session.scalars(
        select(Membership).where(
            Membership.team_id == current_team(),
            Membership.user_id == user_id,
            Membership.removed_at.is_(None),
        )
    ).one_or_none()


def names(user_ids: set[int]) -> dict[int, str]:
    """Names of people who are or were in this team."""
    if not user_ids:
        return {}
    query = select(User.id, User.name).join(Membership, Membership.user_id == User.id)
    query = query.where(Membership.team_id == current_team(), User.id.in_(user_ids))
    return {row.id: row.name for row in execute(query)}


def teams_of(user_id: int) -> list[Team]:
    """Every team a person belongs to, oldest membership first."""
    query = select(Team).join(Membership, Membership.team_id == Team.id)
    query = query.where(Membership.user_id == user_id, Membership.removed_at.is_(None)).order_by(
        Membership.id
    )
    return list(db.session.scalars(query))


def sessions_of(user_id: int) -> list[Session]:
    """Where a person is signed in, the most recent first."""
    query = select(Session).where(
        Session.user_id == user_id, Session.ended_at.is_(None), Session.expires_at > clock.now()
    )
    return list(db.session.scalars(query.order_by(Session.last_seen_at.desc())))


def open_invites() -> list[Invite]:
    """Links that still let somebody in."""
    query = select(Invite).where(
        Invite.team_id == current_team(),
        Invite.accepted_at.is_(None),
        Invite.revoked_at.is_(None),
        Invite.expires_at > clock.now(),
    )
    return list(db.session.scalars(query.order_by(Invite.id.desc())))


def invite_behind(token: str) -> tuple[Invite, Team]:
    """The open invite of a link, with its team; wrong, used, revoked and expired look alike:
    NotFound.
    """
    row = execute(
        select(Invite, Team)
        .join(Team, Team.id == Invite.team_id)
        .where(
            Invite.token_hash == tokens.hashed(token),
            Invite.accepted_at.is_(None),
            Invite.revoked_at.is_(None),
            Invite.expires_at > clock.now(),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("This invitation does not work any more. Ask for a new link.")
    return row[0], row[1]


def person(user_id: int) -> User:
    """A person by id, or NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def preference(user_id: int, key: str) -> str | None:
    """What a person chose, or None when they never did."""
    return db.session.scalar(
        select(UserSetting.value).where(UserSetting.user_id == user_id, UserSetting.key == key)
    )


def team_count() -> int:
    """How many teams exist, demos aside: the first sign-up is open."""
    return db.session.scalar(select(func.count()).select_from(Team).where(~Team.is_demo)) or 0


def user_at(email: str) -> int | None:
    """The id of whoever has this address (normalised), or None."""
    return db.session.scalar(select(User.id).where(User.email == email))


def every_team() -> list[int]:
    """The ids of all teams, for an operator's command."""
    return list(db.session.scalars(select(Team.id).order_by(Team.id)))
