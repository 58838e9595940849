"""Notifications: what people are told on which way, how they want it, and a team's Slack."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

# As in 0001: the form of the wall is the one the planner understands.
WALL = """
CREATE POLICY team_wall ON "{table}" USING (
  CASE (SELECT current_setting('app.team_id', true)) WHEN 'all' THEN true
  ELSE team_id = (SELECT nullif(nullif(current_setting('app.team_id', true), ''), 'all')::bigint) END)"""
TABLES = ("slack_connection", "notification_choice", "notification_hours", "notification")


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table('slack_connection',
    sa.Column('id', number, nullable=False),
    sa.Column('team_id', number, nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('channel', sa.String(length=80), nullable=False),
    sa.Column('kinds', json, nullable=False),
    sa.Column('error', sa.String(length=200), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('broken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', number, nullable=False),
    sa.CheckConstraint("mode IN ('webhook', 'bot')", name=op.f('ck_slack_connection_mode_is_known')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_slack_connection_team_id_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slack_connection')),
    sa.UniqueConstraint('team_id', name=op.f('uq_slack_connection_team_id')),
    sqlite_autoincrement=True
    )
    op.create_table('notification_choice',
    sa.Column('team_id', number, nullable=False),
    sa.Column('user_id', number, autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('email', sa.String(length=10), nullable=False),
    sa.Column('slack', sa.String(length=10), nullable=False),
    sa.CheckConstraint("email IN ('now', 'digest', 'off')", name=op.f('ck_notification_choice_email_is_known')),
    sa.CheckConstraint("slack IN ('now', 'off')", name=op.f('ck_notification_choice_slack_is_known')),
    sa.ForeignKeyConstraint(['team_id', 'user_id'], ['membership.team_id', 'membership.user_id'], name=op.f('fk_notification_choice_team_id_user_id_membership')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_notification_choice_team_id_team')),
    sa.PrimaryKeyConstraint('team_id', 'user_id', 'kind', name=op.f('pk_notification_choice')),
    sqlite_with_rowid=False
    )
    op.create_table('notification_hours',
    sa.Column('id', number, nullable=False),
    sa.Column('team_id', number, nullable=False),
    sa.Column('user_id', number, nullable=False),
    sa.Column('quiet_from', number, nullable=False),
    sa.Column('quiet_until', number, nullable=False),
    sa.Column('digest_at', number, nullable=False),
    sa.Column('version', number, nullable=False),
    sa.CheckConstraint('digest_at >= 0 AND digest_at < 1440', name=op.f('ck_notification_hours_digest_at_is_of_a_day')),
    sa.CheckConstraint('quiet_from >= 0 AND quiet_from < 1440', name=op.f('ck_notification_hours_quiet_from_is_of_a_day')),
    sa.CheckConstraint('quiet_until >= 0 AND quiet_until < 1440', name=op.f('ck_notification_hours_quiet_until_is_of_a_day')),
    sa.ForeignKeyConstraint(['team_id', 'user_id'], ['membership.team_id', 'membership.user_id'], name=op.f('fk_notification_hours_team_id_user_id_membership')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_notification_hours_team_id_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_hours')),
    sa.UniqueConstraint('team_id', 'user_id', name=op.f('uq_notification_hours_team_id_user_id')),
    sqlite_autoincrement=True
    )
    op.create_table('notification',
    sa.Column('id', number, nullable=False),
    sa.Column('team_id', number, nullable=False),
    sa.Column('event_id', number, nullable=False),
    sa.Column('user_id', number, nullable=True),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('urgency', sa.String(length=10), nullable=False),
    sa.Column('payload', json, nullable=False),
    sa.Column('scheduled_for', sa.DateTime(timezone=True), nullable=False),
    sa.Column('campaign_id', number, nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retries', number, nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(channel = 'team') = (user_id IS NULL)", name=op.f('ck_notification_team_is_nobody')),
    sa.CheckConstraint("channel IN ('team', 'in_app', 'email', 'slack')", name=op.f('ck_notification_channel_is_known')),
    sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dropped', 'failed', 'unknown')", name=op.f('ck_notification_state_is_known')),
    sa.CheckConstraint("urgency IN ('urgent', 'normal', 'low')", name=op.f('ck_notification_urgency_is_known')),
    sa.ForeignKeyConstraint(['team_id', 'campaign_id'], ['campaign.team_id', 'campaign.id'], name=op.f('fk_notification_team_id_campaign_id_campaign'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id', 'user_id'], ['membership.team_id', 'membership.user_id'], name=op.f('fk_notification_team_id_user_id_membership')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_notification_team_id_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification')),
    sa.UniqueConstraint('team_id', 'event_id', 'user_id', 'channel', name=op.f('uq_notification_team_id_event_id_user_id_channel')),
    sqlite_autoincrement=True
    )
    _index("ix_notification_inbox", ["team_id", "user_id", "scheduled_for", "id"], "channel = 'in_app'")
    _index(
        "ix_notification_unread",
        ["team_id", "user_id", "scheduled_for", "id"],
        "channel = 'in_app' AND read_at IS NULL",
    )
    _index(
        "ix_notification_waiting",
        ["team_id", "user_id", "channel", "scheduled_for"],
        "state IN ('waiting', 'sending')",
    )
    _index("uq_notification_team", ["team_id", "event_id"], "channel = 'team'", unique=True)
    for columns in (["team_id", "campaign_id", "id"], ["team_id", "user_id", "sent_at"]):
        op.create_index(op.f(f"ix_notification_{'_'.join(columns)}"), "notification", columns)
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(WALL.format(table=table))


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(
        name, "notification", columns, unique=unique, sqlite_where=only, postgresql_where=only
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
