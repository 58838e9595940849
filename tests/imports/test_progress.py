"""A long import says how far it is."""

from sqlalchemy import select

from tests import people
from tests.imports.staged import report, stage
from webapp.db import db
from webapp.events.models import Event


def test_a_long_import_says_how_far_it_is_in_steps_and_ends_at_all_of_it(team, alice):
    campaign = people.draft(team, currency="EUR")
    rows = [("Winter", f"2026-03-{1 + n % 28:02}", "10", "1", "1") for n in range(28)]
    names = [(f"Part {number}", *row[1:]) for number in range(100) for row in rows]

    batch = stage(campaign, alice, report(names, total=None))

    query = select(Event.data).where(Event.name == "import_batch.progressed").order_by(Event.id)
    told = [one["percent"] for one in db.session.scalars(query)]
    assert (batch.state, batch.progress) == ("review", 100)
    assert told == [35, 71, 99]
