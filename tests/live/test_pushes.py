"""The render thread: which message goes to whom after which event, and how often."""

from typing import Any

from tests import people
from tests.live.pages import bodies, everything, marks, opened, ticket, ticket_of
from webapp.core.errors import NotFound
from webapp.events.log import newest_position
from webapp.live.pace import PASSES_PER_SECOND
from webapp.live.pushes import QUIET_SECONDS
from webapp.web.fragments import fragment


def test_an_event_is_one_message_with_one_root_behind_the_position(
    following, campaign, hub, status, happens
):
    before = newest_position()

    (event,) = happens(campaign)

    sent = everything(following, hub)
    assert sent[0] == f'<!--{before}--><div id="campaign-{campaign.id}-status">{event}</div>'
    assert sent[1:] == [f"<!--{newest_position()}-->"]


def test_the_same_root_is_drawn_at_once_then_once_more_with_the_latest(
    following, campaign, hub, status, happens, turn, steady
):
    first, *_, last = [happens(campaign)[0] for _ in range(5)]
    assert bodies(everything(following, hub)) == [str(first)]

    steady.now += QUIET_SECONDS
    turn()

    assert bodies(everything(following, hub)) == [str(first), str(last)]


def test_after_half_a_second_a_root_is_drawn_at_once_again(
    following, campaign, hub, status, happens, steady
):
    drawn = []
    for _ in range(3):
        drawn += happens(campaign)
        steady.now += QUIET_SECONDS

    assert bodies(everything(following, hub)) == [str(one) for one in drawn]


def test_a_busy_root_does_not_slow_another(team, campaign, hub, status, happens, following):
    other = people.draft(team, name="Second")
    people.run_background()
    busy = happens(campaign, times=3)

    page = opened(hub, ticket_of(team, other))
    calm = happens(other)

    assert bodies(everything(following, hub)) == [str(busy[-1])]
    assert bodies(everything(page, hub)) == [str(calm[0])]


def test_a_root_that_several_rows_share_is_one_root_to_the_throttle(
    team, campaign, hub, numbers, happens, turn, steady, following
):
    other = people.draft(team, name="Second")
    people.run_background()
    turn()
    following.texts.clear()
    everything(following, hub)
    following.texts.clear()
    steady.now += QUIET_SECONDS

    first, last = happens(campaign)[0], happens(other)[0]
    assert bodies(everything(following, hub)) == [str(first)]

    steady.now += QUIET_SECONDS
    turn()
    assert bodies(everything(following, hub)) == [str(first), str(last)]


def test_several_roots_of_one_campaign_that_change_together_are_all_drawn(
    following, campaign, hub, parts, happens
):
    seen = happens(campaign, times=3)

    assert bodies(everything(following, hub)) == [str(one) for one in seen]


def test_the_rows_of_one_pass_all_go_at_once(following, campaign, hub, rows, happens):
    seen = happens(campaign, times=9)

    assert bodies(everything(following, hub)) == [str(one) for one in seen]


def test_a_page_gets_four_passes_at_once_and_then_four_a_second(
    following, campaign, hub, rows, happens, turn, steady
):
    seen = [happens(campaign)[0] for _ in range(7)]
    assert bodies(everything(following, hub)) == [str(one) for one in seen[:4]]

    steady.now += 1 / PASSES_PER_SECOND
    turn()
    assert bodies(everything(following, hub)) == [str(one) for one in seen]


def test_what_waited_goes_before_what_is_new(following, campaign, hub, rows, happens, steady):
    seen = [happens(campaign)[0] for _ in range(6)]

    steady.now += 1 / PASSES_PER_SECOND
    seen += happens(campaign)

    assert bodies(everything(following, hub)) == [str(one) for one in seen]


def test_a_page_that_is_busy_does_not_slow_another_page(
    team, campaign, hub, rows, happens, following
):
    other = people.draft(team, name="Second")
    people.run_background()
    for _ in range(6):
        happens(campaign)

    page = opened(hub, ticket_of(team, other))
    calm = happens(other)

    assert bodies(everything(page, hub)) == [str(calm[0])]


def test_a_page_is_not_told_a_position_beyond_what_is_still_held_back(
    following, campaign, hub, status, rows, happens, turn, steady
):
    happens(campaign)
    reached = newest_position()

    happens(campaign)
    assert max(marks(everything(following, hub))) == reached

    steady.now += QUIET_SECONDS
    turn()
    assert marks(everything(following, hub))[-1] == newest_position()


def test_a_page_that_nothing_concerns_still_learns_how_far_the_log_is(
    team, campaign, hub, happens, following
):
    happens(campaign)

    assert everything(following, hub) == [f"<!--{newest_position()}-->"]


def test_one_broken_fragment_does_not_stop_the_others(
    following, campaign, hub, pushes, status, happens, caplog
):
    @fragment("broken.html", on=("campaign.*",), topic="campaign:{campaign_id}")
    def broken(event: Any) -> dict[str, Any]:
        return {}

    first = happens(campaign)

    assert bodies(everything(following, hub)) == [str(first[0])]
    assert "the fragment broken could not be rendered" in caplog.text


def test_a_row_that_is_gone_is_nothing_to_show(following, campaign, hub, pushes, happens, caplog):
    @fragment("status.html", on=("campaign.*",), topic="campaign:{campaign_id}")
    def gone(event: Any) -> dict[str, Any]:
        raise NotFound

    happens(campaign)

    assert bodies(everything(following, hub)) == []
    assert "could not be rendered" not in caplog.text


def test_what_is_for_one_person_reaches_that_person_only(
    team, campaign, hub, badge, happens, following
):
    bob = opened(hub, ticket_of(team, campaign, team.bob.id))

    happens(campaign)

    assert f'id="user-{team.alice.id}-badge"' in everything(following, hub)[0]
    assert f'id="user-{team.bob.id}-badge"' in everything(bob, hub)[0]
    assert len(bodies(following.texts)) == len(bodies(bob.texts)) == 1


def test_a_person_of_two_teams_sees_each_teams_own_on_its_pages(
    team, campaign, hub, badge, happens, following
):
    elsewhere = opened(
        hub, ticket(f"user:{team.alice.id}", team_id=team.id + 1, user_id=team.alice.id)
    )

    happens(campaign)
    hub.broadcast(team.id + 1, f"user:{team.alice.id}", "theirs")

    assert elsewhere.read(1) == ["theirs"]


def test_another_teams_page_gets_nothing_whatever_topics_it_names(
    team, campaign, hub, status, rows, numbers, badge, happens, following
):
    topics = (f"team:{team.id}", f"user:{team.alice.id}", f"campaign:{campaign.id}")
    spy = opened(hub, ticket(*topics, team_id=team.id + 1, user_id=team.charlie.id))

    happens(campaign)
    hub.broadcast(team.id + 1, f"team:{team.id}", "the end")

    assert spy.read(1) == ["the end"]


def test_fragments_can_link(whole_app):
    made = whole_app.extensions["live"].pushes.environment

    assert {"path_for", "icon_href", "range"} <= set(made.globals)
    assert not {"request", "session", "g", "csrf_token", "url_for"} & set(made.globals)
