"""The demo's three months: told by commands, so that log and rows agree, and shown as made up."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import people
from tests.together import assert_one_event_per_version
from webapp.accounts import queries as accounts
from webapp.accounts.models import Membership, Team, User
from webapp.ads.models import AdCampaign, DailyResult
from webapp.approvals import queries as approvals
from webapp.approvals.models import Policy, Proposal
from webapp.campaigns.models import Campaign, Transition
from webapp.campaigns.workflow import State
from webapp.core import clock, fault, zones
from webapp.db import acting_for, db
from webapp.demo import cast, loading
from webapp.demo.results import SOURCE
from webapp.demo.story import CAMPAIGNS, DAYS, WAITING
from webapp.demo.telling import _Teller
from webapp.events.models import Event, Receipt, Timer


def all_of(model):
    return list(db.session.scalars(select(model).order_by(model.id)))


def test_campaigns_are_in_every_state_people_bring_them_to(demo_team):
    states = {campaign.state for campaign in all_of(Campaign)}

    assert states == set(State) - {State.FAILED}
    assert any(campaign.archived_at for campaign in all_of(Campaign))


def test_log_and_rows_agree(demo_team):
    db.session.rollback()

    assert_one_event_per_version(Campaign, AdCampaign, Proposal, Policy, Membership, Team, User)


def test_it_reaches_back_three_months_and_not_into_the_future(demo_team):
    now = clock.now()
    for model in (Event, Campaign, Transition, Proposal):
        dates = [row.created_at for row in all_of(model)]
        assert max(dates) <= now
        assert min(dates) >= now - timedelta(days=DAYS + 1)
    assert min(event.created_at for event in all_of(Event)) < now - timedelta(days=DAYS - 1)
    assert max(row.on for row in all_of(DailyResult)) == zones.today(now, "Europe/Berlin")


def test_events_of_a_campaign_are_in_the_order_they_happened(demo_team):
    for campaign in all_of(Campaign):
        query = select(Event.created_at).where(Event.campaign_id == campaign.id)
        dates = list(db.session.scalars(query.order_by(Event.id)))
        assert dates == sorted(dates), campaign.name


def test_timers_are_only_ahead(demo_team):
    pending = [timer for timer in all_of(Timer) if timer.state == "pending"]

    assert pending
    assert all(timer.due_at > clock.now() for timer in pending)


def test_nothing_of_the_past_is_left_to_do(demo_team):
    assert {receipt.state for receipt in all_of(Receipt)} == {"done"}
    assert all(event.position for event in all_of(Event))


def test_shares_sum_to_each_budget(demo_team):
    query = select(AdCampaign.campaign_id, func.sum(AdCampaign.allocated_cents))
    shares = dict(db.session.execute(query.group_by(AdCampaign.campaign_id)).all())

    assert shares == {campaign.id: campaign.budget_cents for campaign in all_of(Campaign)}


def test_nothing_spends_more_than_its_budget_and_only_while_it_ran(demo_team):
    for campaign in all_of(Campaign):
        rows = [row for row in all_of(DailyResult) if row.campaign_id == campaign.id]
        assert sum(row.spend_cents for row in rows) <= campaign.budget_cents, campaign.name
        if campaign.state in (State.DRAFT, State.IN_REVIEW, State.SCHEDULED):
            assert rows == []
        else:
            assert rows
            assert min(row.on for row in rows) >= campaign.starts_wall.date()
            assert max(row.on for row in rows) <= campaign.last_on


def test_a_pause_is_a_gap_in_the_days(demo_team):
    (winter,) = [one for one in all_of(Campaign) if one.name == "Winter Sessions tour"]
    days = sorted({row.on for row in all_of(DailyResult) if row.campaign_id == winter.id})
    missing = (days[-1] - days[0]).days + 1 - len(days)

    assert missing == 2


def test_every_number_says_that_it_is_made_up(demo_team):
    assert {row.source for row in all_of(DailyResult)} == {SOURCE}
    assert accounts.team().is_demo
    assert "demo" in accounts.team().name


def test_something_waits_for_the_owner(demo_team):
    owner = accounts.user_at(f"{cast.OWNER}@{cast.PUBLIC_DOMAIN}")

    waiting = approvals.inbox(owner)

    assert len(waiting.yours) == len(WAITING) == 2
    assert len(waiting.decided) >= 8
    assert {item.proposal.kind for item in waiting.yours} == {"campaign.launch", "budget.change"}


def test_ads_follow_their_campaigns(demo_team):
    parts = {
        (campaign.state, part.state)
        for campaign in all_of(Campaign)
        for part in all_of(AdCampaign)
        if part.campaign_id == campaign.id
    }

    assert parts == {
        ("draft", "draft"),
        ("in_review", "draft"),
        ("scheduled", "draft"),
        ("active", "live"),
        ("paused", "paused"),
        ("completed", "ended"),
        ("cancelled", "ended"),
    }


def test_every_role_has_its_people(demo_team):
    roles = [member.role for member, _ in accounts.members()]

    assert sorted(roles) == ["manager", "member", "member", "owner", "viewer"]


def counted():
    with acting_for("all"):
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table))
            for table in db.metadata.sorted_tables
        }


def test_a_second_load_doubles_nothing(app):
    loading.load(cast.PUBLIC_DOMAIN, zone="UTC")
    before = counted()
    clock.travel(86_400)

    loading.load(cast.PUBLIC_DOMAIN, zone="UTC")

    assert counted() == before


@pytest.mark.parametrize("point", ["accounts.after_person", "demo.after_campaign"])
def test_a_load_that_broke_off_goes_on_where_it_was(app, point):
    loading.load("whole.example", zone="UTC")
    whole = counted()

    def break_off():
        fault.disarm()
        raise LookupError

    fault.arm(point, break_off)
    with pytest.raises(LookupError):
        loading.load("broken.example", zone="UTC")
    loading.load("broken.example", zone="UTC")

    assert counted() == {name: 2 * number for name, number in whole.items()}


def test_the_future_of_the_demo_comes_by_itself(demo_team):
    (lanterns,) = [one for one in all_of(Campaign) if one.name == "Paper Lanterns video"]
    clock.travel((lanterns.starts_at - clock.now()).total_seconds() + 1)
    people.run_background()

    assert db.session.get(Campaign, lanterns.id).state == State.ACTIVE


def test_the_story_speaks_of_its_people_and_platforms():
    keys = {one.key for one in cast.CAST}
    for plan in CAMPAIGNS:
        assert {plan.owner, *(step.who for step in plan.steps)} <= keys
        assert {name for step in plan.steps for name, _ in step.shares} <= set(plan.platforms)
        assert all(hasattr(_Teller, f"_{step.verb}") for step in plan.steps)
        assert [step.day for step in plan.steps] == sorted(step.day for step in plan.steps)
        assert -DAYS < plan.made <= min([step.day for step in plan.steps], default=plan.made)
    assert len({plan.key for plan in CAMPAIGNS}) == len(CAMPAIGNS)
