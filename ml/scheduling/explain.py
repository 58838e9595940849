"""Why the plan is as it is: per task why this person, and what makes it late or leaves it out."""

from ml.scheduling.model import Binding, Miss, Placement, Reason, Rival
from ml.scheduling.placing import NEVER, Desk
from ml.scheduling.problem import Option, Problem, Spot


class Explanation:
    """Looks at a finished plan on its desk; the desk is as before afterwards."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.problem: Problem = desk.problem
        self.loads = [0] * len(self.problem.people)
        for spot in desk.spots:
            if spot is not None:
                self.loads[spot.person] += spot.last - spot.first
        until = self.problem.now + desk.makespan()
        self.offered = [
            max(1, hours.worked_before(until) - hours.worked_before(self.problem.now))
            for hours in self.problem.hours
        ]
        self.ideal, self.through = _ideal(self.problem)

    def placements(self) -> tuple[Placement, ...]:
        """Everything that has a place, in the caller's order."""
        return tuple(
            self._placement(index, spot)
            for index, spot in enumerate(self.desk.spots)
            if spot is not None
        )

    def misses(self) -> tuple[Miss, ...]:
        """Everything late or without a place, in the caller's order."""
        found = []
        for index, (task, spot) in enumerate(zip(self.problem.tasks, self.desk.spots, strict=True)):
            if spot is None or (task.due is not None and spot.finish > task.due):
                found.append(self._miss(index, spot))
        return tuple(found)

    def _placement(self, index: int, spot: Spot) -> Placement:
        task = self.problem.tasks[index]
        chosen = next(o for o in self.problem.options[index] if o.person == spot.person)
        load = (self.loads[spot.person] - (spot.last - spot.first)) / self.offered[spot.person]
        rivals = self._rivals(index, spot)
        return Placement(
            task=task.id,
            person=self.problem.people[spot.person].id,
            start=spot.start,
            finish=spot.finish,
            minutes=chosen.minutes,
            level=chosen.level,
            late=0 if task.due is None else max(0, spot.finish - task.due),
            load=load,
            reason=self._reason(index, spot, load, rivals),
            rivals=rivals,
        )

    def _rivals(self, index: int, spot: Spot) -> tuple[Rival, ...]:
        """The others who could, soonest first; with a locked start that start counts for them."""
        task, desk = self.problem.tasks[index], self.desk
        ready = desk.ready(index) if task.start is None else task.start
        found = []
        for option in self.problem.options[index]:
            if option.person != spot.person:
                other = desk.soonest(option, ready) if ready < NEVER >> 1 else None
                found.append(
                    Rival(
                        person=self.problem.people[option.person].id,
                        level=option.level,
                        finish=None if other is None else other.finish,
                        load=self.loads[option.person] / self.offered[option.person],
                    )
                )
        return tuple(sorted(found, key=lambda rival: (rival.finish is None, rival.finish or 0)))

    def _reason(self, index: int, spot: Spot, load: float, rivals: tuple[Rival, ...]) -> Reason:
        if self.problem.tasks[index].person is not None:
            return Reason.LOCKED
        able = [rival for rival in rivals if rival.finish is not None]
        sooner = [rival for rival in able if (rival.finish or 0) < spot.finish]
        if not able:
            return Reason.ONLY_ONE
        if not sooner:
            return Reason.EARLIEST
        return Reason.LOAD if all(rival.load >= load for rival in sooner) else Reason.ORDER

    def _miss(self, index: int, spot: Spot | None) -> Miss:
        """The first constraint that alone rules the due date out, the hardest first."""
        problem, task = self.problem, self.problem.tasks[index]
        options = problem.options[index]
        late = None if spot is None or task.due is None else spot.finish - task.due
        due = NEVER if task.due is None else task.due
        if not options and task.person is None:
            return Miss(task.id, late, Binding.NO_SKILL, skills=self._lacking(index))
        if task.start is not None or not options:
            return Miss(task.id, late, Binding.LOCK)
        if self.desk.ready(index) >= NEVER >> 1:
            return self._soft(index, late, due)
        needed = min(option.minutes for option in options)
        release = problem.release[index]
        if release + needed > due:
            return Miss(
                task.id, late, Binding.DEADLINE,
                needed=needed, chain=(task.id,), possible=self.ideal[index],
            )  # fmt: skip
        alone = _idle(problem, options, release)
        if alone is None or alone > due:
            available = max(
                problem.hours[o.person].worked_before(due)
                - problem.hours[o.person].worked_before(release)
                for o in options
            )
            return Miss(
                task.id, late, Binding.AVAILABILITY,
                needed=needed, available=available, possible=alone,
            )  # fmt: skip
        ideal = self.ideal[index]
        if ideal is None or ideal > due:
            return Miss(
                task.id, late, Binding.DEADLINE,
                needed=needed, chain=self._chain(index), possible=ideal,
            )  # fmt: skip
        return self._soft(index, late, due)

    def _soft(self, index: int, late: int | None, due: int) -> Miss:
        """What in this plan, rather than in the task, makes it late."""
        problem, task = self.problem, self.problem.tasks[index]
        ready = self.desk.ready(index)
        then = None if ready >= NEVER >> 1 else _idle(problem, problem.options[index], ready)
        if then is None or then > due:
            ends = (self.desk.finish, self.desk.start)
            binding = max(problem.before[index], key=lambda tie: ends[tie[1]][tie[0]] + tie[2])
            chain = (problem.tasks[binding[0]].id,)
            return Miss(task.id, late, Binding.DEPENDENCY, chain=chain, possible=then)
        if task.person is not None:
            others = problem.unlocked(index)
            spots = [self.desk.soonest(option, ready) for option in others]
            soonest = min((spot.finish for spot in spots if spot is not None), default=None)
            if soonest is not None and soonest <= due:
                busy = self._busy(index, ready, due)
                return Miss(task.id, late, Binding.LOCK, possible=soonest, busy=busy)
        busy = self._busy(index, ready, due)
        return Miss(task.id, late, Binding.CAPACITY, possible=then, busy=busy)

    def _lacking(self, index: int) -> tuple[str, ...]:
        """Skills nobody has; all of them when it is only that nobody has them together."""
        skills = self.problem.tasks[index].skills
        held = {skill for person in self.problem.people for skill in person.skills}
        return tuple(sorted(skills - held or skills))

    def _chain(self, index: int) -> tuple[int, ...]:
        chain = [index]
        while (before := self.through[chain[-1]]) is not None:
            chain.append(before)
        return tuple(self.problem.tasks[one].id for one in reversed(chain))

    def _busy(self, index: int, ready: int, due: int) -> tuple[tuple[int, int | None], ...]:
        """What lies between then and the due date on those who could do it."""
        problem = self.problem
        able = {option.person for option in problem.options[index]}
        found: list[tuple[int, int | None]] = []
        for person in sorted(able):
            one = problem.people[person]
            for work in one.busy:
                if work.start < due and work.finish > ready:
                    found.append((one.id, work.task))
            for other, spot in enumerate(self.desk.spots):
                is_theirs = spot is not None and spot.person == person and other != index
                if spot is not None and is_theirs and spot.start < due and spot.finish > ready:
                    found.append((one.id, problem.tasks[other].id))
        return tuple(found)


def _idle(problem: Problem, options: list[Option], ready: int) -> int | None:
    """When the soonest of them would finish with nothing else to do; None: never."""
    best = None
    for option in options:
        hours = problem.hours[option.person]
        last = hours.worked_before(ready) + option.minutes
        if not option.minutes:
            finish = ready
        elif last > hours.total:
            continue
        else:
            finish = hours.finish_of(last)
        if best is None or finish < best:
            best = finish
    return best


def _ideal(problem: Problem) -> tuple[list[int | None], list[int | None]]:
    """Earliest finishes if everybody had nothing else to do, and the predecessor that binds each.

    Exact along one chain up to this: each task takes whoever finishes it soonest.
    """
    count = len(problem.tasks)
    finish: list[int | None] = [None] * count
    start: list[int | None] = [None] * count
    through: list[int | None] = [None] * count
    for index in problem.topological:
        ready: int | None = problem.release[index]
        for other, at_start, lag in problem.before[index]:
            end = start[other] if at_start else finish[other]
            if end is None:
                ready, through[index] = None, other
                break
            if ready is None or end + lag > ready:
                ready, through[index] = end + lag, other
        lock = problem.fixed.get(index)
        if lock is not None:
            start[index], finish[index], through[index] = lock.start, lock.finish, None
        elif ready is not None:
            start[index] = ready
            finish[index] = _idle(problem, problem.options[index], ready)
    return finish, through
