"""A demo is a team that says so, and a team's request for one says how far it is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "demo" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    # The release before makes teams without saying so: they are none.
    op.add_column("team", sa.Column("is_demo", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "demo",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("demo_team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("done >= 0 AND done <= total", name=op.f("ck_demo_done_is_a_part_of_total")),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name=op.f("fk_demo_asked_by_user")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_demo_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo")),
        sa.UniqueConstraint("team_id", "id", name=op.f("uq_demo_team_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_demo_team_id_state"), "demo", ["team_id", "state"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "demo" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "demo" FORCE ROW LEVEL SECURITY')
        op.execute(WALL)


def downgrade() -> None:
    op.drop_index(op.f("ix_demo_team_id_state"), table_name="demo")
    op.drop_table("demo")
    with op.batch_alter_table("team", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_column("is_demo")
