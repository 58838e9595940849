"""Files: the section any page may include, a campaign's assets, and handing out the bytes. Nothing
a person uploaded ever runs on this site: all but four picture formats are only downloaded.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.adapters.storage import PIECE_BYTES, Missing, storage
from webapp.campaigns.models import Campaign
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.text import clean_name_of_file
from webapp.events.models import Event
from webapp.files import queries
from webapp.files.commands import add_file, describe_file, receive, remove_file
from webapp.files.kinds import SHOWN
from webapp.files.models import PURPOSES, StoredFile
from webapp.views.campaign_pieces import head
from webapp.web.forms import submitted, typed
from webapp.web.fragments import fragment
from webapp.web.guards import actor, guard
from webapp.web.render import page, path_for, see_other
from webapp.web.security import accepts_files

bp = Blueprint("files", __name__)

#: kind of subject → the page that shows it, and the name of its id there.
PAGES = {"task": ("task_page.detail", "task_id"), "campaign": ("files.assets", "campaign_id")}
#: Even what is shown may load nothing, run nothing and be no page of ours.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def attached_to(kind: str, subject_id: int) -> dict[str, Any]:
    """The section's values."""
    return count_of(kind, subject_id) | {
        "attached": queries.attached(kind, subject_id),
        "file_zone": accounts.team().zone,
        "purpose_words": PURPOSES,
    }


def count_of(kind: str, subject_id: int) -> dict[str, Any]:
    return {
        "subject_kind": kind,
        "subject_id": subject_id,
        "file_count": queries.count(kind, subject_id),
    }


def uploaded(kind: str, subject_id: int) -> int:
    """Take the posted file: its bytes first, then its row. Answers the row's id."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid({"file": "Choose a file first."})
    stream: Any = file.stream
    received = receive(kind, subject_id, file.filename, _pieces(stream), by=actor())
    try:
        file_id = submitted(add_file, subject_kind=kind, subject_id=subject_id, received=received)
    except DomainError:
        storage().delete(received.key)
        raise
    if queries.file(file_id).key != received.key:  # the same press a second time
        storage().delete(received.key)
    return file_id


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(PIECE_BYTES):
        yield piece


@bp.get("/campaigns/<int:campaign_id>/assets")
@guard("see", loads=Campaign)
def assets(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    values = head(campaign_id) | attached_to("campaign", campaign_id)
    blank: dict[str, Any] = {"values": {}, "errors": {}}
    purposes = {"": "Choose", **PURPOSES}
    return page("files/assets.html", status, **values | blank | refused, purposes=purposes)


@bp.post("/campaigns/<int:campaign_id>/assets")
@accepts_files
@guard("campaign.edit", loads=Campaign)
def add_asset(campaign_id: int) -> Response:
    try:
        uploaded("campaign", campaign_id)
    except Invalid as error:
        return assets(campaign_id, error.status, values=typed(), errors=error.fields)
    return see_other(path_for("files.assets", campaign_id=campaign_id), toast="Asset added")


@bp.get("/files/<int:stored_file_id>")
@guard("see", loads=StoredFile)
def download(stored_file_id: int) -> Response:
    """The bytes: a picture of a known format is shown, everything else is saved."""
    file = queries.file(stored_file_id)
    try:
        pieces = storage().open(file.key)
    except Missing:
        raise NotFound("The bytes of this file are gone.") from None
    shown = file.media_type in SHOWN and "download" not in request.args
    response = Response(pieces, mimetype=file.media_type)
    if file.media_type.startswith("text/"):
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = disposition(file.name, shown=shown)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def disposition(name: str, *, shown: bool) -> str:
    """How a browser takes a file, and under which name; header injection ends here.

    >>> print(disposition('a"b é.pdf', shown=False))
    attachment; filename="a_b _.pdf"; filename*=UTF-8''a%22b%20%C3%A9.pdf
    """
    name = clean_name_of_file(name)
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\\\;%' else "_"
        for char in name
    )
    how = "inline" if shown else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@bp.post("/files/<int:stored_file_id>/describe")
@guard("campaign.edit", loads=StoredFile)
def describe(stored_file_id: int) -> Response:
    """What a picture shows."""
    submitted(describe_file, stored_file_id=stored_file_id)
    return see_other(_section_of(stored_file_id), toast="Saved")


@bp.post("/files/<int:stored_file_id>/remove")
@guard("campaign.edit", loads=StoredFile)
def remove(stored_file_id: int) -> Response:
    there = _section_of(stored_file_id)
    submitted(remove_file, stored_file_id=stored_file_id)
    return see_other(there, toast="File removed")


def _section_of(stored_file_id: int) -> str:
    """Where the page of what a file is attached to lists it."""
    file = queries.file(stored_file_id)
    endpoint, name = PAGES[file.subject_kind]
    return f"{path_for(endpoint, **{name: file.subject_id})}#files"


@fragment(
    "files/_count.html",
    on=("file.*",),
    topic="campaign:{campaign_id}",
    about=lambda event: event.data["subject_id"],
)
def file_count(event: Event) -> dict[str, Any]:
    return count_of(event.data["subject_kind"], event.data["subject_id"])
