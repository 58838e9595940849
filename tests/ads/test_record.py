"""`results.record`: days given by hand or by a key are facts like any other."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from tests import people
from tests.ads.results import day, record
from webapp.ads.models import DailyResult
from webapp.ads.queries import planned_parts, totals
from webapp.ads.results import RecordResults
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.db import acting_for, db
from webapp.events.models import Event
from webapp.operations import operations

ON, LATER = date(2026, 11, 2), date(2026, 11, 3)


def facts():
    query = select(DailyResult).order_by(DailyResult.on)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def recorded():
    return list(db.session.scalars(select(Event).where(Event.name == "results.recorded")))


def test_a_day_becomes_a_fact_with_its_amount_as_it_came(team, campaign):
    record(campaign, team.mia, day(ON, "12.345", impressions=900, clicks=7, conversions="1.5"))

    (fact,) = facts()
    assert (fact.on, fact.grain_key, fact.impressions, fact.clicks) == (ON, "", 900, 7)
    assert (fact.spend_cents, fact.spend_raw) == (1234, "12.345")
    assert (fact.conversions, fact.value_cents, fact.source) == (Decimal("1.5"), None, "by hand")


def test_impressions_that_are_left_out_are_not_known(team, campaign):
    record(campaign, team.mia, day(ON, "10", impressions=None, clicks=7), day(LATER, "5", clicks=1))

    assert [fact.impressions for fact in facts()] == [None, 0]
    assert totals(campaign.id).click_rate is None
    assert totals(campaign.id).per_click_cents == 188


def test_the_same_days_again_replace_and_add_nothing(team, campaign):
    record(campaign, team.mia, day(ON, "10", clicks=7))
    record(campaign, team.mia, day(ON, "11"), day(ON + timedelta(1), "1"))

    assert [(one.spend_cents, one.clicks) for one in facts()] == [(1100, None), (100, None)]
    assert totals(campaign.id).spend_cents == 1200


def test_one_event_tells_of_it_without_a_new_version(team, campaign):
    version = planned_parts(campaign.id)[0].version
    record(campaign, team.mia, day(ON, "10"), day(ON + timedelta(3), "10"))

    (event,) = recorded()
    assert event.data == {"days": 2, "first_on": "2026-11-02", "last_on": "2026-11-05"}
    assert (event.campaign_id, event.subject_version) == (campaign.id, None)
    assert planned_parts(campaign.id)[0].version == version


def test_money_is_rounded_by_the_campaigns_currency(team):
    campaign = people.draft(team, currency="JPY", budget="900000")

    record(campaign, team.mia, day(ON, "1050.5"))

    assert facts()[0].spend_cents == 1050


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"spend": "-1"}, "greater than or equal to 0"),
        ({"spend": "1.1234567"}, "decimal places"),
        ({"spend": "NaN"}, "finite"),
        ({"impressions": -1}, "greater than or equal to 0"),
        ({"clicks": -1}, "greater than or equal to 0"),
        ({"conversions": "-0.5"}, "greater than or equal to 0"),
        ({"impressions": 2**63}, "too large"),
        ({"on": "soon"}, "date"),
    ],
)
def test_what_no_day_can_be_is_refused_at_the_door(wrong, words):
    one = {"on": "2026-11-02", "spend": "1", "impressions": 1} | wrong

    with pytest.raises(ValidationError, match=words):
        RecordResults.model_validate({"ad_campaign_id": 1, "days": [one]})


@pytest.mark.parametrize(("count", "words"), [(0, "at least 1"), (2, "is there twice")])
def test_days_are_some_and_each_once(count, words):
    one = {"on": "2026-11-02", "spend": "1", "impressions": 1}

    with pytest.raises(ValidationError, match=words):
        RecordResults.model_validate({"ad_campaign_id": 1, "days": [one] * count})


def test_a_day_to_come_is_refused_and_nothing_is_written(team, campaign):
    ahead = clock.now().date() + timedelta(days=3)

    with pytest.raises(Invalid, match="has not happened yet"):
        record(campaign, team.mia, day(ON, "1"), day(ahead, "1"))

    assert facts() == []
    assert recorded() == []


def test_a_day_of_another_century_is_refused(team, campaign):
    with pytest.raises(Invalid, match="too long ago"):
        record(campaign, team.mia, day(date(1926, 11, 2), "1"))


def test_a_campaign_in_the_trash_takes_none(team, campaign):
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.mia.actor)

    with pytest.raises(Conflict, match="in the trash"):
        record(campaign, team.mia, day(ON, "1"))


def test_another_teams_part_is_not_there(app, team, campaign):
    part_id = planned_parts(campaign.id)[0].id
    db.session.rollback()
    db.session.expunge_all()
    op = next(one for one in operations() if one.name == "results.record")

    with acting_for(team.charlie.actor.team_id), pytest.raises(NotFound):
        op.run(**_input(part_id), by=team.charlie.actor)


def _input(part_id):
    one = {"on": "2026-11-02", "spend": "1", "impressions": 1}
    parsed = RecordResults.model_validate({"ad_campaign_id": part_id, "days": [one]})
    return {name: getattr(parsed, name) for name in RecordResults.model_fields}


def test_who_may_import_may_record():
    op = next(one for one in operations() if one.name == "results.record")

    assert op.permission == "imports.run"
    assert op.input is RecordResults
