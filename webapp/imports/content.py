"""What a source reads in a file: lines, the file's own claims, or a question. Pure:
the process that reads a file loads this and no database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of a file (`after`), or a line that is none: `verdict` reject or total, with its
    reason. A fact is about something of a `kind` with a `name`, `on` a day, or only a `part` of it.
    A line that is `optional` matters only where something is stored about the same.
    """

    lines: tuple[int, ...]
    kind: str = ""
    name: str = ""
    on: date | None = None
    part: str = ""
    after: Values | None = None
    verdict: str = ""
    reason: str = ""
    optional: bool = False
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """What a source read: `claims` are the file's own statements, as JSON; `count` is how many
    lines there are, for the progress.
    """

    lines: Iterator[Line]
    claims: Values
    count: int


class Question(Exception):
    """The file cannot be read without an answer of the person who chose it. `fields` is what the
    page needs to ask, `fingerprint` under which the answer is remembered ('' when it is not).
    """

    def __init__(self, fields: Values, fingerprint: str = "") -> None:
        super().__init__(str(fields.get("kind", "")))
        self.fields, self.fingerprint = fields, fingerprint
