"""Bytes to rows, whatever a spreadsheet or an ad platform calls CSV; what is no table is refused
with the reason. Pure: it knows neither sources nor the database.

Rows are read one at a time and carry the file's own line numbers. Nothing is repaired by guessing.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from webapp.core.text import clean_line, fold

MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
LONGEST_LINE = 1_000_000
LONGEST_CELL = 100_000
#: A quoted cell may hold line breaks; a row of more lines than this is a quote left open.
MOST_LINES_OF_A_ROW = 500
DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_BYTES = 65_536
_SNIFFED_ROWS = 40

_WORKBOOK = "This is an Excel workbook or a zip archive, not text. Export the report as CSV."
_IMAGE = "This is a picture, not a report. Export the report as CSV."
_SIGNATURES = (
    (b"PK\x03\x04", _WORKBOOK),
    (b"PK\x05\x06", _WORKBOOK),
    (b"\xd0\xcf\x11\xe0", _WORKBOOK),
    (b"%PDF", "This is a PDF document, not a table. Export the report as CSV."),
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"\x1f\x8b", "This is a compressed archive. Unpack it and choose the CSV file inside."),
)
_BRACKET = re.compile(r"\s*\(([^()]*)\)\s*$")
_GUARDED = re.compile(r'^="(.*)"$', re.DOTALL)


class Unreadable(ValueError):
    """Why a file cannot be used, as a sentence for the person who chose it."""


@dataclass(frozen=True, slots=True)
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
    """A header and the rows below it, read as they are asked for."""

    header: Header
    rows: Iterator[Row]
    delimiter: str
    encoding: str


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
            raise Unreadable(
                f"The text is not UTF-8 (after line {self.number}): the file is damaged, or was"
                " saved in another encoding. Choose the file as it was downloaded."
            ) from None
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


def open_table(file: BinaryIO) -> Table:
    """The table in a file, its rows still to be read; `file` is closed when they have been.

    Raises Unreadable at once for what is no table, and while rows are read for what breaks later.
    """
    file.seek(0)
    head = file.read(_SNIFFED_BYTES)
    file.seek(0)
    encoding = _encoding_of(head)
    sample = head.decode(encoding, "ignore")
    if not sample.strip():
        raise Unreadable("The file is empty.")
    delimiter = _delimiter_of(sample)
    lines = _Lines(_text(file, encoding))
    records = _records(lines, delimiter)
    first = next(records, None)
    if first is None or first.fault:
        raise Unreadable(first.fault if first else "The file is empty.")
    if len(first.cells) == 1:
        raise Unreadable(
            f"Its first line, “{clean_line(first.cells[0])[:80]}”, is not a row of column names:"
            " this is not a table, or not a report that is read here."
        )
    if len(first.cells) > MOST_COLUMNS:
        raise Unreadable(f"It has more than {MOST_COLUMNS:,} columns.")
    header = Header([_unguarded(cell) for cell in first.cells])
    return Table(header, _body(records, len(first.cells)), delimiter, encoding)


def _encoding_of(head: bytes) -> str:
    for signature, words in _SIGNATURES:
        if head.startswith(signature):
            raise Unreadable(words)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        raise Unreadable("This is not a text file: it holds NUL bytes. Export the report as CSV.")
    return "utf-8"


def _text(file: BinaryIO, encoding: str) -> io.TextIOBase:
    if encoding == "utf-16":  # half a character at the end is a cut-off download, not another text
        content = file.read()
        file = io.BytesIO(content[: len(content) - len(content) % 2])
    return io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")


def _delimiter_of(sample: str) -> str:
    """The delimiter under which most rows are as wide as the first one."""
    if len(sample) > 1 and (end := max(sample.rfind("\n"), sample.rfind("\r"))) > 0:
        sample = sample[: end + 1]

    def score(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths: list[int] = []
        try:
            for cells in reader:
                widths += [len(cells)] if cells else []
                if len(widths) == _SNIFFED_ROWS:
                    break
        except csv.Error:
            return 0, 0
        if not widths or widths[0] < 2:
            return 0, 0
        return sum(width == widths[0] for width in widths), widths[0]

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
        if any(cell and not cell.isspace() for cell in cells):
            yield Row(line, cells)


def _body(records: Iterator[Row], width: int) -> Iterator[Row]:
    for number, row in enumerate(records, start=1):
        if number > MOST_ROWS:
            raise Unreadable(f"It has more than {MOST_ROWS:,} rows. Export a shorter period.")
        if any(len(cell) > LONGEST_CELL for cell in row.cells):
            raise _cell_too_long(row.line)
        cells = [_unguarded(cell) for cell in row.cells]
        fault = row.fault
        if not fault and len(cells) != width:
            has = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            kind = "cut off" if len(cells) < width else "damaged"
            fault = f"The row has {has} where the header has {width}: it is {kind}."
        yield Row(row.line, cells, fault)


def _cell_too_long(line: int) -> Unreadable:
    return Unreadable(f"Line {line} has a cell of more than {LONGEST_CELL:,} characters.")


def _unguarded(cell: str) -> str:
    """`="007"` is how spreadsheets are told that 007 is text."""
    found = _GUARDED.match(cell) if cell.startswith("=") else None
    return found.group(1) if found else cell
