"""Reports of ad platforms as import sources: Meta Ads Manager, by campaign and day.

A report that does not split Facebook from Instagram belongs to the part `meta`; each campaign it
names gets its own part, made on first sight.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from webapp.ads.commands import part_from_report
from webapp.ads.meta.columns import is_meta
from webapp.ads.meta.report import Fact, read_report
from webapp.ads.meta.total import Sums, plain
from webapp.ads.models import AdCampaign, DailyResult
from webapp.ads.rollup import refresh
from webapp.campaigns.models import Campaign
from webapp.core import clock, money
from webapp.core.actor import Actor
from webapp.core.errors import Invalid
from webapp.db import current_team, db, execute, find
from webapp.imports.models import ImportBatch, ImportRow
from webapp.imports.sources import Content, Line, Source, Values, register
from webapp.imports.tabular import Table

META = "meta_report"
PLATFORM = "meta"

_STORED = Decimal("0.0001")
_NUMBERS = ("impressions", "clicks", "spend_cents", "spend_raw", "conversions", "value_cents")


def _read(table: Table) -> Content:
    report = read_report(table)
    facts = [_line(fact, report.currency) for fact in report.facts]
    asides = [Line((one.line,), verdict="total", reason=one.reason) for one in report.totals]
    asides += [Line((one.line,), verdict="reject", reason=one.reason) for one in report.rejects]
    days = [fact.on for fact in report.facts]
    imported = sum(line.after["spend_cents"] for line in facts if line.after)
    return Content(
        (*facts, *asides),
        {
            "currency": report.currency,
            "first_on": min(days).isoformat(),
            "last_on": max(days).isoformat(),
            "campaigns": len({fact.campaign for fact in report.facts}),
            "imported_cents": imported,
            "sums": _claim(report.sums),
            "total": _claim(report.total) if report.total else None,
            "notes": list(report.notes),
        },
    )


def _claim(sums: Sums) -> Values:
    return {
        "impressions": sums.impressions,
        "clicks": sums.clicks,
        "spend": plain(sums.spend),
    }


def _line(fact: Fact, currency: str) -> Line:
    return Line(
        fact.lines,
        key={"campaign": fact.campaign, "on": fact.on.isoformat()},
        after={
            "impressions": fact.impressions,
            "clicks": fact.clicks,
            "spend_cents": money.to_minor(fact.spend, currency),
            "spend_raw": plain(fact.spend),
            "conversions": None
            if fact.conversions is None
            else plain(fact.conversions.quantize(_STORED)),
            "value_cents": None if fact.value is None else money.to_minor(fact.value, currency),
        },
    )


def _check(campaign_id: int, claims: Values) -> None:
    """A campaign has one currency, nothing is converted; one in the trash takes nothing."""
    campaign = find(Campaign, campaign_id)
    campaign.check_kept()
    currency = campaign.currency
    if claims["currency"] != currency:
        raise Invalid(
            {
                "file": f"The report is in {claims['currency']}, this campaign in {currency}."
                " Amounts are never converted, so it cannot be imported here."
            }
        )


def _present(campaign_id: int, keys: Sequence[Values]) -> list[Values | None]:
    if not keys:
        return []
    find(Campaign, campaign_id, lock=True)  # one import of a campaign compares and writes at a time
    days = [date.fromisoformat(key["on"]) for key in keys]
    query = (
        select(AdCampaign.name, DailyResult)
        .join(
            AdCampaign,
            (AdCampaign.team_id == DailyResult.team_id)
            & (AdCampaign.id == DailyResult.ad_campaign_id),
        )
        .where(
            DailyResult.team_id == current_team(),
            DailyResult.campaign_id == campaign_id,
            DailyResult.grain_key == "",
            DailyResult.on.between(min(days), max(days)),
            AdCampaign.platform == PLATFORM,
        )
        .execution_options(populate_existing=True)
    )
    stored = {
        (name, result.on): {column: _stored(result, column) for column in _NUMBERS}
        for name, result in execute(query).all()
    }
    return [stored.get((key["campaign"], day)) for key, day in zip(keys, days, strict=True)]


def _stored(result: DailyResult, column: str) -> Any:
    """A column as `after` writes it."""
    value = getattr(result, column)
    return plain(value) if isinstance(value, Decimal) else value


def _apply(batch: ImportBatch, rows: Sequence[ImportRow], by: Actor) -> None:
    parts = {
        name: part_from_report(batch.campaign_id, PLATFORM, name, by=by).id
        for name in dict.fromkeys(row.key["campaign"] for row in rows)
    }
    creates, updates = [], []
    for row in rows:
        values = _columns(row) | {"source": META, "updated_at": clock.now()}
        part_id, on = parts[row.key["campaign"]], date.fromisoformat(row.key["on"])
        if row.verdict == "create":
            owner = {"team_id": batch.team_id, "campaign_id": batch.campaign_id, "grain_key": ""}
            creates.append(owner | {"ad_campaign_id": part_id, "on": on} | values)
        else:
            updates.append({"part_id": part_id, "day": on} | values)
    if creates:
        execute(insert(DailyResult), creates)
    if updates:
        _update(batch.team_id, updates)
    if rows:
        days = [date.fromisoformat(row.key["on"]) for row in rows]
        refresh(find(Campaign, batch.campaign_id), min(days), max(days))


def _columns(row: ImportRow) -> Values:
    after = row.after
    assert after is not None
    conversions = after["conversions"]
    return {name: after[name] for name in _NUMBERS} | {
        "conversions": None if conversions is None else Decimal(conversions)
    }


def _update(team_id: int, rows: list[Values]) -> None:
    execute(
        update(DailyResult.__table__)  # type: ignore[arg-type]
        .where(
            DailyResult.team_id == team_id,
            DailyResult.ad_campaign_id == bindparam("part_id"),
            DailyResult.on == bindparam("day"),
            DailyResult.grain_key == "",
        )
        .values({name: bindparam(name) for name in (*_NUMBERS, "source", "updated_at")}),
        rows,
    )
    db.session.expire_all()


register(
    Source(
        name=META,
        words="Meta Ads Manager, by campaign and day",
        recognise=is_meta,
        read=_read,
        check=_check,
        present=_present,
        apply=_apply,
    )
)
