"""A way back in without the password: asked for at the door and sent by mail, or made by an owner.
Whoever holds the link sets the password, once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import EmailStr, Field
from sqlalchemy import delete, func, select

from webapp.accounts import passwords, throttle
from webapp.accounts.joining import Browser, is_made_up
from webapp.accounts.models import Membership, PasswordReset, User
from webapp.accounts.notices import begin
from webapp.accounts.password_change import PasswordChanged, replace_password
from webapp.accounts.queries import teams_of
from webapp.core import clock, tokens
from webapp.core.actor import SYSTEM, Actor
from webapp.core.errors import Invalid, NotFound, TooMany
from webapp.core.text import normal_email
from webapp.db import acting_for, current_team, db, execute, find, hold, unit_of_work
from webapp.events.log import Payload, note
from webapp.operations import Input, Secret, operation

LASTS = timedelta(hours=1)
#: What was asked from where is forgotten after this.
KEPT = timedelta(days=7)
#: In an hour: questions from one network address, and letters to one person.
MOST_ASKED, MOST_LETTERS = 20, 3
GONE = "This link does not work any more. Ask for a new one on the sign-in page."


class AskReset(Input):
    """Whose password is forgotten."""

    email: EmailStr


class NewPassword(Input):
    """The password to set; nothing else about the person is asked or shown."""

    password: Secret


class MakeResetLink(Input):
    """For which member. The token comes from the caller, who alone may show it."""

    membership_id: int
    token: str = Field(min_length=40, max_length=60)


@dataclass(frozen=True)
class ResetOf(Payload):
    """Which reset it is."""

    reset_id: int


@dataclass(frozen=True, slots=True)
class Issued:
    """What a letter needs to let somebody in: the only place where the token is."""

    token: str
    user_id: int
    name: str
    email: str
    zone: str
    asked_at: datetime
    agent: str
    address: str


def ask(email: str, browser: Browser) -> None:
    """Write down that somebody asks. Known and unknown addresses do the same work and get the same
    answer; whether a letter is sent is decided later, elsewhere.
    """
    email = normal_email(email)
    known = select(User.id).where(User.email == email, User.is_active)
    user_id = db.session.scalar(known)
    now = clock.now()
    with acting_for("all"), unit_of_work():
        execute(delete(PasswordReset).where(PasswordReset.created_at < now - KEPT))
        _check_asked(browser.address, now)
        made = PasswordReset(
            user_id=None if is_made_up(email) else user_id,
            asked_address=browser.address[:64],
            asked_agent=browser.agent[:200],
            expires_at=now + LASTS,
        )
        db.session.add(made)
        note("password_reset.asked", subject=made, by=SYSTEM)


def _check_asked(address: str, now: datetime) -> None:
    asked, first = execute(
        select(func.count(), func.min(PasswordReset.created_at)).where(
            PasswordReset.asked_address == address[:64],
            PasswordReset.created_at > now - LASTS,
        )
    ).one()
    if asked >= MOST_ASKED:
        wait = max(1, int((first + LASTS - now).total_seconds()))
        raise TooMany("Too many tries. Wait a while and try again.", retry_after=wait)


def issue(reset_id: int, *, event_id: int) -> Issued | None:
    """A token for a question, in place of one it may have had, for the letter of the event; None
    when there is none to send: an unknown address, a person in no team, a question that is used or
    old, too many letters, or this one is sent already.
    """
    with unit_of_work():
        found = db.session.get(PasswordReset, reset_id)
        if found is None or found.user_id is None:
            return None
        user = hold(User, found.user_id)
        reset = hold(PasswordReset, reset_id)
        over = reset.used_at is not None or reset.expires_at <= clock.now()
        if over or not user.is_active or not teams_of(user.id) or _had_enough(reset):
            return None
        if not begin(event_id, user.id):
            return None
        token = tokens.new_token()
        reset.token_hash = tokens.hashed(token)
        return Issued(
            token,
            user.id,
            user.name,
            user.email,
            user.zone,
            reset.created_at,
            reset.asked_agent,
            reset.asked_address,
        )


def _had_enough(reset: PasswordReset) -> bool:
    sent = select(func.count()).where(
        PasswordReset.user_id == reset.user_id,
        PasswordReset.id < reset.id,
        PasswordReset.made_by.is_(None),
        PasswordReset.token_hash.is_not(None),
        PasswordReset.created_at > reset.created_at - LASTS,
    )
    return (db.session.scalar(sent) or 0) >= MOST_LETTERS


def behind(token: str) -> tuple[PasswordReset, User]:
    """The open reset of a link, with its person; wrong, used, expired and a person in no team look
    alike: NotFound.
    """
    row = execute(
        select(PasswordReset, User)
        .join(User, User.id == PasswordReset.user_id)
        .where(
            PasswordReset.token_hash == tokens.hashed(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > clock.now(),
            User.is_active,
        )
    ).one_or_none()
    if row is None or not _may_enter(row[0], row[1]):
        raise NotFound(GONE)
    return row[0], row[1]


def _may_enter(reset: PasswordReset, user: User) -> bool:
    """Somebody in a team; with an owner's link only while that team is their only one, and the
    owner is in it.
    """
    own = [team.id for team in teams_of(user.id)]
    if reset.made_by is None:
        return bool(own)
    return len(own) == 1 and own[0] in [team.id for team in teams_of(reset.made_by)]


def use(token: str, password: str, browser: Browser) -> None:
    """Set the password of whoever the link is for. It ends every session of theirs and every other
    reset; of two presses at once one sets it. The wrong tries they made here are forgotten.
    """
    _, user = behind(token)
    user_id, email, own = user.id, user.email, teams_of(user.id)
    about = [user.name, email, *(team.name for team in own)]
    if problem := passwords.refusal(password, about=about):
        raise Invalid({"password": problem})
    fresh = passwords.hashed(password)  # outside the unit: it takes its time on purpose
    team_id = own[0].id
    with acting_for(team_id), unit_of_work():
        user = hold(User, user_id)
        reset, _ = behind(token)  # read after the wait for another press
        reset.used_at = clock.now()
        reset.used_address, reset.used_agent = browser.address[:64], browser.agent[:200]
        by = Actor.user(user_id, team_id=team_id, role="")
        replace_password(user, fresh, by=by, where=PasswordChanged(reset_id=reset.id))
    throttle.succeeded(email, browser.address)


@operation("accounts.make_reset_link", input=MakeResetLink, permission="members.manage")
def make_reset_link(*, membership_id: int, token: str, by: Actor) -> int:
    """A link that sets a member's password, to be handed over by the owner who makes it. Only for
    somebody who is in no other team: a team does not let itself into another one.
    """
    with unit_of_work():
        member = find(Membership, membership_id)
        if member.removed_at is not None:
            raise NotFound()
        user = hold(User, member.user_id)
        if user.id == by.user_id:
            raise Invalid({"": "Your own password is changed in your profile."})
        if is_made_up(user.email):
            raise Invalid({"": "People of a demo have no password of their own."})
        if [team.id for team in teams_of(user.id)] != [current_team()]:
            raise Invalid({"": "They are in another team too: only a letter can let them in."})
        made = PasswordReset(
            user_id=user.id,
            token_hash=tokens.hashed(token),
            made_by=by.user_id,
            expires_at=clock.now() + LASTS,
        )
        db.session.add(made)
        db.session.flush()
        note(
            "user.reset_link_made",
            subject=user,
            by=by,
            data=ResetOf(made.id),
            team_id=current_team(),
        )
        return made.id


def is_of(reset_id: int, token: str) -> bool:
    """Whether the reset has this token: not so after the second press of a form that made one."""
    stored = db.session.scalar(select(PasswordReset.token_hash).where(PasswordReset.id == reset_id))
    return stored == tokens.hashed(token)
