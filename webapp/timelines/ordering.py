"""An order of tasks in which each comes after all it waits for, kept from link to link; and the
shortest cycle where there can be none.

Only keys and who waits for whom are known here; `critical_path` knows what a link means.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

#: For each key its links; a link begins with the key before and the key after.
Links = Mapping[int, Sequence[tuple[int, int, *tuple[Any, ...]]]]
#: Tasks that cannot be ordered are searched for the shortest cycle through so many of them.
CYCLES_SOUGHT = 100


class Cycle(ValueError):
    """Tasks that wait for each other; each of `keys` comes before the next, the last before the
    first.
    """

    def __init__(self, keys: Iterable[int]) -> None:
        self.keys = tuple(keys)
        around = " → ".join(map(str, [*self.keys, *self.keys[:1]]))
        super().__init__(f"tasks wait for each other: {around}")


class Order:
    """The place of each key, given the links into and out of each; the caller owns these, and
    tells of a link before it adds it.

    >>> into, out_of = {1: [(2, 1)], 2: [], 3: []}, {1: [], 2: [(2, 1)], 3: []}
    >>> order = Order(into, out_of)
    >>> order.keys()
    [3, 2, 1]
    >>> order.admit(1, 3)
    >>> order.keys()
    [2, 1, 3]
    """

    def __init__(self, into: Links, out_of: Links) -> None:
        self._into = into
        self._out_of = out_of
        self._place = {key: place for place, key in enumerate(into)}
        if not self._holds():
            self._place = {key: place for place, key in enumerate(self._sorted())}

    def keys(self) -> list[int]:
        """All keys, in order."""
        return sorted(self._place, key=self._place.__getitem__)

    def place(self, key: int) -> int:
        """Where a key stands."""
        return self._place[key]

    def admit(self, before: int, after: int) -> None:
        """Make the order hold for a new link, or raise `Cycle` (Pearce and Kelly): of the tasks
        that stand between its two, those that wait for `after` go behind those that `before`
        waits for. They share the places they had; the others keep theirs.
        """
        first, last = self.place(after), self.place(before)
        if last < first:
            return
        later = _reach(after, self._next, lambda key: self.place(key) <= last)
        if before in later:
            raise Cycle(_path(later, before))
        sooner = _reach(before, self._previous, lambda key: self.place(key) >= first)
        keys = [*sorted(sooner, key=self.place), *sorted(later, key=self.place)]
        self._place.update(zip(keys, sorted(map(self.place, keys)), strict=True))

    def _holds(self) -> bool:
        """Whether the keys already came in such an order, as tasks often do."""
        place = self._place
        return all(place[link[0]] < place[key] for key in place for link in self._into[key])

    def _sorted(self) -> list[int]:
        """Those that wait for none, and then, again and again, those that wait for no other."""
        out_of = self._out_of
        awaited = {key: len(links) for key, links in self._into.items()}
        ready = [key for key, count in awaited.items() if not count]
        found = []
        while ready:
            key = ready.pop()
            found.append(key)
            for link in out_of[key]:
                after = link[1]
                awaited[after] = left = awaited[after] - 1
                if not left:
                    ready.append(after)
        if stuck := [key for key, count in awaited.items() if count]:
            raise Cycle(self._shortest_cycle(stuck))
        return found

    def _next(self, key: int) -> list[int]:
        return [link[1] for link in self._out_of[key]]

    def _previous(self, key: int) -> list[int]:
        return [link[0] for link in self._into[key]]

    def _shortest_cycle(self, stuck: list[int]) -> list[int]:
        """Go back from a task that waits for ever until one comes again: that is a cycle. Answers
        the shortest through any of its tasks.
        """
        forever = set(stuck)
        walk, key = dict[int, None](), stuck[0]
        while key not in walk:
            walk[key] = None
            key = next(one for one in self._previous(key) if one in forever)
        ring = list(walk)
        found = ring[ring.index(key) :][:CYCLES_SOUGHT]
        return min(map(self._shortest_through, found), key=len)

    def _shortest_through(self, key: int) -> list[int]:
        tree = _reach(key, self._next, lambda _: True)
        return min((_path(tree, one) for one in self._previous(key) if one in tree), key=len)


class Wave:
    """Keys to visit, each once and in order (against it, with `back`). While it is iterated, more
    may be added of what lies ahead.
    """

    def __init__(self, order: Order, keys: Iterable[int], *, back: bool = False) -> None:
        self._order = order
        self._sign = -1 if back else 1
        self._met = set(keys)
        self._ahead = [(self._sign * order.place(key), key) for key in self._met]
        heapify(self._ahead)

    def __iter__(self) -> Iterator[int]:
        while self._ahead:
            yield heappop(self._ahead)[1]

    def add(self, keys: Iterable[int]) -> None:
        """Visit these too."""
        for key in keys:
            if key not in self._met:
                self._met.add(key)
                heappush(self._ahead, (self._sign * self._order.place(key), key))


def _reach(
    key: int, near: Callable[[int], Iterable[int]], may_enter: Callable[[int], bool]
) -> dict[int, int | None]:
    """Every key that can be reached, each with the one it was reached from, nearest first."""
    tree: dict[int, int | None] = {key: None}
    queue = [key]
    for at in queue:
        for one in near(at):
            if one not in tree and may_enter(one):
                tree[one] = at
                queue.append(one)
    return tree


def _path(tree: dict[int, int | None], key: int) -> list[int]:
    """The way from the first key of what was reached to this one."""
    path, at = [key], tree[key]
    while at is not None:
        path.append(at)
        at = tree[at]
    return path[::-1]
