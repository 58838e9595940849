"""Panels that are kept: drawn once while nothing happens, anew when something does, and always when
Redis is away.
"""

import pytest

from tests import people, worlds
from tests.clients import stranger
from tests.redis_door import a_door
from webapp.campaigns.commands import edit_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock, tokens
from webapp.db import db, execute, unit_of_work
from webapp.events import bus
from webapp.events.log import mark_of
from webapp.sharing.models import ShareLink
from webapp.web import panels
from webapp.web.panels import MOST_KEPT, NUMBERS_SECONDS, STATUS_SECONDS, kept

TOKEN = tokens.new_token()


@pytest.fixture
def draw():
    """Draws another panel each time."""
    drawn = []

    def one() -> str:
        drawn.append(f"panel {len(drawn)} ä")
        return drawn[-1]

    one.drawn = drawn
    return one


def test_the_same_panel_is_drawn_once(app, draw):
    answers = {kept("lead", 1, "share-1", "9.9", seconds=3600, draw=draw) for _ in range(3)}

    assert answers == {"panel 0 ä"}


@pytest.mark.parametrize(
    "other",
    [("lead", 2, "share-1", "9.9"), ("lead", 1, "share-2", "9.9"), ("lead", 1, "share-1", "10.19"),
     ("spend", 1, "share-1", "9.9")],
)  # fmt: skip
def test_another_team_audience_event_or_piece_is_another_panel(app, draw, other):
    kept("lead", 1, "share-1", "9.9", seconds=3600, draw=draw)

    assert kept(*other, seconds=3600, draw=draw) == "panel 1 ä"


def test_a_panel_is_never_older_than_its_ceiling(app, draw):
    kept("lead", 1, seconds=30, draw=draw)

    clock.travel(31)

    assert kept("lead", 1, seconds=30, draw=draw) == "panel 1 ä"


def test_a_panel_that_cannot_be_drawn_is_not_kept(app, draw):
    def broken() -> str:
        raise ValueError("no such number")

    with pytest.raises(ValueError, match="no such number"):
        kept("lead", 1, seconds=3600, draw=broken)

    assert kept("lead", 1, seconds=3600, draw=draw) == "panel 0 ä"


@pytest.mark.skipif(worlds.WORLD != "pg", reason="about Redis")
def test_with_redis_away_panels_are_kept_in_the_process(app, draw, monkeypatch):
    with a_door() as door:
        monkeypatch.setattr(bus, "_bus", bus.RedisBus(door.url))
        monkeypatch.setattr(panels, "_silent_until", 0.0)
        kept("lead", 1, seconds=3600, draw=draw)
        door.shut()

        answers = {kept("lead", 1, seconds=3600, draw=draw) for _ in range(3)}

        door.open()
    assert answers == {"panel 1 ä"}


@pytest.mark.skipif(worlds.WORLD != "pg", reason="about Redis")
def test_with_redis_every_process_finds_what_one_drew(app, draw):
    kept("lead", 1, seconds=3600, draw=draw)
    panels.forget()

    assert kept("lead", 1, seconds=3600, draw=draw) == "panel 0 ä"


@pytest.mark.skipif(worlds.WORLD != "sqlite", reason="about panels in the process")
def test_a_process_keeps_so_many_and_no_more(app, draw):
    for number in range(MOST_KEPT + 50):
        kept("lead", number, seconds=3600, draw=draw)

    assert len(panels._kept) <= MOST_KEPT


def rename_without_an_event(campaign, name: str) -> None:
    with unit_of_work():
        execute(Campaign.__table__.update().where(Campaign.id == campaign.id).values(name=name))
    db.session.expire_all()


def lead(app, token: str = TOKEN) -> str:
    return stranger(app).get(f"/s/{token}").text.split('id="share-lead"')[1].split("</h1>")[0]


def test_a_shared_page_is_drawn_again_after_an_event_and_not_before(app, team, campaign):
    people.shared(team, campaign, TOKEN)
    clock.travel(STATUS_SECONDS - clock.now().timestamp() % STATUS_SECONDS)  # a whole one ahead
    before = lead(app)
    rename_without_an_event(campaign, "Nobody said so")
    assert lead(app) == before

    words = ("type", "objective", "description", "target_audience", "owner_id", "version")
    values = {name: getattr(campaign, name) for name in words}
    edit_campaign(campaign_id=campaign.id, name="Ebb", by=team.alice.actor, **values)

    assert "Ebb" in lead(app)


def test_what_changes_without_an_event_is_seen_after_the_ceiling(app, team, campaign):
    people.shared(team, campaign, TOKEN)
    lead(app)
    rename_without_an_event(campaign, "A new day")

    clock.travel(STATUS_SECONDS)

    assert "A new day" in lead(app)


def test_another_installation_on_the_same_redis_has_its_own_panels(app, team, campaign):
    link = people.shared(team, campaign, TOKEN)
    lead(app)
    theirs = tokens.new_token()  # the same ids, the same events, another secret
    with unit_of_work():
        values = {"token_hash": tokens.hashed(theirs)}
        execute(ShareLink.__table__.update().where(ShareLink.id == link.id).values(**values))
    rename_without_an_event(campaign, "Their campaign")

    assert "Their campaign" in lead(app, theirs)


def test_the_ceilings_are_those_that_were_promised():
    assert (STATUS_SECONDS, NUMBERS_SECONDS) == (30, 300)


def test_every_event_of_a_campaign_is_another_mark(team, campaign):
    first = mark_of(campaign.id)
    people.draft(team, name="Another")
    assert mark_of(campaign.id) == first

    people.shared(team, campaign)

    assert mark_of(campaign.id) != first
