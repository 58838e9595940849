"""Who works when: the team's working time with its blackout days, and each person's work, their own
and, for managers, everybody's.
"""

from datetime import timedelta
from itertools import zip_longest
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.accounts.models import Membership
from webapp.accounts.queries import SignedIn
from webapp.availability import commands, public_holidays, queries, week
from webapp.availability.inputs import LEVELS, MOST_SKILLS
from webapp.availability.models import Absence, Blackout
from webapp.availability.queries import Profile
from webapp.campaigns import queries as campaigns
from webapp.core import clock, money, zones
from webapp.core.errors import Invalid, StaleVersion
from webapp.db import find
from webapp.views.settings_frame import refused, tab_page
from webapp.web.forms import submitted
from webapp.web.guards import guard, viewer
from webapp.web.render import path_for, see_other

bp = Blueprint("availability", __name__, url_prefix="/settings")

#: How many of the holidays to come a page names.
NEXT_HOLIDAYS = 5
#: How far ahead a page looks for absences.
AHEAD = timedelta(days=3 * 366)
#: Empty lines for more skills.
MORE_SKILLS = 3


@bp.get("/working-time", endpoint="week")
@guard("see")
def working_time(status: int = 200, form: str = "", **again: Any) -> Response:
    """The team's week, the next holidays, and the blackouts to come; `form` is the one that was
    refused. `?country=` shows the regions of a country that is not chosen yet.
    """
    own, team = queries.working_week(), accounts.team()
    today = zones.today(clock.now(), team.zone)
    blackouts = queries.blackouts_from(today)
    shown = _week_values(own) | (again["values"] if form == "week" else {})
    country = request.args.get("country", shown.get("country", ""))
    return tab_page(
        "availability.week",
        "availability/working_time.html",
        status,
        form=form,
        week=own,
        shown=shown | {"country": country},
        day_names=week.LONG_DAYS,
        hours_words=week.days_in_words(own.hours),
        countries=public_holidays.countries(),
        regions=public_holidays.regions(country),
        kept=_kept_words(own),
        next_holidays=public_holidays.upcoming(own.country, own.region, today, NEXT_HOLIDAYS),
        blackouts=blackouts,
        names=campaigns.names({one.campaign_id for one in blackouts if one.campaign_id}),
        open_campaigns=campaigns.open_names(),
        today=today,
        zone=team.zone,
        **again,
    )


def _week_values(own: week.Week) -> dict[str, Any]:
    return {
        "weekdays": [str(one) for one in sorted(own.weekdays)],
        "starts": week.clock_words(own.starts),
        "ends": week.clock_words(own.ends),
        "country": own.country,
        "region": own.region,
        "version": own.version,
    }


def _kept_words(own: week.Week) -> str:
    """Whose holidays they are."""
    country = public_holidays.countries().get(own.country, own.country)
    region = public_holidays.regions(own.country).get(own.region, own.region)
    return ", ".join(one for one in (country, region) if one)


@bp.post("/working-time")
@guard("team.manage")
def set_week() -> Response:
    try:
        submitted(commands.set_week)
    except (Invalid, StaleVersion) as error:
        return working_time(error.status, form="week", **refused(error, "weekdays"))
    return see_other(path_for("availability.week"), toast="Working time saved")


@bp.post("/working-time/blackouts")
@guard(commands.MANAGES)
def add_blackout() -> Response:
    try:
        submitted(commands.add_blackout)
    except Invalid as error:
        return working_time(error.status, form="blackout", **refused(error))
    return see_other(path_for("availability.week"), toast="Blackout added")


@bp.post("/working-time/blackouts/<int:blackout_id>/remove")
@guard(commands.MANAGES, loads=Blackout)
def remove_blackout(blackout_id: int) -> Response:
    submitted(commands.remove_blackout, blackout_id=blackout_id)
    return see_other(path_for("availability.week"), toast="Blackout removed")


@bp.get("/work")
@guard(queries.WORKS)
def own() -> Response:
    return _own_page()


@bp.post("/work")
@guard(queries.WORKS)
def save_own() -> Response:
    try:
        submitted(commands.edit_work, user_id=_viewer().user_id)
    except (Invalid, StaleVersion) as error:
        return _own_page(error.status, form="work", **refused(error, *LISTS))
    return see_other(path_for("availability.own"), toast="Your work saved")


@bp.post("/work/absences")
@guard(queries.WORKS)
def add_own_absence() -> Response:
    try:
        submitted(commands.add_absence, user_id=_viewer().user_id)
    except Invalid as error:
        return _own_page(error.status, form="absence", **refused(error))
    return see_other(path_for("availability.own"), toast="Absence added")


@bp.post("/work/absences/<int:absence_id>/remove")
@guard(queries.WORKS, loads=Absence)
def remove_absence(absence_id: int) -> Response:
    """One's own, or for managers anybody's: back to the page it was on."""
    user_id = find(Absence, absence_id).user_id
    submitted(commands.remove_absence, absence_id=absence_id)
    return see_other(_page_of(user_id), toast="Absence removed")


@bp.get("/members/<int:membership_id>/work")
@guard(commands.MANAGES, loads=Membership)
def member(membership_id: int) -> Response:
    return _member_page(membership_id)


@bp.post("/members/<int:membership_id>/work")
@guard(commands.MANAGES, loads=Membership)
def save_member(membership_id: int) -> Response:
    try:
        submitted(commands.edit_work, user_id=_user_of(membership_id))
    except (Invalid, StaleVersion) as error:
        return _member_page(membership_id, error.status, form="work", **refused(error, *LISTS))
    return see_other(path_for("availability.member", membership_id=membership_id), toast="Saved")


@bp.post("/members/<int:membership_id>/work/absences")
@guard(commands.MANAGES, loads=Membership)
def add_absence(membership_id: int) -> Response:
    try:
        submitted(commands.add_absence, user_id=_user_of(membership_id))
    except Invalid as error:
        return _member_page(membership_id, error.status, form="absence", **refused(error))
    back = path_for("availability.member", membership_id=membership_id)
    return see_other(back, toast="Absence added")


@bp.post("/members/<int:membership_id>/work/cost-rate")
@guard("team.manage", loads=Membership)
def set_cost_rate(membership_id: int) -> Response:
    try:
        submitted(commands.set_cost_rate, user_id=_user_of(membership_id))
    except (Invalid, StaleVersion) as error:
        return _member_page(membership_id, error.status, form="rate", **refused(error))
    back = path_for("availability.member", membership_id=membership_id)
    return see_other(back, toast="Cost rate saved")


#: Fields of the form of one's work that come once a line.
LISTS = ("skills", "levels", "starts", "ends")


def _viewer() -> SignedIn:
    person = viewer()
    assert person is not None
    return person


def _user_of(membership_id: int) -> int:
    return find(Membership, membership_id).user_id


def _page_of(user_id: int) -> str:
    """The address of somebody's work, for who looks."""
    there = None if user_id == _viewer().user_id else accounts.membership_of(user_id)
    if there is None:
        return path_for("availability.own")
    return path_for("availability.member", membership_id=there.id)


def _own_page(status: int = 200, **again: Any) -> Response:
    person = queries.profile_of(_viewer().user_id)
    there = accounts.membership_of(person.user_id)
    assert there is not None
    return tab_page(
        "availability.own",
        "availability/work.html",
        status,
        **_work(person, **again),
        membership_id=there.id,
        is_own=True,
        save_to=path_for("availability.save_own"),
        absence_to=path_for("availability.add_own_absence"),
    )


def _member_page(membership_id: int, status: int = 200, **again: Any) -> Response:
    """Somebody's work; who left, or only looks on since the link was shown, has none."""
    found = queries.profiles([_user_of(membership_id)])
    if not found:
        return see_other(path_for("settings.members"), toast="They do no work here any more.")
    person = found[0]
    return tab_page(
        "settings.members",
        "availability/work.html",
        status,
        **_work(person, **again),
        membership_id=membership_id,
        is_own=person.user_id == _viewer().user_id,
        save_to=path_for("availability.save_member", membership_id=membership_id),
        absence_to=path_for("availability.add_absence", membership_id=membership_id),
    )


def _work(person: Profile, form: str = "", **again: Any) -> dict[str, Any]:
    """What a page of somebody's work shows; `form` is the one that was refused."""
    own_week, everybody = queries.working_week(), queries.profiles()
    today = zones.today(clock.now(), person.zone)
    currency = accounts.team().currency
    shown = _work_values(person) | (again["values"] if form == "work" else {})
    return again | {
        "form": form,
        "person": person,
        "shown": shown,
        "skill_lines": _skill_lines(shown),
        "hour_lines": list(zip_longest(week.LONG_DAYS, *_hours(shown), fillvalue="")),
        "team_hours": week.days_in_words(own_week.hours),
        "levels": list(LEVELS.items()),
        "known_skills": sorted({one.word for other in everybody for one in other.skills}),
        "others": [(one.user_id, one.name) for one in everybody if one.user_id != person.user_id],
        "currency": currency,
        "rate": ""
        if person.cost_rate_cents is None
        else money.typed(person.cost_rate_cents, currency),
        "absences": queries.absences(today, today + AHEAD, person.user_id),
        "next_holidays": public_holidays.upcoming(
            own_week.country, own_week.region, today, NEXT_HOLIDAYS
        ),
        "today": today,
    }


def _work_values(person: Profile) -> dict[str, Any]:
    spans = [("", "") if day is None else tuple(map(week.clock_words, day)) for day in person.hours]
    return {
        "skills": [one.word for one in person.skills],
        "levels": [str(one.level) for one in person.skills],
        "hours": "own" if person.has_own_hours else "team",
        "starts": [starts for starts, _ in spans],
        "ends": [ends for _, ends in spans],
        "max_concurrent": person.max_concurrent,
        "backup_id": person.backup_id or "",
        "slack_user_id": person.slack_user_id,
        "version": person.version,
    }


def _hours(shown: dict[str, Any]) -> tuple[list[str], list[str]]:
    """From and until of seven days."""
    most = len(week.LONG_DAYS)
    return shown["starts"][:most], shown["ends"][:most]


def _skill_lines(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """Each skill with its level, then some empty lines."""
    pairs = zip(shown["skills"], shown["levels"], strict=False)  # typed ones may be anything
    lines = [(word, level) for word, level in pairs if word]
    return lines + [("", "2")] * min(MORE_SKILLS, MOST_SKILLS - len(lines))
