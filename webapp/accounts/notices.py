"""What people are told about their own account: what there is to tell, and each letter once. What
was begun and never marked is unknown, and not sent again.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from webapp.accounts.joining import is_made_up
from webapp.accounts.models import AccountLetter, PasswordReset, Session, User
from webapp.db import db, execute, unit_of_work

#: A browser that was signed in within this time is known.
KNOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened to an account: whose, and where from."""

    user_id: int
    name: str
    email: str
    zone: str
    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in, and the (agent, address) of the sessions before it; `is_first` when there never
    was one.
    """

    notice: Notice
    known: tuple[tuple[str, str], ...]
    is_first: bool


def of_sign_in(session_id: int) -> SignIn | None:
    """What is known of a sign-in; None for a demo's people, and when nothing is left of it."""
    session = db.session.get(Session, session_id)
    if session is None:
        return None
    notice = _about(session.user_id, session.agent, session.address)
    if notice is None:
        return None
    before = select(Session.agent, Session.address).where(
        Session.user_id == session.user_id, Session.id < session.id
    )
    lately = before.where(Session.last_seen_at > session.created_at - KNOWN_FOR)
    known = tuple((row.agent, row.address) for row in execute(lately.distinct()))
    return SignIn(notice, known, is_first=not known and execute(before.limit(1)).first() is None)


def of_change(user_id: int, session_id: int | None, reset_id: int | None) -> Notice | None:
    """A changed password, and where it was changed; None for a demo's people."""
    if reset_id is not None and (reset := db.session.get(PasswordReset, reset_id)):
        return _about(user_id, reset.used_agent, reset.used_address)
    session = db.session.get(Session, session_id) if session_id is not None else None
    if session is not None and session.user_id == user_id:
        return _about(user_id, session.agent, session.address)
    return _about(user_id, "", "")


def _about(user_id: int, agent: str, address: str) -> Notice | None:
    user = db.session.get(User, user_id)
    if user is None or not user.is_active or is_made_up(user.email):
        return None
    return Notice(user.id, user.name, user.email, user.zone, agent, address)


def begin(event_id: int, user_id: int) -> bool:
    """Whether the letter of an event may be sent now; from here on it counts as begun."""
    with unit_of_work():
        query = select(AccountLetter).where(AccountLetter.event_id == event_id)
        found = db.session.scalars(query.with_for_update()).one_or_none()
        if found is None:
            db.session.add(AccountLetter(event_id=event_id, user_id=user_id))
            return True
        may_be_sent = found.state == "waiting"
        if found.state == "sending":  # the process that began it is gone
            found.state, found.last_error = "unknown", "Whether it arrived is not known."
        elif may_be_sent:
            found.state = "sending"
        return may_be_sent


def end(event_id: int, state: str, error: str = "") -> None:
    """How the letter of an event went: sent, failed, unknown, or waiting for another try."""
    with unit_of_work():
        query = select(AccountLetter).where(AccountLetter.event_id == event_id)
        found = db.session.scalars(query.with_for_update()).one()
        found.state, found.last_error = state, error[:300]
