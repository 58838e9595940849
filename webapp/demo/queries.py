"""Reads of demos: the one of a team, and where the public one is."""

from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.accounts.models import Team
from webapp.core.errors import NotFound
from webapp.db import current_team, db
from webapp.demo import cast
from webapp.demo.models import Demo
from webapp.demo.workflow import State


def of_team() -> Demo | None:
    """This team's demo, unless it was removed."""
    query = select(Demo).where(Demo.team_id == current_team(), Demo.state != State.REMOVED)
    return db.session.scalars(query.order_by(Demo.id.desc()).limit(1)).one_or_none()


def home_of(user_id: int) -> Team:
    """The first team of a person that is no demo, or NotFound."""
    found = next((team for team in accounts.teams_of(user_id) if not team.is_demo), None)
    if found is None:
        raise NotFound("There is no other team to go back to.")
    return found


def public_viewer() -> int | None:
    """Who a visitor of the public demo looks around as; None when no demo was loaded."""
    viewer = next(one for one in cast.CAST if one.key == cast.VIEWER)
    return accounts.user_at(viewer.address(cast.PUBLIC_DOMAIN))
