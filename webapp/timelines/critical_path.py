"""The critical path: when each task of a plan can start, how long it may wait, and what decides
the end.

Times are whole minutes of work, on the axis `webapp.availability.working_time` lays; nothing here
knows of clocks, people or rows. Four numbers are kept of every task:

    start    the earliest it can start, given everything before it
    finish   that, and its length
    tail     the longest way from its start to the end of everything behind it
    limit    the latest it may start for every due date, its own and those behind it, to be met

The plan finishes with the last of its tasks, so a task may start as late as `finish - tail`, and
no later than its limit. What lies between its early and its late start is its *float*; without
any left it is *critical*.

A tail does not know when the plan finishes. So an edit that moves the finish, and with it the
late start of every task, changes no tail but those before the edited task, and no start but those
behind it. Only these are visited, each once, in an order (`webapp.timelines.ordering`) in which
every task comes after all it waits for.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypedDict, Unpack

from webapp.timelines.ordering import Cycle as Cycle
from webapp.timelines.ordering import Order, Wave

Kind = Literal["fs", "ss"]


class Node(NamedTuple):
    """A task. `fixed` is the actual start and finish of one that is done or begun: no predecessor
    moves it, and its length is theirs.
    """

    key: int
    minutes: int
    not_before: int | None = None
    due: int | None = None
    fixed: tuple[int, int] | None = None


class Link(NamedTuple):
    """`after` starts no sooner than `lag` minutes after `before` has finished (`fs`) or started
    (`ss`); a negative lag lets them overlap.
    """

    before: int
    after: int
    kind: Kind = "fs"
    lag: int = 0


class Slot(NamedTuple):
    """When a task happens at the earliest and at the latest; `float` is negative when a due date
    cannot be met.
    """

    start: int
    finish: int
    late_start: int
    late_finish: int
    float: int

    @property
    def is_critical(self) -> bool:
        """Whether any delay of it delays the plan, or breaks a due date."""
        return self.float <= 0


class Binding(NamedTuple):
    """What keeps a task from starting sooner; `link` says which, where it is one."""

    rule: Literal["fixed", "link", "not_before", "start"]
    link: Link | None = None


class Edit(TypedDict, total=False):
    """What may change about a task."""

    minutes: int
    not_before: int | None
    due: int | None
    fixed: tuple[int, int] | None


class Network:
    """Tasks and the links between them, and the slot of each, kept true from edit to edit.

    Nothing starts before `start`, but for what has begun. An edit answers the keys of the tasks
    whose early slot moved; one that is refused changes nothing. Not to be shared between threads.

    A master of three days, its pressing of two weeks, and a video that is in no hurry (a working
    day has 480 minutes); with both there, a day to announce:

    >>> plan = Network(
    ...     [Node(1, 1440), Node(2, 4800), Node(3, 2400), Node(4, 480)],
    ...     [Link(1, 2), Link(1, 3, "ss", lag=480), Link(2, 4), Link(3, 4)],
    ... )
    >>> plan.finish, plan.critical()
    (6720, [1, 2, 4])
    >>> plan.slot(3)
    Slot(start=480, finish=2880, late_start=3840, late_finish=6240, float=3360)

    The video takes four weeks, and now it is what the day waits for:

    >>> plan.change(3, minutes=9600)
    {3, 4}
    >>> plan.chain_to(4), plan.why(3)
    ([1, 3, 4], Binding(rule='link', link=Link(before=1, after=3, kind='ss', lag=480)))
    >>> plan.link(4, 1)
    Traceback (most recent call last):
    webapp.timelines.ordering.Cycle: tasks wait for each other: 1 → 2 → 4 → 1
    """

    def __init__(self, nodes: Iterable[Node], links: Iterable[Link], start: int = 0) -> None:
        self.start = start
        self._nodes = _by_key(nodes)
        self._into: dict[int, list[Link]] = {key: [] for key in self._nodes}
        self._out_of: dict[int, list[Link]] = {key: [] for key in self._nodes}
        self._starts = dict.fromkeys(self._nodes, 0)
        self._finishes = dict.fromkeys(self._nodes, 0)
        self._tails = dict.fromkeys(self._nodes, 0)
        self._limits: dict[int, int | None] = dict.fromkeys(self._nodes)
        #: The latest of the finishes; forgotten when the task it belongs to moves.
        self._finish: int | None = None

        self._join(links)
        self._order = Order(self._into, self._out_of)
        keys = self._order.keys()
        for settle in (self._heads(keys), self._ends(reversed(keys))):
            for _ in settle:
                pass

    # What the plan says

    @property
    def finish(self) -> int:
        """When the last task is finished."""
        if self._finish is None:
            self._finish = max(self._finishes.values(), default=self.start)
        return self._finish

    def slot(self, key: int) -> Slot:
        """When a task happens, at the earliest and at the latest."""
        start, finish = self._starts[key], self._finishes[key]
        late = self._late_start(key, self.finish)
        return Slot(start, finish, late, late + finish - start, late - start)

    def critical(self) -> list[int]:
        """The tasks without float, in order of time."""
        finish, starts = self.finish, self._starts
        keys = [key for key, start in starts.items() if self._late_start(key, finish) <= start]
        return sorted(keys, key=lambda key: (starts[key], self._order.place(key)))

    def latest(self, finish: int) -> dict[int, int]:
        """The plan laid backwards: when each task starts if everything is done as late as may be
        to finish then, with due dates met. What has begun stays; a start before `start` or before
        a task's `not_before` says that the time is too short.
        """
        return {
            key: node.fixed[0] if node.fixed else self._late_start(key, finish)
            for key, node in self._nodes.items()
        }

    def why(self, key: int) -> Binding:
        """What binds the early start of a task: that it has begun, a link, its own `not_before`,
        or the start of all. Of several, the first named here.
        """
        node, start = self._nodes[key], self._starts[key]
        if node.fixed:
            return Binding("fixed")
        for link in self._into[key]:
            marks = self._finishes if link.kind == "fs" else self._starts
            if marks[link.before] + link.lag == start:
                return Binding("link", link)
        return Binding("not_before" if start == node.not_before else "start")

    def chain_to(self, key: int) -> list[int]:
        """The tasks that decide when this one starts, from the first, which waits for none, to
        it.
        """
        chain = [key]
        while link := self.why(chain[-1]).link:
            chain.append(link.before)
        return chain[::-1]

    # Edits

    def change(self, key: int, **edit: Unpack[Edit]) -> set[int]:
        """Change a task's length, `not_before`, due date, or what is fixed about it."""
        self._nodes |= _by_key([self._nodes[key]._replace(**edit)])
        # Fixed or no longer fixed, it also changes what those before it have behind them.
        return self._settle([key], [key, *(link.before for link in self._into[key])])

    def link(self, before: int, after: int, kind: Kind = "fs", lag: int = 0) -> set[int]:
        """Let a task wait for another, or change the lag with which it does; raises `Cycle` if the
        other waits for it.
        """
        link = Link(before, after, kind, lag)
        self._check_ends(link)
        self._order.admit(before, after)
        self._part(before, after, kind)
        self._join([link])
        return self._settle([after], [before])

    def unlink(self, before: int, after: int, kind: Kind = "fs") -> set[int]:
        """Let a task no longer wait for another."""
        if not self._part(before, after, kind):
            raise ValueError(f"no {kind} link leads from task {before} to task {after}")
        return self._settle([after], [before])

    # How a task follows from its neighbours, and a change spreads to them

    def _heads(self, keys: Iterable[int]) -> Iterator[int]:
        """Give tasks, in order, their start and finish; yields each that moved."""
        nodes, into, starts, finishes = self._nodes, self._into, self._starts, self._finishes
        for key in keys:
            _, minutes, not_before, _, fixed = nodes[key]
            if fixed:
                start, finish = fixed
            else:
                start = self.start
                if not_before is not None and not_before > start:
                    start = not_before
                for before, _, kind, lag in into[key]:
                    bound = (finishes[before] if kind == "fs" else starts[before]) + lag
                    if bound > start:
                        start = bound
                finish = start + minutes
            was = finishes[key]
            if was == finish and starts[key] == start:
                continue
            starts[key], finishes[key] = start, finish
            if was == self._finish:
                self._finish = None
            elif self._finish is not None and finish > self._finish:
                self._finish = finish
            yield key

    def _ends(self, keys: Iterable[int]) -> Iterator[int]:
        """Give tasks, against the order, their tail and limit; yields each where one changed."""
        nodes, out_of, tails, limits = self._nodes, self._out_of, self._tails, self._limits
        starts, finishes = self._starts, self._finishes
        for key in keys:
            due = nodes[key].due
            tail = length = finishes[key] - starts[key]
            limit = None if due is None else due - length
            for _, after, kind, lag in out_of[key]:
                if nodes[after].fixed:
                    continue  # it waits for nobody any more
                away = length + lag if kind == "fs" else lag
                way, room = away + tails[after], limits[after]
                if way > tail:
                    tail = way
                if room is not None and (limit is None or room - away < limit):
                    limit = room - away
            if tails[key] != tail or limits[key] != limit:
                tails[key], limits[key] = tail, limit
                yield key

    def _settle(self, heads: Iterable[int], ends: Iterable[int]) -> set[int]:
        """Make everything true again, given whose head and whose end an edit touched; answers the
        tasks whose early slot moved.
        """
        moved = set()
        wave = Wave(self._order, heads)
        for key in self._heads(wave):
            moved.add(key)
            wave.add(link.after for link in self._out_of[key])
        wave = Wave(self._order, ends, back=True)
        for key in self._ends(wave):
            wave.add(link.before for link in self._into[key])
        return moved

    def _late_start(self, key: int, finish: int) -> int:
        late, limit = finish - self._tails[key], self._limits[key]
        return late if limit is None or late < limit else limit

    # Links

    def _join(self, links: Iterable[Link]) -> None:
        into, out_of = self._into, self._out_of
        for link in links:
            before, after, _, _ = link
            try:
                into[after].append(link)
                out_of[before].append(link)
            except KeyError as unknown:
                raise ValueError(f"a link names task {unknown}, which is not there") from None

    def _part(self, before: int, after: int, kind: Kind) -> bool:
        links = [link for link in self._into.get(after, []) if link[:3] == (before, after, kind)]
        for link in links:
            self._into[after].remove(link)
            self._out_of[before].remove(link)
        return bool(links)

    def _check_ends(self, link: Link) -> None:
        for key in link[:2]:
            if key not in self._nodes:
                raise ValueError(f"a link names task {key}, which is not there")


def _by_key(nodes: Iterable[Node]) -> dict[int, Node]:
    found: dict[int, Node] = {}
    for node in nodes:
        key, minutes, _, _, fixed = node
        if key in found:
            raise ValueError(f"task {key} is there twice")
        if minutes < 0:
            raise ValueError(f"task {key} takes less than no time")
        if fixed and fixed[1] < fixed[0]:
            raise ValueError(f"task {key} finished before it started")
        found[key] = node
    return found
