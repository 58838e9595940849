"""Serial placing: tasks in a given order, each as soon as its people, hours and lanes allow.

A `Desk` holds one such plan. `revise` places it anew after a small change of the order, but looks
again only at tasks that the change can have touched: the plan is the same as if all were placed
anew (a test compares the two), at a fraction of the work.
"""

from bisect import bisect_left, bisect_right
from typing import Self

from ml.scheduling.model import Score
from ml.scheduling.problem import Option, Problem, Spot

#: Later than any instant: the finish of what has no place.
NEVER = 1 << 60
#: What a unit of weight without a place counts against minutes of tardiness, while searching.
UNPLACED = 1e9
Order = list[int]


class Desk:
    """One plan, made by placing the movable tasks in `order`.

    `forced[i]` is the only option of task i to be used; None for whoever finishes soonest (of
    equals the one it takes the least work). `spots[i]` is None where there is no place, `costs[i]`
    what task i costs: weight times minutes late, or UNPLACED times weight.
    """

    def __init__(self, problem: Problem, order: Order) -> None:
        count = len(problem.tasks)
        self.problem = problem
        self.order = order[:]
        self.position = {index: place for place, index in enumerate(order)}
        self.forced: list[Option | None] = [None] * count
        self.lanes = problem.free_lanes()
        self.on: list[set[int]] = [set() for _ in problem.people]
        self.spots: list[Spot | None] = [None] * count
        self.start, self.finish = [NEVER] * count, [NEVER] * count
        self.costs = [0.0] * count
        for index, task in enumerate(problem.tasks):
            if task.start is not None:
                self._note(index, problem.fixed.get(index))
        for index in order:
            self.put(index, self.best(index, problem.options[index], self.ready(index), None))

    @classmethod
    def holding(cls, problem: Problem, spots: list[Spot | None]) -> Self:
        """A desk with everything where these spots say."""
        desk = cls(problem, [])
        for index in problem.movable():
            desk.put(index, spots[index])
        return desk

    def put(self, index: int, spot: Spot | None) -> None:
        """Place a movable task that is not on the desk."""
        self._note(index, spot)
        if spot is not None:
            self.on[spot.person].add(index)
            self.lanes[spot.person][spot.lane].take(spot.first, spot.last)

    def lift(self, index: int) -> None:
        """Take a movable task off, if it is there."""
        spot = self.spots[index]
        if spot is not None:
            self.on[spot.person].discard(index)
            self.lanes[spot.person][spot.lane].leave(spot.first, spot.last)
        self._note(index, None)

    def ready(self, index: int) -> int:
        """When what a task waits for lets it start."""
        ready = self.problem.release[index]
        for other, at_start, lag in self.problem.before[index]:
            tied = (self.start if at_start else self.finish)[other] + lag
            if tied > ready:
                ready = tied
        return ready

    def best(self, index: int, options: list[Option], ready: int, best: Spot | None) -> Spot | None:
        """The soonest finish among these options, and `best` if there is one."""
        if ready >= NEVER >> 1:
            return None
        for option in options:
            if best is not None and ready + option.minutes > best.finish:
                continue
            spot = self.soonest(option, ready)
            if spot is not None and (
                best is None
                or spot.finish < best.finish
                or (spot.finish == best.finish and _effort(spot) < _effort(best))
            ):
                best = spot
        return best

    def soonest(self, option: Option, ready: int) -> Spot | None:
        """Where this person would do it; None when their slots end too early."""
        person, minutes, _ = option
        if not minutes:
            return Spot(person, ready, ready, 0, 0, 0)
        hours = self.problem.hours[person]
        worked = hours.worked_before(ready)
        chosen, first = -1, hours.total - minutes + 1
        for number, lane in enumerate(self.lanes[person]):
            fit = lane.first_fit(worked, minutes)
            if fit < first:
                chosen, first = number, fit
                if fit == worked:
                    break
        if chosen < 0:
            return None
        # hours.start_of and hours.finish_of, written out: most of the time is spent here.
        firsts, done, last = hours.firsts, hours.done, first + minutes
        slot = bisect_right(done, first) - 1
        start = firsts[slot] + first - done[slot]
        slot = bisect_left(done, last) - 1
        return Spot(person, start, firsts[slot] + last - done[slot], chosen, first, last)

    def _note(self, index: int, spot: Spot | None) -> None:
        """Write down where a task lies and what that costs."""
        task = self.problem.tasks[index]
        self.spots[index] = spot
        if spot is None:
            self.start[index] = self.finish[index] = NEVER
            self.costs[index] = task.weight * UNPLACED
            return
        self.start[index], self.finish[index] = spot.start, spot.finish
        late = 0 if task.due is None else spot.finish - task.due
        cost = task.weight * late if late > 0 else 0.0
        for other, at_start, lag in self.problem.behind[index]:
            lock = self.problem.fixed.get(other)
            if lock is not None:
                early = (spot.start if at_start else spot.finish) + lag - lock.start
                cost += self.problem.tasks[other].weight * max(0, early)
        self.costs[index] = cost

    def cost(self) -> float:
        """Tardiness, minutes by which locks begin too soon, and what has no place."""
        return sum(self.costs)

    def makespan(self) -> int:
        """Minutes from now to the last finish."""
        finishes = [spot.finish for spot in self.spots if spot is not None]
        return max(0, max(finishes, default=0) - self.problem.now)

    def imbalance(self) -> float:
        """Mean square of each person's load: taken share of their working minutes in the plan."""
        now = self.problem.now
        until = now + self.makespan()
        loads = [0] * len(self.problem.people)
        for spot in self.spots:
            if spot is not None:
                loads[spot.person] += spot.last - spot.first
        total = 0.0
        for hours, load in zip(self.problem.hours, loads, strict=True):
            offered = hours.worked_before(until) - hours.worked_before(now)
            total += (load / max(1, offered)) ** 2
        return total / max(1, len(loads))

    def score(self) -> Score:
        """What the plan is worth."""
        missing, tardiness = 0.0, 0.0
        for task, spot, cost in zip(self.problem.tasks, self.spots, self.costs, strict=True):
            if spot is None:
                missing += task.weight
            else:
                tardiness += cost
        return Score(missing, tardiness, self.makespan(), self.imbalance())


def _effort(spot: Spot) -> tuple[int, int]:
    return spot.last - spot.first, spot.person


class Revision:
    """A change of one task's place in the order, or of its person, being tried on a desk.

    Persons are *dirty* once their lanes differ from before; a task must be looked at again when
    what it waits for moved or somebody who could do it is dirty. Before somebody's lanes are looked
    at, the tasks still to come are lifted off them.
    """

    def __init__(self, desk: Desk, changed: int, low: int, order: Order) -> None:
        self.desk = desk
        self.changed = changed
        self.low = low
        self.order = order
        spot = desk.spots[changed]
        self.dirty: set[int] = set() if spot is None else {spot.person}
        self.moved: set[int] = set()
        self.done: set[int] = set()
        self.lifted: dict[int, list[tuple[list[int], list[int]]]] = {}
        self.was: list[tuple[int, Spot | None, float]] = []

    def run(self, limit: float) -> bool:
        """Place anew; False as soon as it costs more than the limit (then `undo`)."""
        desk, done, moved = self.desk, self.done, self.moved
        before, costs = desk.problem.before, desk.costs
        later = set(self.order[self.low :])
        spent = sum(cost for index, cost in enumerate(costs) if index not in later)
        if self.dirty:
            self._lift(next(iter(self.dirty)))
        for index in self.order[self.low :]:
            is_touched = index == self.changed
            if not is_touched and moved:
                for tie in before[index]:
                    if tie[0] in moved:
                        is_touched = True
                        break
            self._place(index, is_touched)
            done.add(index)
            spent += costs[index]
            if spent > limit:
                return False
        return True

    def _place(self, index: int, is_touched: bool) -> None:
        desk, dirty = self.desk, self.dirty
        was = desk.spots[index]
        forced = desk.forced[index]
        options = desk.problem.options[index] if forced is None else [forced]
        best = None
        if not is_touched and was is not None and was.person not in dirty:
            options = [option for option in options if option.person in dirty]
            best = was
        for option in options:
            if option.person not in self.lifted:
                self._lift(option.person)
        spot = desk.best(index, options, desk.ready(index), best) if options else best
        if spot is not None and spot.person in self.lifted:
            desk.lanes[spot.person][spot.lane].take(spot.first, spot.last)
        if index == self.changed and spot is not None:
            dirty.add(spot.person)
        if spot != was:
            self._move(index, was, spot)

    def _move(self, index: int, was: Spot | None, spot: Spot | None) -> None:
        desk = self.desk
        self.was.append((index, was, desk.costs[index]))
        if was is not None:
            if was.person not in self.lifted:  # a better place elsewhere: this one is left
                self._lift(was.person)
            desk.on[was.person].discard(index)
            self.dirty.add(was.person)
        if spot is not None:
            desk.on[spot.person].add(index)
            self.dirty.add(spot.person)
        self.moved.add(index)
        desk._note(index, spot)

    def _lift(self, person: int) -> None:
        """Take what is still to come off somebody's lanes; remember them as they were."""
        desk = self.desk
        lanes = desk.lanes[person]
        self.lifted[person] = [(lane.firsts[:], lane.lasts[:]) for lane in lanes]
        for index in desk.on[person]:
            spot = desk.spots[index]
            if spot and desk.position[index] >= self.low and index not in self.done:
                lanes[spot.lane].leave(spot.first, spot.last)

    def keep(self) -> None:
        """The order is the desk's from now on."""
        desk = self.desk
        desk.order = self.order
        for place in range(self.low, len(self.order)):
            desk.position[self.order[place]] = place

    def undo(self) -> None:
        """Back to what was."""
        desk = self.desk
        for index, spot, cost in reversed(self.was):
            now = desk.spots[index]
            if now is not None:
                desk.on[now.person].discard(index)
            if spot is not None:
                desk.on[spot.person].add(index)
            desk.spots[index], desk.costs[index] = spot, cost
            desk.start[index] = NEVER if spot is None else spot.start
            desk.finish[index] = NEVER if spot is None else spot.finish
        for person, lanes in self.lifted.items():
            for lane, (firsts, lasts) in zip(desk.lanes[person], lanes, strict=True):
                lane.firsts, lane.lasts = firsts, lasts
