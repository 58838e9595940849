"""Calendar feeds: making and revoking one's own and a campaign's, and the files that calendar
programs fetch without signing in.
"""

import contextlib
import hashlib
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request, session
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from webapp.accounts.queries import SignedIn
from webapp.calendars import commands, feeds, ics
from webapp.calendars.feeds import OpenFeed
from webapp.calendars.items import Item
from webapp.calendars.models import CalendarFeed
from webapp.campaigns.models import Campaign
from webapp.core import clock, tokens
from webapp.db import acting_for, find
from webapp.views.campaign_pieces import head
from webapp.views.schedule_cards import STATE_OF, address_of
from webapp.views.settings_frame import tab_page
from webapp.web.forms import submitted
from webapp.web.guards import guard, public, viewer
from webapp.web.render import page, path_for, see_other
from webapp.web.security import limiter
from webapp.web.words import state

bp = Blueprint("calendars", __name__)

#: Programs of a whole office may come from one address, each every few minutes.
MOST_FETCHES = "240 per minute"


@bp.get("/settings/calendars")
@guard("see")
def own() -> Response:
    """One's own feeds; an address just made is shown once."""
    person = _viewer()
    return tab_page(
        "calendars.own",
        "calendars/own.html",
        feeds=feeds.feeds(user_id=person.user_id),
        most=commands.MOST_FEEDS,
        new_feed=_new_address(),
        zone=person.zone,
    )


@bp.post("/settings/calendars")
@guard("see")
def make_own() -> Response:
    token = tokens.new_token()
    _keep(submitted(commands.make_own_feed, token=token), token)
    return see_other(path_for("calendars.own"))


@bp.get("/campaigns/<int:campaign_id>/calendar")
@guard("share", loads=Campaign)
def of_campaign(campaign_id: int) -> Response:
    """A campaign's feeds; an address just made is shown once."""
    return page(
        "calendars/of_campaign.html",
        **head(campaign_id),
        feeds=feeds.feeds(campaign_id=campaign_id),
        most=commands.MOST_FEEDS,
        new_feed=_new_address(),
        zone=_viewer().zone,
    )


@bp.post("/campaigns/<int:campaign_id>/calendar")
@guard("share", loads=Campaign)
def make_of_campaign(campaign_id: int) -> Response:
    token = tokens.new_token()
    _keep(submitted(commands.make_campaign_feed, campaign_id=campaign_id, token=token), token)
    return see_other(path_for("calendars.of_campaign", campaign_id=campaign_id))


@bp.post("/settings/calendars/<int:calendar_feed_id>/revoke")
@guard("see", loads=CalendarFeed)
def revoke(calendar_feed_id: int) -> Response:
    campaign_id = find(CalendarFeed, calendar_feed_id).campaign_id
    submitted(commands.revoke_feed, calendar_feed_id=calendar_feed_id)
    back = (
        path_for("calendars.own")
        if campaign_id is None
        else path_for("calendars.of_campaign", campaign_id=campaign_id)
    )
    return see_other(back, toast="Address revoked. Calendars that use it are empty from now on.")


@bp.get("/calendars/<token>.ics")
@public
@limiter.limit(MOST_FETCHES)
def fetch(token: str) -> Response:
    """The file itself. Unchanged since the program's last look, it is not written again."""
    feed = feeds.feed_behind(token)
    with acting_for(feed.team_id):
        name, items = feeds.contents(feed)
        told = [_told(item) for item in items]
    host = installation()
    response = Response(mimetype="text/calendar")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    etag = ics.mark_of(name, told, host)
    response.set_etag(etag)
    if etag not in request.if_none_match:
        response.data = ics.written(name, told, host, now=clock.now())
        response.headers["Content-Disposition"] = 'inline; filename="drumbeat.ics"'
    _note(feed)
    return response.make_conditional(request)


def _note(feed: OpenFeed) -> None:
    """When it was last fetched; a full disk stops the note, not the file."""
    if feed.fetched_at is None or clock.now() - feed.fetched_at >= commands.NOTED_EVERY:
        with contextlib.suppress(DBAPIError), acting_for(feed.team_id):
            commands.note_fetched(feed.id)


def _told(item: Item) -> ics.Told:
    """An item with its words and where it leads."""
    if item.kind == "absence":
        return ics.Told(item, "", "")
    words = state(item.state, STATE_OF.get(item.kind, "campaign"))[1]
    about = [] if item.kind in ("start", "target", "end") else [item.campaign]
    return ics.Told(item, _base() + address_of(item), "\n".join(filter(None, [*about, words])))


def installation() -> str:
    """What makes this installation's appointments its own: its host, or a constant of it."""
    host = urlsplit(current_app.config["SETTINGS"].public_url).hostname
    if host:
        return str(host)
    secret = str(current_app.config["SECRET_KEY"])
    return hashlib.sha256(f"calendars {secret}".encode()).hexdigest()[:16] + ".drumbeat"


def _base() -> str:
    base: str = current_app.config["SETTINGS"].public_url or request.host_url
    return base.rstrip("/")


def _keep(feed_id: int, token: str) -> None:
    """Show the address once, on the next page; not for the second press of one form."""
    if feeds.is_of(feed_id, token):
        session["feed_token"] = token


def _new_address() -> str | None:
    token = session.pop("feed_token", None)
    return _base() + path_for("calendars.fetch", token=token) if token else None


def _viewer() -> SignedIn:
    person = viewer()
    assert person is not None
    return person
