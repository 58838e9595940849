"""A day as a page shows it: what is the day's own, what has a time, what goes on over several days,
and what happens by itself.
"""

from typing import Any

from webapp.accounts import queries as accounts
from webapp.availability import queries as availability
from webapp.calendars import runs
from webapp.calendars.days import Days
from webapp.calendars.items import Found
from webapp.calendars.queries import happens
from webapp.core import clock, zones
from webapp.views.schedule_cards import card_of, in_order, spans_of
from webapp.views.schedule_choice import Choice
from webapp.views.timer_words import timers_between

#: Lines of each sort that a day has room for.
MOST = 60


def day_of(choice: Choice, zone: str) -> dict[str, Any]:
    """Everything a day shows of the calendar."""
    assert choice.day is not None
    days = Days(choice.day, choice.day, zone)
    happen = happens(days, campaign_id=choice.campaign_id, person_id=choice.person_id, most=MOST)
    found = Found()
    for name, part in happen.groups.items():
        if name in choice.shows:
            found.add(part)
    names = dict(accounts.people())
    single = [one for one in found.items if not _goes_on(one.places(days))]
    wide = [one for one in found.items if _goes_on(one.places(days))]
    wants_runs = "ads" in choice.shows and choice.person_id is None
    running, held = runs.running(days, choice.campaign_id, MOST) if wants_runs else ([], 0)
    one_campaign = choice.campaign_id is not None
    cards = in_order(card_of(one, zone, names, one_campaign=one_campaign) for one in single)
    own = availability.working_week()
    closed = availability.closed_days(choice.day, choice.day, choice.campaign_id, own)
    return {
        "days": days,
        "all_day": [one for one in cards if one.at is None],
        "timed": [one for one in cards if one.at is not None],
        "spans": spans_of([*(run.as_item() for run in running), *wide], days),
        "left": sum(found.left.values()) + found.spans_left + held - len(running),
        "timers": timers_between(days.begins, days.ends, choice.campaign_id),
        "why": closed.get(choice.day, ""),
        "is_off": choice.day.weekday() not in own.weekdays or choice.day in closed,
        "own": own,
        "closed": closed,
        "loads": happen.plan.loads,
        "is_today": choice.day == zones.today(clock.now(), zone),
    }


def _goes_on(places: tuple[int, int]) -> bool:
    """Whether it began before the day or ends after it."""
    return places[1] > places[0]
