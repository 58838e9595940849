"""Rows of a batch written many at a time: one statement with one parameter, so that a hundred
thousand of them cost neither a round trip nor a conversion each.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from webapp.db import execute, is_sqlite
from webapp.imports.models import ImportBatch

#: What a row to write holds, in this order: days as ISO text, what is stored as JSON as it is.
COLUMNS = ("verdict", "lines", "reason", "kind", "name", "on", "part", "before", "after", "cells")
_AS_JSON = ("lines", "before", "after", "cells")


def _value_on_postgresql(place: int, name: str) -> str:
    if name in _AS_JSON:
        return f"nullif(value -> {place}, 'null')"
    return f"CAST(value ->> {place} AS date)" if name == "on" else f"value ->> {place}"


def _insert(values: Sequence[str], rows: str) -> Any:
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    # Our own names are the only thing put into the text.
    return text(
        f"INSERT INTO import_row (team_id, batch_id, is_kept, {names})"  # noqa: S608
        f" SELECT :team_id, :batch_id, false, {', '.join(values)} FROM {rows} ORDER BY key"
    )


_POSTGRESQL = _insert(
    [_value_on_postgresql(place, name) for place, name in enumerate(COLUMNS)],
    "jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY AS told (value, key)",
)
_SQLITE = _insert(
    [f"json_extract(value, '$[{place}]')" for place in range(len(COLUMNS))], "json_each(:rows)"
)


def write(batch: ImportBatch, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a batch, in their order, in the caller's unit of work."""
    told = {"team_id": batch.team_id, "batch_id": batch.id, "rows": json.dumps(rows)}
    execute(_SQLITE if is_sqlite() else _POSTGRESQL, told)
