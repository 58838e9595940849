"""Choosing another password: who knows the present one does, and every other browser is out."""

from dataclasses import dataclass

from sqlalchemy import select, update

from webapp.accounts import passwords, throttle
from webapp.accounts.joining import SessionOf
from webapp.accounts.models import PasswordReset, Session, User
from webapp.accounts.queries import team
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid
from webapp.db import current_team, db, execute, hold, unit_of_work
from webapp.events.log import Payload, note, record
from webapp.operations import Input, Secret, operation


@dataclass(frozen=True)
class PasswordChanged(Payload):
    """Where: in the browser of a session, or by a reset."""

    session_id: int | None = None
    reset_id: int | None = None


class ChangePassword(Input):
    """The present password and another one. The browser of `session_id` stays signed in; `address`
    is where the try comes from, for the throttle.
    """

    present_password: Secret
    password: Secret
    session_id: int
    address: str


@operation("accounts.change_password", input=ChangePassword, permission="see", idempotent=False)
def change_password(
    *, present_password: str, password: str, session_id: int, address: str, by: Actor
) -> int:
    """Set one's own password and sign out everywhere else. Wrong tries count as at the door: raises
    TooMany after as many.
    """
    user = db.session.scalars(select(User).where(User.id == by.user_id)).one()
    user_id, email, present = user.id, user.email, user.password_hash
    throttle.check(email, address)
    if not passwords.matches(present, present_password):
        throttle.failed(email, address)
        raise Invalid({"present_password": "That is not your present password."})
    if present_password == password:
        raise Invalid({"password": "That is the password you have. Choose another one."})
    if problem := passwords.refusal(password, about=[user.name, email, team().name]):
        raise Invalid({"password": problem})
    fresh = passwords.hashed(password)  # outside the unit: it takes its time on purpose
    with unit_of_work():
        user = hold(User, user_id)
        if user.password_hash != present:
            raise Conflict("Your password was changed elsewhere a moment ago.")
        replace_password(user, fresh, by=by, where=PasswordChanged(session_id=session_id))
    throttle.succeeded(email, address)
    return user_id


def replace_password(user: User, fresh: str, *, by: Actor, where: PasswordChanged) -> None:
    """Inside the unit that holds the person: another hash, every open reset closed, and every
    browser but that of `where.session_id` signed out.
    """
    user.password_hash = fresh
    record("user.password_changed", subject=user, by=by, data=where, team_id=current_team())
    execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    open_ones = select(Session).where(Session.user_id == user.id, Session.ended_at.is_(None))
    for session in db.session.scalars(open_ones.order_by(Session.id).with_for_update()):
        if session.id == where.session_id:
            continue
        session.ended_at = clock.now()
        note(
            "session.revoked",
            subject=session,
            by=by,
            data=SessionOf(user.id),
            team_id=current_team(),
        )
