"""Imports keep the file until they end, what was answered about it, and how far they are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

WALLED = ("import_file", "import_mapping")
# As in 0001: CASE, not OR.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("options", JSON, nullable=False, server_default="{}"))
    op.add_column("import_batch", sa.Column("progress", ID, nullable=False, server_default="0"))
    op.add_column("import_row", sa.Column("cells", JSON, nullable=True))
    op.add_column("import_row", sa.Column("is_kept", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "import_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("part", ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "batch_id"],
            ["import_batch.team_id", "import_batch.id"],
            name=op.f("fk_import_file_team_id_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_import_file_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("team_id", "batch_id", "part", name=op.f("uq_import_file_team_id_batch_id_part")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_mapping",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_import_mapping_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("team_id", "fingerprint", name=op.f("uq_import_mapping_team_id_fingerprint")),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in WALLED:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(WALL.format(table=table))


def downgrade() -> None:
    op.drop_table("import_mapping")
    op.drop_table("import_file")
    op.drop_column("import_row", "is_kept")
    op.drop_column("import_row", "cells")
    op.drop_column("import_batch", "progress")
    op.drop_column("import_batch", "options")
