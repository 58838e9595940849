"""Playbooks a team keeps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "playbook",
        sa.Column("id", number, nullable=False),
        sa.Column("team_id", number, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=240), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by", number, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", number, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_playbook_team_id_team")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_playbook_created_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook")),
        sa.UniqueConstraint("team_id", "name_key", name=op.f("uq_playbook_team_id_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_playbook_team_id_id"), "playbook", ["team_id", "id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "playbook" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "playbook" FORCE ROW LEVEL SECURITY')
        op.execute(WALL.format(table="playbook"))


def downgrade() -> None:
    op.drop_table("playbook")
