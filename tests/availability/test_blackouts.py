"""Blackout days: the team's and a campaign's, added and removed, and the days that are closed."""

from datetime import date

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from tests import people
from tests.availability.work import set_week
from webapp.availability import commands, queries
from webapp.availability.models import Blackout
from webapp.campaigns.trash import purge
from webapp.core.errors import Invalid, NotFound
from webapp.db import acting_for, db, find, unit_of_work
from webapp.events.models import Event

EVE, NEW_YEAR = date(2026, 12, 24), date(2027, 1, 1)


def black_out(team, first=EVE, last=None, reason="Quiet week", campaign_id=None):
    return commands.add_blackout(
        starts_on=first, ends_on=last, reason=reason, campaign_id=campaign_id, by=team.bob.actor
    )


def events(prefix="blackout."):
    query = select(Event).where(Event.name.like(f"{prefix}%")).order_by(Event.id)
    return list(db.session.scalars(query))


def test_a_blackout_without_an_end_is_one_day(team):
    found = find(Blackout, black_out(team))

    assert (found.starts_on, found.ends_on) == (EVE, EVE)


def test_its_events_name_the_campaign_and_no_words(team, campaign):
    blackout_id = black_out(team, campaign_id=campaign.id)
    commands.remove_blackout(blackout_id=blackout_id, by=team.bob.actor)

    added, removed = events()

    assert (added.name, removed.name) == ("blackout.added", "blackout.removed")
    assert {added.campaign_id, removed.campaign_id} == {campaign.id}
    assert {added.subject_id, removed.subject_id} == {blackout_id}
    assert added.data == removed.data == {}


def test_a_removed_one_is_gone(team):
    blackout_id = black_out(team)
    commands.remove_blackout(blackout_id=blackout_id, by=team.bob.actor)

    assert queries.blackouts_from(EVE) == []
    with pytest.raises(NotFound):
        commands.remove_blackout(blackout_id=blackout_id, by=team.bob.actor)


def test_a_campaign_of_another_team_is_refused_and_nothing_is_kept(team):
    elsewhere = team.charlie.actor.team_id
    db.session.expunge_all()
    with acting_for(elsewhere):
        other = people.Team(elsewhere, *[team.charlie] * 5)
        campaign_id = people.draft(other).id
    db.session.expunge_all()

    with acting_for(team.id), pytest.raises(Invalid) as refused:
        black_out(team, campaign_id=campaign_id)

    assert refused.value.fields == {"campaign_id": "Choose a campaign of this team."}
    assert events() == []


def test_a_purged_campaign_takes_its_blackouts_along_and_leaves_the_teams(team, campaign):
    black_out(team, campaign_id=campaign.id)
    kept = black_out(team)
    with unit_of_work():
        purge(campaign, by=team.alice.actor)

    assert [one.id for one in queries.blackouts_from(EVE)] == [kept]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": "2026-12-23"}, "ends_on"),
        ({"ends_on": "2028-12-23"}, "ends_on"),
        ({"starts_on": "1026-12-24"}, "starts_on"),
        ({"starts_on": "1798070400"}, "starts_on"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 81}, "reason"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(changes, field):
    values = {"starts_on": "2026-12-24", "ends_on": "2026-12-31", "reason": "Quiet week"}

    with pytest.raises(ValidationError) as refused:
        commands.AddBlackout.model_validate(values | changes)

    assert {one["loc"][0] for one in refused.value.errors()} == {field}


def test_closed_days_are_the_teams_and_the_campaigns_and_nobody_elses(team, campaign):
    other = people.draft(team, name="Another")
    black_out(team, date(2026, 12, 28), date(2026, 12, 29), "Retreat")
    black_out(team, date(2026, 12, 29), date(2026, 12, 30), "Tour finale", campaign.id)
    black_out(team, date(2026, 12, 30), None, "Somebody else's", other.id)

    assert queries.closed_days(EVE, NEW_YEAR) == {
        date(2026, 12, 28): "Retreat",
        date(2026, 12, 29): "Retreat",
    }
    assert queries.closed_days(EVE, NEW_YEAR, campaign.id) == {
        date(2026, 12, 28): "Retreat",
        date(2026, 12, 29): "Retreat, Tour finale",
        date(2026, 12, 30): "Tour finale",
    }


def test_closed_days_name_the_holiday_and_the_blackout_within_the_bounds_in_order(team):
    set_week(team, country="DE")
    black_out(team, date(2026, 12, 20), date(2027, 1, 10), "Quiet weeks")

    found = queries.closed_days(EVE, date(2026, 12, 26))

    assert list(found.items()) == [
        (EVE, "Quiet weeks"),
        (date(2026, 12, 25), "Christmas Day, Quiet weeks"),
        (date(2026, 12, 26), "Second Day of Christmas, Quiet weeks"),
    ]


def test_blackouts_of_another_team_close_nothing_here(team):
    elsewhere = team.charlie.actor.team_id
    with acting_for(elsewhere):
        commands.add_blackout(starts_on=EVE, reason="Theirs", by=team.charlie.actor)
    db.session.expunge_all()

    with acting_for(team.id):
        assert queries.closed_days(EVE, NEW_YEAR) == {}
