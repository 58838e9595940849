"""Which team a session acts for: set for a while, never carried over."""

import pytest
from sqlalchemy import select, text

from tests import people
from webapp.campaigns.models import Campaign
from webapp.core.errors import NotFound, WrongUse
from webapp.db import _team, acting_for, current_team, db, find, is_sqlite, unit_of_work


def elsewhere(team) -> int:
    """The id of Charlie's team."""
    return team.charlie.actor.team_id


def test_no_team_is_set_at_first(app):
    with pytest.raises(WrongUse, match="no team"):
        current_team()


def test_all_is_no_team_to_write_for(app):
    with acting_for("all"), pytest.raises(WrongUse, match="no team"):
        current_team()


def test_the_team_is_taken_back_after_an_error(app):
    with pytest.raises(RuntimeError), acting_for(5):
        raise RuntimeError("inside")

    with pytest.raises(WrongUse, match="no team"):
        current_team()


def test_the_team_does_not_change_inside_a_unit(team):
    other = elsewhere(team)

    with unit_of_work(), pytest.raises(WrongUse, match="does not change"), acting_for(other):
        pass


def test_the_team_does_not_change_while_rows_are_loaded(team, campaign):
    assert campaign.name

    with pytest.raises(WrongUse, match="does not change"), acting_for(elsewhere(team)):
        pass


def test_all_does_not_narrow_to_a_team_while_rows_are_loaded(app):
    made = people.found_team(app)
    with acting_for(made.id):
        campaign_id = people.draft(made).id
    with acting_for("all"):
        kept = db.session.get(Campaign, campaign_id)
        assert kept is not None

        with pytest.raises(WrongUse, match="does not change"), acting_for(made.id):
            pass


def test_the_same_team_may_be_entered_twice(team, campaign):
    with acting_for(team.id):
        assert find(Campaign, campaign.id).name == campaign.name


def test_rows_of_one_team_leave_before_the_next_team_comes(app):
    made = people.found_team(app)
    with acting_for(made.id):
        kept = people.draft(made)
        campaign_id = kept.id

    with acting_for(elsewhere(made)):
        assert kept not in db.session
        with pytest.raises(NotFound):
            find(Campaign, campaign_id)


def test_another_teams_row_is_not_found(team, campaign):
    campaign_id = campaign.id
    db.session.expunge_all()

    with acting_for(elsewhere(team)), pytest.raises(NotFound):
        find(Campaign, campaign_id)


def test_the_team_of_a_request_does_not_leak_into_the_next_on_the_same_thread(bare_app):
    with bare_app.app_context():
        made = people.found_team(bare_app)
    browser = made.alice.sign_in(bare_app)

    assert browser.get("/campaigns/4711", headers={"Accept": "application/json"}).status_code == 404
    assert _team.get() == ""

    bare_app.test_client().get("/health")
    with bare_app.app_context():
        setting = "SELECT current_setting('app.team_id', true)"
        if not is_sqlite():
            assert not db.session.scalar(text(setting))
            assert db.session.scalars(select(Campaign.id)).all() == []
