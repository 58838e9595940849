"""Working time as a line: from UTC minutes to minutes worked and back, and places on that line."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from ml.scheduling.model import Slot


class Hours:
    """One person's slots laid end to end.

    >>> hours = Hours([(540, 1020), (1980, 2460)])  # two days from nine to five
    >>> hours.worked_before(600), hours.worked_before(1500), hours.total
    (60, 480, 960)
    >>> hours.finish_of(480), hours.start_of(480)  # the day's last minute ends, the next begins
    (1020, 1980)
    """

    def __init__(self, slots: Sequence[Slot]) -> None:
        if any(first >= last for first, last in slots) or any(
            one[1] > other[0] for one, other in pairwise(slots)
        ):
            raise ValueError("slots are sorted, not empty and do not overlap")
        self.firsts = [first for first, _ in slots]
        self.done = list(accumulate((last - first for first, last in slots), initial=0))
        self.total = self.done.pop()

    def worked_before(self, minute: int) -> int:
        """Working minutes that lie before this minute."""
        slot = bisect_right(self.firsts, minute) - 1
        if slot < 0:
            return 0
        worked = self.done[slot] + minute - self.firsts[slot]
        after = self.done[slot + 1] if slot + 1 < len(self.done) else self.total
        return worked if worked < after else after

    def start_of(self, worked: int) -> int:
        """The minute at which work goes on after so many minutes; `worked` < `total`."""
        slot = bisect_right(self.done, worked) - 1
        return self.firsts[slot] + worked - self.done[slot]

    def finish_of(self, worked: int) -> int:
        """The minute at which so many minutes are done; 0 < `worked` <= `total`."""
        slot = bisect_left(self.done, worked) - 1
        return self.firsts[slot] + worked - self.done[slot]


class Lane:
    """One of the places a person has at once: disjoint stretches of their working line.

    >>> lane = Lane()
    >>> lane.take(10, 20)
    >>> lane.first_fit(0, 10), lane.first_fit(0, 11), lane.first_fit(15, 1)
    (0, 20, 20)
    """

    __slots__ = ("firsts", "lasts")

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.lasts: list[int] = []

    def first_fit(self, worked: int, minutes: int) -> int:
        """The first place at or after `worked` with so many minutes free."""
        lasts, firsts = self.lasts, self.firsts
        if not lasts or lasts[-1] <= worked:
            return worked
        for index in range(bisect_right(lasts, worked), len(lasts)):
            if firsts[index] >= worked + minutes:
                return worked
            worked = lasts[index]
        return worked

    def take(self, first: int, last: int) -> None:
        """Occupy a free stretch; an empty one occupies nothing."""
        if first < last:
            index = bisect_right(self.firsts, first)
            self.firsts.insert(index, first)
            self.lasts.insert(index, last)

    def leave(self, first: int, last: int) -> None:
        """Free what `take` occupied."""
        if first < last:
            index = bisect_left(self.firsts, first)
            del self.firsts[index], self.lasts[index]

    def block(self, first: int, last: int) -> None:
        """Occupy a stretch that may overlap what is taken already: they become one."""
        if first >= last:
            return
        low = bisect_left(self.lasts, first)
        high = bisect_right(self.firsts, last)
        if low < high:
            first, last = min(first, self.firsts[low]), max(last, self.lasts[high - 1])
        self.firsts[low:high] = [first]
        self.lasts[low:high] = [last]
