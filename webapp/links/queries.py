"""What is known about addresses."""

from collections.abc import Sequence

from sqlalchemy import select

from webapp.db import current_team, db
from webapp.links.models import LinkCheck
from webapp.links.urls import key_of


def known(urls: Sequence[str]) -> dict[str, LinkCheck]:
    """What is stored about each of these, by address; what was never asked for is missing."""
    if not urls:
        return {}
    query = select(LinkCheck).where(
        LinkCheck.team_id == current_team(),
        LinkCheck.url_key.in_([key_of(one) for one in urls]),
    )
    return {one.url: one for one in db.session.scalars(query)}


def waiting(urls: Sequence[str]) -> list[tuple[int, str]]:
    """(id, address) of those that are to be looked at, in the order of the text."""
    found = known(urls)
    return [(found[one].id, one) for one in urls if one in found and found[one].is_waiting]
