"""Pieces of SQL that SQLAlchemy lacks, said once for both databases: instants in UTC, the
database's clock, words inside a text.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Float, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from webapp.core import clock
from webapp.core.errors import WrongUse


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise WrongUse("an instant needs its zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class due_now(FunctionElement[datetime]):
    """The database's present instant plus the clock's offset, plus `plus` seconds; what every due
    time is compared with.

    `statement_timestamp()` moves inside a transaction and still uses an index; SQLAlchemy stores
    six digits on SQLite, `%f` gives three, hence the zeros.
    """

    type = UTCDateTime()
    inherit_cache = True
    name = "due_now"

    def __init__(self, plus: float = 0.0) -> None:
        def seconds() -> float:
            return clock.offset() + plus

        super().__init__(bindparam("clock_offset", callable_=seconds, type_=Float, unique=True))


@compiles(due_now, "postgresql")
def _due_now_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"(statement_timestamp() + make_interval(secs => {seconds}))"


@compiles(due_now, "sqlite")
def _due_now_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', printf('%+.3f seconds', {seconds}))"


class json_line(FunctionElement[Any]):
    """Values of one row as a JSON list; cast it to text for a driver that would read it."""

    inherit_cache = True
    name = "json_line"


class json_lines(FunctionElement[Any]):
    """A value of every row as a JSON list, in no order; of no rows it is empty or null."""

    inherit_cache = True
    name = "json_lines"


@compiles(json_line, "postgresql")
def _json_line_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **kw)})"


@compiles(json_line, "sqlite")
def _json_line_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **kw)})"


@compiles(json_lines, "postgresql")
def _json_lines_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_agg({compiler.process(element.clauses, **kw)})"


@compiles(json_lines, "sqlite")
def _json_lines_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **kw)})"


def instant_told(text: str) -> datetime:
    """An instant as either database writes it into JSON."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def containing(words: str) -> str:
    """The pattern of `LIKE … ESCAPE '/'` for a text with these words in it.

    >>> containing("50%")
    '%50/%%'
    """
    for special in "/%_":
        words = words.replace(special, f"/{special}")
    return f"%{words}%"
