"""The kinds of files an import understands. Features above register theirs; this module names none.

A source turns a file into lines with a key and the values after; the batch compares them with what
is there, shows the difference, and has the reviewed rows applied, or taken back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from webapp.core.actor import Actor
from webapp.imports.content import Content, Line, Question, Values
from webapp.imports.models import ImportBatch

__all__ = ["Content", "Judged", "Line", "Question", "Source", "Values", "register", "source"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A fact beside what is stored: `verdict` create, update, skip or reject; '' leaves it out."""

    verdict: str
    before: Values | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file.

    `read(open_file, options)` is pure and may open the file several times; it raises Unreadable or
    Question. `check` raises Invalid when the file does not fit the campaign, Conflict when the
    campaign takes none now. `judge` compares facts with what is stored, in order. `look` answers
    what a person should weigh before a staged batch is imported, as facts of the batch. `apply`
    writes the reviewed rows and `revert` takes back those nothing else has changed since, both as a
    whole in the caller's unit of work; `revert` answers how many it left.
    """

    name: str
    words: str
    read: Callable[[Callable[[], BinaryIO], Values], Content]
    check: Callable[[int, Values], None]
    judge: Callable[[int, Values, Sequence[Line]], list[Judged]]
    look: Callable[[ImportBatch, Values], Values]
    apply: Callable[[ImportBatch, Actor], None]
    revert: Callable[[ImportBatch, Actor], int]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a kind of file; names are unique."""
    if _sources.get(source.name, source) != source:
        raise RuntimeError(f"two import sources are called {source.name!r}")
    _sources[source.name] = source


def source(name: str) -> Source:
    """The source of that name."""
    return _sources[name]
