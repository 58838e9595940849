"""A campaign with a plan that begins on a Monday."""

from datetime import timedelta

import pytest

from tests import people
from tests.timelines import plans


@pytest.fixture
def monday():
    return plans.monday()


@pytest.fixture
def campaign(team, monday):
    """Alice's draft: starts on the Tuesday, its target is a fortnight later."""
    made = people.draft(
        team,
        start_on=monday + timedelta(days=1),
        target_on=monday + timedelta(days=16),
        end_on=monday + timedelta(days=20),
    )
    plans.task(team, made, "Brief", days=0.5, assignee_id=team.mia.id)
    plans.begin(team, made, monday)
    return made
