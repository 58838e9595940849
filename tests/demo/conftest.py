"""A demo as `./dev run --demo` loads it."""

from collections.abc import Iterator

import pytest

from tests import people
from webapp.db import acting_for
from webapp.demo import cast, loading


@pytest.fixture
def demo_team(app) -> Iterator[int]:
    """Acts for a loaded demo team."""
    team_id = loading.load(cast.PUBLIC_DOMAIN, zone="Europe/Berlin")
    people.run_background()
    with acting_for(team_id):
        yield team_id
