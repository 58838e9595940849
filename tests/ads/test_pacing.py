"""Pacing: the plan so far, the corridor around it, and where the spend stands."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webapp.ads.pacing import Plan, pace

FIRST = date(2026, 11, 1)
plans = st.builds(
    lambda budget, days: Plan(budget, FIRST, FIRST + timedelta(days)),
    st.integers(0, 10**14),
    st.integers(0, 800),
)
days = st.integers(-10, 900).map(lambda n: FIRST + timedelta(n))


@given(plan=plans, on=days)
def test_the_plan_grows_from_nothing_to_the_budget(plan, on):
    day = timedelta(days=1)

    assert plan.until(FIRST - day) == 0
    assert plan.until(plan.last) == plan.budget_cents
    assert 0 <= plan.until(on) <= plan.until(on + day) <= plan.budget_cents


@given(plan=plans, on=days)
def test_spending_the_plan_is_on_pace(plan, on):
    assert pace(plan, plan.until(on), on).state == "on"


@given(plan=plans, on=days, spent=st.integers(0, 10**14))
def test_more_is_never_slower(plan, on, spent):
    order = ("under", "on", "over")
    now, more = (order.index(pace(plan, one, on).state) for one in (spent, spent + 1))

    assert now <= more


@given(plan=plans, on=days)
def test_the_corridor_holds_the_plan_and_a_days_slack(plan, on):
    low, high = plan.corridor(on)

    assert 0 <= low <= plan.until(on) <= high
    assert high >= plan.until(on) + plan.per_day_cents


def test_a_campaign_of_one_day_is_planned_on_it():
    plan = Plan(900, FIRST, FIRST)

    assert (plan.days, plan.until(FIRST), plan.per_day_cents) == (1, 900, 900)
