"""The pieces of a campaign's tasks tab: the board's lanes, the same tasks as a list and by person,
and what is redrawn while somebody looks. Each function gives the same values to the page and to the
push.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.accounts import queries as accounts
from webapp.campaigns import queries as campaigns
from webapp.core import clock, zones
from webapp.core.text import fold
from webapp.events.models import Event
from webapp.timelines import queries
from webapp.timelines.queries import Line
from webapp.timelines.workflow import LANES, MOVE_TO, OPEN, State
from webapp.web.fragments import fragment

#: Whatever changes tasks or their place in the plan.
TASK_EVENTS = ("task.*", "timeline.*")
#: How many finished tasks the board shows until somebody asks for all.
DONE_SHOWN = 5
#: How many skills a card names.
SKILLS_SHOWN = 3
NOBODY = "Nobody"


@dataclass(frozen=True, slots=True)
class Card:
    """A task as boards and lists show it: its row, whose it is, how many unfinished tasks it waits
    for, and the day it is due, else planned to end, else was done.
    """

    line: Line
    person: str
    waits: int
    on: date | None
    is_today: bool

    @property
    def skills(self) -> Sequence[str]:
        return self.line.skills[:SKILLS_SHOWN]

    @property
    def more_skills(self) -> int:
        return max(0, len(self.line.skills) - SKILLS_SHOWN)


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of the board: its cards, how many there are in all, and the move that leads here."""

    state: State
    cards: Sequence[Card]
    total: int
    move: str

    @property
    def hidden(self) -> int:
        return self.total - len(self.cards)


@dataclass(frozen=True, slots=True)
class Group:
    """One person's tasks; who left the team still has theirs until somebody takes them over."""

    name: str
    is_here: bool
    is_nobody: bool
    cards: Sequence[Card]
    done: int


def board_of(campaign_id: int, q: str = "", *, all_done: bool = False) -> dict[str, Any]:
    """The four lanes; whole when nothing is filtered or unfolded, so that pushes may replace it."""
    values = _with_today(campaign_id)
    cards = cards_of(campaign_id, values["campaign"].zone, values["today"])
    shown = [card for card in filtered(cards, q) if not card.line.is_milestone]
    return values | {
        "lanes": [_lane(state, shown, all_done) for state in LANES],
        "whole": not q and not all_done,
    }


def _lane(state: State, cards: Iterable[Card], all_done: bool) -> Lane:
    mine = [card for card in cards if card.line.state == state]
    if state != State.DONE:
        return Lane(state, mine, len(mine), MOVE_TO[state])
    mine.sort(key=lambda card: (card.line.completed_at or clock.now(), card.line.id), reverse=True)
    return Lane(state, mine if all_done else mine[:DONE_SHOWN], len(mine), MOVE_TO[state])


def list_of(campaign_id: int, q: str = "") -> dict[str, Any]:
    """Everything in order of time, milestones and cancelled tasks too."""
    values = _with_today(campaign_id)
    cards = cards_of(campaign_id, values["campaign"].zone, values["today"])
    return values | {"cards": filtered(cards, q), "has_any": bool(cards)}


def people_of(campaign_id: int, q: str = "") -> dict[str, Any]:
    """Open tasks by whose they are: nobody's first, then the team by name, then who left."""
    values = list_of(campaign_id, q)
    here = {user_id for user_id, _ in accounts.people()}
    by_person: dict[int | None, list[Card]] = {}
    for card in values["cards"]:
        by_person.setdefault(card.line.assignee_id, []).append(card)
    groups = [_group(user_id, cards, here) for user_id, cards in by_person.items()]
    groups.sort(key=lambda one: (not one.is_nobody, not one.is_here, one.name.casefold()))
    return values | {"groups": [one for one in groups if one.cards or one.done]}


def _group(user_id: int | None, cards: Sequence[Card], here: set[int]) -> Group:
    mine = [card for card in cards if card.line.is_open]
    done = sum(card.line.is_done and not card.line.is_milestone for card in cards)
    is_nobody = user_id is None
    return Group(cards[0].person or NOBODY, is_nobody or user_id in here, is_nobody, mine, done)


def trash_of(campaign_id: int) -> dict[str, Any]:
    values = _with_today(campaign_id)
    lines = queries.trashed(campaign_id)
    return values | {"cards": _cards(lines, {}, values["campaign"].zone, values["today"])}


def cards_of(campaign_id: int, zone: str, today: date) -> list[Card]:
    lines = queries.lines(campaign_id)
    return _cards(lines, waits_of(campaign_id, lines), zone, today)


def _cards(lines: Sequence[Line], waits: Mapping[int, int], zone: str, today: date) -> list[Card]:
    names = accounts.names({one.assignee_id for one in lines if one.assignee_id is not None})
    cards = []
    for one in lines:
        on = day_of(one, zone)
        person = names.get(one.assignee_id, "Somebody") if one.assignee_id is not None else ""
        is_today = one.is_open and on == today
        cards.append(Card(one, person, waits.get(one.id, 0), on, is_today))
    return cards


def waits_of(campaign_id: int, lines: Iterable[Line]) -> Counter[int]:
    """How many tasks that still have to happen each task waits for."""
    is_open = {one.id for one in lines if one.is_open}
    return Counter(
        link.task_id for link in queries.links(campaign_id) if link.waits_for_id in is_open
    )


def day_of(line: Line, zone: str) -> date | None:
    """The day it was done, else is due, else is planned to end."""
    if line.is_done and line.completed_at is not None:
        return zones.today(line.completed_at, zone)
    if line.due_on is not None or line.finishes_at is None:
        return line.due_on
    return zones.today(line.finishes_at, zone)


def filtered(cards: Sequence[Card], q: str) -> list[Card]:
    """Those whose title, skills, phase or person have every word of the text in them."""
    wanted = fold(q).split()
    return [card for card in cards if all(word in _words(card) for word in wanted)]


def _words(card: Card) -> str:
    line = card.line
    return fold(" ".join((line.title, line.phase, card.person, *line.skills)))


def _with_today(campaign_id: int) -> dict[str, Any]:
    campaign = campaigns.campaign(campaign_id)
    return {"campaign": campaign, "today": zones.today(clock.now(), campaign.zone)}


def mine_of(user_id: int) -> dict[str, Any]:
    """A person's open tasks in all campaigns, soonest first."""
    zone = accounts.person(user_id).zone
    today = zones.today(clock.now(), zone)
    lines = queries.open_lines_of(user_id)
    cards = _cards(lines, {}, zone, today)
    names = campaigns.names({line.campaign_id for line in lines})
    return {
        "user_id": user_id,
        "mine": [(card, names.get(card.line.campaign_id, "")) for card in cards],
        "today": today,
    }


def count_of(campaign_id: int) -> dict[str, Any]:
    """How many tasks still have to happen; what follows the whole plan follows this."""
    counts = queries.counts(campaign_id)
    open_tasks = sum(counts.get(state, 0) for state in OPEN)
    return {"campaign_id": campaign_id, "open_tasks": open_tasks}


@fragment("tasks/_board.html", on=TASK_EVENTS, topic="campaign:{campaign_id}")
def task_board(event: Event) -> dict[str, Any]:
    assert event.campaign_id is not None
    return board_of(event.campaign_id)


@fragment("tasks/_count.html", on=(*TASK_EVENTS, "escalation.*"), topic="campaign:{campaign_id}")
def task_count(event: Event) -> dict[str, Any]:
    assert event.campaign_id is not None
    return count_of(event.campaign_id)


@fragment("tasks/_mine.html", on=TASK_EVENTS, topic="team:{team_id}", audience="user")
def my_tasks(_event: Event, user_id: int) -> dict[str, Any]:
    return mine_of(user_id)
