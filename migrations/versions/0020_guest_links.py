"""Links that let a guest see and decide one request, and what guests say. The links have no row-level wall: they are
read by their token before a team is known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "guest_link",
        sa.Column("id", number, nullable=False),
        sa.Column("team_id", number, nullable=False),
        sa.Column("proposal_id", number, nullable=False),
        sa.Column("stage_id", number, nullable=False),
        sa.Column("may_decide", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("guest_name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", number, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.Column("used_at", moment, nullable=True),
        sa.Column("last_viewed_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_guest_link_team_id_team")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_guest_link_created_by_user")),
        sa.ForeignKeyConstraint(
            ["team_id", "proposal_id"],
            ["proposal.team_id", "proposal.id"],
            name=op.f("fk_guest_link_team_id_proposal_id_proposal"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "stage_id"],
            ["stage.team_id", "stage.id"],
            name=op.f("fk_guest_link_team_id_stage_id_stage"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_guest_link_token_hash")),
        sa.UniqueConstraint("team_id", "id", name=op.f("uq_guest_link_team_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guest_link_team_id_proposal_id_id"), "guest_link", ["team_id", "proposal_id", "id"])
    op.create_table(
        "guest_comment",
        sa.Column("id", number, nullable=False),
        sa.Column("team_id", number, nullable=False),
        sa.Column("guest_link_id", number, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_guest_comment_team_id_team")),
        sa.ForeignKeyConstraint(
            ["team_id", "guest_link_id"],
            ["guest_link.team_id", "guest_link.id"],
            name=op.f("fk_guest_comment_team_id_guest_link_id_guest_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_comment")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_guest_comment_team_id_guest_link_id_id"), "guest_comment", ["team_id", "guest_link_id", "id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "guest_comment" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "guest_comment" FORCE ROW LEVEL SECURITY')
        op.execute(WALL.format(table="guest_comment"))


def downgrade() -> None:
    op.drop_table("guest_comment")
    op.drop_table("guest_link")
