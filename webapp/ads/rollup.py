"""The rollups: a campaign's days and its total, kept beside the daily facts.

They are written in the unit of work that changes facts, not by a policy after it: a page never
shows a sum that lags behind its rows, and whoever waits for the event finds both. Recomputing is
idempotent: only touched days are summed again, and days without facts go. Every writer of
`DailyResult` calls `refresh`, with the campaign locked; `tests/crash/checker.py` and
`tests/ads/test_rollups.py` compare with the raw sums.
"""

from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, case, func, text

from webapp.ads.models import DailyResult, campaign_day
from webapp.campaigns.models import Campaign
from webapp.db import current_team, execute

#: How a fact adds to each column; only facts of the whole day (`grain_key` '') do.
_OF_FACTS = {
    "impressions": "sum(impressions)",
    "clicks": "sum(clicks)",
    "spend_cents": "sum(spend_cents)",
    "conversions": "sum(conversions)",
    "value_cents": "sum(value_cents)",
    "clickable_impressions": "sum(CASE WHEN clicks IS NULL THEN 0 ELSE impressions END)",
    "clicks_cost_cents": "sum(CASE WHEN clicks IS NULL THEN 0 ELSE spend_cents END)",
    "conversions_cost_cents": "sum(CASE WHEN conversions IS NULL THEN 0 ELSE spend_cents END)",
    "value_cost_cents": "sum(CASE WHEN value_cents IS NULL THEN 0 ELSE spend_cents END)",
}
_NAMES = ", ".join(_OF_FACTS)
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _OF_FACTS)
_OWN = "team_id = :team_id AND campaign_id = :campaign_id"
_DAYS = f'{_OWN} AND "on" BETWEEN :first AND :last'


def _typed(sql: str) -> Any:
    days = [bindparam(name, type_=Date) for name in ("first", "last") if f":{name}" in sql]
    return text(sql).bindparams(*days)


_SUM_DAYS = _typed(
    f"""INSERT INTO campaign_day (team_id, campaign_id, "on", currency, {_NAMES})
    SELECT team_id, campaign_id, "on", :currency, {", ".join(_OF_FACTS.values())}
    FROM daily_result WHERE {_DAYS} AND grain_key = '' GROUP BY team_id, campaign_id, "on"
    ON CONFLICT (team_id, "on", campaign_id) DO UPDATE SET {_REPLACED}"""  # noqa: S608 (our names)
)
_DROP_DAYS = _typed(
    f"""DELETE FROM campaign_day WHERE {_DAYS} AND NOT EXISTS (
    SELECT 1 FROM daily_result d WHERE d.team_id = campaign_day.team_id
    AND d.campaign_id = campaign_day.campaign_id AND d."on" = campaign_day."on"
    AND d.grain_key = '')"""  # noqa: S608
)
_SUM_TOTAL = _typed(
    f"""INSERT INTO campaign_total (team_id, campaign_id, first_on, last_on, {_NAMES})
    SELECT team_id, campaign_id, min("on"), max("on"), {", ".join(f"sum({n})" for n in _OF_FACTS)}
    FROM campaign_day WHERE {_OWN} GROUP BY team_id, campaign_id
    ON CONFLICT (team_id, campaign_id) DO UPDATE SET {_REPLACED},
    first_on = excluded.first_on, last_on = excluded.last_on"""  # noqa: S608
)
_DROP_TOTAL = _typed(
    f"""DELETE FROM campaign_total WHERE {_OWN} AND NOT EXISTS (
    SELECT 1 FROM campaign_day WHERE {_OWN})"""  # noqa: S608
)

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
)
#: The same over campaigns' days.
DAY_SUMS = (
    *(func.sum(campaign_day.c[name]).label(name) for name in _OF_FACTS),
    func.max(campaign_day.c.on).label("last_on"),
)


def refresh(campaign: Campaign, first: date, last: date) -> None:
    """Sum a locked campaign's days from `first` to `last` again, in the caller's unit of work."""
    own = {"team_id": current_team(), "campaign_id": campaign.id}
    days = own | {"first": first, "last": last}
    execute(_SUM_DAYS, days | {"currency": campaign.currency})
    execute(_DROP_DAYS, days)
    execute(_SUM_TOTAL, own)
    execute(_DROP_TOTAL, own)
