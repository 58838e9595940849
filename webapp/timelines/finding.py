"""How a plan stands before its target, and which constraint decides it: the chain of tasks that
ends last, why its first one starts no sooner, and the days off in between. Pure over a laid plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from webapp.core import zones
from webapp.timelines.planning import Laid
from webapp.timelines.workflow import State

Kind = Literal["empty", "done", "on_track", "eats", "late"]
#: Why the first task of a chain starts no sooner: it has begun, a person said so, the plan was laid
#: anew then, or work begins then.
Bound = Literal["began", "pinned", "recalculated", "start"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A plan against its target.

    `reserve_minutes` are working minutes left before the target (negative: late) of which
    `buffer_minutes` should stay. `chain` are the tasks that decide the end, from the first, which
    begins at `begins_at` because of `bound`, to the last; `cause_id` is the one to look at first.
    `days_off` are days of the team's week that nobody works while the chain runs.
    """

    kind: Kind
    reserve_minutes: int = 0
    buffer_minutes: int = 0
    day_minutes: int = 480
    chain: tuple[int, ...] = ()
    cause_id: int | None = None
    bound: Bound = "start"
    begins_at: datetime | None = None
    chain_minutes: int = 0
    days_off: int = 0


def finding_of(laid: Laid, buffer_minutes: int, slips: Mapping[int, int] | None = None) -> Finding:
    """The finding of a laid plan, also one that is only tried. `slips` are working minutes each
    task ends later than was agreed.
    """
    ahead = laid.before_target() - {laid.target_id}
    reserve = laid.reserve_minutes()
    if reserve is None:
        return Finding("empty", buffer_minutes=buffer_minutes, day_minutes=laid.times.day_minutes)
    last = max(ahead, key=lambda key: (laid.network.slot(key).finish, -key))
    chain = tuple(laid.network.chain_to(last))
    first = laid.network.slot(chain[0]).start
    is_done = all(laid.tasks[key].state == State.DONE for key in ahead)
    return Finding(
        _kind(reserve, buffer_minutes, is_done),
        reserve,
        buffer_minutes,
        laid.times.day_minutes,
        chain,
        _cause(laid, chain, slips or {}),
        _bound(laid, chain[0]),
        laid.times.start_at(first),
        laid.network.slot(last).finish - first,
        _days_off(laid, first, laid.network.slot(last).finish),
    )


def _kind(reserve: int, buffer_minutes: int, is_done: bool) -> Kind:
    if reserve < 0:
        return "late"
    if is_done:
        return "done"
    return "eats" if reserve < buffer_minutes else "on_track"


def _bound(laid: Laid, key: int) -> Bound:
    rule = laid.network.why(key).rule
    if rule == "fixed":
        return "began"
    if rule == "not_before":
        pin = laid.pins.get(key)
        start = laid.network.slot(key).start
        return "pinned" if pin and laid.times.minute_of(pin) == start else "recalculated"
    return "start"


def _cause(laid: Laid, chain: tuple[int, ...], slips: Mapping[int, int]) -> int:
    """What slipped most by itself since the plan was agreed; else what a person holds back; else
    the longest.
    """
    own, before = {}, 0
    for key in chain:
        slip = slips.get(key, 0)
        own[key], before = slip - before, slip
    most = max(chain, key=lambda key: own[key])
    if own[most] > 0:
        return most
    if _bound(laid, chain[0]) == "pinned":
        return chain[0]
    return max(chain, key=lambda key: laid.network.slot(key).finish - laid.network.slot(key).start)


def _days_off(laid: Laid, first: int, last: int) -> int:
    zone, times = laid.times.zone, laid.times
    day = zones.today(times.start_at(first), zone)
    until = zones.today(times.finish_at(last), zone)
    return sum(
        1
        for one in _days(day, until)
        if one.weekday() in times.weekdays and not times.is_working(one)
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
