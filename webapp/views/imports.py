"""Imports of a campaign: choose a report, review what it would change, commit it."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.campaigns.models import Campaign
from webapp.core import clock, money, zones
from webapp.core.errors import Conflict, Invalid
from webapp.core.text import clean_name_of_file, number_of_row
from webapp.imports import commands, queries, sources
from webapp.imports.models import ImportBatch, ImportRow
from webapp.views.campaign_pieces import head
from webapp.web import words
from webapp.web.forms import submitted
from webapp.web.guards import guard
from webapp.web.render import page, path_for, see_other, wants_fragment
from webapp.web.security import accepts_files

bp = Blueprint("imports", __name__, url_prefix="/campaigns/<int:campaign_id>/imports")

VERDICT_WORDS = {
    "create": ("Create", "New days"),
    "update": ("Update", "Days with other numbers"),
    "skip": ("Skip", "Days that stay as they are"),
    "reject": ("Reject", "Not taken"),
    "total": ("Total", "A total of the file"),
}
#: How many line numbers a row of the review lists.
LINES_SHOWN = 4


@bp.get("")
@guard("see", loads=Campaign)
def index(
    campaign_id: int, status: int = 200, errors: dict[str, str] | None = None, chosen: str = ""
) -> Response:
    before = request.args.get("before", "")
    found = queries.batches(campaign_id, before=number_of_row(before))
    shown = found[: queries.PAGE]
    return page(
        "imports/list.html",
        status,
        **head(campaign_id),
        period=_period,
        batches=shown,
        older=shown[-1].id if len(found) > queries.PAGE else None,
        names=accounts.names({batch.created_by for batch in shown}),
        known=[source.words for source in sources.all_sources()],
        errors=errors or {},
        chosen=chosen,
    )


def _period(batch: ImportBatch) -> Markup:
    """The first and the last day with results."""
    today = zones.today(clock.now(), "UTC")
    days = [date.fromisoformat(batch.facts[name]) for name in ("first_on", "last_on")]
    whole = [Markup('<time datetime="{}">{}</time>').format(d, words.day(d, today)) for d in days]
    return Markup(" to ").join(whole[:1] if days[0] == days[1] else whole)


@bp.post("")
@accepts_files
@guard("imports.run", loads=Campaign)
def upload(campaign_id: int) -> Response:
    file = request.files.get("file")
    name = clean_name_of_file(file.filename or "") if file and file.filename else ""
    try:
        if file is None or not name:
            raise Invalid({"file": "Choose the report first."})
        reading = sources.read_file(file.stream)  # type: ignore[arg-type]
        batch_id = submitted(
            commands.stage_import, campaign_id=campaign_id, file_name=name, reading=reading
        )
    except Invalid as error:
        return index(campaign_id, error.status, error.fields, name)
    return see_other(_path(campaign_id, batch_id))


def _path(campaign_id: int, batch_id: int) -> str:
    return path_for("imports.review", campaign_id=campaign_id, import_batch_id=batch_id)


@bp.get("/<int:import_batch_id>")
@guard("see", loads=ImportBatch)
def review(
    campaign_id: int, import_batch_id: int, status: int = 200, refused: Conflict | None = None
) -> Response:
    batch = queries.batch(campaign_id, import_batch_id)
    show = request.args.get("show", "")
    show = show if show in VERDICT_WORDS else ""
    found = queries.rows(
        batch.id, verdict=show, after=number_of_row(request.args.get("after", "")) or 0
    )
    rows = found[: queries.PAGE]
    appended = wants_fragment() and bool(request.args.get("after"))
    values: dict[str, Any] = {
        **head(campaign_id),
        "batch": batch,
        "period": _period,
        "appended": appended,
        "show": show,
        "rows": [_as_shown(row) for row in rows],
        "next_id": rows[-1].id if len(found) > queries.PAGE else None,
        "verdicts": VERDICT_WORDS,
        "today": zones.today(clock.now(), "UTC"),
    }
    if appended:
        return page("imports/_more.html", **values)
    return page(
        "imports/review.html",
        status,
        **values,
        **_sums(batch),
        who=accounts.names({batch.created_by}).get(batch.created_by, ""),
        source_words=sources.source(batch.source).words,
        earlier=queries.earlier_with(batch),
        refused=refused,
    )


def _sums(batch: ImportBatch) -> dict[str, Any]:
    """What would be imported beside what the file says of itself, both as exact amounts."""
    claims = batch.facts
    return {
        "sums": claims["sums"],
        "total": claims["total"],
        "total_words": _amount(claims["total"], claims["currency"]),
        "imported_words": money.words(claims["imported_cents"], claims["currency"], cents=True),
        "counts": {name: claims["counts"].get(name, 0) for name in VERDICT_WORDS},
    }


def _amount(sums: dict[str, Any] | None, currency: str) -> str:
    """The amount as a file states it, with at least the currency's decimals."""
    if sums is None:
        return ""
    whole, _, fraction = sums["spend"].partition(".")
    fraction = fraction.ljust(money.exponent(currency), "0")
    number = f"{int(whole):,}" + (f".{fraction}" if fraction else "")
    return f"{money.SYMBOLS.get(currency) or currency + chr(0xA0)}{number}"


def _as_shown(row: ImportRow) -> dict[str, Any]:
    lines = ", ".join(str(line) for line in row.lines[:LINES_SHOWN])
    more = len(row.lines) - LINES_SHOWN
    return {
        "id": row.id,
        "verdict": row.verdict,
        "lines": f"{lines} and {more} more" if more > 0 else lines,
        "reason": row.reason,
        "campaign": row.key.get("campaign", ""),
        "on": date.fromisoformat(row.key["on"]) if row.key else None,
        "before": row.before,
        "after": row.after,
    }


@bp.post("/<int:import_batch_id>/commit")
@guard("imports.run", loads=ImportBatch)
def commit(campaign_id: int, import_batch_id: int) -> Response:
    queries.batch(campaign_id, import_batch_id)
    try:
        submitted(commands.commit_import, import_batch_id=import_batch_id)
    except commands.StaleImport as error:
        submitted(commands.restage_import, import_batch_id=import_batch_id)
        return review(campaign_id, import_batch_id, error.status, error)
    except Conflict as error:
        return review(campaign_id, import_batch_id, error.status, error)
    return see_other(_path(campaign_id, import_batch_id), toast="Imported")


@bp.post("/<int:import_batch_id>/discard")
@guard("imports.run", loads=ImportBatch)
def discard(campaign_id: int, import_batch_id: int) -> Response:
    queries.batch(campaign_id, import_batch_id)
    try:
        submitted(commands.discard_import, import_batch_id=import_batch_id)
    except Conflict as error:
        return review(campaign_id, import_batch_id, error.status, error)
    return see_other(path_for("imports.index", campaign_id=campaign_id), toast="Discarded")
