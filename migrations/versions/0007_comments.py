"""What people say about a task or a request, and whom they name."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("comment", "comment_mention")

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    op.create_table(
        "comment",
        _id("id"),
        _id("team_id"),
        _id("campaign_id"),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        _id("subject_id"),
        _id("author_id"),
        sa.Column("body", sa.Text(), nullable=False),
        _instant("edited_at", nullable=True),
        _instant("deleted_at", nullable=True),
        _instant("created_at"),
        _id("version"),
        sa.ForeignKeyConstraint(
            ["team_id", "campaign_id"],
            ["campaign.team_id", "campaign.id"],
            name=op.f("fk_comment_team_id_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        _member("comment", "author_id"),
        _team("comment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("team_id", "id", name=op.f("uq_comment_team_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_comment_team_id_subject_kind_subject_id_id"),
        "comment",
        ["team_id", "subject_kind", "subject_id", "id"],
    )
    op.create_index(op.f("ix_comment_team_id_campaign_id"), "comment", ["team_id", "campaign_id"])
    op.create_table(
        "comment_mention",
        _id("id"),
        _id("team_id"),
        _id("comment_id"),
        _id("user_id"),
        sa.ForeignKeyConstraint(
            ["team_id", "comment_id"],
            ["comment.team_id", "comment.id"],
            name=op.f("fk_comment_mention_team_id_comment_id_comment"),
            ondelete="CASCADE",
        ),
        _member("comment_mention", "user_id"),
        _team("comment_mention"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_mention")),
        sa.UniqueConstraint(
            "team_id", "comment_id", "user_id", name=op.f("uq_comment_mention_team_id_comment_id_user_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_comment_mention_team_id_user_id"), "comment_mention", ["team_id", "user_id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(WALL.format(table=table))


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _team(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f(f"fk_{table}_team_id_team"))


def _member(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        ["membership.team_id", "membership.user_id"],
        name=op.f(f"fk_{table}_team_id_{column}_membership"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
