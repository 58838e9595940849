"""Reports on their way in, made as a person makes them."""

import io
from typing import Any

from sqlalchemy import select

from tests.ads.meta_files import ROWS, TOTAL, as_bytes, dated
from tests.people import Person
from webapp.ads.models import AdCampaign, DailyResult
from webapp.campaigns.models import Campaign
from webapp.db import db, find
from webapp.imports.commands import commit_import, stage_import
from webapp.imports.models import ImportBatch, ImportRow
from webapp.imports.sources import read_file


def report(rows: Any = ROWS, *, total: Any = TOTAL) -> bytes:
    """The usual report, or one with other rows; `total=None` leaves its total out."""
    return as_bytes(dated(rows if total is None else [total, *rows]))


def stage(campaign: Campaign, by: Person, content: bytes, **changes: Any) -> ImportBatch:
    values = {"campaign_id": campaign.id, "file_name": "report.csv", "by": by.actor}
    batch_id = stage_import(**(values | changes), reading=read_file(io.BytesIO(content)))
    return find(ImportBatch, batch_id)


def commit(batch: ImportBatch, by: Person) -> None:
    commit_import(import_batch_id=batch.id, version=batch.version, by=by.actor)


def rows_of(batch: ImportBatch) -> list[ImportRow]:
    query = select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def verdicts(batch: ImportBatch) -> list[str]:
    return [row.verdict for row in rows_of(batch)]


def stored() -> dict[tuple[str, str], tuple[int, int | None, int, str]]:
    """(campaign, day): impressions, clicks, minor units, the amount as the file wrote it."""
    query = select(AdCampaign.name, DailyResult).join(
        AdCampaign, AdCampaign.id == DailyResult.ad_campaign_id
    )
    return {
        (name, str(one.on)): (one.impressions, one.clicks, one.spend_cents, one.spend_raw)
        for name, one in db.session.execute(query.execution_options(populate_existing=True))
    }
