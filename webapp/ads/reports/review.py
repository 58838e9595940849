"""What somebody weighs before a report is imported: days that spend more than their plan allows,
and what reports of the same days that were imported before say. Reads only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select

from webapp.ads.models import campaign_day
from webapp.ads.pacing import Plan
from webapp.ads.reports.facts import WHOLE_ACCOUNT
from webapp.ads.reports.store import FAMILY, plus
from webapp.campaigns.models import Campaign
from webapp.db import current_team, db, execute, find
from webapp.imports.models import ImportBatch, ImportRow
from webapp.imports.sources import Values
from webapp.imports.workflow import State

#: Platforms may spend twice the daily budget on a good day, and make up for it on others.
MOST_OF_A_DAY = 2
#: Days and reports that are named; of days the others are counted.
DAYS_NAMED, REPORTS_NAMED = 5, 3
#: How far back reports of the same days are looked for.
REPORTS_READ = 20
#: What two reports of the same days are compared by.
COMPARED = ("spend_cents", "impressions", "clicks")

_WRITTEN = ("create", "update", "skip")


def look(batch: ImportBatch, claims: Values) -> Values:
    """What the review of a staged batch asks and shows, as facts of the batch."""
    return {
        "over_plan": _over_plan(batch),
        "beside": [one.told() for one in _beside(batch, claims)],
    }


# --- days that spend more than planned ------------------------------------------------------------


def _over_plan(batch: ImportBatch) -> Values | None:
    """The days that would spend more than twice the campaign's daily budget by this import; None
    when there are none, or no budget.
    """
    campaign = find(Campaign, batch.campaign_id)
    plan = Plan(campaign.budget_cents, campaign.starts_wall.date(), campaign.last_on)
    most = MOST_OF_A_DAY * plan.per_day_cents
    if not most:
        return None
    added = _added(batch)
    stored = _stored(batch.campaign_id, list(added))
    spent = {on: stored.get(on, 0) + cents for on, cents in added.items() if cents > 0}
    over = sorted(((cents, on) for on, cents in spent.items() if cents > most), reverse=True)
    if not over:
        return None
    days = [{"on": on.isoformat(), "cents": cents} for cents, on in over[:DAYS_NAMED]]
    return {"per_day_cents": plan.per_day_cents, "count": len(over), "days": days}


def _added(batch: ImportBatch) -> dict[date, int]:
    """By day, how much more would be spent than is stored."""
    more = func.coalesce(_said(ImportRow.after), 0) - func.coalesce(_said(ImportRow.before), 0)
    query = select(ImportRow.on, func.sum(more)).where(*_facts(batch, _WRITTEN))
    return {on: int(cents) for on, cents in execute(query.group_by(ImportRow.on)).all()}


def _stored(campaign_id: int, days: Sequence[date]) -> dict[date, int]:
    if not days:
        return {}
    query = select(campaign_day.c.on, campaign_day.c.spend_cents).where(
        campaign_day.c.team_id == current_team(),
        campaign_day.c.campaign_id == campaign_id,
        campaign_day.c.on.between(min(days), max(days)),
    )
    return {on: cents for on, cents in execute(query).all()}


# --- reports of the same days ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sums:
    """What one report says of some campaigns' days; None where a row does not say it."""

    spend_cents: int
    impressions: int | None
    clicks: int | None
    facts: int

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.spend_cents + other.spend_cents,
            plus(self.impressions, other.impressions),
            plus(self.clicks, other.clicks),
            self.facts + other.facts,
        )

    def differs(self, other: "Sums") -> list[str]:
        """What they disagree about: amounts by more than their rounding, counts by anything."""
        facts = Decimal(max(self.facts, other.facts))
        slack = 0 if self.facts == other.facts else int(Decimal("1.2") * facts.sqrt())
        found = ["spend_cents"] if abs(self.spend_cents - other.spend_cents) > slack else []
        for name in ("impressions", "clicks"):
            here, there = getattr(self, name), getattr(other, name)
            if here is not None and there is not None and here != there:
                found.append(name)
        return found

    def told(self) -> Values:
        return {name: getattr(self, name) for name in COMPARED}


@dataclass(frozen=True, slots=True)
class Beside:
    """An earlier report of the same campaigns, with what both say of the days they share. `missing`
    is what only the earlier one has.
    """

    earlier: ImportBatch
    first: date
    last: date
    here: Sums
    there: Sums
    missing: int
    missing_cents: int

    def told(self) -> Values:
        return {
            "batch_id": self.earlier.id,
            "file_name": self.earlier.file_name,
            "first_on": self.first.isoformat(),
            "last_on": self.last.isoformat(),
            "here": self.here.told(),
            "there": self.there.told(),
            "differs": self.here.differs(self.there),
            "missing": self.missing,
            "missing_cents": self.missing_cents,
        }


def _beside(batch: ImportBatch, claims: Values) -> Iterator[Beside]:
    """The newest reports about the same campaigns and days; of a day that several are about, the
    newest speaks.
    """
    first, last = _period(claims)
    told: list[tuple[date, date]] = []
    for earlier in _imported_before(batch):
        starts, ends = _period(earlier.facts)
        both = max(first, starts), min(last, ends)
        if both[0] > both[1] or any(a <= both[0] and both[1] <= b for a, b in told):
            continue
        if found := _compared(batch, earlier, both):
            told.append(both)
            yield found
        if len(told) == REPORTS_NAMED:
            return


def _period(facts: Values) -> tuple[date, date]:
    return date.fromisoformat(facts["first_on"]), date.fromisoformat(facts["last_on"])


def _imported_before(batch: ImportBatch) -> Sequence[ImportBatch]:
    query = select(ImportBatch).where(
        ImportBatch.team_id == batch.team_id,
        ImportBatch.campaign_id == batch.campaign_id,
        ImportBatch.source == batch.source,
        ImportBatch.state == State.COMMITTED,
        ImportBatch.id != batch.id,
    )
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(REPORTS_READ)).all()


def _compared(batch: ImportBatch, earlier: ImportBatch, days: tuple[date, date]) -> Beside | None:
    """What two reports say of the campaigns both have; of a whole account, all of them."""
    here, there = _by_name(batch, days, (*_WRITTEN, "reject")), _by_name(earlier, days, _WRITTEN)
    if any(name == WHOLE_ACCOUNT for _, name in (*here, *there)):
        here, there = _by_family(here), _by_family(there)
    shared = here.keys() & there.keys()
    if not shared:
        return None
    missing = [one for key, one in there.items() if key not in shared and one.spend_cents]
    return Beside(
        earlier,
        *days,
        here=_sum(here[key] for key in shared),
        there=_sum(there[key] for key in shared),
        missing=len(missing),
        missing_cents=sum(one.spend_cents for one in missing),
    )


Key = tuple[str, str]


def _by_name(
    batch: ImportBatch, days: tuple[date, date], verdicts: Sequence[str]
) -> dict[Key, Sums]:
    """By family of platforms and campaign."""
    sums = [func.sum(_said(ImportRow.after, name)) for name in COMPARED]
    query = (
        select(ImportRow.kind, ImportRow.name, *sums, func.count())
        .where(*_facts(batch, verdicts), ImportRow.on.between(*days))
        .group_by(ImportRow.kind, ImportRow.name)
    )
    found: dict[Key, Sums] = {}
    for kind, name, spend, impressions, clicks, facts in execute(query).all():
        key = FAMILY.get(kind, kind), name
        own = Sums(int(spend or 0), _whole(impressions), _whole(clicks), facts)
        found[key] = found[key] + own if key in found else own
    return found


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)


def _by_family(found: dict[Key, Sums]) -> dict[Key, Sums]:
    families = {family for family, _ in found}
    return {
        (family, ""): _sum(one for (own, _), one in found.items() if own == family)
        for family in families
    }


def _sum(some: Any) -> Sums:
    whole: Sums | None = None
    for one in some:
        whole = one if whole is None else whole + one
    assert whole is not None
    return whole


def _facts(batch: ImportBatch, verdicts: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """The rows about whole days, not those about parts of them."""
    return (
        ImportRow.team_id == batch.team_id,
        ImportRow.batch_id == batch.id,
        ImportRow.verdict.in_(verdicts),
        ImportRow.on.is_not(None),
        ImportRow.part == "",
    )


def _said(side: Any, name: str = "spend_cents") -> ColumnElement[Any]:
    return cast(side[name].as_string(), BigInteger)
