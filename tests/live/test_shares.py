"""Shared pages on the hub: drawn once for all viewers of a link, told nothing else, closed with
their link.
"""

from datetime import timedelta

import pytest
from jinja2 import DictLoader

from tests import people
from tests.live.conftest import TEMPLATES
from tests.live.pages import after_what_is_asked, bodies, everything, marks, opened, ticket
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock
from webapp.events.log import newest_position
from webapp.live import hub as hubs
from webapp.live.hub import Hub
from webapp.live.pushes import MOST_BEHIND, RECHECK_SECONDS, RELOAD
from webapp.sharing.commands import edit_link, revoke_link
from webapp.web.fragments import fragment
from webapp.web.topics import of_page, of_share


def ticket_of_link(link):
    return of_share(share_id=link.id, team_id=link.team_id, campaign_id=link.campaign_id)


@pytest.fixture
def drawn(pushes):
    """A fragment for shared pages; answers what it was drawn for."""
    times = []
    pushes.environment = pushes.app.jinja_env.overlay(
        loader=DictLoader(TEMPLATES | {"share.html": '<p id="share-lead">{{ n }}</p>'})
    )

    @fragment("share.html", on=("campaign.*",), topic="campaign:{campaign_id}", audience="share")
    def share_lead(event, share_id):
        times.append(share_id)
        return {"n": event.id}

    return times


@pytest.fixture
def link(team, campaign, turn):
    made = people.shared(team, campaign)
    people.run_background()
    turn()
    return made


def test_a_change_is_drawn_once_for_all_viewers_of_a_link(
    campaign, hub, link, drawn, happens, status
):
    viewers = [opened(hub, ticket_of_link(link)) for _ in range(99)]

    (event,) = happens(campaign)

    assert drawn == [link.id]
    assert {tuple(bodies(everything(one, hub))) for one in viewers} == {(str(event),)}


def test_a_shared_page_is_told_nothing_of_the_rest_of_the_team(
    team, campaign, hub, link, drawn, happens, status, rows, numbers, badge
):
    viewer = opened(hub, ticket_of_link(link))
    other = people.draft(team, name="Second")
    people.run_background()

    happens(other)

    assert everything(viewer, hub) == []
    assert drawn == []


def test_a_shared_page_gets_only_what_is_made_for_it(
    campaign, hub, link, drawn, happens, status, rows, numbers, badge
):
    viewer = opened(hub, ticket_of_link(link))

    happens(campaign)

    (message,) = everything(viewer, hub)
    assert '<p id="share-lead">' in message


def test_a_team_page_gets_nothing_of_a_shared_one(team, campaign, hub, link, drawn, happens):
    topics = of_page(user_id=team.alice.id, team_id=team.id, campaign_id=campaign.id)
    page = opened(hub, ticket(*topics, team_id=team.id, user_id=team.alice.id))

    happens(campaign)

    assert bodies(everything(page, hub)) == []
    assert drawn == []


def test_viewers_that_come_back_together_are_drawn_for_once(
    campaign, hub, pushes, link, drawn, happens, turn
):
    before = newest_position()
    happens(campaign, times=5)
    viewers = [opened(hub, ticket_of_link(link)) for _ in range(50)]

    for one in viewers:
        pushes.welcome(one.client, before)
    turn()

    assert drawn == [link.id]
    for one in viewers:
        sent = everything(one, hub)
        assert len(bodies(sent)) == 1
        assert marks(sent)[-1] == newest_position()


def test_a_busy_team_does_not_make_shared_pages_load_again(
    team, campaign, hub, pushes, link, drawn, happens, turn
):
    other = people.draft(team, name="Second")
    before = newest_position()
    happens(other, times=MOST_BEHIND + 1)
    viewer = opened(hub, ticket_of_link(link))

    pushes.welcome(viewer.client, before)
    turn()

    assert RELOAD not in everything(viewer, hub)


def ended(page):
    """What a page was told last, and how it was closed."""
    page.read_to_the_end()
    return page.texts[-1:], page.code


def test_a_revoked_link_closes_its_pages_at_once_and_no_others(team, campaign, hub, link, turn):
    other = people.shared(team, campaign)
    people.run_background()
    turn()
    gone, stays = opened(hub, ticket_of_link(link)), opened(hub, ticket_of_link(other))
    members = opened(hub, ticket(f"team:{team.id}", team_id=team.id))

    revoke_link(share_link_id=link.id, by=team.bob.actor)
    people.run_background()
    turn()

    assert ended(gone) == ([RELOAD], hubs.POLICY)
    assert hub.tickets() == [stays.client.ticket, members.client.ticket]


def test_a_campaign_put_in_the_trash_closes_its_shared_pages(team, campaign, hub, link, turn):
    viewer = opened(hub, ticket_of_link(link))

    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)
    people.run_background()
    turn()

    assert ended(viewer) == ([RELOAD], hubs.POLICY)


def test_an_expired_link_closes_its_pages_within_a_minute(team, campaign, hub, link, turn, steady):
    longer = people.shared(team, campaign, days=30)
    viewer, stays = opened(hub, ticket_of_link(link)), opened(hub, ticket_of_link(longer))
    clock.travel(timedelta(days=7).total_seconds() + 1)

    steady.now += RECHECK_SECONDS
    turn()

    assert ended(viewer) == ([RELOAD], hubs.POLICY)
    assert hub.tickets() == [stays.client.ticket]


def test_a_shortened_link_closes_its_pages_at_its_new_end(team, campaign, hub, link, turn):
    viewer = opened(hub, ticket_of_link(link))
    end_in(link, timedelta(hours=1), team.bob)
    people.run_background()
    turn()
    assert hub.tickets() == [viewer.client.ticket]

    clock.travel(timedelta(hours=1).total_seconds() + 1)
    turn()  # no minute has passed on the steady clock

    assert ended(viewer) == ([RELOAD], hubs.POLICY)


def test_an_extended_link_keeps_its_pages_past_its_old_end(team, campaign, hub, link, turn, steady):
    viewer = opened(hub, ticket_of_link(link))
    end_in(link, timedelta(days=30), team.bob)
    people.run_background()
    turn()

    clock.travel(timedelta(days=8).total_seconds())
    steady.now += RECHECK_SECONDS
    turn()
    after_what_is_asked(hub)

    assert hub.tickets() == [viewer.client.ticket]


def end_in(link, ahead, by):
    """The link's end is moved."""
    ends = clock.now() + ahead
    edit_link(
        share_link_id=link.id,
        version=link.version,
        name=link.name,
        ends_on=ends.date(),
        ends_at=ends.time(),
        by=by.actor,
    )


def test_a_link_that_is_open_keeps_its_pages_through_the_recheck(hub, link, turn, steady):
    viewer = opened(hub, ticket_of_link(link))

    steady.now += RECHECK_SECONDS
    turn()
    after_what_is_asked(hub)

    assert hub.tickets() == [viewer.client.ticket]


def test_a_link_fills_only_its_own_share_of_the_room(team, campaign, hub, link, monkeypatch):
    monkeypatch.setattr(hubs, "MOST_OF_A_LINK", 3)
    other = people.shared(team, campaign)
    for _ in range(3):
        assert not hub.is_crowded(ticket_of_link(link))
        opened(hub, ticket_of_link(link))

    assert hub.is_crowded(ticket_of_link(link))
    assert not hub.is_crowded(ticket_of_link(other))
    assert not hub.is_crowded(ticket(f"team:{team.id}", team_id=team.id))


def test_a_thousand_viewers_of_a_link_cost_one_drawing(campaign, pushes, link, drawn, happens):
    room = Hub(1_001)
    pushes.hub = room
    viewers = [opened(room, ticket_of_link(link)) for _ in range(hubs.MOST_OF_A_LINK)]
    assert room.is_crowded(ticket_of_link(link))

    (event,) = happens(campaign)

    assert drawn == [link.id]
    assert all(bodies(everything(one, room)) == [str(event)] for one in viewers)
    room.shutdown(wait=5)
