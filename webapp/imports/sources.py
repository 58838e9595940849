"""The kinds of files an import understands. Features above register theirs; this module names none.

A source turns a table into rows with a key and the values after; the batch compares them with what
is there, shows the difference, and hands the reviewed rows back to be applied.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from webapp.core.actor import Actor
from webapp.core.errors import Invalid
from webapp.imports.models import ImportBatch, ImportRow
from webapp.imports.tabular import Header, Table, Unreadable, open_table

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of a file (`after`), or a line that is none: `verdict` reject or total, with its
    reason.
    """

    lines: tuple[int, ...]
    key: Values = field(default_factory=dict)
    after: Values | None = None
    verdict: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a source read: `claims` are the file's own statements, as JSON."""

    lines: tuple[Line, ...]
    claims: Values


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file.

    `read` is pure and raises Unreadable. `check` raises Invalid when the file does not fit the
    campaign, Conflict when the campaign takes none now. `present` answers the stored values of each
    key (None when there are none), in order, and locks them for the rest of the unit of work.
    `apply` writes the reviewed rows.
    """

    name: str
    words: str
    recognise: Callable[[Header], bool]
    read: Callable[[Table], Content]
    check: Callable[[int, Values], None]
    present: Callable[[int, Sequence[Values]], list[Values | None]]
    apply: Callable[[ImportBatch, Sequence[ImportRow], Actor], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read and understood, ready to be compared."""

    source: str
    file_hash: str
    content: Content


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a kind of file; names are unique."""
    if _sources.get(source.name, source) != source:
        raise RuntimeError(f"two import sources are called {source.name!r}")
    _sources[source.name] = source


def source(name: str) -> Source:
    """The source of that name."""
    return _sources[name]


def all_sources() -> list[Source]:
    """Every kind of file, by its words."""
    return sorted(_sources.values(), key=lambda one: one.words)


def read_file(file: BinaryIO) -> Reading:
    """Read a file, to its end, before any transaction begins: it may take seconds.

    Raises Invalid about the field `file`, with the reason in words.
    """
    file.seek(0)
    file_hash = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    try:
        table = open_table(file)
        found = next((one for one in all_sources() if one.recognise(table.header)), None)
        if found is None:
            raise Unreadable(_unknown(table.header))
        content = found.read(table)
    except Unreadable as error:
        raise Invalid({"file": str(error)}) from None
    return Reading(found.name, file_hash, content)


def _unknown(header: Header) -> str:
    first = ", ".join(cell[:30] or "(no name)" for cell in header.cells[:4])
    known = ", ".join(one.words for one in all_sources())
    return f"Its columns ({first} …) are not those of a report that is read here: {known}."
