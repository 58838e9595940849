"""A week as a page shows it: seven columns of cards, what lies over several days, the campaigns
that run, and the numbers.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.accounts import queries as accounts
from webapp.availability import queries as availability
from webapp.calendars import runs
from webapp.calendars.days import Days
from webapp.calendars.items import Found, Item
from webapp.calendars.queries import Happens, happens
from webapp.calendars.runs import Run
from webapp.core import clock, zones
from webapp.views.schedule_cards import Card, card_of, in_order, spans_of
from webapp.views.schedule_choice import Choice

#: Cards of a day, and runs over several days, that a week has room for.
MOST_CARDS, MOST_SPANS = 8, 8
#: Campaigns that get a card of their own.
MOST_CAMPAIGNS = 12


@dataclass(frozen=True, slots=True)
class Column:
    """One day; `why` says why it is closed, `left` how many cards have no room."""

    on: date
    is_today: bool
    is_off: bool
    why: str
    cards: list[Card]
    left: int

    @property
    def is_empty(self) -> bool:
        """Nothing to say about it: left out where days stand below each other."""
        return not (self.cards or self.left or self.why or self.is_today)


@dataclass(frozen=True, slots=True)
class Summary:
    """A campaign as a card of the week: how far it is, who works on it, what comes next."""

    run: Run
    done: int
    tasks: int
    people: list[str]
    next_title: str
    next_on: date | None
    today: date

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.tasks) if self.tasks else 0


def week_of(choice: Choice, zone: str) -> dict[str, Any]:
    """Everything a week shows of the calendar."""
    days = Days(choice.week.monday, choice.week.sunday, zone)
    found = happens(
        days, campaign_id=choice.campaign_id, person_id=choice.person_id, most=MOST_CARDS
    )
    running, held = (
        ([], 0) if choice.person_id else runs.running(days, choice.campaign_id, MOST_CAMPAIGNS)
    )
    names = dict(accounts.people())
    own = availability.working_week()
    closed = availability.closed_days(days.first, days.last, choice.campaign_id, own)
    shown = _shown(found, choice)
    across = [run.as_item() for run in running] if "ads" in choice.shows else []
    wide = [one for one in shown.items if _is_wide(one, days)]
    spans = spans_of([*across[: MOST_SPANS // 2], *wide], days)[:MOST_SPANS]
    all_spans = (held if across else 0) + len(wide) + shown.spans_left
    return {
        "days": days,
        "columns": _columns(
            days,
            shown,
            names,
            weekdays=own.weekdays,
            closed=closed,
            one_campaign=choice.campaign_id is not None,
        ),
        "own": own,
        "closed": closed,
        "loads": found.plan.loads,
        "spans": spans,
        "spans_left": all_spans - len(spans),
        "numbers": _numbers(found, held),
        "summaries": _summaries(running, names) if running else [],
        "campaigns_held": held,
    }


def _shown(found: Happens, choice: Choice) -> Found:
    """What is not left out."""
    whole = Found()
    for name, part in found.groups.items():
        if name in choice.shows:
            whole.add(part)
    return whole


def _is_wide(item: Item, days: Days) -> bool:
    first, last = item.places(days)
    return item.kind == "task" and last > first


def _columns(
    days: Days,
    found: Found,
    names: dict[int, str],
    *,
    weekdays: Collection[int],
    closed: Mapping[date, str],
    one_campaign: bool,
) -> list[Column]:
    today = zones.today(clock.now(), days.zone)
    cards: list[list[Card]] = [[] for _ in days.each]
    for item in found.items:
        first, last = item.places(days)
        if first == last:
            cards[first].append(card_of(item, days.zone, names, one_campaign=one_campaign))
    columns = []
    for place, on in enumerate(days.each):
        ordered = in_order(cards[place])
        columns.append(
            Column(
                on,
                on == today,
                on.weekday() not in weekdays or on in closed,
                closed.get(on, ""),
                ordered[:MOST_CARDS],
                max(0, len(ordered) - MOST_CARDS) + found.left[place],
            )
        )
    return columns


def _numbers(found: Happens, running: int) -> dict[str, Any]:
    return {
        "running": running,
        "milestones": found.plan.milestones_held,
        "reached": found.plan.milestones_reached,
        "planned": found.plan.tasks_held,
        "done": found.plan.tasks_done,
        "waiting": found.waiting,
    }


def _summaries(running: Sequence[Run], names: dict[int, str]) -> list[Summary]:
    ids = [run.id for run in running]
    progress, coming = runs.progress(ids), runs.next_milestones(ids)
    now = clock.now()
    found = []
    for run in running:
        work = progress.get(run.id, runs.Progress())
        title, on = coming.get(run.id, ("", None))
        team = [run.owner_id, *(one for one in work.people if one != run.owner_id)]
        known = [names[one] for one in team if one in names]
        today = zones.today(now, run.zone)
        found.append(Summary(run, work.done, work.tasks, known, title, on, today))
    return found


def title_of(choice: Choice, today: date) -> str:
    """`Week 47, 16 to 22 November`; the year where it is another one."""
    monday, sunday = choice.week.monday, choice.week.sunday
    last = f"{sunday.day} {sunday:%B}"
    first = f"{monday.day}" if monday.month == sunday.month else f"{monday.day} {monday:%B}"
    if monday.year != sunday.year:
        first += f" {monday.year}"
    if sunday.year != today.year or monday.year != sunday.year:
        last += f" {sunday.year}"
    return f"Week {choice.week.number}, {first} to {last}"


def lede_of(numbers: dict[str, Any]) -> str:
    """What the week holds, in a sentence; nothing that there is none of."""
    counted = (
        (numbers["milestones"], "milestone"),
        (numbers["planned"], "task"),
        (numbers["waiting"], "request"),
    )
    parts = [f"{number} {noun}{'s' * (number != 1)}" for number, noun in counted if number]
    return f"{', '.join(parts)}." if parts else "Nothing is planned."
