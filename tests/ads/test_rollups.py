"""The rollups are the raw sums, whatever was written, replaced or taken away."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text

from tests import people
from tests.ads.results import day, record
from tests.imports import staged
from webapp.ads.models import AdCampaign, DailyResult, campaign_day, campaign_total
from webapp.ads.queries import daily, per_platform, planned_parts, totals, with_spent
from webapp.ads.rates import Totals
from webapp.ads.results import rebuild_rollups
from webapp.ads.rollup import FACT_SUMS, refresh
from webapp.campaigns.models import Campaign
from webapp.campaigns.queries import Filter, campaigns
from webapp.db import db, execute, find, unit_of_work
from webapp.imports.commands import undo_import

FIRST = date(2026, 10, 1)

numbers = st.one_of(st.none(), st.integers(0, 10**6))
days = st.lists(
    st.fixed_dictionaries(
        {
            "on": st.integers(0, 6).map(lambda n: FIRST + timedelta(n)),
            "spend": st.decimals(0, 10**6, places=2).map(str),
            "impressions": numbers,
            "clicks": numbers,
            "conversions": st.one_of(st.none(), st.decimals(0, 1000, places=2)),
            "value": st.one_of(st.none(), st.decimals(0, 10**6, places=2)),
        }
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one["on"],
)
#: Days written to a part, or the facts of some days taken away.
steps = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.integers(0, 2), days),
        st.tuples(st.just("remove"), st.integers(0, 6), st.integers(0, 6)),
    ),
    min_size=1,
    max_size=4,
)


def raw_days(campaign_id):
    """{day: totals}, summed from the facts."""
    query = select(DailyResult.on, *FACT_SUMS).where(
        DailyResult.campaign_id == campaign_id, DailyResult.grain_key == ""
    )
    return {row.on: Totals.of(row) for row in execute(query.group_by(DailyResult.on))}


def rolled_days(campaign_id):
    query = select(campaign_day, campaign_day.c.on.label("last_on"))
    query = query.where(campaign_day.c.campaign_id == campaign_id)
    return {row.on: Totals.of(row) for row in execute(query)}


def raw_platforms(campaign_id):
    """{platform: totals}, summed from the facts."""
    query = select(AdCampaign.platform, *FACT_SUMS).join(
        AdCampaign, AdCampaign.id == DailyResult.ad_campaign_id
    )
    query = query.where(DailyResult.campaign_id == campaign_id, DailyResult.grain_key == "")
    rows = execute(query.group_by(AdCampaign.platform))
    return {row.platform: Totals.of(row) for row in rows}


def raw_spend_per_day(campaign_id):
    """[(day, platform, spend)], summed from the facts."""
    query = (
        select(DailyResult.on, AdCampaign.platform, func.sum(DailyResult.spend_cents))
        .join(AdCampaign, AdCampaign.id == DailyResult.ad_campaign_id)
        .where(DailyResult.campaign_id == campaign_id, DailyResult.grain_key == "")
        .group_by(DailyResult.on, AdCampaign.platform)
        .order_by(DailyResult.on, AdCampaign.platform)
    )
    return [tuple(row) for row in execute(query)]


def raw_total(campaign_id):
    query = select(*FACT_SUMS).where(
        DailyResult.campaign_id == campaign_id, DailyResult.grain_key == ""
    )
    return Totals.of(execute(query).one())


def remove(campaign_id, first, last):
    with unit_of_work():
        campaign = find(Campaign, campaign_id, lock=True)
        execute(
            delete(DailyResult).where(
                DailyResult.campaign_id == campaign_id, DailyResult.on.between(first, last)
            )
        )
        refresh(campaign, first, last)


def assert_equal_to_the_raw_sums(campaign_id):
    assert per_platform(campaign_id) == raw_platforms(campaign_id)
    assert daily(campaign_id) == raw_spend_per_day(campaign_id)
    assert rolled_days(campaign_id) == raw_days(campaign_id)
    assert totals(campaign_id) == raw_total(campaign_id)
    known = execute(select(func.count()).select_from(campaign_total)).scalar()
    assert bool(known) == bool(raw_days(campaign_id))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_was_written_replaced_or_removed(team, steps):
    campaign = people.draft(team)
    for what, which, more in steps:
        if what == "record":
            record(campaign, team.mia, *more, part=which)
        else:
            first, last = sorted((which, more))
            remove(campaign.id, FIRST + timedelta(first), FIRST + timedelta(last))

    assert_equal_to_the_raw_sums(campaign.id)
    remove(campaign.id, date.min, date.max)
    assert totals(campaign.id) == Totals()
    assert rolled_days(campaign.id) == {}


def test_a_breakdown_beside_the_days_fact_enters_no_total(team, campaign):
    record(campaign, team.mia, day(FIRST, "10"))
    with unit_of_work():
        part = planned_parts(campaign.id)[0]
        db.session.add(
            DailyResult(
                team_id=team.id,
                campaign_id=campaign.id,
                ad_campaign_id=part.id,
                on=FIRST,
                grain_key="country=IN",
                spend_cents=600,
                source="test",
            )
        )
        db.session.flush()
        refresh(find(Campaign, campaign.id, lock=True), FIRST, FIRST)

    assert totals(campaign.id).spend_cents == 1000


def test_an_import_leaves_the_rollups_whole(team):
    campaign = people.draft(team, currency="EUR")

    staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)

    assert raw_days(campaign.id)
    assert_equal_to_the_raw_sums(campaign.id)


def test_an_import_taken_back_takes_its_days_out_again(team):
    campaign = people.draft(team, currency="EUR")
    batch = staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)

    undo_import(import_batch_id=batch.id, version=batch.version, by=team.alice.actor)

    assert raw_days(campaign.id) == {}
    assert_equal_to_the_raw_sums(campaign.id)


def test_two_campaigns_do_not_touch_each_other(team, campaign):
    other = people.draft(team, name="Another")
    record(campaign, team.mia, day(FIRST, "10"))
    record(other, team.mia, day(FIRST, "20"))

    remove(other.id, FIRST, FIRST)

    listed = campaigns(Filter(), with_spent).rows
    assert {row.id: row.spent_cents for row in listed} == {campaign.id: 1000, other.id: 0}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE campaign_day SET spend_cents = 1, clicks = 7",
        "DELETE FROM campaign_day",
        "DELETE FROM platform_day",
        "UPDATE platform_day SET platform = 'x', impressions = 5",
        "DELETE FROM campaign_total",
        "DELETE FROM daily_result",
    ],
)
def test_rebuilding_mends_whatever_happened_to_them(team, campaign, damage):
    record(
        campaign,
        team.mia,
        day(FIRST, "10", clicks=3, conversions=Decimal("1.5")),
        day(FIRST + timedelta(days=4), "2.50", impressions=9, value="4"),
    )
    with unit_of_work():
        db.session.execute(text(damage))

    assert rebuild_rollups() == 1

    assert_equal_to_the_raw_sums(campaign.id)


def test_the_operators_command_rebuilds_every_team(bare_app):
    with bare_app.app_context():
        people.found_team(bare_app)

    answer = bare_app.test_cli_runner().invoke(args=["rebuild-rollups"])

    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines() == ["team 1: 0 campaigns", "team 2: 0 campaigns"]
