"""A request in stages."""

import pytest

from tests.approvals.kinds import CHANGE, ask_for, set_policy
from tests.approvals.staging import START, in_stages


@pytest.fixture
def asked(team, campaign):
    """Ask for 100.00 more, in these stages; Alice asks unless somebody else does."""
    set_policy(CHANGE, "ask")

    def ask(*wanted, by=team.alice):
        in_stages(team, *wanted)
        return ask_for(campaign, START + 10_000, by=by.actor)

    return ask
