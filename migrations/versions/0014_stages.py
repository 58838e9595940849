"""Stages of a request: in which a kind is decided, who is asked by name, until when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    # Plain ALTERs: no column needs a rebuild, and the defaults are for the rows there are.
    op.add_column("policy", sa.Column("stages", json, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("stage", sa.Column("is_named", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("stage", sa.Column("hours", number, nullable=True))
    op.add_column("stage", sa.Column("late", sa.String(length=10), nullable=False, server_default="remind"))
    op.add_column("stage", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stage", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approval", sa.Column("for_id", number, nullable=True))
    # What waits already has its one stage: that one is open.
    op.execute(
        "UPDATE stage SET opened_at = (SELECT created_at FROM proposal WHERE proposal.team_id = stage.team_id "
        "AND proposal.id = stage.proposal_id), done_at = (SELECT decided_at FROM proposal WHERE "
        "proposal.team_id = stage.team_id AND proposal.id = stage.proposal_id)"
    )


def downgrade() -> None:
    op.drop_column("approval", "for_id")
    for name in ("done_at", "opened_at", "late", "hours", "is_named"):
        op.drop_column("stage", name)
    op.drop_column("policy", "stages")
