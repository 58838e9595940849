"""A campaign whose work begins on a Monday, and somebody who looks at that week."""

from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.timelines import plans
from webapp.calendars.days import week_of


@pytest.fixture
def monday():
    return plans.monday()


@pytest.fixture
def week(monday):
    """The address of the week."""
    return f"/schedule?week={week_of(monday).key}"


@pytest.fixture
def campaign(team, monday):
    """Alice's draft: starts on the Tuesday of the week, its target is a fortnight later."""
    return people.draft(
        team,
        start_on=monday + timedelta(days=1),
        target_on=monday + timedelta(days=16),
        end_on=monday + timedelta(days=20),
    )


@pytest.fixture
def bob_looks(app, team):
    return signed_in(app, team.bob)
