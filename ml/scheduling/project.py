"""A project: activities with durations, predecessors and demands on resources of limited capacity.

This is the resource-constrained project scheduling problem (RCPSP). `Project` is what it is said
in, `Packed` the same numbers laid out so that a schedule is made quickly.
"""

from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Project:
    """Activities by number; `successors[i]` wait until i has finished.

    `demands[i][k]` of the `capacities[k]` of resource k are taken in every period of i.
    Raises ValueError when the lengths differ, a demand can never be met or activities wait for each
    other.
    """

    durations: tuple[int, ...]
    demands: tuple[tuple[int, ...], ...]
    successors: tuple[tuple[int, ...], ...]
    capacities: tuple[int, ...]

    def __post_init__(self) -> None:
        if not len(self.durations) == len(self.demands) == len(self.successors):
            raise ValueError("durations, demands and successors are as many as the activities")
        for number, (duration, demand) in enumerate(zip(self.durations, self.demands, strict=True)):
            if duration < 0 or len(demand) != len(self.capacities) or min(demand, default=0) < 0:
                raise ValueError(f"activity {number} makes no sense")
            if duration and any(
                asked > held for asked, held in zip(demand, self.capacities, strict=True)
            ):
                raise ValueError(f"activity {number} asks for more than there is")


def read_psplib(text: str) -> Project:
    """The text of a PSPLIB `.sm` file: one mode, renewable resources (Kolisch, Sprecher 1996)."""
    lines = text.splitlines()

    def rows(title: str, skipped: int) -> list[list[int]]:
        first = next(number for number, line in enumerate(lines) if line.startswith(title))
        found = []
        for line in lines[first + skipped :]:
            if line.startswith("*") or not line.strip():
                break
            found.append([int(word) for word in line.split()])
        return found

    requests = rows("REQUESTS/DURATIONS", 3)
    return Project(
        durations=tuple(row[2] for row in requests),
        demands=tuple(tuple(row[3:]) for row in requests),
        successors=tuple(
            tuple(number - 1 for number in row[3:]) for row in rows("PRECEDENCE RELATIONS", 2)
        ),
        capacities=tuple(rows("RESOURCEAVAILABILITIES", 2)[0]),
    )


class Packed:
    """The numbers of a project as integers that hold all resources of all periods side by side.

    A period is `width` bits: per resource one field with a guard bit on top. The use of a schedule
    is one integer; an activity of d periods fits where adding `probe[i]` (demand plus what is
    missing to the guard bit at full capacity, d times) sets none of the bits in `guard[i]`. Times
    are in bits too (`length[i]` is the duration times `width`), so that a time is also a shift.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.count = len(project.durations)
        capacities = project.capacities
        largest = max(
            (*capacities, *(max(demand, default=0) for demand in project.demands)), default=0
        )
        field = largest.bit_length() + 1
        self.width = 1 << max(1, field * len(capacities) - 1).bit_length()
        self.successors = [list(one) for one in project.successors]
        self.predecessors: list[list[int]] = [[] for _ in range(self.count)]
        for number, others in enumerate(self.successors):
            for other in others:
                self.predecessors[other].append(number)
        self.topological = self._topological()
        self.reversed = self.topological[::-1]

        def pack(values: tuple[int, ...], times: int) -> int:
            period = sum(value << (field * k) for k, value in enumerate(values))
            return sum(period << (self.width * time) for time in range(times))

        top = 1 << (field - 1)
        missing = tuple(top - 1 - capacity for capacity in capacities)
        pairs = list(zip(project.durations, project.demands, strict=True))
        self.length = [duration * self.width for duration in project.durations]
        self.use = [pack(demand, duration) for duration, demand in pairs]
        self.probe = [
            use + pack(missing, duration)
            for use, duration in zip(self.use, project.durations, strict=True)
        ]
        self.guard = [pack((top,) * len(capacities), duration) for duration, _ in pairs]
        self.work = [
            duration
            * sum(asked / held for asked, held in zip(demand, capacities, strict=True) if held)
            for duration, demand in pairs
        ]
        self.tail = [0] * self.count
        for number in self.reversed:
            after = max((self.tail[other] for other in self.successors[number]), default=0)
            self.tail[number] = self.length[number] + after

    def _topological(self) -> list[int]:
        waits = [len(one) for one in self.predecessors]
        ready = [number for number, count in enumerate(waits) if not count]
        for number in ready:
            for other in self.successors[number]:
                waits[other] -= 1
                if not waits[other]:
                    ready.append(other)
        if len(ready) < self.count:
            raise ValueError("activities wait for each other")
        return ready

    def lower_bound(self) -> int:
        """No schedule is shorter: the longest chain, or a resource's work over its capacity."""
        project = self.project
        bound = max(self.tail, default=0) // self.width
        for k, capacity in enumerate(project.capacities):
            work = sum(
                d * demand[k] for d, demand in zip(project.durations, project.demands, strict=True)
            )
            if capacity:
                bound = max(bound, -(-work // capacity))
        return bound

    def sequence(self, finish: list[int]) -> list[int]:
        """Activities by start, each after its predecessors."""
        starts = [end - length for end, length in zip(finish, self.length, strict=True)]
        return sorted(self.topological, key=starts.__getitem__)

    def density(self, order: list[int], finish: list[int]) -> tuple[list[float], list[float]]:
        """Work of the first k activities for k = 0..n, and the start of each, in periods."""
        width = self.width
        starts = [(finish[number] - self.length[number]) / width for number in order]
        work = list(accumulate((self.work[number] for number in order), initial=0.0))
        return work, [*starts, max(finish, default=0) / width]
