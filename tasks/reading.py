"""Reading a file of an import in a process of its own: it takes seconds of CPU and much memory,
which neither the pages nor the other jobs should feel.

`python -m tasks.reading MODULE:FUNCTION FILE OUT` with the options as JSON on standard input; the
function is a source's pure `read`, so that the process loads what reads this file and nothing else:
no web, no database. OUT gets one JSON line for what became of it (`claims`, `refused` or `asks`),
then one per line of the file.
"""

import gc
import importlib
import io
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from tasks import workbook
from webapp.imports.content import Content, Line, Question
from webapp.imports.decoding import Unreadable

Read = Callable[[Callable[[], BinaryIO], dict[str, Any]], Content]

#: Address space of the reading process: what a hostile file may take at most.
MOST_MEMORY = 3 * 1024**3
#: How a file could not be read when the reader itself failed.
BROKEN = "It could not be read. Export the report again, or send us the file."


def write(read: Read, path: Path, options: dict[str, Any], out: Path) -> None:
    """Read a file, a workbook as text, and leave what was read in `out`."""
    with out.open("w", encoding="utf-8") as lines:
        try:
            content = read(_opener(path), options)
        except Unreadable as error:
            _put(lines, {"refused": str(error)})
        except Question as question:
            _put(lines, {"asks": question.fields, "fingerprint": question.fingerprint})
        else:
            _put(lines, {"claims": content.claims, "count": content.count})
            for line in content.lines:
                lines.write(_packed(line) + "\n")


def _opener(path: Path) -> Callable[[], BinaryIO]:
    with path.open("rb") as file:
        if not workbook.is_workbook(file):
            return lambda: io.BytesIO(path.read_bytes())
        text = workbook.as_text(file)
    return lambda: io.BytesIO(text)


def _put(lines: Any, head: dict[str, Any]) -> None:
    lines.write(json.dumps(head) + "\n")


def _packed(line: Line) -> str:
    on = line.on.isoformat() if line.on else None
    about = (line.kind, line.name, on, line.part)
    rest = (line.verdict, line.reason, line.optional, line.cells)
    return json.dumps([line.lines, *about, line.after, *rest])


def lines_of(out: Path) -> Iterator[Line]:
    """The lines a reader left behind its first one."""
    with out.open(encoding="utf-8") as lines:
        next(lines)
        for one in lines:
            found, kind, name, on, part, after, verdict, reason, optional, cells = json.loads(one)
            day = date.fromisoformat(on) if on else None
            about = (kind, name, day, part)
            yield Line(tuple(found), *about, after, verdict, reason, optional, tuple(cells))


def head_of(out: Path) -> dict[str, Any]:
    """What became of the file; a reader that died left nothing."""
    with out.open(encoding="utf-8") as lines:
        first = lines.readline()
    return dict(json.loads(first)) if first.strip() else {"refused": BROKEN}


def command(read: Read, path: Path, out: Path) -> list[str]:
    """What to run to have a file read by a process of its own."""
    named = f"{read.__module__}:{read.__qualname__}"
    return [sys.executable, "-m", __name__, named, str(path), str(out)]


def main() -> None:
    os.nice(5)  # pages first
    gc.disable()  # it lives for one file, and what it makes has no cycles
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    named, path, out = sys.argv[1:4]
    module, _, function = named.partition(":")
    read: Read = getattr(importlib.import_module(module), function)
    write(read, Path(path), json.load(sys.stdin), Path(out))


if __name__ == "__main__":
    main()
