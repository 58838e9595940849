"""A page that comes back is brought up to date, and one that may not look any more is closed."""

from typing import Any

from tests import people
from tests.live.pages import (
    bodies,
    everything,
    happened,
    marks,
    opened,
    opened_with_client,
    ticket,
    ticket_of,
)
from webapp.accounts import commands as accounts
from webapp.accounts import joining
from webapp.accounts.queries import membership_of, sessions_of
from webapp.core import clock
from webapp.db import acting_for, unit_of_work
from webapp.events.log import newest_position, note
from webapp.live.pushes import MOST_BEHIND, QUIET_SECONDS, RECHECK_SECONDS, RELOAD


def test_a_page_that_comes_back_gets_each_changed_root_once_as_it_is_now(
    team, campaign, hub, pushes, status, rows, badge, happens, turn
):
    people.run_background()
    turn()
    after = newest_position()
    seen = happens(campaign, times=3)

    page, client = opened_with_client(hub, ticket_of(team, campaign))
    pushes.welcome(client, after)
    turn()

    sent = everything(page, hub)
    assert bodies(sent) == [str(one) for one in (*seen[:2], seen[2], seen[2], seen[2])]
    assert sum("-status" in text for text in sent) == 1
    assert sum("-badge" in text for text in sent) == 1
    assert sum("event-" in text for text in sent) == 3
    assert marks(sent) == [after] * 5 + [newest_position()]


def test_a_page_that_missed_nothing_is_sent_nothing(
    team, campaign, hub, pushes, status, happens, turn
):
    happens(campaign)
    page, client = opened_with_client(hub, ticket_of(team, campaign))

    pushes.welcome(client, newest_position())
    turn()

    assert everything(page, hub) == []


def test_a_page_too_far_behind_is_told_to_load_again(
    team, campaign, hub, pushes, status, happens, turn
):
    after = newest_position()
    with unit_of_work():
        for _ in range(MOST_BEHIND + 1):
            note("campaign.touched", subject=campaign, by=team.alice.actor)
    people.run_background()
    turn()

    page, client = opened_with_client(hub, ticket_of(team, campaign))
    pushes.welcome(client, after)
    turn()

    assert page.read(1) == [RELOAD]


def test_a_page_that_returns_while_something_happens_misses_nothing(
    team, campaign, hub, pushes, status, turn, steady
):
    people.run_background()
    turn()
    after = newest_position()
    happened("campaign.touched", campaign, team)
    people.run_background()
    page, client = opened_with_client(hub, ticket_of(team, campaign))
    last = happened("campaign.touched", campaign, team)
    people.run_background()

    pushes.welcome(client, after)
    turn()
    steady.now += QUIET_SECONDS
    turn()

    assert bodies(everything(page, hub))[-1] == str(last)


def test_the_first_pass_begins_at_the_newest_position(team, campaign, hub, pushes, status, turn):
    happened("campaign.touched", campaign, team)
    people.run_background()
    page = opened(hub, ticket_of(team, campaign))

    turn()

    assert everything(page, hub) == []


def test_a_session_that_is_revoked_loses_its_sockets_at_once(team, campaign, hub, pushes, turn):
    turn()
    here, there = _two_sessions(team)
    ended = opened(hub, ticket_of(team, campaign, session_id=there))
    goes_on = opened(hub, ticket_of(team, campaign, session_id=here))

    accounts.revoke_session(session_id=there, by=team.alice.actor)
    people.run_background()
    turn()

    assert ended.read_to_the_end().code == 1008
    assert everything(goes_on, hub) == [f"<!--{newest_position()}-->"]


def test_a_member_who_is_removed_loses_the_sockets_of_this_team_only(
    team, campaign, hub, pushes, turn
):
    turn()
    left = opened(hub, ticket_of(team, campaign, team.bob.id))
    elsewhere = opened(hub, ticket("team:99", team_id=99, user_id=team.bob.id))
    stays = opened(hub, ticket_of(team, campaign))

    membership = membership_of(team.bob.id)
    accounts.remove_member(membership_id=membership.id, by=team.alice.actor)
    people.run_background()
    turn()
    hub.broadcast(99, "team:99", "hello")

    assert left.read_to_the_end().code == 1008
    assert elsewhere.read(1) == ["hello"]
    assert everything(stays, hub) == [f"<!--{newest_position()}-->"]


def test_a_session_that_ran_out_loses_its_sockets_at_the_next_check(
    team, campaign, hub, pushes, turn, steady
):
    (session,) = _sessions(team, 1)
    page = opened(hub, ticket_of(team, campaign, session_id=session))
    steady.now += RECHECK_SECONDS
    turn()
    assert everything(page, hub) == []

    clock.travel(13 * 3600)  # unused for longer than a session that is not remembered may be
    turn()
    assert everything(page, hub) == []

    steady.now += RECHECK_SECONDS
    turn()
    assert page.read_to_the_end().code == 1008


def _two_sessions(team: Any) -> tuple[int, int]:
    here, there = _sessions(team, 2)
    return here, there


def _sessions(team: Any, number: int) -> list[int]:
    with acting_for(team.id):
        for _ in range(number):
            joining.open_session(team.alice.id, people.BROWSER, remember=False)
        return sorted(one.id for one in sessions_of(team.alice.id))
