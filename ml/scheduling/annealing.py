"""Simulated annealing over the order in which tasks are placed and the people forced on them."""

from math import exp, log
from random import Random

from ml.scheduling.budget import Budget
from ml.scheduling.model import Score
from ml.scheduling.placing import Desk, Order, Revision
from ml.scheduling.problem import Problem, Spot

#: What a minute of makespan, and a whole unit of imbalance, weigh against a minute of tardiness.
MAKESPAN, IMBALANCE = 0.01, 1.0
#: The first temperature, as a share of the plan's cost per task; the last is a thousandth of it.
WARMTH = 0.05
FREEZING = 7.0


class Annealing:
    """Changes one plan a little at a time, and remembers the best one seen.

    Kirkpatrick, Gelatt, Vecchi 1983. The worst cost still taken is drawn before a change is tried,
    so that placing stops as soon as it is passed.

    Parameters
    ----------
    problem : Problem
    order : the movable tasks, each after those it waits for; the plan it begins with
    random : where every choice comes from
    """

    def __init__(self, problem: Problem, order: Order, random: Random) -> None:
        self.problem = problem
        self.random = random
        self.desk = Desk(problem, order)
        self.energy = self._energy()
        self.best: tuple[Score, list[Spot | None]] = self.desk.score(), self.desk.spots[:]

    def run(self, budget: Budget) -> None:
        """Change it until the budget is spent."""
        if not self.desk.order:
            return
        hottest = WARMTH * self.energy / len(self.desk.order) + 1.0
        random = self.random
        while not budget.is_spent():
            heat = hottest * exp(-FREEZING * budget.share())
            limit = self.energy - heat * log(1 - random.random())
            draw = random.random()
            if draw < 0.35:
                self._try_person(self._late_task(), limit)
            elif draw < 0.7:
                self._try_earlier(self._late_task(), limit)
            else:
                self._try_elsewhere(random.choice(self.desk.order), limit)

    def _energy(self) -> float:
        desk = self.desk
        return desk.cost() + MAKESPAN * desk.makespan() + IMBALANCE * desk.imbalance()

    def _late_task(self) -> int:
        """A task that costs something, if a few draws find one, or one up the chain from it."""
        random, desk = self.random, self.desk
        for _ in range(8):
            index = random.choice(desk.order)
            if desk.costs[index] > 0:
                break
        while random.random() < 0.4:
            ties = [tie[0] for tie in self.problem.before[index] if tie[0] in desk.position]
            if not ties:
                break
            index = random.choice(ties)
        return index

    def _room(self, index: int) -> tuple[int, int]:
        """The first and last place in the order that what it waits for, and who waits, leave it."""
        position, problem = self.desk.position, self.problem
        low, high = 0, len(position) - 1
        for other, _, _ in problem.before[index]:
            low = max(low, position.get(other, -1) + 1)
        for other, _, _ in problem.behind[index]:
            high = min(high, position.get(other, high + 1) - 1)
        return low, high

    def _try_person(self, index: int, limit: float) -> None:
        """Force somebody on it, or leave it to whoever is soonest."""
        forced, options = self.desk.forced, self.problem.options[index]
        was = forced[index]
        if len(options) < 2:
            return
        forced[index] = None if self.random.random() < 0.3 else self.random.choice(options)
        if forced[index] != was and not self._try(
            index, self.desk.position[index], self.desk.order, limit
        ):
            forced[index] = was

    def _try_earlier(self, index: int, limit: float) -> None:
        """Before some of those placed just before it."""
        here, low = self.desk.position[index], self._room(index)[0]
        if low < here:
            self._try_move(index, max(low, here - 1 - int(self.random.expovariate(0.08))), limit)

    def _try_elsewhere(self, index: int, limit: float) -> None:
        """Anywhere in the order that the dependencies allow."""
        self._try_move(index, self.random.randint(*self._room(index)), limit)

    def _try_move(self, index: int, there: int, limit: float) -> None:
        here = self.desk.position[index]
        if here != there:
            order = self.desk.order[:]
            order.insert(there, order.pop(here))
            self._try(index, min(here, there), order, limit)

    def _try(self, index: int, low: int, order: Order, limit: float) -> bool:
        """Take the change unless it costs over the limit; remember the best."""
        revision = Revision(self.desk, index, low, order)
        if revision.run(limit):
            energy = self._energy()
            if energy <= limit:
                revision.keep()
                if energy < self.energy:
                    self._remember()
                self.energy = energy
                return True
        revision.undo()
        return False

    def _remember(self) -> None:
        score = self.desk.score()
        if score < self.best[0]:
            self.best = score, self.desk.spots[:]
