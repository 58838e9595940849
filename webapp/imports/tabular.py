"""Text to rows, whatever a spreadsheet or an ad platform calls CSV; what is no table is refused
with the reason. Pure: it knows neither sources nor the database.

Reports put lines of their own above the column names and below the rows: the header is the first
line with names that some source knows, else the first line as wide as most. Rows are read one at a
time and carry the file's own line numbers. Nothing is repaired by guessing.
"""

import contextlib
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from webapp.core.text import clean_line, fold
from webapp.imports.dates import days_in
from webapp.imports.decoding import Unreadable, encoding_of, text_of

MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
LONGEST_LINE = 1_000_000
LONGEST_CELL = 100_000
#: A quoted cell may hold line breaks; a row of more lines than this is a quote left open.
MOST_LINES_OF_A_ROW = 500
DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_CHARACTERS = 65_536
_SNIFFED_ROWS = 60
#: Lines a report may have above its column names.
MOST_ABOVE = 30
#: Known names in a line that make it the header.
KNOWN_NAMES = 2

_BRACKET = re.compile(r"\s*\(([^()]*)\)\s*$")
_GUARDED = re.compile(r'^="(.*)"$', re.DOTALL)


@dataclass(slots=True)
class Row:
    """One record: the line it begins on, its cells, and what is wrong with its shape."""

    line: int
    cells: list[str]
    fault: str = ""


class Header:
    """The column names, compared without case, accents and the bracket at the end.

    >>> header = Header(["Campaign name", "Amount spent (IDR)", "Día"])
    >>> header.where({"amount spent"}), header.bracket(1), header.where({"dia"})
    (1, 'IDR', 2)
    """

    def __init__(self, cells: list[str]) -> None:
        self.cells = [unicodedata.normalize("NFKC", clean_line(cell)) for cell in cells]
        self.full = [fold(cell) for cell in self.cells]
        self.bases = [_BRACKET.sub("", name).strip() for name in self.full]

    def where(self, words: Collection[str], *, full: bool = False) -> int | None:
        """The column called one of `words` (with its bracket when `full`), None when there is none.

        Raises Unreadable when two columns answer to them: either could be the right one.
        """
        found = self.all_of(words, full=full)
        if len(found) > 1:
            raise Unreadable(
                f"Two columns are called “{self.cells[found[0]]}”."
                " Export the report with each column once."
            )
        return found[0] if found else None

    def all_of(self, words: Collection[str], *, full: bool = False) -> list[int]:
        """Every column called one of `words`."""
        names = self.full if full else self.bases
        return [index for index, name in enumerate(names) if name in words]

    def bracket(self, index: int) -> str:
        """What stands in the bracket at the end of a column's name."""
        found = _BRACKET.search(self.cells[index])
        return found.group(1).strip() if found else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it, read as they are asked for; `preamble` are the lines above
    it, each as one text.
    """

    header: Header
    rows: Iterator[Row]
    delimiter: str
    encoding: str
    preamble: tuple[str, ...] = ()


class _Lines:
    """The physical lines of a text, counted; refuses lines no report has."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self.stream = stream
        self.number = 0
        self.row_began_after = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        try:
            line = self.stream.readline(LONGEST_LINE + 1)
        except UnicodeDecodeError:
            raise _not_decoded(f" (after line {self.number})") from None
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > LONGEST_LINE:
            raise Unreadable(f"Line {self.number} is longer than a million characters.")
        if "\x00" in line:
            raise Unreadable(
                f"Line {self.number} holds NUL characters: the file is damaged, or is not text."
            )
        if self.number - self.row_began_after > MOST_LINES_OF_A_ROW:
            raise Unreadable(
                f"A quotation mark after line {self.row_began_after} is never closed:"
                " the file is cut off or damaged."
            )
        return line


def open_table(file: BinaryIO, *, knows: Callable[[str], bool] = lambda _name: False) -> Table:
    """The table in a file, its rows still to be read; `file` is closed when they have been.

    `knows` says whether some source reads a column of that (folded) name. Raises Unreadable at once
    for what is no table, and while rows are read for what breaks later.
    """
    encoding = encoding_of(file)
    stream = text_of(file, encoding)
    try:
        sample = stream.read(_SNIFFED_CHARACTERS)
    except UnicodeDecodeError:
        raise _not_decoded("") from None
    if not sample.strip():
        raise Unreadable("The file is empty.")
    delimiter = _delimiter_of(sample)
    stream.seek(0)
    records = _records(_Lines(stream), delimiter)
    above = list(islice(records, MOST_ABOVE + 1))
    place = _header_among(above, knows)
    names = above[place]
    if names.fault:
        raise Unreadable(names.fault)
    if len(names.cells) == 1 and len(days_in(row.cells[0] for row in above)) > 1:
        raise Unreadable(
            "It has a title and a period and no table below them: nothing ran in that period."
        )
    if len(names.cells) == 1:
        raise Unreadable(
            f"Its first line, “{clean_line(above[0].cells[0])[:80]}”, is not a row of column names:"
            " this is not a table, or not a report that is read here."
        )
    if len(names.cells) > MOST_COLUMNS:
        raise Unreadable(f"It has more than {MOST_COLUMNS:,} columns.")
    header = Header([_unguarded(cell) for cell in names.cells])
    body = _body(_chained(above[place + 1 :], records), len(names.cells))
    lines = tuple(clean_line(" ".join(row.cells))[:300] for row in above[:place])
    return Table(header, body, delimiter, encoding, lines)


def _not_decoded(where: str) -> Unreadable:
    return Unreadable(
        f"The text is not in the encoding it begins with{where}: the file is damaged, or was saved"
        " by another program. Choose the file as it was downloaded."
    )


def _chained(first: list[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _header_among(above: list[Row], knows: Callable[[str], bool]) -> int:
    """Where the column names stand: the first line that names columns somebody knows, else the
    first that is as wide as most.
    """
    if not above:
        raise Unreadable("The file is empty.")
    for place, row in enumerate(above):
        names = Header([_unguarded(cell) for cell in row.cells])
        known = {name for name in (*names.full, *names.bases) if knows(name)}
        if len(known) >= KNOWN_NAMES:
            return place
    widths = Counter(len(row.cells) for row in above if len(row.cells) > 1 and not row.fault)
    if not widths:
        return 0
    usual = max(widths, key=lambda width: (widths[width], width))
    if widths[usual] < 2:  # a line of commas alone is no table
        return 0
    wide = [place for place, row in enumerate(above) if len(row.cells) == usual]
    named = [place for place in wide if sum(map(bool, above[place].cells)) * 2 > usual]
    first = (named or wide)[0]
    # Rows that all end with one delimiter more than their header are not wider than it.
    is_spare = all(not above[place].cells[-1] for place in wide)
    if first and is_spare and len(above[first - 1].cells) == usual - 1:
        return first - 1
    return first


def _delimiter_of(sample: str) -> str:
    """The delimiter under which most lines are equally wide."""
    end = max(sample.rfind("\n"), sample.rfind("\r"))
    if len(sample) == _SNIFFED_CHARACTERS and end > 0:
        sample = sample[: end + 1]

    def score(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths: Counter[int] = Counter()
        # A broken line further down says nothing about those before.
        with contextlib.suppress(csv.Error):
            for cells in islice(reader, _SNIFFED_ROWS):
                widths[len(cells)] += 1
        shared = [(count, width) for width, count in widths.items() if width > 1]
        return max(shared, default=(0, 0))

    return max(DELIMITERS, key=score)


def _records(lines: _Lines, delimiter: str) -> Iterator[Row]:
    """Every record that is not blank, with the line it begins on."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.row_began_after = lines.number
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise _cell_too_long(line) from None
            upto = f" (up to line {lines.number})" if lines.number > line else ""
            fault = f"A quotation mark is not closed here{upto}: the row is cut off or damaged."
            yield Row(line, [], fault)
            continue
        if any(map(str.strip, cells)):
            yield Row(line, cells)


def _body(records: Iterator[Row], width: int) -> Iterator[Row]:
    for number, row in enumerate(records, start=1):
        if number > MOST_ROWS:
            raise Unreadable(f"It has more than {MOST_ROWS:,} rows. Export a shorter period.")
        cells = row.cells
        if max(map(len, cells), default=0) > LONGEST_CELL:
            raise _cell_too_long(row.line)
        if "=" in "".join(cells):
            cells = [_unguarded(cell) for cell in cells]
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        fault = row.fault
        if not fault and len(cells) != width:
            has = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            kind = "cut off" if len(cells) < width else "damaged"
            fault = f"The row has {has} where the header has {width}: it is {kind}."
        row.cells, row.fault = cells, fault
        yield row


def _cell_too_long(line: int) -> Unreadable:
    return Unreadable(f"Line {line} has a cell of more than {LONGEST_CELL:,} characters.")


def _unguarded(cell: str) -> str:
    """`="007"` is how spreadsheets are told that 007 is text."""
    found = _GUARDED.match(cell) if cell.startswith("=") else None
    return found.group(1) if found else cell
