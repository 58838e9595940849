"""Every file of a folder through the readers, with two verdicts: whether it was read right (its
sums and its own first total are those of EXPECTED.json), and whether it would be imported.

Questions are answered as a person would answer them: the suggested columns, the currency the file
hints at.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from tasks import workbook
from webapp.ads.reports.dialects import ADDITIVE
from webapp.ads.reports.layout import Layout, mapped
from webapp.ads.reports.report import (
    Choices,
    Report,
    UnknownColumns,
    opened,
    read_report,
    suggested,
)
from webapp.imports.decoding import Unreadable
from webapp.imports.numbers import Evidence, NoNumber, Style
from webapp.imports.tabular import Header, Table

ENDINGS = {".csv", ".tsv", ".txt", ".xlsx", ".xls"}


@dataclass(frozen=True)
class Verdict:
    """What became of a file."""

    read: str
    imported: str

    @property
    def is_right(self) -> bool:
        return not self.read.startswith("WRONG")


def verdicts(folder: Path) -> int:
    """Print a line or two per file; answers 1 when one was read wrong."""
    expected = _expected(folder)
    wrong = 0
    for path in _files(folder):
        name = str(path.relative_to(folder))
        verdict = _verdict(path, expected.get(name, {}))
        wrong += not verdict.is_right
        print(f"{name}\n  read: {verdict.read}\n  import: {verdict.imported}")
    print(f"\n{wrong} of {len(list(_files(folder)))} files were read wrong")
    return 1 if wrong else 0


def _expected(folder: Path) -> dict[str, Any]:
    path = folder / "EXPECTED.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(one for one in folder.rglob("*") if one.suffix.lower() in ENDINGS)


def _verdict(path: Path, expected: dict[str, Any]) -> Verdict:
    try:
        with path.open("rb") as file:
            is_book = workbook.is_workbook(file)
            content = workbook.as_text(file) if is_book else path.read_bytes()
        report, asked = _read(content, expected)
    except Unreadable as error:
        sums = [key for key, one in expected.items() if _has_sum(one)]
        return Verdict(
            f"WRONG: no sums, expected {', '.join(sums)}" if sums else "nothing to sum",
            f"refused: {error}",
        )
    differences = list(_differences(content, report, expected))
    read = f"WRONG: {'; '.join(differences)}" if differences else _told(report)
    if report.refusal:
        return Verdict(read, f"refused: {report.refusal}")
    days = sum(1 for fact in report.facts if not fact.grain)
    rest = f", {len(report.rejects)} lines rejected" if report.rejects else ""
    return Verdict(read, f"imported, {days} days of campaigns{rest}{asked}")


def _read(content: bytes, expected: dict[str, Any]) -> tuple[Report, str]:
    def again() -> Table:
        return opened(io.BytesIO(content))

    asked = ""
    try:
        report = read_report(again)
    except UnknownColumns:
        rows = [row.cells for row in islice(again().rows, 5)]
        layout = partial(_as_told, rows=rows, expected=expected)
        report = read_report(again, Choices(layout=layout))
        asked = " (columns and platform asked)"
    if not report.refusal and not report.currency:
        asked += " (currency asked)"
    return report, asked


def _as_told(header: Header, *, rows: list[list[str]], expected: dict[str, Any]) -> Layout:
    """The columns as they are suggested, and those a person would know: what is summed."""
    roles = suggested(header, rows)
    for role in ADDITIVE:
        column = expected.get(str(role), {}).get("column")
        if column in header.cells:
            roles[role] = header.cells.index(column)
    return mapped(header, roles, platform="other")


def _has_sum(one: Any) -> bool:
    return isinstance(one, dict) and Decimal(one.get("sum_body") or 0) != 0


def _told(report: Report) -> str:
    spend = report.sums.spend
    own = f", its own total {report.sorted.first.spend}" if report.sorted.first else ""
    return f"right: {len(report.sorted.body)} rows, spend {spend}{own}"


def _differences(content: bytes, report: Report, expected: dict[str, Any]) -> Iterator[str]:
    table = opened(io.BytesIO(content))
    header, rows = table.header, {row.line: row for row in table.rows}
    body = [entry.line for entry in report.sorted.body]
    first = report.sorted.first.line if report.sorted.first else None
    for name, one in expected.items():
        if not isinstance(one, dict) or "sum_body" not in one:
            continue
        if one["column"] not in header.cells:
            yield f"{name}: no column {one['column']}"
            continue
        index = header.cells.index(one["column"])
        cells = {line: row.cells[index] for line, row in rows.items() if not row.fault}
        style = _style(cells, report)
        own = sum((_value(style, cells[line]) for line in body), Decimal(0))
        if own != Decimal(one["sum_body"]):
            yield f"{name} {own}, expected {one['sum_body']}"
        told = None if first is None else _value(style, cells[first])
        if one["first_total"] is not None:
            wanted = _value(style, one["first_total"])
            if told != wanted:
                yield f"{name}'s total {told}, expected {wanted}"
        elif told:
            yield f"{name} has a total, {told}, where none is expected"


def _style(cells: dict[int, str], report: Report) -> Style:
    evidence = Evidence()
    for cell in cells.values():
        evidence.see(cell)
    own = evidence.decimal
    return Style(own if own in (".", ",") else report.layout.decimal or ".")


def _value(style: Style, cell: str) -> Decimal:
    try:
        return style.value(cell) or Decimal(0)
    except NoNumber:
        return Decimal(0)
