"""Reads everything the planner and the suggestions need, in a few statements whatever their
number.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from webapp.assignments.problem import CLOCK_DAY, Facts
from webapp.availability import queries as availability
from webapp.availability import week
from webapp.availability.queries import Profile
from webapp.availability.week import Slot
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import find
from webapp.timelines import planning, queries

#: How far beyond the last planned day people's hours are looked at: work may end later.
MARGIN = timedelta(days=60)
#: Nobody knows their hours further ahead: what is planned beyond is left where it is, and a date
#: that is a slip of the keyboard costs no more than one in two years.
HORIZON = timedelta(days=2 * 366)


def facts_of(campaign_id: int) -> Facts | None:
    """What is known of a campaign's open work and of everybody who could do it; None without a
    plan.
    """
    timeline = queries.timeline_of(campaign_id)
    if timeline is None:
        return None
    campaign = find(Campaign, campaign_id)
    laid = planning.lay(timeline)
    now = clock.now().replace(second=0, microsecond=0)
    lines = queries.lines(campaign_id)
    ends = [line.finishes_at for line in lines if line.finishes_at is not None]
    target = laid.times.finish_at(laid.target_minute)
    last = min(max([now, target, *ends]) + MARGIN, now + HORIZON)
    first_on, last_on = now.date() - timedelta(days=1), last.date()
    people = availability.profiles()
    away: dict[int, list[tuple[object, object]]] = {}
    zones_of = {person.user_id: person.zone for person in people}
    for one in availability.absences(first_on, last_on):
        if one.user_id in zones_of:
            zone = zones_of[one.user_id]
            span = (
                zones.day_start(one.starts_on, zone),
                zones.day_start(one.ends_on + timedelta(days=1), zone),
            )
            away.setdefault(one.user_id, []).append(span)
    return Facts(
        now,
        lines,
        queries.work_elsewhere(campaign_id, last),
        queries.links(campaign_id),
        people,
        _slots(campaign, people, first_on, last_on),
        away,  # type: ignore[arg-type]
        frozenset(laid.before_target()),
        min(target, zones.day_start(campaign.target_on + timedelta(days=1), campaign.zone)),
        CLOCK_DAY / laid.times.day_minutes,
        last - MARGIN,
    )


def _slots(
    campaign: Campaign, people: Sequence[Profile], first_on: date, last_on: date
) -> dict[int, list[Slot]]:
    """When each person can work for a campaign: nobody does on its blackout days and the team's,
    which are days of its zone.
    """
    dark = [
        (
            zones.day_start(one.starts_on, campaign.zone),
            zones.day_start(one.ends_on + timedelta(days=1), campaign.zone),
        )
        for one in availability.blackouts(first_on, last_on, campaign.id)
    ]
    slots = availability.slots_of([person.user_id for person in people], first_on, last_on)
    return {user_id: week.without(theirs, dark) for user_id, theirs in slots.items()}
