"""Campaign pages: the list, new, overview, edit, moves, activity."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.ads.platforms import PLATFORMS
from webapp.campaigns import commands, links, queries
from webapp.campaigns import trash as trash_can
from webapp.campaigns.models import OBJECTIVES, TYPES, Campaign
from webapp.core import money
from webapp.core.errors import Conflict, Invalid, StaleVersion
from webapp.core.text import number_of_row
from webapp.playbooks.commands import start_campaign
from webapp.timelines import queries as timelines
from webapp.views import activity_words, campaign_rows, plan_preview, stale_words
from webapp.views import campaign_pieces as pieces
from webapp.views.beats import rail_of
from webapp.views.sharing import links_of
from webapp.web.forms import submitted, typed
from webapp.web.guards import guard, viewer
from webapp.web.render import page, page_or_block, path_for, see_other, wants_fragment

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")

#: The fields of the forms in the order of the page.
FIELDS = (
    *("playbook", "name", "type", "objective", "owner_id", "description", "target_audience"),
    *("start_on", "start_time", "target_on", "end_on", "budget", "currency", "platforms"),
)
MOVED = {
    "pause": "Paused",
    "resume": "Running again",
    "complete": "Completed",
    "cancel": "Cancelled",
}


@bp.get("")
@guard("see")
def index() -> Response:
    wanted = _filter()
    found = queries.campaigns(wanted, campaign_rows.beside)
    appended = wants_fragment() and bool(wanted.after)
    values: dict[str, Any] = {
        "wanted": wanted,
        "rows": campaign_rows.listed(found.rows),
        "next_key": found.next_key,
        "link": campaign_rows.link_of(wanted),
        "appended": appended,
    }
    if appended:
        return page("campaigns/_more.html", **values)
    values |= {
        "tabs": campaign_rows.TABS,
        "headings": campaign_rows.headings(wanted),
        "found": campaign_rows.found_words(found, wanted),
        "counts": queries.counts(),
        "types": TYPES,
        "people": accounts.people(),
    }
    return page_or_block("campaigns/list.html", "results", **values)


def _filter() -> queries.Filter:
    """The list's filter from the URL; what is unknown counts as not set."""
    args = request.args
    tab, sort, kind = args.get("tab", "all"), args.get("sort", "new"), args.get("type", "")
    return queries.Filter(
        tab=tab if tab in (*queries.TABS, *queries.ASIDE) else "all",
        q=args.get("q", "").replace("\x00", "")[:120],
        owner_id=number_of_row(args.get("owner", "")),
        type=kind if kind in TYPES else "",
        sort=sort if sort in queries.SORTS else "new",
        after=args.get("after", "").replace("\x00", "")[:300],
    )


@bp.get("/new")
@guard("campaign.edit")
def new() -> Response:
    """An empty form, or one that begins with what the address says (`?playbook=&target_on=`)."""
    return _new_page(values={name: value for name, value in request.args.items() if value})


def _new_page(
    status: int = 200, *, values: dict[str, Any], errors: dict[str, str] | None = None
) -> Response:
    person = viewer()
    assert person is not None
    ref, target = values.get("playbook", ""), values.get("target_on", "")
    found = plan_preview.choosing(ref, target, person.team_zone)
    defaults = {
        "owner_id": str(person.user_id),
        "currency": person.team_currency,
        "start_time": "00:00",
        "start_on": found["today"].isoformat() if found["playbook"] else "",
        "type": found["playbook"].type if found["playbook"] else "",
    }
    return page(
        "campaigns/new.html",
        status,
        values=defaults | values,
        errors=errors or {},
        **_choices(),
        **found,
        chosen=request.values.getlist("platforms"),
        zone=person.team_zone,
        then=request.values.get("then", ""),
    )


@bp.get("/new/plan")
@guard("campaign.edit")
def plan() -> Response:
    """The plan a playbook makes, while somebody chooses it and the day."""
    person = viewer()
    assert person is not None
    ref, target = request.args.get("playbook", ""), request.args.get("target_on", "")
    return page("playbooks/_plan.html", **plan_preview.choosing(ref, target, person.team_zone))


@bp.post("/new")
@guard("campaign.edit")
def show_plan() -> Response:
    """The form again with the plan it makes: nothing is written. A post, since a description is
    too long for an address. `move_to` puts the target on another day.
    """
    moved = request.form.get("move_to", "")
    return _new_page(values=typed() | ({"target_on": moved} if moved else {}))


def _choices() -> dict[str, Any]:
    return {
        "types": TYPES,
        "objectives": OBJECTIVES,
        "platforms": PLATFORMS,
        "currencies": [(one, one) for one in money.CURRENCIES],
        "people": accounts.people(),
    }


@bp.post("")
@guard("campaign.edit")
def create() -> Response:
    try:
        campaign_id = submitted(start_campaign)
    except Invalid as error:
        return _new_page(error.status, values=typed(), errors=_placed(error.fields))
    imports_next = request.form.get("then") == "imports"
    after = "imports.index" if imports_next else "campaigns.detail"
    return see_other(path_for(after, campaign_id=campaign_id))


def _placed(errors: dict[str, str]) -> dict[str, str]:
    """Errors in the order of the page, so that the first one takes the focus."""
    order = {name: place for place, name in enumerate(FIELDS)}
    return dict(sorted(errors.items(), key=lambda one: order.get(one[0], len(order))))


@bp.get("/<int:campaign_id>")
@guard("see", loads=Campaign)
def detail(campaign_id: int) -> Response:
    values = pieces.overview_of(campaign_id) | links_of(campaign_id) | rail_of(campaign_id)
    return page_or_block("campaigns/overview.html", "tab", **values)


@bp.get("/<int:campaign_id>/actions")
@guard("see", loads=Campaign)
def actions(campaign_id: int) -> Response:
    """The buttons beside the live status; fetched again when the status they follow was redrawn."""
    return page("campaigns/_actions.html", **pieces.head(campaign_id))


@bp.get("/<int:campaign_id>/edit")
@guard("campaign.edit", loads=Campaign)
def edit(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    campaign = queries.campaign(campaign_id)
    campaign.check_kept()
    if campaign.is_closed:
        raise Conflict("A closed campaign is not edited any more.")
    blank = {"values": _values(campaign), "errors": {}, "stale": None, "part": ""}
    return page(
        "campaigns/edit.html", status, **pieces.head(campaign_id), **_choices(), **blank | refused
    )


def _values(campaign: Campaign) -> dict[str, Any]:
    return {
        "name": campaign.name,
        "type": campaign.type,
        "objective": campaign.objective,
        "description": campaign.description,
        "target_audience": campaign.target_audience,
        "owner_id": str(campaign.owner_id),
        "version": campaign.version,
        "start_on": campaign.starts_wall.date().isoformat(),
        "start_time": f"{campaign.starts_wall:%H:%M}",
        "target_on": campaign.target_on.isoformat(),
        "end_on": campaign.last_on.isoformat(),
    }


@bp.post("/<int:campaign_id>/edit")
@guard("campaign.edit", loads=Campaign)
def save(campaign_id: int) -> Response:
    return _saved(campaign_id, commands.edit_campaign, "words")


@bp.post("/<int:campaign_id>/dates")
@guard("campaign.edit", loads=Campaign)
def save_dates(campaign_id: int) -> Response:
    was = queries.campaign(campaign_id).target_on
    answer = _saved(campaign_id, commands.edit_dates, "dates")
    has_moved = queries.campaign(campaign_id).target_on != was
    if has_moved and timelines.has_days_ahead(campaign_id):
        along = path_for("timelines.shift", campaign_id=campaign_id, target_was=was.isoformat())
        return see_other(along, toast="Saved")
    return answer


def _saved(campaign_id: int, command: Any, part: str) -> Response:
    """Save one of the page's two forms; refused, it comes back with what was typed in it."""
    try:
        submitted(command, campaign_id=campaign_id)
    except StaleVersion as error:
        values = _values(queries.campaign(campaign_id)) | typed() | {"version": error.version}
        stale = stale_words.in_words(error, dict(accounts.people()))
        return edit(campaign_id, error.status, values=values, stale=stale, part=part)
    except Invalid as error:
        values = _values(queries.campaign(campaign_id)) | typed()
        errors = _placed(error.fields)
        return edit(campaign_id, error.status, values=values, errors=errors, part=part)
    return see_other(path_for("campaigns.detail", campaign_id=campaign_id), toast="Saved")


@bp.post("/<int:campaign_id>/submit")
@guard("proposals.make", loads=Campaign)
def submit(campaign_id: int) -> Response:
    with _stale_press():
        submitted(commands.submit_campaign, campaign_id=campaign_id)
    return _back(campaign_id, "Sent for approval")


@bp.post("/<int:campaign_id>/moves")
@guard("see", loads=Campaign)
def move(campaign_id: int) -> Response:
    with _stale_press():
        submitted(commands.move_campaign, campaign_id=campaign_id)
    return _back(campaign_id, MOVED.get(request.form.get("move", ""), ""))


@contextmanager
def _stale_press() -> Iterator[None]:
    """A button of an old page: there is no text to keep, so a plain refusal says it."""
    try:
        yield
    except StaleVersion:
        raise Conflict(
            "The campaign changed since you loaded this page. Look at it again, then decide."
        ) from None


@bp.get("/<int:campaign_id>/cancel")
@guard("campaign.manage", loads=Campaign)
def confirm_cancel(campaign_id: int) -> Response:
    """Danger gets a plain page of its own."""
    campaign = queries.campaign(campaign_id)
    campaign.check_kept()
    if campaign.is_closed:
        raise Conflict("This campaign is closed already.")
    return page("campaigns/cancel.html", **pieces.numbers_of(campaign_id))


@bp.post("/<int:campaign_id>/archive")
@guard("campaign.manage", loads=Campaign)
def archive(campaign_id: int) -> Response:
    with _stale_press():
        submitted(commands.archive_campaign, campaign_id=campaign_id)
    return _back(campaign_id, "Archived" if request.form.get("archived") == "true" else "Restored")


@bp.post("/<int:campaign_id>/trash")
@guard("campaign.edit", loads=Campaign)
def trash(campaign_id: int) -> Response:
    with _stale_press():
        submitted(trash_can.trash_campaign, campaign_id=campaign_id)
    return see_other(path_for("campaigns.index"), toast="Moved to the trash")


@bp.post("/<int:campaign_id>/links")
@guard("campaign.edit", loads=Campaign)
def check_links(campaign_id: int) -> Response:
    submitted(links.check_links, campaign_id=campaign_id)
    return _back(campaign_id, "Its links are being checked")


@bp.post("/<int:campaign_id>/restore")
@guard("campaign.edit", loads=Campaign)
def restore(campaign_id: int) -> Response:
    submitted(trash_can.restore_campaign, campaign_id=campaign_id)
    return _back(campaign_id, "Taken out of the trash")


def _back(campaign_id: int, toast: str = "") -> Response:
    return see_other(path_for("campaigns.detail", campaign_id=campaign_id), toast=toast)


@bp.get("/<int:campaign_id>/activity")
@guard("see", loads=Campaign)
def activity(campaign_id: int) -> Response:
    show = request.args.get("show", "all")
    before = request.args.get("before", "")
    events = queries.activity(
        campaign_id,
        before=number_of_row(before),
        prefix=activity_words.ACTORS.get(show, ()),
    )
    more = len(events) > queries.PAGE
    values: dict[str, Any] = {
        "campaign_id": campaign_id,
        "lines": activity_words.lines(events[: queries.PAGE]),
        "show": show if show in activity_words.ACTORS else "all",
        "older": events[queries.PAGE - 1].id if more else None,
    }
    if wants_fragment() and before:
        return page("campaigns/_older.html", **values)
    return page(
        "campaigns/activity.html",
        **pieces.head(campaign_id) | pieces.log_of(campaign_id) | values,
        is_newest=not before,
        filters=activity_words.FILTERS,
    )
