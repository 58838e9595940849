"""Signing in over an open session ends that session."""

from sqlalchemy import func, select

from tests import people
from tests.people import PASSWORD
from webapp.accounts.models import Session
from webapp.db import db


def test_signing_in_again_in_the_same_browser_ends_the_session_before(bare_app):
    with bare_app.app_context():
        team = people.found_team(bare_app)
    browser = team.bob.sign_in(bare_app)

    browser.post("/login", data={"email": team.alice.email, "password": PASSWORD})

    with bare_app.app_context():
        open_sessions = select(func.count()).where(
            Session.user_id == team.bob.id, Session.ended_at.is_(None)
        )
        assert db.session.scalar(open_sessions) == 0
