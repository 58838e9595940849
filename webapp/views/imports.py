"""Imports of a campaign: choose a report, answer what it leaves open, review what it would change,
commit it, take it back.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from flask import Blueprint, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.ads.reports.source import AD_REPORT
from webapp.campaigns.models import Campaign
from webapp.core import clock, money, zones
from webapp.core.errors import Conflict, Invalid
from webapp.core.text import clean_name_of_file, number_of_row
from webapp.events.models import Event
from webapp.imports import commands, queries, sources
from webapp.imports.decoding import no_table
from webapp.imports.models import ImportBatch, ImportRow
from webapp.imports.workflow import WORKING
from webapp.views import import_answers, result_lines
from webapp.views.campaign_pieces import head
from webapp.web import words
from webapp.web.export import csv_file
from webapp.web.forms import submitted
from webapp.web.fragments import fragment
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
COMPARED_WORDS = {"spend_cents": "Spend", "impressions": "Impressions", "clicks": "Clicks"}
#: How many line numbers a row of the review lists.
LINES_SHOWN = 4
PIECE_BYTES = 1024 * 1024


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
        known=sources.source(AD_REPORT).words,
        errors=errors or {},
        chosen=chosen,
    )


def _period(batch: ImportBatch) -> Markup:
    """The first and the last day with results, '' before the file was read."""
    if "first_on" not in batch.facts:
        return Markup("—")
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
        stream: Any = file.stream
        if words := no_table(stream.read(PIECE_BYTES)):
            raise Invalid({"file": words})
        received = commands.Received(_pieces(stream), _hash_of(stream))
        options = {"spread": True} if request.form.get("spread") else {}
        batch_id = submitted(
            commands.receive_import,
            campaign_id=campaign_id,
            source=AD_REPORT,
            file_name=name,
            options=options,
            received=received,
        )
    except Invalid as error:
        return index(campaign_id, error.status, error.fields, name)
    return see_other(_path(campaign_id, batch_id))


def _hash_of(stream: BinaryIO) -> str:
    stream.seek(0)
    found = hashlib.sha256()
    while piece := stream.read(PIECE_BYTES):
        found.update(piece)
    return found.hexdigest()


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The file in pieces; an empty file is one empty piece."""
    stream.seek(0)
    yield stream.read(PIECE_BYTES)
    while piece := stream.read(PIECE_BYTES):
        yield piece


def _path(campaign_id: int, batch_id: int) -> str:
    return path_for("imports.review", campaign_id=campaign_id, import_batch_id=batch_id)


@fragment("imports/_state.html", on=("import_batch.*",), topic="campaign:{campaign_id}")
def import_state(event: Event) -> dict[str, Any] | None:
    """How far an import is."""
    batch = queries.known(event.subject_id)
    return {"batch": batch} if batch is not None else None


@bp.get("/<int:import_batch_id>")
@guard("see", loads=ImportBatch)
def review(
    campaign_id: int,
    import_batch_id: int,
    status: int = 200,
    refused: Conflict | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    batch = queries.batch(campaign_id, import_batch_id)
    if wants_fragment() and request.args.get("after"):
        return page("imports/_more.html", **(head(campaign_id) | _rows(batch)), batch=batch)
    values: dict[str, Any] = head(campaign_id) | {
        "batch": batch,
        "is_working": batch.state in WORKING,
        "period": _period,
        "who": accounts.names({batch.created_by}).get(batch.created_by, ""),
        "refused": refused,
        "errors": errors or {},
        "question": import_answers.asked(batch, request.form),
        "earlier": queries.earlier_with(batch),
    }
    if "counts" in batch.facts:
        values |= _rows(batch) | _sums(batch) | _weighed(batch)
        values["is_last_day_open"] = _is_last_day_open(batch, values["campaign"].zone)
    return page("imports/review.html", status, **values)


def _rows(batch: ImportBatch) -> dict[str, Any]:
    """One page of the batch's lines."""
    show = request.args.get("show", "")
    show = show if show in VERDICT_WORDS else ""
    after = number_of_row(request.args.get("after", "")) or 0
    found = queries.rows(batch.id, verdict=show, after=after)
    rows = found[: queries.PAGE]
    return {
        "appended": wants_fragment() and bool(request.args.get("after")),
        "show": show,
        "rows": [_as_shown(row) for row in rows],
        "next_id": rows[-1].id if len(found) > queries.PAGE else None,
        "verdicts": VERDICT_WORDS,
        "today": zones.today(clock.now(), "UTC"),
    }


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


def _weighed(batch: ImportBatch) -> dict[str, Any]:
    """What is asked and shown before it is imported, and what was answered."""
    answer = batch.options.get("accepted", {})
    who = {answer["by"]} if answer else set()
    return {
        "over_plan": _with_days(answer or batch.facts.get("over_plan")),
        "answered_by": accounts.names(who).get(answer.get("by"), "") if answer else "",
        "beside": [_with_days(one) for one in batch.facts.get("beside", [])],
        "compared": COMPARED_WORDS,
    }


def _with_days(told: Any) -> Any:
    """Facts as they are stored, their days as days."""
    if isinstance(told, list):
        return [_with_days(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        name: date.fromisoformat(value)
        if name in ("on", "first_on", "last_on")
        else _with_days(value)
        for name, value in told.items()
    }


def _is_last_day_open(batch: ImportBatch, zone: str) -> bool:
    """Whether the file's last day was not over where the campaign runs when it was uploaded."""
    uploaded_on = zones.today(batch.created_at, zone)
    return date.fromisoformat(batch.facts["last_on"]) >= uploaded_on


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
        "campaign": row.name,
        "grain": row.part.replace(",", ", ").replace("=", ": "),
        "on": row.on,
        "before": {**(row.after or {}), **row.before} if row.before else None,
        "after": row.after,
        "kept": result_lines.kept((row.after or {}).get("extra")),
        "is_kept": row.is_kept,
    }


@bp.get("/<int:import_batch_id>/rejects.csv")
@guard("see", loads=ImportBatch)
def rejects(campaign_id: int, import_batch_id: int) -> Response:
    batch = queries.batch(campaign_id, import_batch_id)
    rows = (
        (", ".join(map(str, row.lines)), row.reason, *(row.cells or ()))
        for row in queries.rejected(batch.id)
    )
    return csv_file(f"rejected-{batch.id}", ["line", "reason", "cells"], rows)


@bp.post("/<int:import_batch_id>/answer")
@guard("imports.run", loads=ImportBatch)
def answer(campaign_id: int, import_batch_id: int) -> Response:
    batch = queries.batch(campaign_id, import_batch_id)
    try:
        answers = import_answers.given(batch, request.form)
        submitted(commands.answer_import, import_batch_id=import_batch_id, answers=answers)
    except Invalid as error:
        return review(campaign_id, import_batch_id, error.status, errors=error.fields)
    except Conflict as error:
        return review(campaign_id, import_batch_id, error.status, error)
    return see_other(_path(campaign_id, import_batch_id))


@bp.post("/<int:import_batch_id>/commit")
@guard("imports.run", loads=ImportBatch)
def commit(campaign_id: int, import_batch_id: int) -> Response:
    return _moved(commands.commit_import, campaign_id, import_batch_id)


@bp.post("/<int:import_batch_id>/undo")
@guard("imports.undo", loads=ImportBatch)
def undo(campaign_id: int, import_batch_id: int) -> Response:
    return _moved(commands.undo_import, campaign_id, import_batch_id, toast="Taken back")


@bp.post("/<int:import_batch_id>/discard")
@guard("imports.run", loads=ImportBatch)
def discard(campaign_id: int, import_batch_id: int) -> Response:
    answer = _moved(commands.discard_import, campaign_id, import_batch_id)
    if answer.status_code not in (204, 303):
        return answer
    return see_other(path_for("imports.index", campaign_id=campaign_id), toast="Discarded")


def _moved(command: Any, campaign_id: int, import_batch_id: int, *, toast: str = "") -> Response:
    queries.batch(campaign_id, import_batch_id)
    try:
        submitted(command, import_batch_id=import_batch_id)
    except Invalid as error:
        return review(campaign_id, import_batch_id, error.status, errors=error.fields)
    except Conflict as error:
        return review(campaign_id, import_batch_id, error.status, error)
    return see_other(_path(campaign_id, import_batch_id), toast=toast)
