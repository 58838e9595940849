"""Results of reports beside those that are stored: compared in pieces, applied and taken back as
one statement each, so that a hundred thousand rows are one short change.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    and_,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from webapp.ads.commands import part_from_report
from webapp.ads.models import AdCampaign, DailyResult
from webapp.ads.reports.facts import WHOLE_ACCOUNT
from webapp.ads.reports.totals import plain
from webapp.ads.rollup import refresh
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.db import current_team, db, execute, find, is_sqlite, many_fresh_rows
from webapp.imports.models import ImportBatch, ImportRow
from webapp.imports.sources import Judged, Line, Values

#: What a row of results stores, and how it is read out of a reviewed row.
NUMBERS = ("impressions", "clicks", "spend_cents", "spend_raw", "conversions", "value_cents")
#: Beside them, the cells that are kept as they stand: of the newest report, or none.
STORED = (*NUMBERS, "extra")
#: What a fact is when a report does not say it.
BLANK: Values = {"spend_cents": 0, "spend_raw": ""}
SPLIT = ("facebook", "instagram")

#: Platforms whose results are told in one report or in several.
FAMILY = {"facebook": "meta", "instagram": "meta"}
_OTHER_LEVEL = {
    True: "This day is stored by campaign already: the whole account would count it twice.",
    False: "This day is stored for the whole account: counting its campaigns too would double it.",
}

Key = tuple[str, str, date, str]
#: By family of platforms and day: whether results of the whole account, of campaigns, or both.
Levels = dict[tuple[str, date], set[bool]]


def judge(campaign_id: int, claims: Values, lines: Sequence[Line]) -> list[Judged]:
    """Each fact beside what is stored under its key."""
    if not lines:
        return []
    with many_fresh_rows():  # an import of the same days may have ended a moment ago
        found = _found(campaign_id, lines)
        levels = _levels(campaign_id, lines)
    stored = _stored(found)
    apart = {} if claims.get("splits_platform") else _told_apart(found, lines)
    return [_judged(line, stored.get(_key(line)), apart, levels) for line in lines]


def _judged(
    line: Line, row: Values | None, apart: dict[tuple[str, date], Values], levels: Levels
) -> Judged:
    assert line.after is not None
    key = _key(line)
    before = None if row is None else {name: row[name] for name in line.after}
    if line.optional and row is None:
        return Judged("", None)
    if (key[1] != WHOLE_ACCOUNT) in levels.get((FAMILY.get(key[0], key[0]), key[2]), ()):
        return Judged("reject", before, _OTHER_LEVEL[key[1] == WHOLE_ACCOUNT])
    if key[0] == "meta" and not key[3] and (key[1], key[2]) in apart:
        return _beside_split(line.after, before, apart[key[1], key[2]])
    if before is None:
        return Judged("create", None)
    return Judged("skip" if before == line.after else "update", before)


def _beside_split(after: Values, before: Values | None, split: Values) -> Judged:
    """A day that is already told apart into Facebook and Instagram: the same sum says the same, any
    other could not be told apart.
    """
    same = all(after.get(name) == split[name] for name in ("spend_cents", "impressions"))
    if same:
        return Judged("skip", before, "Stored already, told apart into Facebook and Instagram.")
    return Judged(
        "reject",
        (before or {}) | split,
        "This day is stored by platform. Export with the breakdown Platform to update it.",
    )


def _levels(campaign_id: int, lines: Sequence[Line]) -> Levels:
    """The days that have results of the whole account (True) or of named campaigns (False)."""
    is_whole = (AdCampaign.name == WHOLE_ACCOUNT).label("is_whole")
    query = _of_these_days(
        select(AdCampaign.platform, DailyResult.on, is_whole), campaign_id, lines
    )
    query = query.where(
        DailyResult.grain_key == "",
        # Hidden impressions are some: nothing is never hidden.
        DailyResult.spend_cents + func.coalesce(DailyResult.impressions, 1) > 0,
    )
    found: Levels = {}
    for platform, on, whole in execute(query.distinct()).all():
        found.setdefault((FAMILY.get(platform, platform), on), set()).add(bool(whole))
    return found


def _key(line: Line) -> Key:
    assert line.on is not None
    return line.kind, line.name, line.on, line.part


def _of_these_days(query: Any, campaign_id: int, lines: Sequence[Line]) -> Any:
    """A query of results with their parts, on the days some facts are about."""
    days = [_key(line)[2] for line in lines]
    part = and_(
        AdCampaign.team_id == DailyResult.team_id, AdCampaign.id == DailyResult.ad_campaign_id
    )
    return query.join(AdCampaign, part).where(
        AdCampaign.team_id == current_team(),
        AdCampaign.campaign_id == campaign_id,
        DailyResult.team_id == current_team(),
        DailyResult.campaign_id == campaign_id,
        DailyResult.on.between(min(days), max(days)),
    )


def _found(campaign_id: int, lines: Sequence[Line]) -> Sequence[Any]:
    """What is stored of the campaigns and the days that some facts are about, and a little more."""
    names = sorted({line.name for line in lines})
    columns = (AdCampaign.platform, AdCampaign.name, DailyResult.on, DailyResult.grain_key)
    values = [getattr(DailyResult, name) for name in STORED]
    query = _of_these_days(select(*columns, *values), campaign_id, lines)
    query = query.where(AdCampaign.name.in_(names)) if len(names) <= 500 else query
    return list(execute(query).all())


def _stored(found: Sequence[Any]) -> dict[Key, Values]:
    return {
        (row.platform, row.name, row.on, row.grain_key): {
            name: _plain(getattr(row, name)) for name in STORED
        }
        for row in found
    }


def _told_apart(found: Sequence[Any], lines: Sequence[Line]) -> dict[tuple[str, date], Values]:
    """What is stored of the days that an earlier report told apart by platform."""
    if not any(line.kind == "meta" for line in lines):
        return {}
    rows = [row for row in found if not row.grain_key and row.platform in (*SPLIT, "meta")]
    split = {
        (row.name, row.on)
        for row in rows
        if row.platform in SPLIT and (row.spend_cents or row.impressions != 0)
    }
    sums: dict[tuple[str, date], Values] = {}
    for row in rows:
        if (row.name, row.on) in split:
            own = sums.setdefault((row.name, row.on), {"spend_cents": 0, "impressions": 0})
            own["spend_cents"] += row.spend_cents
            own["impressions"] = plus(own["impressions"], row.impressions)
    return sums


def plus(one: int | None, other: int | None) -> int | None:
    """A sum, not known when either is not."""
    return None if one is None or other is None else one + other


def _plain(value: Any) -> Any:
    """A column as `after` writes it."""
    return plain(value) if isinstance(value, Decimal) else value


# In SQL, the reviewed rows stay where they are: nothing of them passes through Python.


def _said(side: Any, name: str) -> ColumnElement[Any]:
    """A value of a reviewed row, as its column stores it; NULL where the row does not say it."""
    if name == "extra" and is_sqlite():
        return func.json_extract(side, "$.extra")
    if name == "extra":
        return func.nullif(side[name], literal_column("'null'::jsonb"))
    text: ColumnElement[Any] = side[name].as_string()
    if name == "spend_raw":
        return text
    if name == "conversions":
        return cast(text, Numeric(18, 4))
    return cast(text, BigInteger)


def _own_part(campaign_id: int) -> ColumnElement[bool]:
    """The part a reviewed row belongs to. Plain columns on both sides: under the team wall an index
    is not used for what JSON holds.
    """
    return and_(
        AdCampaign.team_id == ImportRow.team_id,
        AdCampaign.campaign_id == campaign_id,
        AdCampaign.platform == ImportRow.kind,
        AdCampaign.name == ImportRow.name,
    )


def _own_day(fact: Any = DailyResult) -> ColumnElement[bool]:
    """The day of its part that a reviewed row is about."""
    return and_(
        fact.team_id == ImportRow.team_id,
        fact.ad_campaign_id == AdCampaign.id,
        fact.on == ImportRow.on,
        fact.grain_key == ImportRow.part,
    )


def _mine(batch: ImportBatch, *verdicts: str) -> ColumnElement[bool]:
    return and_(
        ImportRow.team_id == batch.team_id,
        ImportRow.batch_id == batch.id,
        ImportRow.verdict.in_(verdicts),
    )


def apply(batch: ImportBatch, by: Actor) -> None:
    """Write what was reviewed: new days, and other numbers of days there are."""
    made = _mine(batch, "create", "update")
    known = select(AdCampaign.id).where(_own_part(batch.campaign_id)).exists()
    names = select(ImportRow.kind, ImportRow.name).where(made, ~known).distinct()
    for platform, name in execute(names).all():
        part_from_report(batch.campaign_id, platform, name, by=by)
    metrics = _metrics(batch)
    now = clock.now()
    owner = {
        DailyResult.team_id: ImportRow.team_id,
        DailyResult.campaign_id: literal(batch.campaign_id, BigInteger),
        DailyResult.ad_campaign_id: AdCampaign.id,
        DailyResult.on: ImportRow.on,
        DailyResult.grain_key: ImportRow.part,
    }
    values: dict[Any, Any] = {
        getattr(DailyResult, name): func.coalesce(_said(ImportRow.after, name), BLANK[name])
        if name in BLANK
        else _said(ImportRow.after, name)
        for name in STORED
    }
    values |= {
        DailyResult.source: literal(batch.facts["dialect"] or batch.source),
        DailyResult.updated_at: literal(now, DailyResult.updated_at.type),
    }
    rows = (
        select(*owner.values(), *values.values())
        .join(AdCampaign, _own_part(batch.campaign_id))
        .where(made)
    )
    insert = (sqlite if is_sqlite() else postgresql).insert(DailyResult)
    into = insert.from_select([column.key for column in (*owner, *values)], rows)
    taken = {name: into.excluded[name] for name in (*metrics, "source", "updated_at")}
    into = into.on_conflict_do_update(
        index_elements=["team_id", "ad_campaign_id", "on", "grain_key"], set_=taken
    )
    with many_fresh_rows():
        execute(into)
        _sum_again(batch)


def _metrics(batch: ImportBatch) -> list[str]:
    """The columns this batch says something about."""
    told = [name for name in NUMBERS if name in batch.facts["metrics"]]
    return [*told, "extra", *(["spend_raw"] if "spend_cents" in told else [])]


def revert(batch: ImportBatch, by: Actor) -> int:
    """Take back what still says what the batch wrote; answers how many rows it left."""
    with many_fresh_rows():
        kept = _revert(batch)
        _sum_again(batch)
    return kept


def _revert(batch: ImportBatch) -> int:
    metrics = _metrics(batch)
    made = _mine(batch, "create", "update")
    says = [
        getattr(DailyResult, name).is_not_distinct_from(_said(ImportRow.after, name))
        for name in metrics
    ]
    own = _own_part(batch.campaign_id)
    still = select(DailyResult.id).where(own, _own_day(), *says).correlate(ImportRow)
    kept = _set(update(ImportRow).where(made, ~still.exists()).values(is_kept=True))
    taken = made & ImportRow.is_kept.is_(False)
    written = aliased(DailyResult)
    born = (
        select(written.id)
        .select_from(ImportRow)
        .join(AdCampaign, own)
        .join(written, _own_day(written))
        .where(taken, ImportRow.verdict == "create")
    )
    _set(delete(DailyResult).where(DailyResult.team_id == batch.team_id, DailyResult.id.in_(born)))
    before: dict[str, Any] = {name: _said(ImportRow.before, name) for name in metrics}
    _set(
        update(DailyResult)
        .where(own, _own_day(), taken, ImportRow.verdict == "update")
        .values(before | {"updated_at": clock.now()})
    )
    return kept


def _sum_again(batch: ImportBatch) -> None:
    """Bring the rollups to what the batch wrote or took back, in the same unit of work."""
    days = select(func.min(ImportRow.on), func.max(ImportRow.on))
    first, last = execute(days.where(_mine(batch, "create", "update"))).one()
    if first is not None:
        refresh(find(Campaign, batch.campaign_id, lock=True), first, last)


def _set(statement: Any) -> int:
    """Run a change in the database alone; answers how many rows it met."""
    found = execute(statement.execution_options(synchronize_session=False)).rowcount
    db.session.expire_all()
    return int(found)
