"""The rollups: a campaign's days per platform, its days, its total, kept beside the daily facts.

They are written in the unit of work that changes facts, not by a policy after it: a page never
shows a sum that lags behind its rows, and whoever waits for the event finds both. Recomputing is
idempotent: only touched days are summed again, and days without facts go. Every writer of
`DailyResult` calls `refresh`, with the campaign locked; `tests/crash/checker.py` and
`tests/ads/test_rollups.py` compare with the raw sums.
"""

from datetime import date
from typing import Any

from sqlalchemy import Date, Table, bindparam, case, func, text

from webapp.ads.models import DailyResult
from webapp.campaigns.models import Campaign
from webapp.db import current_team, execute

#: How a fact adds to each column; only facts of the whole day (`grain_key` '') do.
_OF_FACTS = {
    "impressions": "sum(impressions)",
    "clicks": "sum(clicks)",
    "spend_cents": "sum(spend_cents)",
    "conversions": "sum(conversions)",
    "value_cents": "sum(value_cents)",
    "clickable_impressions": "sum(CASE WHEN clicks IS NULL THEN 0 ELSE coalesce(impressions, 0)"
    " END)",
    "clicks_cost_cents": "sum(CASE WHEN clicks IS NULL THEN 0 ELSE spend_cents END)",
    "conversions_cost_cents": "sum(CASE WHEN conversions IS NULL THEN 0 ELSE spend_cents END)",
    "value_cost_cents": "sum(CASE WHEN value_cents IS NULL THEN 0 ELSE spend_cents END)",
    "seen_clicks": "sum(CASE WHEN impressions IS NULL THEN 0 ELSE coalesce(clicks, 0) END)",
    "impressions_cost_cents": "sum(CASE WHEN impressions IS NULL THEN 0 ELSE spend_cents END)",
}
_NAMES = ", ".join(_OF_FACTS)
_SUMS = ", ".join(f"sum({name})" for name in _OF_FACTS)
_OWN = "{0}team_id = :team_id AND {0}campaign_id = :campaign_id"
_DAYS = _OWN + ' AND {0}"on" BETWEEN :first AND :last'


def _typed(sql: str) -> Any:
    days = [bindparam(name, type_=Date) for name in ("first", "last") if f":{name}" in sql]
    return text(sql).bindparams(*days)


# Facts → platforms' days → campaigns' days → total: each takes its rows of these days away and sums
# the one before it. Taking away first also drops what has no facts any more, and is several times
# faster than a conflict per row. Our own names are the only thing put into the text.
_STEPS = tuple(
    _typed(sql)
    for sql in (
        f"DELETE FROM platform_day WHERE {_DAYS.format('')}",  # noqa: S608
        f"""INSERT INTO platform_day (team_id, campaign_id, "on", platform, {_NAMES})
        SELECT d.team_id, d.campaign_id, d."on", a.platform, {", ".join(_OF_FACTS.values())}
        FROM daily_result d JOIN ad_campaign a
        ON a.team_id = d.team_id AND a.id = d.ad_campaign_id
        WHERE {_DAYS.format("d.")} AND d.grain_key = ''
        GROUP BY d.team_id, d.campaign_id, d."on", a.platform""",  # noqa: S608
        f"DELETE FROM campaign_day WHERE {_DAYS.format('')}",  # noqa: S608
        f"""INSERT INTO campaign_day (team_id, campaign_id, "on", currency, {_NAMES})
        SELECT team_id, campaign_id, "on", :currency, {_SUMS} FROM platform_day
        WHERE {_DAYS.format("")} GROUP BY team_id, campaign_id, "on" """,  # noqa: S608
        f"DELETE FROM campaign_total WHERE {_OWN.format('')}",  # noqa: S608
        f"""INSERT INTO campaign_total (team_id, campaign_id, first_on, last_on, {_NAMES})
        SELECT team_id, campaign_id, min("on"), max("on"), {_SUMS} FROM campaign_day
        WHERE {_OWN.format("")} GROUP BY team_id, campaign_id""",  # noqa: S608
    )
)

_KNOWS_IMPRESSIONS = DailyResult.impressions.is_not(None)
_KNOWS_CLICKS = DailyResult.clicks.is_not(None)
_KNOWS_CONVERSIONS = DailyResult.conversions.is_not(None)
_KNOWS_VALUE = DailyResult.value_cents.is_not(None)
#: The columns of `Totals` over facts, for what the rollups do not keep apart (parts, platforms).
FACT_SUMS = (
    func.sum(DailyResult.spend_cents).label("spend_cents"),
    func.sum(DailyResult.impressions).label("impressions"),
    func.sum(DailyResult.clicks).label("clicks"),
    func.sum(DailyResult.conversions).label("conversions"),
    func.sum(DailyResult.value_cents).label("value_cents"),
    func.max(DailyResult.on).label("last_on"),
    func.sum(case((_KNOWS_CLICKS, DailyResult.impressions))).label("clickable_impressions"),
    func.sum(case((_KNOWS_CLICKS, DailyResult.spend_cents))).label("clicks_cost_cents"),
    func.sum(case((_KNOWS_CONVERSIONS, DailyResult.spend_cents))).label("conversions_cost_cents"),
    func.sum(case((_KNOWS_VALUE, DailyResult.spend_cents))).label("value_cost_cents"),
    func.sum(case((_KNOWS_IMPRESSIONS, DailyResult.clicks))).label("seen_clicks"),
    func.sum(case((_KNOWS_IMPRESSIONS, DailyResult.spend_cents))).label("impressions_cost_cents"),
)


def sums_of(rollup: Table) -> tuple[Any, ...]:
    """The same over a rollup of days."""
    names = (func.sum(rollup.c[name]).label(name) for name in _OF_FACTS)
    return (*names, func.max(rollup.c.on).label("last_on"))


def refresh(campaign: Campaign, first: date, last: date) -> None:
    """Sum a locked campaign's days from `first` to `last` again, in the caller's unit of work."""
    values = {
        "team_id": current_team(),
        "campaign_id": campaign.id,
        "first": first,
        "last": last,
        "currency": campaign.currency,
    }
    for step in _STEPS:
        execute(step, {name: values[name] for name in step._bindparams})
