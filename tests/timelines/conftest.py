"""A campaign with three tasks in a row, from a Monday on."""

import pytest

from tests.timelines import plans


@pytest.fixture
def chain(team, campaign):
    """Artwork (2 days), then masters (3 days), then upload (1 day)."""
    names = (("Artwork", 2), ("Masters", 3), ("Upload", 1))
    made = [plans.task(team, campaign, title, days) for title, days in names]
    plans.begin(team, campaign, plans.monday())
    plans.after(team, made[1], made[0])
    plans.after(team, made[2], made[1])
    return made
