"""Short schedules for a project: a genetic algorithm over justified schedules."""

from dataclasses import dataclass
from random import Random

from ml.scheduling.budget import Budget
from ml.scheduling.project import Packed, Project
from ml.scheduling.serial import backward, forward, generate, latest_finish_first


@dataclass(frozen=True, slots=True)
class Schedule:
    """Start of each activity, in periods; `baseline` is the makespan the naive rule gets."""

    starts: tuple[int, ...]
    makespan: int
    baseline: int
    lower_bound: int
    evaluations: int


@dataclass(slots=True)
class _Member:
    """One of the population: its schedule, and the order that makes it with the work up to each."""

    rank: tuple[int, int]
    finish: list[int]
    order: list[int]
    work: list[float]
    starts: list[float]


class ProjectSearch:
    """Minimise the makespan of a `Project` under a budget; never worse than the naive rule.

    A population of schedules, each generated from an order of the activities and then justified to
    the right and to the left again. Two of them give a child: the father's order with a stretch of
    the mother's in it, one where the mother uses the resources more densely than the father does.
    The best of parents and children, none twice and the younger of equals, live on. It ends early
    when a schedule meets the lower bound. After Hartmann 1998 (two-point crossover of orders) and
    Valls, Ballestín, Quintanilla 2008 (justification, inheriting the peaks of resource use).

    Parameters
    ----------
    seconds : float, default=1.0
        Processor time, not time by the clock: a busy machine searches as long as an idle one.
    random_state : int, default=0
    evaluations : int, optional
        End after so many children, for results that do not depend on the machine.
    population : int, default=40

    Examples
    --------
    >>> project = Project((3, 2, 2, 3), ((1,), (1,), (1,), (1,)), ((), (3,), (), ()), (2,))
    >>> schedule = ProjectSearch(evaluations=10).schedule(project)
    >>> schedule.makespan, schedule.lower_bound
    (5, 5)
    """

    def __init__(
        self,
        *,
        seconds: float = 1.0,
        random_state: int = 0,
        evaluations: int | None = None,
        population: int = 40,
    ) -> None:
        self.seconds = seconds
        self.random_state = random_state
        self.evaluations = evaluations
        self.population = population

    def schedule(self, project: Project) -> Schedule:
        """The shortest schedule found. Raises ValueError when activities wait for each other."""
        budget = Budget(self.seconds, evaluations=self.evaluations)
        packed = Packed(project)
        run = _Run(packed, Random(self.random_state), budget)
        baseline = run.see(generate(packed, latest_finish_first(packed), packed.predecessors))
        run.grow(self.population)
        while not run.is_over():
            run.generation(self.population)
        starts = (
            (end - length) // packed.width
            for end, length in zip(run.best, packed.length, strict=True)
        )
        return Schedule(
            tuple(starts),
            run.makespan // packed.width,
            baseline // packed.width,
            packed.lower_bound(),
            budget.used,
        )


class _Run:
    """One search: its population and the best schedule seen, in the bits of `Packed`."""

    def __init__(self, packed: Packed, random: Random, budget: Budget) -> None:
        self.packed = packed
        self.random = random
        self.budget = budget
        self.target = packed.lower_bound() * packed.width
        self.best: list[int] = []
        self.makespan = -1
        self.members: list[_Member] = []
        self.seen: set[tuple[int, ...]] = set()
        self.born = 0
        self.is_before = [set(one) for one in packed.predecessors]

    def see(self, finish: list[int]) -> int:
        """Remember it if it is the shortest; answers its makespan."""
        makespan = max(finish, default=0)
        if self.makespan < 0 or makespan < self.makespan:
            self.best, self.makespan = finish, makespan
        return makespan

    def is_over(self) -> bool:
        """Nothing shorter is possible, or the budget is spent."""
        return self.makespan <= self.target or self.budget.is_spent()

    def grow(self, population: int) -> None:
        """The first population: the naive rule's schedule, then random orders near it."""
        if self.makespan > self.target:
            self._join(self._justified(self.best), self.members)
        while len(self.members) < population and not self.is_over():
            packed = self.packed
            finish = generate(packed, self._random_order(), packed.predecessors)
            self.see(finish)
            self._join(self._justified(finish), self.members, even_if_known=True)

    def generation(self, population: int) -> None:
        """Pair all at random; each pair has two children."""
        children: list[_Member] = []
        self.random.shuffle(self.members)
        worst = max(member.rank[0] for member in self.members)
        for one, other in zip(self.members[::2], self.members[1::2], strict=False):
            for mother, father in ((one, other), (other, one)):
                if self.is_over():
                    return
                order = self._cross(mother, father)
                self._mutate(order)
                finish = generate(self.packed, order, self.packed.predecessors)
                self.see(finish)
                finish = self._justified(finish)
                if max(finish) <= worst:
                    self._join(finish, children)
        everyone = sorted(self.members + children, key=lambda member: member.rank)
        self.members = everyone[:population]

    def _justified(self, finish: list[int]) -> list[int]:
        finish = forward(self.packed, backward(self.packed, finish))
        self.see(finish)
        return finish

    def _join(
        self, finish: list[int], members: list[_Member], *, even_if_known: bool = False
    ) -> None:
        key = tuple(finish)
        if key in self.seen and not even_if_known:
            return
        self.seen.add(key)
        self.born += 1
        order = self.packed.sequence(finish)
        work, starts = self.packed.density(order, finish)
        members.append(_Member((max(finish), -self.born), finish, order, work, starts))

    def _random_order(self) -> list[int]:
        """Draw among those ready, the likelier the longer what follows it (Drexl 1991)."""
        packed = self.packed
        waits = [len(one) for one in packed.predecessors]
        ready = [number for number, count in enumerate(waits) if not count]
        order = []
        while ready:
            tails = [packed.tail[number] - packed.length[number] for number in ready]
            least = min(tails) - packed.width
            place = self.random.choices(range(len(ready)), [tail - least for tail in tails])[0]
            number = ready[place]
            ready[place] = ready[-1]
            ready.pop()
            order.append(number)
            for other in packed.successors[number]:
                waits[other] -= 1
                if not waits[other]:
                    ready.append(other)
        return order

    def _cross(self, mother: _Member, father: _Member) -> list[int]:
        """The father's first activities, the mother's up to a second cut, the father's rest."""
        low, high = self._window(mother, father)
        order = father.order[:low]
        taken = set(order)
        for number in mother.order:
            if len(order) >= high:
                break
            if number not in taken:
                order.append(number)
                taken.add(number)
        order += [number for number in father.order if number not in taken]
        return order

    def _window(self, mother: _Member, father: _Member) -> tuple[int, int]:
        """Of three stretches the one where the mother gets more done in its time than the father.

        A stretch covers a quarter to three quarters of the activities, and may reach over an end.
        """
        count = self.packed.count
        best = (float("-inf"), 0, count)
        for _ in range(3):
            size = int(count * self.random.uniform(0.25, 0.75))
            low = self.random.randrange(-(size // 2), max(1, count - size // 2))
            high = min(count, low + size)
            low = max(0, low)
            gain = _pace(mother, low, high) - _pace(father, low, high)
            best = max(best, (gain, low, high))
        return best[1], best[2]

    def _mutate(self, order: list[int]) -> None:
        """Swap a few neighbours, one of fifty on average, where nobody waits for the other."""
        last = len(order) - 1
        if last < 1:
            return
        for _ in range(int(0.04 * len(order) * self.random.random() + 0.5)):
            place = self.random.randrange(last)
            one, other = order[place], order[place + 1]
            if one not in self.is_before[other]:
                order[place], order[place + 1] = other, one


def _pace(member: _Member, low: int, high: int) -> float:
    """Work per period between two places of the order."""
    return (member.work[high] - member.work[low]) / (member.starts[high] - member.starts[low] + 0.5)
