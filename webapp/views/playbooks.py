"""Playbooks: the list, what is in one, changing one, and beginning campaigns from them or from
another campaign.
"""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.campaigns.models import TYPES, Campaign
from webapp.core.errors import Invalid, StaleVersion
from webapp.playbooks import commands, queries, trash
from webapp.playbooks.models import Playbook
from webapp.timelines import queries as timelines
from webapp.views import campaign_pieces, outline_words, plan_preview, stale_words
from webapp.web.forms import submitted, typed
from webapp.web.guards import guard
from webapp.web.render import Undo, page, path_for, see_other

bp = Blueprint("playbooks", __name__)

MANAGES = "playbooks.manage"


def _page(template: str, status: int = 200, **values: Any) -> Response:
    """They belong to the campaigns, also in the sidebar."""
    return page(f"playbooks/{template}.html", status, **{"section": "campaigns"} | values)


@bp.get("/playbooks")
@guard("see")
def index() -> Response:
    trashed = queries.trashed()
    return _page("list", playbooks=queries.choices(), trashed=trashed, types=TYPES)


@bp.get("/playbooks/shipped/<key>")
@guard("see")
def shipped(key: str) -> Response:
    return _shown(queries.shipped_choice(key))


@bp.get("/playbooks/<int:playbook_id>")
@guard("see", loads=Playbook)
def detail(playbook_id: int) -> Response:
    return _shown(queries.choice(str(playbook_id)))


def _shown(playbook: queries.Choice) -> Response:
    words = outline_words.of(playbook.parts.get("plan", {}))
    return _page("detail", playbook=playbook, types=TYPES, **words)


@bp.get("/playbooks/<int:playbook_id>/edit")
@guard(MANAGES, loads=Playbook)
def edit(playbook_id: int, status: int = 200, **refused: Any) -> Response:
    playbook = queries.choice(str(playbook_id))
    values = _values(playbook) | refused.pop("values", {})
    blank: dict[str, Any] = {"errors": {}, "stale": None}
    return _page("edit", status, playbook=playbook, types=TYPES, values=values, **blank | refused)


def _values(playbook: queries.Choice) -> dict[str, Any]:
    return {
        "name": playbook.name,
        "type": playbook.type,
        "description": playbook.description,
        "version": playbook.version,
    }


@bp.post("/playbooks/<int:playbook_id>/edit")
@guard(MANAGES, loads=Playbook)
def save_edit(playbook_id: int) -> Response:
    try:
        submitted(commands.edit_playbook, playbook_id=playbook_id)
    except StaleVersion as error:
        values = typed() | {"version": error.version}
        stale = stale_words.in_words(error, {})
        return edit(playbook_id, error.status, values=values, stale=stale)
    except Invalid as error:
        return edit(playbook_id, error.status, values=typed(), errors=error.fields)
    return see_other(path_for("playbooks.detail", playbook_id=playbook_id), toast="Saved")


@bp.get("/campaigns/<int:campaign_id>/save-as-playbook")
@guard(MANAGES, loads=Campaign)
def keep(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    head = campaign_pieces.head(campaign_id)
    blank = {"values": {"name": head["campaign"].name}, "errors": {}}
    amount = queries.words(commands.export(campaign_id))
    return _page("keep", status, **head, amount=amount, **blank | refused)


@bp.post("/campaigns/<int:campaign_id>/save-as-playbook")
@guard(MANAGES, loads=Campaign)
def save(campaign_id: int) -> Response:
    try:
        playbook_id = submitted(commands.save_playbook, campaign_id=campaign_id)
    except Invalid as error:
        return keep(campaign_id, error.status, values=typed(), errors=error.fields)
    return see_other(path_for("playbooks.detail", playbook_id=playbook_id), toast="Playbook saved")


@bp.get("/campaigns/<int:campaign_id>/clone")
@guard("campaign.edit", loads=Campaign)
def another(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    head = campaign_pieces.head(campaign_id)
    head["campaign"].check_kept()
    blank: dict[str, Any] = {"values": {}, "errors": {}}
    amount = queries.words(commands.export(campaign_id))
    return _page("clone", status, **head, amount=amount, **blank | refused)


@bp.post("/campaigns/<int:campaign_id>/clone")
@guard("campaign.edit", loads=Campaign)
def clone(campaign_id: int) -> Response:
    try:
        new_id = submitted(commands.clone_campaign, campaign_id=campaign_id)
    except Invalid as error:
        return another(campaign_id, error.status, values=typed(), errors=error.fields)
    return see_other(path_for("campaigns.detail", campaign_id=new_id), toast="Cloned")


@bp.get("/campaigns/<int:campaign_id>/playbook")
@guard("campaign.edit", loads=Campaign)
def choose(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    """A playbook for a campaign without a plan; `?playbook=` shows what it makes."""
    head = campaign_pieces.head(campaign_id)
    campaign = head["campaign"]
    campaign.check_kept()
    values = refused.get("values") or request.args.to_dict()
    ref = values.get("playbook", "")
    found = plan_preview.choosing(ref, campaign.target_on.isoformat(), campaign.zone)
    begun = bool(timelines.lines(campaign_id) or timelines.trashed(campaign_id))
    errors = refused.get("errors", {})
    return _page("use", status, **head | found, begun=begun, values=values, errors=errors)


@bp.post("/campaigns/<int:campaign_id>/playbook")
@guard("campaign.edit", loads=Campaign)
def use(campaign_id: int) -> Response:
    try:
        submitted(commands.use_playbook, campaign_id=campaign_id)
    except Invalid as error:
        return choose(campaign_id, error.status, values=typed(), errors=error.fields)
    return see_other(path_for("timelines.timeline", campaign_id=campaign_id), toast="Plan made")


@bp.post("/playbooks/<int:playbook_id>/trash")
@guard(MANAGES, loads=Playbook)
def to_trash(playbook_id: int) -> Response:
    submitted(trash.trash_playbook, playbook_id=playbook_id)
    back = Undo(path_for("playbooks.restore", playbook_id=playbook_id))
    return see_other(path_for("playbooks.index"), toast="Moved to the trash", undo=back)


@bp.post("/playbooks/<int:playbook_id>/restore")
@guard(MANAGES, loads=Playbook)
def restore(playbook_id: int) -> Response:
    submitted(trash.restore_playbook, playbook_id=playbook_id)
    there = path_for("playbooks.detail", playbook_id=playbook_id)
    return see_other(there, toast="Taken out of the trash")
