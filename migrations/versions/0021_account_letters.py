"""Password resets, and the letters about somebody's own account: identity tables, without a wall."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table('password_reset',
    sa.Column('id', number, nullable=False),
    sa.Column('user_id', number, nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('asked_address', sa.String(length=64), nullable=False),
    sa.Column('asked_agent', sa.String(length=200), nullable=False),
    sa.Column('made_by', number, nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_address', sa.String(length=64), nullable=False),
    sa.Column('used_agent', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['user.id'], name=op.f('fk_password_reset_made_by_user'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_password_reset_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_reset')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_password_reset_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_password_reset_user_id'), 'password_reset', ['user_id'])
    op.create_index(op.f('ix_password_reset_asked_address_created_at'), 'password_reset', ['asked_address', 'created_at'])
    op.create_table('account_letter',
    sa.Column('id', number, nullable=False),
    sa.Column('event_id', number, nullable=False),
    sa.Column('user_id', number, nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('last_error', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('sending', 'waiting', 'sent', 'failed', 'unknown')", name=op.f('ck_account_letter_state_is_known')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_account_letter_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_letter')),
    sa.UniqueConstraint('event_id', name=op.f('uq_account_letter_event_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_account_letter_user_id'), 'account_letter', ['user_id'])


def downgrade() -> None:
    op.drop_table('account_letter')
    op.drop_table('password_reset')
