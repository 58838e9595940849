"""A look at a campaign reads as much for one late task as for many."""

from datetime import timedelta

import pytest

from tests import people
from tests.escalations import late
from tests.timelines import plans
from webapp.core import clock
from webapp.escalations import queries


@pytest.fixture
def hours_read(team, statements):
    """How often absences are read while so many tasks of Mia's fall due."""

    def read(number):
        day = plans.monday()
        campaign = people.draft(team, start_on=day, target_on=day + timedelta(weeks=5))
        for one in range(number):
            plans.task(team, campaign, f"Late {one}", assignee_id=team.mia.id, due_on=day)
        late.until(day, 16, 59)
        statements.clear()
        late.until(day, 17, 1)
        assert len(queries.open_of(campaign.id)) == number
        return len([one for one in statements if "FROM absence" in one])

    return read


def test_one_and_seven_late_tasks_take_as_many_statements(hours_read):
    first = hours_read(1)
    clock.travel(timedelta(weeks=1).total_seconds())

    assert hours_read(7) == first
