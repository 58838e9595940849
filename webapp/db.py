"""The database as the rest sees it: base class, the unit of work, the team wall, reads.

No feature is imported here. Both worlds run the same statements; what differs (locks, pragmas, and
the SQL of `webapp.sql`) is here.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar, dataclass_transform

from flask_sqlalchemy import SQLAlchemy
from psycopg import errors as raw_errors
from sqlalchemy import (
    BigInteger,
    Integer,
    MetaData,
    Select,
    event,
    select,
    text,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    MappedAsDataclass,
    Session,
    mapped_column,
    relationship,
)
from sqlalchemy.orm.util import identity_key

from webapp.core.errors import NotFound, WrongUse
from webapp.sql import UTCDateTime as UTCDateTime  # part of what this module offers
from webapp.sql import due_now as due_now

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: SQLite gives out rowids again after a delete unless the table says AUTOINCREMENT; every table's
#: arguments end with this.
AUTOINCREMENT = {"sqlite_autoincrement": True}

BigId = BigInteger().with_variant(Integer, "sqlite")


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Models are dataclasses with keyword arguments only; they know no Flask."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime, int: BigId}


# Autoflush is off: `events.record` flushes once per change, so a row's version moves once per
# event.
db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": False})

Row = TypeVar("Row", bound=Base)

_team: ContextVar[str] = ContextVar("team", default="")
_writer = threading.Lock()  # SQLite is one process: a fair queue instead of SQLite's sleeping one
_WALL = text("SELECT set_config('app.team_id', :team, true)")
#: A connection that rested longer is asked whether it still lives before it is used.
RESTED_SECONDS = 1.0
#: Longer than any queue of writers; only a unit of work inside another session's waits this long.
WRITER_SECONDS = 30.0


def is_sqlite() -> bool:
    """Whether this process runs on SQLite."""
    return bool(db.session().get_bind().dialect.name == "sqlite")


@event.listens_for(Engine, "connect")
def _prepare(raw: Any, _record: Any) -> None:
    if _from_sqlite(raw):
        raw.isolation_level = None  # the driver keeps its hands off; `_say_begin` speaks
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _say_begin(conn: Connection) -> None:
    if conn.dialect.name != "sqlite":
        return
    if conn.get_execution_options().get("write"):
        conn.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        _driver(conn).execute("BEGIN")  # takes no lock, cannot fail


@event.listens_for(Engine, "checkin")
def _tidy(raw: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()
    if raw is not None and _from_sqlite(raw):
        raw.execute("PRAGMA query_only=0")


@event.listens_for(Engine, "checkout")
def _look(raw: Any, record: Any, _proxy: Any) -> None:
    """Whether the server still knows a connection that rested: after a restart it does not, and
    the pool then makes another. One in use all the time need not be asked each time.
    """
    if _from_sqlite(raw):
        return
    if time.monotonic() - record.info.get("used_at", 0.0) > RESTED_SECONDS:
        try:
            raw.execute("SELECT 1", prepare=False)
            raw.rollback()
        except raw_errors.OperationalError as error:
            raise DisconnectionError() from error
    if raw.read_only:
        raw.read_only = None


@event.listens_for(Session, "after_begin")
def _set_walls(session: Session, transaction: Any, conn: Connection) -> None:
    """Every session transaction: which team, and read-only unless a unit of work opened it."""
    if transaction.nested:  # this fires for savepoints too
        return
    writing = bool(session.info.get("unit"))
    if conn.dialect.name == "sqlite":
        _driver(conn).execute(f"PRAGMA query_only={0 if writing else 1}")
        return
    if not writing:
        _driver(conn).read_only = True  # the driver's BEGIN comes with the first statement
    if _team.get():
        _set_wall(conn)


def _set_wall(conn: Connection) -> None:
    """Which rows PostgreSQL's policies let through, until the transaction ends."""
    conn.execute(_WALL, {"team": _team.get()})


def _driver(conn: Connection) -> Any:
    return conn.connection.dbapi_connection


def _from_sqlite(raw: Any) -> bool:
    return type(raw).__module__.startswith("sqlite3")


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit once, when the outermost unit ends without an error; a command called by a command
    joins its caller.

    The open read transaction ends first, so rows are read again as they are now. Rows changed
    outside a unit raise WrongUse; an inner failure dooms the outer unit even if somebody swallows
    it.
    """
    session = db.session()
    info = session.info
    if info.get("unit"):
        try:
            yield
        except BaseException:
            info["doomed"] = True
            raise
        return
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise WrongUse("rows were changed outside a unit of work")
    session.rollback()
    sqlite = is_sqlite()
    # After the rollback: never wait for it with a snapshot open.
    if sqlite and not _writer.acquire(timeout=WRITER_SECONDS):
        raise OperationalError(
            "BEGIN IMMEDIATE", None, TimeoutError("another unit holds the writer")
        )
    info["unit"], info["after_commit"] = True, {}
    after: dict[str, Callable[[], None]] = {}
    try:
        session.connection(execution_options={"write": True})  # BEGIN IMMEDIATE
        yield
        if info.get("doomed"):
            raise WrongUse("an inner unit of work failed and its error was swallowed")
        session.commit()
        after = info["after_commit"]
    except BaseException:
        session.rollback()
        raise
    finally:
        for key in ("unit", "doomed", "after_commit"):
            info.pop(key, None)
        if sqlite:
            _writer.release()
    for ring in after.values():
        _quietly(ring)


def after_commit(key: str, action: Callable[[], None]) -> None:
    """Run `action` once when the present unit has committed; never raises into the caller, lost on
    a crash.

    For doorbells only: whatever must happen is an event.
    """
    waiting = db.session().info.get("after_commit")
    if waiting is None:
        raise WrongUse("nothing is being committed")
    waiting[key] = action


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except Exception:
        log.warning("a doorbell failed; the sweep will notice", exc_info=True)


def in_unit_of_work() -> bool:
    """Whether a unit of work is open on this session."""
    return bool(db.session().info.get("unit"))


@contextmanager
def acting_for(team: int | str, *, going_on: bool = False) -> Iterator[None]:
    """Everything inside belongs to one team (or 'all', for the few that may); the database's wall
    follows.

    Ends the open transaction on the way in and out: the setting is read when a transaction begins.
    `going_on` keeps the one that asked who somebody is, for which there was no team yet, and goes
    behind the wall in it. A team's rows leave the session with it, so the next team's session never
    answers from them.
    """
    session = db.session()
    if session.info.get("unit") or (
        _team.get() and session.identity_map and _team.get() != str(team)
    ):
        raise WrongUse("the team of a session does not change while it holds rows or writes")
    goes_on = going_on and not _team.get() and session.in_transaction()
    if not goes_on:
        session.rollback()
    token = _team.set(str(team))
    if goes_on and not is_sqlite():
        _set_wall(session.connection())
    try:
        yield
    finally:
        if _team.get() != token.old_value:
            _forget_rows(session)
        session.rollback()
        _team.reset(token)


def _forget_rows(session: Session) -> None:
    for row in list(session):
        if hasattr(type(row), "team_id") and row not in session.new:  # a purged row cannot be read
            session.expunge(row)


def found_team(team_id: int) -> None:
    """Inside the unit of work that made a team: write its first rows under its own wall."""
    if not in_unit_of_work() or _team.get():
        raise WrongUse("only the unit of work that makes a team may enter it")
    if not is_sqlite():
        db.session.execute(_WALL, {"team": str(team_id)})


def current_team() -> int:
    """The team this session acts for."""
    team = _team.get()
    if not team or team == "all":
        raise WrongUse("no team is set")
    return int(team)


def find(model: type[Row], row_id: int, *, lock: bool = False) -> Row:
    """This team's row, or NotFound; with `lock`, read anew and held until the unit ends (SQLite's
    writer lock is that lock).

    A row is locked before it is changed: reading it anew would drop the change.
    """
    query = select(model).where(model.id == row_id, model.team_id == current_team())  # type: ignore[attr-defined]
    if lock:
        return _hold(model, row_id, query)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def hold(model: type[Row], row_id: int) -> Row:
    """A row that no team owns (a person, the team itself), or NotFound: read anew and held until
    the unit ends, like `find` with `lock`.
    """
    return _hold(model, row_id, select(model).where(model.id == row_id))  # type: ignore[attr-defined]


def _hold(model: type[Row], row_id: int, query: Select[Row]) -> Row:
    # `session.get(with_for_update=...)` is no substitute: it refuses a row that has moved on.
    _check_lockable(model, row_id)
    # Not against rows that refer to this one: their key check would wait for nothing.
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _check_lockable(model: type[Base], row_id: int) -> None:
    if not in_unit_of_work():
        raise WrongUse("a row is locked inside a unit of work")
    loaded = db.session().identity_map.get(identity_key(model, row_id))
    if loaded is not None and db.session.is_modified(loaded):
        raise WrongUse(f"this {model.__tablename__} was changed before it was locked")


@contextmanager
def many_fresh_rows() -> Iterator[None]:
    """Around statements that join a great many rows written a moment ago: PostgreSQL has not
    counted them yet, takes them for few and would loop over them.
    """
    if is_sqlite():
        yield
        return
    db.session.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    db.session.execute(text("SET LOCAL enable_nestloop = on"))


def rows(statement: Any, values: dict[str, Any] | None = None) -> list[Any]:
    """Every row of a statement on tables (not entities), by the shortest way: in the session's
    transaction, past what an entity would need. For statements that are built once.
    """
    found: list[Any] = list(db.session.connection().execute(statement, values or {}).all())
    return found


def execute(statement: Any, params: Any = None) -> Any:
    """`db.session.execute`, shortened for Core statements."""
    return (
        db.session.execute(statement, params)
        if params is not None
        else db.session.execute(statement)
    )
