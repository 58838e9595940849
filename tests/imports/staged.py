"""Reports on their way in, made as a person makes them: received, read in the background,
confirmed, applied in the background.
"""

import hashlib
from typing import Any

from sqlalchemy import select

from tests import people
from tests.ads.meta_files import ROWS, TOTAL, as_bytes, dated
from tests.people import Person
from webapp.ads.models import AdCampaign, DailyResult
from webapp.ads.reports.source import AD_REPORT
from webapp.campaigns.models import Campaign
from webapp.db import db, find
from webapp.imports.commands import Received, answer_import, commit_import, receive_import
from webapp.imports.models import ImportBatch, ImportRow


def report(rows: Any = ROWS, *, total: Any = TOTAL) -> bytes:
    """The usual report, or one with other rows; `total=None` leaves its total out."""
    return as_bytes(dated(rows if total is None else [total, *rows]))


def receive(campaign: Campaign, by: Person, content: bytes, **changes: Any) -> ImportBatch:
    """A file that was received and not read yet."""
    values = {
        "campaign_id": campaign.id,
        "source": AD_REPORT,
        "file_name": "report.csv",
        "received": Received([content], hashlib.sha256(content).hexdigest()),
        "by": by.actor,
    }
    return find(ImportBatch, receive_import(**(values | changes)))


def stage(campaign: Campaign, by: Person, content: bytes, **changes: Any) -> ImportBatch:
    """A file that was read: to review, to be asked about, or refused."""
    batch_id = receive(campaign, by, content, **changes).id
    people.run_background()
    return find(ImportBatch, batch_id)


def answer(batch: ImportBatch, by: Person, **answers: Any) -> ImportBatch:
    """What was asked about a file is answered, and it is read again."""
    answer_import(import_batch_id=batch.id, version=batch.version, answers=answers, by=by.actor)
    people.run_background()
    return find(ImportBatch, batch.id)


def confirm(batch: ImportBatch, by: Person) -> None:
    """A reviewed batch is confirmed; nothing is applied yet."""
    commit_import(import_batch_id=batch.id, version=batch.version, by=by.actor)


def commit(batch: ImportBatch, by: Person) -> ImportBatch:
    """A reviewed batch is confirmed and applied, or comes back."""
    confirm(batch, by)
    people.run_background()
    return find(ImportBatch, batch.id)


def rows_of(batch: ImportBatch) -> list[ImportRow]:
    query = select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def verdicts(batch: ImportBatch) -> list[str]:
    return [row.verdict for row in rows_of(batch)]


def stored(grain: str = "") -> dict[tuple[str, str], tuple[int, int | None, int, str]]:
    """(campaign, day): impressions, clicks, minor units, the amount as the file wrote it."""
    query = select(AdCampaign.name, DailyResult).join(
        AdCampaign, AdCampaign.id == DailyResult.ad_campaign_id
    )
    query = query.where(DailyResult.grain_key == grain)
    return {
        (name, str(one.on)): (one.impressions, one.clicks, one.spend_cents, one.spend_raw)
        for name, one in db.session.execute(query.execution_options(populate_existing=True))
    }


def by_platform() -> dict[str, int]:
    """Spend so far per platform, minor units."""
    query = select(AdCampaign.platform, DailyResult.spend_cents).join(
        AdCampaign, AdCampaign.id == DailyResult.ad_campaign_id
    )
    found: dict[str, int] = {}
    for platform, cents in db.session.execute(query.where(DailyResult.grain_key == "")):
        found[platform] = found.get(platform, 0) + cents
    return found
