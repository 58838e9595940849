"""The cells of a report that become no number, kept beside its facts as they stand: the columns
nobody asks for or that only tell its rows apart, and the numbers its platform hides. Pure.

They are read in a pass of their own, while the facts are told: held with every row they would take
more room than the numbers.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence

from webapp.ads.reports.facts import Fact
from webapp.ads.reports.report import Report
from webapp.imports.numbers import NOTHING
from webapp.imports.tabular import Table

#: A cell by the name of its column; where several lines make a fact and differ, one of each line.
Cells = dict[str, str | list[str]]

#: Characters that are kept of one fact, and about as many of a whole file: of many facts, less.
MOST_OF_A_FACT, MOST_OF_A_FILE, LEAST_OF_A_FACT = 4_000, 128_000_000, 400
#: What stands for what was cut; as the name of a column, for columns.
CUT = "…"
#: How far the longest cells are cut, and lists of them, until the fact's cells fit.
_LENGTHS, _MOST_LINES = (1_000, 400, 150, 50, 20), 20


class Kept:
    """The cells to keep of facts, which have to be asked for in the order of their first lines."""

    def __init__(self, report: Report, again: Callable[[], Table]) -> None:
        self.report = report
        count = max(1, len(report.facts))
        self.most = max(LEAST_OF_A_FACT, min(MOST_OF_A_FACT, MOST_OF_A_FILE // count))
        self.rows = again().rows if report.others else iter(())
        self.names = [report.columns[place] for place in report.others]
        self.reached = 0
        #: By line, what a fact may still ask for: a report may tell of a day in lines far apart.
        self.waiting: OrderedDict[int, tuple[str, ...]] = OrderedDict()
        self.told: tuple[object, Cells | None] = (None, None)

    def of(self, fact: Fact) -> Cells | None:
        """What is kept of a fact, None when nothing."""
        about = fact.lines, fact.hidden
        if about != self.told[0]:  # a period that is spread is told for each of its days
            found = self._beside(fact.lines) if self.report.others else {}
            found |= self._hidden(fact)
            self.told = about, bounded(found, self.most) if found else None
        return self.told[1]

    def _beside(self, lines: Sequence[int]) -> Cells:
        self._read(lines[-1])
        while self.waiting and next(iter(self.waiting)) < lines[0]:
            self.waiting.popitem(last=False)
        first = self.waiting[lines[0]]
        if len(lines) == 1:
            return {name: cell for name, cell in zip(self.names, first, strict=True) if cell}
        columns = zip(*(self.waiting[line] for line in lines), strict=True)
        named = zip(self.names, columns, strict=True)
        return {name: _as_one(cells) for name, cells in named if any(cells)}

    def _read(self, last: int) -> None:
        while self.reached < last:
            row = next(self.rows)
            self.reached = row.line
            if row.fault:
                continue
            cells = row.cells
            said = [cells[place].strip() for place in self.report.others]
            self.waiting[row.line] = tuple(["" if cell in NOTHING else cell for cell in said])

    def _hidden(self, fact: Fact) -> Cells:
        found: dict[str, list[str]] = {}
        for role, cell in fact.hidden:
            place = self.report.layout.where(role)
            assert place is not None
            found.setdefault(self.report.columns[place], []).append(cell)
        return {name: _as_one(cells) for name, cells in found.items()}


def _as_one(cells: Sequence[str]) -> str | list[str]:
    """
    >>> _as_one(["7", "7"]), _as_one(["7", ""])
    ('7', ['7', ''])
    """
    return cells[0] if all(cell == cells[0] for cell in cells) else list(cells)


def bounded(found: Cells, most: int) -> Cells:
    """Cells that take no more than so many characters as they are stored: the longest are cut, then
    columns left out, both with a mark.

    >>> bounded({"Note": "a" * 500, "Reach": "12"}, 100)
    {'Note': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…', 'Reach': '12'}
    """
    if _is_short(found, most):
        return found
    if sum(map(len, found)) + 6 * len(found) <= most:  # their names alone fit
        for length in (None, *_LENGTHS):
            short = (
                {name: _cut(cells, length) for name, cells in found.items()} if length else found
            )
            if _size(short) <= most:
                return short
    told: Cells = {}
    left = most - _size({CUT: "1000 more"})
    for name, cells in found.items():
        told[name] = _cut(cells, _LENGTHS[-1])
        left -= _size({name: told[name]})
        if left < 0:
            del told[name]
            break
    return told | {CUT: f"{len(found) - len(told)} more"}


def _is_short(found: Cells, most: int) -> bool:
    """Whether they fit even if every character is written as an escape, as `\\u00e9`: most do, and
    are not written out to be measured.
    """
    characters = sum(map(len, found))
    for cells in found.values():
        if not isinstance(cells, str):
            return False
        characters += len(cells)
    return 6 * (characters + len(found)) <= most


def _size(cells: Cells) -> int:
    return len(json.dumps(cells))


def _cut(cells: str | list[str], length: int) -> str | list[str]:
    if isinstance(cells, str):
        return _shortened(cells, length)
    more = [CUT] if len(cells) > _MOST_LINES else []
    return [_shortened(cell, length) for cell in cells[:_MOST_LINES]] + more


def _shortened(cell: str, length: int) -> str:
    return cell if len(cell) <= length else cell[:length] + CUT
