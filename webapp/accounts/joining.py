"""Ways in: sign-up, invitation, sign-in, sign-out. Outside the operations: there is no team yet, or
none to ask.
"""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import EmailStr, Field, field_validator
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from webapp.accounts import passwords, throttle
from webapp.accounts.models import Invite, Membership, Session, Team, User
from webapp.accounts.queries import invite_behind, team_count, teams_of
from webapp.core import clock, fault, tokens, zones
from webapp.core.actor import Actor
from webapp.core.errors import Forbidden, Invalid, NotSignedIn
from webapp.core.text import normal_email
from webapp.db import (
    acting_for,
    current_team,
    db,
    execute,
    find,
    found_team,
    is_sqlite,
    unit_of_work,
)
from webapp.events.log import Payload, note, record
from webapp.operations import Input, Secret

REMEMBERED, UNREMEMBERED = timedelta(days=30), timedelta(hours=24)

ADDRESS_TAKEN = "There is an account with this address already. Sign in instead."

#: Where the people of demos live; nobody real has an address there.
MADE_UP = "demo.example"

AFTER_PERSON = fault.point("accounts.after_person")


class Person(Input):
    """Who somebody says they are."""

    name: str = Field(min_length=1, max_length=80)
    email: EmailStr
    password: Secret
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _zone_or_utc(cls, value: str) -> str:
        return value if zones.is_zone(value) else "UTC"


class SignUp(Person):
    """A person who founds a team."""

    team_name: str = Field(min_length=1, max_length=80)


class SignIn(Input):
    """An address and a password; nothing is said about which of the two is wrong."""

    email: str = Field(min_length=1, max_length=254)
    password: Secret
    remember: bool = False


@dataclass(frozen=True)
class Joined(Payload):
    """Who joined, as what."""

    user_id: int
    role: str


@dataclass(frozen=True)
class SessionOf(Payload):
    """Whose session it is; the subject says which."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request comes from."""

    address: str
    agent: str


def is_made_up(email: str) -> bool:
    """Whether an address belongs to a demo.

    >>> is_made_up("maya@demo.example"), is_made_up("A@team-1.Demo.example")
    (True, True)
    >>> is_made_up("maya@notdemo.example")
    False
    """
    return normal_email(email).endswith((f"@{MADE_UP}", f".{MADE_UP}"))


def may_sign_up(mode: str) -> bool:
    """Whether `SIGNUP` lets a stranger found a team now."""
    return mode == "open" or (mode == "first" and team_count() == 0)


def sign_up(form: SignUp, *, mode: str, is_demo: bool = False) -> int:
    """Found a team with its first owner; answers the person's id. Refused when SIGNUP says so."""
    _check_password(form.password, [form.name, form.email, form.team_name])
    if not is_demo:
        _check_real(form)
    with unit_of_work():
        if (
            not is_sqlite()
        ):  # two strangers founding the first team at once: the second sees the first
            execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x7369676E})
        if not may_sign_up(mode):
            raise Forbidden("This Drumbeat is by invitation. Ask an owner of the team for a link.")
        team = Team(name=form.team_name, zone=form.zone, is_demo=is_demo)
        db.session.add(team)
        user = _new_person(form)
        db.session.flush()
        AFTER_PERSON()
        found_team(team.id)
        by = Actor.user(user.id, team_id=team.id, role="owner")
        record("team.founded", subject=team, by=by)
        record("user.registered", subject=user, by=by, team_id=team.id)
        _join(team.id, user.id, "owner", by=by)
        return user.id


def join(token: str, form: Person) -> int:
    """A new person takes an invitation; answers their id."""
    _, team = invite_behind(token)
    _check_password(form.password, [form.name, form.email, team.name])
    _check_real(form)
    with acting_for(team.id):
        return arrive(token, form)


def arrive(token: str, form: Person) -> int:
    """A new person takes an invitation of the team that is acted for; answers their id."""
    with unit_of_work():
        user, team_id = _new_person(form), current_team()
        db.session.flush()
        AFTER_PERSON()
        record(
            "user.registered",
            subject=user,
            by=Actor.user(user.id, team_id=team_id, role=""),
            team_id=team_id,
        )
        _take(token, user.id)
        return user.id


def join_signed_in(token: str, user_id: int) -> int:
    """Somebody who already has an account takes an invitation; answers the team's id."""
    _, team = invite_behind(token)
    team_id = team.id
    with acting_for(team_id), unit_of_work():
        _take(token, user_id)
        return team_id


def sign_in(form: SignIn, browser: Browser) -> str:
    """Check the password and open a session; answers the cookie's token.

    An unknown address takes as long and reads the same as a wrong password.
    """
    email = normal_email(form.email)
    throttle.check(email, browser.address)
    user = db.session.scalars(select(User).where(User.email == email)).one_or_none()
    known = user is not None and user.is_active
    if not passwords.matches(user.password_hash if user and known else None, form.password):
        throttle.failed(email, browser.address)
        raise NotSignedIn("That email and password do not match.")
    assert user is not None
    user_id, outdated = user.id, passwords.is_outdated(user.password_hash)
    throttle.succeeded(email, browser.address)
    if outdated:
        with unit_of_work():
            execute(
                update(User)
                .where(User.id == user_id)
                .values(password_hash=passwords.hashed(form.password))
            )
    return open_session(user_id, browser, remember=form.remember)


def open_session(
    user_id: int, browser: Browser, *, remember: bool, team_id: int | None = None
) -> str:
    """A new session in the person's team (the one last used, or `team_id`); answers the token,
    stored only hashed.
    """
    own = [team.id for team in teams_of(user_id)]
    if not own:
        raise Forbidden("You are in no team any more. Ask an owner for an invitation.")
    last = db.session.scalar(
        select(Session.team_id)
        .where(Session.user_id == user_id)
        .order_by(Session.id.desc())
        .limit(1)
    )
    chosen = team_id if team_id in own else last if last in own else own[0]
    assert chosen is not None
    token = tokens.new_token()
    with acting_for(chosen), unit_of_work():
        session = Session(
            user_id=user_id,
            team_id=chosen,
            token_hash=tokens.hashed(token),
            address=browser.address[:64],
            agent=browser.agent[:200],
            remembered=remember,
            expires_at=clock.now() + (REMEMBERED if remember else UNREMEMBERED),
        )
        db.session.add(session)
        db.session.flush()
        _set_last_sign_in(user_id)
        by = Actor.user(user_id, team_id=chosen, role="")
        note("session.started", subject=session, by=by, data=SessionOf(user_id))
    return token


def seen(session_id: int) -> None:
    """Keep an idle clock; called at most every few minutes."""
    with unit_of_work():
        if session := db.session.get(Session, session_id):
            session.last_seen_at = clock.now()


def _set_last_sign_in(user_id: int) -> None:
    # A Core update does not move the version: signing in is not an edit of the profile.
    execute(update(User).where(User.id == user_id).values(last_sign_in_at=clock.now()))


def _new_person(form: Person) -> User:
    email = normal_email(form.email)
    if db.session.scalars(select(User.id).where(User.email == email)).first() is not None:
        raise Invalid({"email": ADDRESS_TAKEN})
    user = User(
        email=email, name=form.name, password_hash=passwords.hashed(form.password), zone=form.zone
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:  # somebody was faster with the same address
        raise Invalid({"email": ADDRESS_TAKEN}) from None
    return user


def _take(token: str, user_id: int) -> None:
    invite, _ = invite_behind(token)
    locked = find(Invite, invite.id, lock=True)
    if locked.accepted_at is not None or locked.revoked_at is not None:
        invite_behind("")  # taken while we looked: the same answer as a wrong link
    locked.accepted_at, locked.accepted_by = clock.now(), user_id
    by = Actor.user(user_id, team_id=locked.team_id, role=locked.role)
    record("invite.accepted", subject=locked, by=by, data=Joined(user_id, locked.role))
    _join(locked.team_id, user_id, locked.role, by=by)


def _join(team_id: int, user_id: int, role: str, *, by: Actor) -> None:
    member = db.session.scalars(
        select(Membership)
        .where(Membership.team_id == team_id, Membership.user_id == user_id)
        .with_for_update()
    ).one_or_none()
    if member is None:
        member = Membership(team_id=team_id, user_id=user_id, role=role)
        db.session.add(member)
    elif member.removed_at is None:
        raise Invalid({"": "You are in this team already."})
    member.role, member.removed_at = role, None
    record("membership.started", subject=member, by=by, data=Joined(user_id, role))


def _check_real(form: Person) -> None:
    if is_made_up(form.email):
        raise Invalid({"email": "Addresses of this kind are kept for demos. Use your own."})


def _check_password(password: str, about: list[str]) -> None:
    if problem := passwords.refusal(password, about=about):
        raise Invalid({"password": problem})
