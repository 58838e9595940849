"""An Excel workbook's first sheet with a table as text, the same text the CSV download would have:
the readers behind it know no workbooks.

A workbook stores shares as ratios and days as numbers; here they read as people see them.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, BinaryIO

from webapp.imports.decoding import Unreadable

SIGNATURE = b"PK\x03\x04"
MOST_BYTES = 400 * 1024 * 1024
MOST_PARTS = 2_000
MOST_ROWS = 250_000
MOST_COLUMNS = 1_000
_PERCENT = re.compile(r"%")
#: A cell with a formula and nothing that it came to.
_UNCALCULATED = re.compile(
    rb"<c\b(?P<what>[^>]*)>\s*<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_PIECE, _OVERLAP = 1 << 20, 1 << 14
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    AttributeError,
    RuntimeError,
    SyntaxError,  # what broken XML raises
    ValueError,
    TypeError,
    OSError,
)


def is_workbook(file: BinaryIO) -> bool:
    """Whether the bytes are those of an .xlsx workbook."""
    file.seek(0)
    if file.read(4) != SIGNATURE:
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except _DAMAGED:
        return False


def as_text(file: BinaryIO) -> bytes:
    """The sheet as UTF-8 text with tabs. Raises Unreadable when it is damaged or too large."""
    try:
        _check_size(file)
        _check_calculated(file)
        file.seek(0)
        book = _book(file)
        out = io.StringIO()
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerows(_rows(_sheet(book)))
        book.close()
    except Unreadable:
        raise
    except _DAMAGED as error:
        raise Unreadable("This workbook is damaged. Save it again as .xlsx or CSV.") from error
    return out.getvalue().encode("utf-8-sig")


def _book(file: BinaryIO) -> Any:
    # Import here, not above: few files are workbooks.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    file.seek(0)
    try:
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except InvalidFileException as error:
        raise ValueError(str(error)) from error


def _check_size(file: BinaryIO) -> None:
    """A small archive may unpack to more than fits anywhere."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_BYTES:
            raise Unreadable("This workbook unpacks to more than can be read. Export it as CSV.")


def _check_calculated(file: BinaryIO) -> None:
    """A program may write formulas and not what they come to: such a cell would read as empty."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as sheet:
                    if _has_uncalculated(sheet):
                        raise Unreadable(
                            "Some of its cells are formulas that were never calculated. Open it in"
                            " a spreadsheet and save it again, or export it as CSV."
                        )


def _has_uncalculated(sheet: IO[bytes]) -> bool:
    kept = b""
    while piece := sheet.read(_PIECE):
        text = kept + piece
        # A formula may well come to an empty text.
        if b"<f" in text and any(
            b't="str"' not in found["what"] for found in _UNCALCULATED.finditer(text)
        ):
            return True
        kept = text[-_OVERLAP:]
    return False


def _sheet(book: Any) -> Any:
    """The first sheet that has a table: more than one cell in some row."""
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # exporters write a wrong size, and cells would be lost
        for row in sheet.iter_rows(min_row=1, max_row=40, max_col=MOST_COLUMNS):
            if sum(cell.value is not None for cell in row) > 1:
                return sheet
    return book.worksheets[0]


def _rows(sheet: Any) -> Iterator[list[str]]:
    """The rows, each as wide as the widest above it: a sheet leaves out empty cells at the end."""
    width = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > MOST_ROWS:
            raise Unreadable(f"It has more than {MOST_ROWS:,} rows. Export a shorter period.")
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        width = max(width, len(cells))
        yield cells + [""] * (width - len(cells))


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        # Fifteen digits are what a spreadsheet shows: 0.30000000000000004 is 0.3.
        number = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
        if _PERCENT.search(cell.number_format or ""):
            return f"{(number * 100).normalize():f}%"
        return f"{number.normalize():f}"
    return str(value)
