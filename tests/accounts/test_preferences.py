"""What a person prefers follows them from browser to browser."""

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from tests.together import at_once
from webapp.accounts.commands import SetPreference, set_preference
from webapp.accounts.models import UserSetting
from webapp.accounts.queries import preference, signed_in
from webapp.db import db


def test_a_preference_is_kept_and_changed(team):
    assert preference(team.alice.id, "theme") is None

    set_preference(key="theme", value="dark", by=team.alice.actor)
    set_preference(key="theme", value="light", by=team.alice.actor)

    assert preference(team.alice.id, "theme") == "light"
    assert preference(team.bob.id, "theme") is None


def test_a_new_browser_knows_it(team, open_session):
    set_preference(key="theme", value="dark", by=team.alice.actor)

    assert signed_in(open_session(team.alice)).theme == "dark"


def test_two_first_choices_at_once_leave_one_row(team):
    answers = at_once(
        *[
            lambda value=value: set_preference(key="theme", value=value, by=team.alice.actor)
            for value in ("dark", "light")
        ],
        team_id=team.id,
    )

    assert answers[0] == answers[1]
    assert db.session.scalar(select(func.count()).select_from(UserSetting)) == 1


@pytest.mark.parametrize(("key", "value"), [("theme", "pink"), ("role", "owner"), ("", "")])
def test_only_known_preferences_are_kept(key, value):
    with pytest.raises(ValidationError):
        SetPreference(key=key, value=value)
