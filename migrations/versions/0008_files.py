"""Files attached to tasks and campaigns; their bytes lie in the storage."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "stored_file" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""


def upgrade() -> None:
    op.create_table(
        "stored_file",
        _id("id"),
        _id("team_id"),
        _id("campaign_id"),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        _id("subject_id"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        _id("size"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        _id("uploaded_by"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_file_size_is_not_negative")),
        sa.ForeignKeyConstraint(
            ["team_id", "campaign_id"],
            ["campaign.team_id", "campaign.id"],
            name=op.f("fk_stored_file_team_id_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "uploaded_by"],
            ["membership.team_id", "membership.user_id"],
            name=op.f("fk_stored_file_team_id_uploaded_by_membership"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_stored_file_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_stored_file_team_id_subject_kind_subject_id_id"),
        "stored_file",
        ["team_id", "subject_kind", "subject_id", "id"],
    )
    op.create_index(
        op.f("ix_stored_file_team_id_campaign_id"), "stored_file", ["team_id", "campaign_id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "stored_file" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "stored_file" FORCE ROW LEVEL SECURITY')
        op.execute(WALL)


def _id(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def downgrade() -> None:
    op.drop_table("stored_file")
