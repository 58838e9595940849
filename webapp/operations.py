"""Commands by name: what a page, the API or an agent may ask for, with its input, its permission
and its once-only key.

`@operation` only registers. The doors (`webapp.web.forms` for pages) parse, check, take the key and
then call; commands called by commands, policies and tests skip the door, never the workflow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator
from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock, text
from webapp.core.errors import Conflict, StaleVersion
from webapp.core.text import holds_controls
from webapp.db import AUTOINCREMENT, Base, BigId, current_team, db, unit_of_work

Command = TypeVar("Command", bound=Callable[..., int])

#: Text of several lines; every other string is one line.
Lines = Annotated[str, "lines"]
#: A password: taken as typed.
Secret = Annotated[str, "as typed"]


#: The largest number a column of either database holds.
LARGEST = 2**63 - 1
#: Said of a text with control characters; the page shows it again without them.
CONTROLS = "There were characters in this that cannot be shown. They are taken out: look once more."


class Input(BaseModel):
    """What a command takes from outside: strings normalised before anything looks at them, unknown
    fields ignored. Control characters are refused, not dropped: nobody is to find other words kept
    than they sent.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _normalise(cls, data: Any) -> Any:
        return (
            {name: cls._clean(name, value) for name, value in data.items()}
            if isinstance(data, Mapping)
            else data
        )

    @field_validator("*")
    @classmethod
    def _storable(cls, value: Any, info: ValidationInfo) -> Any:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and cls._is_normalised(info.field_name) and holds_controls(one):
                raise ValueError(CONTROLS)
            if isinstance(one, int) and not -LARGEST <= one <= LARGEST:
                raise ValueError("That number is too large.")
        return value

    @classmethod
    def _clean(cls, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [cls._clean(name, one) for one in value]
        if not isinstance(value, str) or not cls._is_normalised(name) or holds_controls(value):
            return value
        lines = "lines" in cls.model_fields[name].metadata
        return text.clean(value) if lines else text.clean_line(value)

    @classmethod
    def _is_normalised(cls, name: str | None) -> bool:
        field = cls.model_fields.get(name or "")
        return field is not None and "as typed" not in field.metadata


class UsedKey(Base):
    """A form token or idempotency key that did its work once; `result_id` is what the command
    answered.
    """

    __tablename__ = "used_key"
    __table_args__ = (UniqueConstraint("team_id", "key"), Index(None, "created_at"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(120))
    operation: Mapped[str] = mapped_column(String(80))
    result_id: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One registered command. `run` takes the input's fields and `by=`; it answers the id of the
    row it changed.
    """

    name: str
    run: Callable[..., int]
    input: type[BaseModel]
    permission: str
    idempotent: bool


_operations: dict[str, Operation] = {}
_by_command: dict[Callable[..., int], Operation] = {}


def operation(
    name: str, *, input: type[BaseModel], permission: str, idempotent: bool = True
) -> Callable[[Command], Command]:
    """Register a command as `<feature>.<verb>`; `idempotent` means a repeated key must not run it
    again.
    """

    def register(command: Command) -> Command:
        if name in _operations:
            raise RuntimeError(f"the operation {name!r} is registered twice")
        _operations[name] = _by_command[command] = Operation(
            name, command, input, permission, idempotent
        )
        return command

    return register


def operations() -> list[Operation]:
    """Every registered operation, by name."""
    return [_operations[name] for name in sorted(_operations)]


def operation_of(command: Callable[..., int]) -> Operation:
    """The registration of a command function."""
    return _by_command[command]


def run_once(op: Operation, key: str, run: Callable[[], int]) -> int:
    """Run the command under its key in one unit of work; a second use answers what the first one
    did.

    The insert comes first: a parallel twin waits for it, then finds the key taken.
    """
    if not op.idempotent or not key:
        return run()
    with unit_of_work():
        if (earlier := _earlier(key)) is not None:
            return _answer_again(earlier, op)
        used = UsedKey(team_id=current_team(), key=key, operation=op.name)
        try:
            with db.session.begin_nested():
                db.session.add(used)
                db.session.flush()
        except IntegrityError:
            if (earlier := _earlier(key)) is None:
                raise
            return _answer_again(earlier, op)
        used.result_id = run()
        db.session.flush()
        return used.result_id


def _earlier(key: str) -> UsedKey | None:
    query = select(UsedKey).where(UsedKey.team_id == current_team(), UsedKey.key == key)
    return db.session.scalars(query).one_or_none()


def _answer_again(earlier: UsedKey, op: Operation) -> int:
    if earlier.operation != op.name or earlier.result_id is None:
        raise Conflict("This form was already used for something else. Load the page again.")
    return earlier.result_id


def check_version(row: Any, version: int, fields: Mapping[str, tuple[str, object]]) -> None:
    """Raise StaleVersion when `row` moved on since the form was shown; `fields` maps a column to
    (label, what was typed).
    """
    if row.version != version:
        raise StaleVersion(
            "Somebody changed this while you were editing.",
            version=row.version,
            fields={
                name: (label, str(typed), str(getattr(row, name)))
                for name, (label, typed) in fields.items()
            },
        )
