"""Shared links as the team sees them: make one, the links of a campaign, all of the team's, change
one, revoke it now. What an outsider sees is `shared_page`.
"""

from typing import Any

from flask import Blueprint, current_app, request, session
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, tokens, zones
from webapp.core.errors import Conflict, Invalid, StaleVersion
from webapp.db import find
from webapp.events.models import Event
from webapp.sharing import commands, queries
from webapp.sharing.models import ShareLink
from webapp.sharing.sections import sections
from webapp.views.accounts import safe_next
from webapp.views.campaign_pieces import head
from webapp.web.forms import submitted, typed
from webapp.web.fragments import fragment
from webapp.web.guards import guard
from webapp.web.render import page, path_for, see_other

bp = Blueprint("sharing", __name__)

DAYS = tuple((days, f"{days} day{'s' * (days > 1)}") for days in commands.DAYS)


@bp.get("/campaigns/<int:campaign_id>/share")
@guard("share", loads=Campaign)
def new(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    """The form of a new link, and the campaign's open ones; a link just made is shown once."""
    blank = {
        "values": {"days": commands.DEFAULT_DAYS, "kind": "live"},
        "errors": {},
        "chosen": [section.name for section in sections()],
    }
    token = session.pop("share_token", None)
    return page(
        "sharing/new.html",
        status,
        **head(campaign_id),
        links=links_in_words(campaign_id),
        all_sections=sections(),
        all_days=DAYS,
        new_link=share_url(token) if token else None,
        **blank | refused,
    )


@bp.post("/campaigns/<int:campaign_id>/share")
@guard("share", loads=Campaign)
def create(campaign_id: int) -> Response:
    """Make a link; it is shown once, on the next page."""
    token = tokens.new_token()
    try:
        link_id = submitted(commands.create_link, campaign_id=campaign_id, token=token)
    except Invalid as error:
        return new(
            campaign_id,
            error.status,
            values=typed(),
            errors=error.fields,
            chosen=request.form.getlist("sections"),
        )
    if queries.is_of(link_id, token):  # not the second press of a form that made one already
        session["share_token"] = token
    return see_other(path_for("sharing.new", campaign_id=campaign_id))


@bp.get("/shared-links/<int:share_link_id>/edit")
@guard("share", loads=ShareLink)
def edit(share_link_id: int, status: int = 200, **refused: Any) -> Response:
    """The form of an open link's name and end."""
    link = find(ShareLink, share_link_id)
    if not link.is_open:
        raise Conflict("This link has ended and stays closed. Make a new one.")
    zone = accounts.team().zone
    back = request.values.get("next") or path_for("sharing.new", campaign_id=link.campaign_id)
    values = _values(link, zone) | refused.pop("values", {})
    return page(
        "sharing/edit.html",
        status,
        **head(link.campaign_id),
        link=link,
        zone=zone,
        back=safe_next(back),
        values=values,
        **{"errors": {}, "stale": None} | refused,
    )


def _values(link: ShareLink, zone: str) -> dict[str, Any]:
    ends = commands.shown_end(link.expires_at, zone)
    return {
        "name": link.name,
        "ends_on": ends.date().isoformat(),
        "ends_at": f"{ends:%H:%M}",
        "version": link.version,
    }


@bp.post("/shared-links/<int:share_link_id>/edit")
@guard("share", loads=ShareLink)
def save(share_link_id: int) -> Response:
    try:
        submitted(commands.edit_link, share_link_id=share_link_id)
    except StaleVersion as error:
        values = typed() | {"version": error.version}
        return edit(share_link_id, error.status, values=values, stale=error)
    except Invalid as error:
        return edit(share_link_id, error.status, values=typed(), errors=error.fields)
    back = request.form.get("next") or path_for("settings.links")
    return see_other(safe_next(back), toast="Saved. The link itself is the same.")


@bp.post("/shared-links/<int:share_link_id>/revoke")
@guard("share", loads=ShareLink)
def revoke(share_link_id: int) -> Response:
    submitted(commands.revoke_link, share_link_id=share_link_id)
    back = request.form.get("next") or path_for("settings.links")
    return see_other(safe_next(back), toast="Link revoked. Its page is closed.")


def share_url(token: str) -> str:
    """The absolute address of a shared page."""
    return absolute(path_for("shared.look", token=token))


def absolute(path: str) -> str:
    """The whole address of a path, to send it to somebody."""
    base: str = current_app.config["SETTINGS"].public_url or request.host_url
    return base.rstrip("/") + path


def links_in_words(campaign_id: int | None = None) -> list[dict[str, Any]]:
    """The open links of a campaign, or of the whole team, ready to list."""
    words = {section.name: section.words for section in sections()}
    return [
        link._asdict() | {"shows": ", ".join(words.get(one, one) for one in link.sections)}
        for link in queries.links(campaign_id)
    ]


def links_of(campaign_id: int) -> dict[str, Any]:
    """What the campaign's card lists."""
    campaign = campaigns.campaign(campaign_id)
    today = zones.today(clock.now(), campaign.zone)
    return {"campaign": campaign, "links": links_in_words(campaign_id), "today": today}


@fragment("sharing/_links.html", on=("share.*",), topic="campaign:{campaign_id}")
def campaign_links(event: Event) -> dict[str, Any]:
    assert event.campaign_id is not None
    return links_of(event.campaign_id)
