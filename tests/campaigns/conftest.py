"""A draft and a running campaign, by id: what pages are asked for."""

import pytest

from tests import people


@pytest.fixture
def draft_id(team):
    return people.draft(team).id


@pytest.fixture
def running_id(team):
    return people.active(team).id
