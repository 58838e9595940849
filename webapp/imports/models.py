"""Staged imports: a batch is parsed, reviewed, committed. Sources (kinds of files) register from
the features above.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.events.models import Json
from webapp.imports.workflow import lifecycle


class ImportBatch(Base):
    """One file on its way in. `facts` are the file's own claims (currency, period, totals) and what
    was counted, `options` what people answered about it; `file_hash` is a hint only. `progress` is
    the percent that is read or applied.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        Index(None, "team_id", "campaign_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    source: Mapped[str] = mapped_column(String(40), default="")
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    progress: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default=lifecycle.initial)
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    committed_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class ImportFile(Base):
    """A piece of a batch's file, kept until the batch has ended: web and worker share no disk."""

    __tablename__ = "import_file"
    __table_args__ = (
        UniqueConstraint("team_id", "batch_id", "part"),
        ForeignKeyConstraint(
            ["team_id", "batch_id"], ["import_batch.team_id", "import_batch.id"], ondelete="CASCADE"
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    batch_id: Mapped[int]
    part: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportMapping(Base):
    """What a team answered about columns nobody knows, by the fingerprint of their header: such a
    file is asked about once.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (
        UniqueConstraint("team_id", "fingerprint"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )


class ImportRow(Base):
    """One fact of a batch, or one line that is none: its verdict, the file's lines it came from,
    the values before and after.

    `verdict` is create, update, skip (nothing would change), reject (with a reason) or total (the
    file's own, never imported). What a fact is about are columns of their own, because rows are
    found by them: something of a kind with a name, on a day, or a part of that. A rejected line
    keeps its cells, to be handed back; `is_kept` marks rows an undo left alone because something
    else had changed them.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "batch_id"], ["import_batch.team_id", "import_batch.id"], ondelete="CASCADE"
        ),
        Index(None, "team_id", "batch_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    batch_id: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(10))
    lines: Mapped[list[int]] = mapped_column(Json, default_factory=list)
    reason: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(400), default="")
    on: Mapped[date | None] = mapped_column(Date, default=None)
    part: Mapped[str] = mapped_column(String(200), default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(Json, default=None)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json, default=None)
    cells: Mapped[list[str] | None] = mapped_column(Json, default=None)
    is_kept: Mapped[bool] = mapped_column(default=False)
