"""The plan as a whole on pages: moved along with its target or by days, laid anew from today, and
its settings.
"""

import re
from datetime import date, timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.timelines import plans
from tests.together import assert_one_event_per_version
from webapp.availability.commands import add_blackout
from webapp.availability.queries import blackouts
from webapp.core import clock
from webapp.core.errors import Conflict
from webapp.db import find
from webapp.timelines import planning, queries, shifting
from webapp.timelines.commands import shift_plan
from webapp.timelines.models import Timeline


def path_of(campaign, more=""):
    return f"/campaigns/{campaign.id}/timeline{more}"


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def release(team):
    """A draft whose release stands on its target, a Friday; the artwork has a day of its own."""
    first = plans.monday()
    campaign = people.draft(
        team, start_on=first, target_on=first + timedelta(days=11), end_on=None, name="Tidal Lines"
    )
    art = plans.task(team, campaign, "Artwork", 2, start_on=first + timedelta(days=1))
    plans.begin(team, campaign, first)
    goal = plans.task(team, campaign, "Release", is_milestone=True, start_on=campaign.target_on)
    plans.after(team, goal, art)
    return campaign


def dates_form(campaign, target_on):
    wall = campaign.starts_wall
    return {
        "start_on": wall.date().isoformat(),
        "start_time": f"{wall:%H:%M}",
        "target_on": target_on.isoformat(),
        "end_on": (target_on + timedelta(days=7)).isoformat(),
        "version": campaign.version,
    }


def test_a_moved_target_offers_to_move_the_plan_along(app, team, release):
    was, mia = release.target_on, signed_in(app, team.mia)
    form = dates_form(release, was + timedelta(days=7))

    answer = mia.post(f"/campaigns/{release.id}/dates", data=form)
    page = text_of(mia.get(answer.headers["Location"]).text)

    assert answer.headers["Location"] == path_of(release, f"/shift?target_was={was}")
    assert "5 working days later" in page
    assert "2 chosen days move 5 working days later" in page


def test_a_target_that_stays_offers_nothing(app, team, release):
    form = dates_form(release, release.target_on)

    answer = signed_in(app, team.mia).post(f"/campaigns/{release.id}/dates", data=form)

    assert answer.headers["Location"] == f"/campaigns/{release.id}"


def test_without_chosen_days_a_moved_target_offers_nothing(app, team, campaign, chain):
    form = dates_form(campaign, campaign.target_on + timedelta(days=7))

    answer = signed_in(app, team.mia).post(f"/campaigns/{campaign.id}/dates", data=form)

    assert answer.headers["Location"] == f"/campaigns/{campaign.id}"


def test_the_plan_moves_along_as_one_change_that_can_be_undone(app, team, release):
    was, bob = release.target_on, signed_in(app, team.bob)
    bob.post(f"/campaigns/{release.id}/dates", data=dates_form(release, was + timedelta(days=7)))

    answer = bob.post(path_of(release, "/shift"), data={"days": "5", "target_was": was.isoformat()})
    page = bob.get(path_of(release)).text

    assert answer.status_code == 303
    found = plans.by_title(release)
    assert found["Release"].finishes_at.date() == was + timedelta(days=7)
    assert found["Artwork"].starts_at.date() == plans.monday() + timedelta(days=8)
    assert "The plan moved" in page
    assert "/undo" in page


def test_looking_at_a_shift_moves_nothing(app, team, release):
    before = queries.lines(release.id)

    page = signed_in(app, team.mia).get(path_of(release, "/shift?days=-1"))

    assert "1 working day sooner" in text_of(page.text)
    assert queries.lines(release.id) == before


@pytest.mark.parametrize(
    "query", ["days=x", "target_was=x", "days=999999", "target_was=0001-01-01"]
)
def test_a_shift_of_nonsense_is_a_page(app, team, release, query):
    assert signed_in(app, team.mia).get(path_of(release, f"/shift?{query}")).status_code == 200


def test_a_target_on_a_free_day_keeps_what_stood_on_it(team, release):
    saturday = release.target_on + timedelta(days=1)

    pins = shifting.pins_of_plan(laid(release), 0, clock.now(), (release.target_on, saturday))

    assert [at.date() for at in pins.values()] == [saturday]


def laid(campaign):
    return planning.lay(queries.timeline_of(campaign.id))


def test_what_began_or_has_no_day_of_its_own_does_not_move(team, campaign, chain):
    with pytest.raises(Conflict, match="No day ahead was chosen"):
        shift_plan(campaign_id=campaign.id, days=5, by=team.mia.actor)


MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("from_day", "number", "to_day"),
    [(0, 5, 7), (0, 0, 0), (4, 1, 7), (7, -1, 4), (5, 5, 12), (5, -5, -2), (1, -1, 0), (5, 1, 8)],
)
def test_days_are_counted_as_they_are_worked(team, campaign, from_day, number, to_day):
    plans.task(team, campaign, "Artwork")
    times = laid(campaign).times
    first, last = (MONDAY + timedelta(days=n) for n in (from_day, to_day))

    assert shifting.days_after(times, first, number) == last


def test_days_between_count_both_ways(team, campaign):
    plans.task(team, campaign, "Artwork")
    times = laid(campaign).times

    assert shifting.days_between(times, MONDAY, MONDAY + timedelta(days=7)) == 5
    assert shifting.days_between(times, MONDAY + timedelta(days=7), MONDAY) == -5


def test_recalculating_is_looked_at_before_it_is_done(app, team, campaign, chain):
    plans.begin(team, campaign, plans.monday(-4))
    mia, before = signed_in(app, team.mia), queries.lines(campaign.id)
    where = path_of(campaign, "/recalculate")

    page = mia.get(where).text
    untouched = queries.lines(campaign.id)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    answer = mia.post(where, data={"version": version})

    assert "Artwork" in page[page.index("What moves") :]
    assert untouched == before
    assert answer.status_code == 303
    assert plans.by_title(campaign)["Artwork"].starts_at >= before[0].starts_at + timedelta(days=7)


def test_a_plan_that_changed_meanwhile_is_not_laid_anew(app, team, campaign, chain):
    answer = signed_in(app, team.mia).post(path_of(campaign, "/recalculate"), data={"version": "1"})

    assert answer.status_code == 409


@pytest.mark.parametrize("more", ["/recalculate", "/shift?days=1"])
def test_where_nothing_is_planned_there_is_nothing_to_move(app, team, campaign, more):
    assert signed_in(app, team.mia).get(path_of(campaign, more)).status_code == 409


def settings_form(campaign, **changes):
    version = queries.timeline_of(campaign.id).version
    form = {"starts_on": plans.monday().isoformat(), "buffer_hours": "24", "version": version}
    return form | changes


def test_the_start_of_work_and_the_buffer_are_set(app, team, campaign, chain):
    answer = signed_in(app, team.mia).post(
        path_of(campaign, "/settings"), data=settings_form(campaign)
    )

    found = queries.timeline_of(campaign.id)
    assert answer.status_code == 303
    assert (found.starts_on, found.buffer_minutes) == (plans.monday(), 24 * 60)


def test_settings_may_be_saved_before_the_first_task(app, team, campaign):
    form = {"starts_on": plans.monday().isoformat(), "buffer_hours": "8", "version": "1"}

    answer = signed_in(app, team.mia).post(path_of(campaign, "/settings"), data=form)

    assert answer.status_code == 303
    assert queries.timeline_of(campaign.id).buffer_minutes == 480


def test_refused_settings_keep_what_was_typed(app, team, campaign, chain):
    answer = signed_in(app, team.mia).post(
        path_of(campaign, "/settings"), data=settings_form(campaign, buffer_hours="-3")
    )

    assert answer.status_code == 422
    assert 'value="-3"' in answer.text
    assert "It must be at least 0." in answer.text


def test_stale_settings_show_both_versions(app, team, campaign, chain):
    form = settings_form(campaign)
    plans.begin(team, campaign, plans.monday(), buffer_hours=5)

    answer = signed_in(app, team.mia).post(path_of(campaign, "/settings"), data=form)

    assert answer.status_code == 409
    assert "Somebody changed this" in answer.text
    assert queries.timeline_of(campaign.id).buffer_minutes == 5 * 60


def closed(campaign):
    return [
        (one.starts_on, one.reason)
        for one in blackouts(date(2000, 1, 1), date(2090, 1, 1), campaign.id)
    ]


def test_a_manager_closes_days_for_one_campaign_and_opens_them_again(app, team, campaign, chain):
    bob = signed_in(app, team.bob)
    form = {"closed_from": plans.monday().isoformat(), "ends_on": "", "reason": "Studio closed"}

    bob.post(path_of(campaign, "/blackouts"), data=form)
    added, elsewhere = closed(campaign), closed(people.draft(team, name="Another"))
    page = bob.get(path_of(campaign, "/settings")).text
    bob.post(re.search(r'action="([^"]+/blackouts/\d+/remove)"', page)[1])

    assert added == [(plans.monday(), "Studio closed")]
    assert elsewhere == []
    assert closed(campaign) == []


def test_days_that_cannot_be_closed_say_so_beside_their_field(app, team, campaign):
    form = {"closed_from": "", "ends_on": "", "reason": ""}

    answer = signed_in(app, team.bob).post(path_of(campaign, "/blackouts"), data=form)

    assert answer.status_code == 422
    assert 'id="closed_from-error"' in answer.text
    assert 'id="reason-error"' in answer.text


def test_another_campaigns_closed_days_are_not_opened_here(app, team, campaign):
    blackout_id = add_blackout(starts_on=plans.monday(), reason="Quiet", by=team.bob.actor)

    answer = signed_in(app, team.bob).post(path_of(campaign, f"/blackouts/{blackout_id}/remove"))

    assert answer.status_code == 404
    assert len(closed(campaign)) == 1


def test_a_viewer_reads_the_settings_without_a_form(app, team, campaign, chain):
    page = signed_in(app, team.vera).get(path_of(campaign, "/settings"))

    assert page.status_code == 200
    assert "Mon–Fri 09:00–17:00" in page.text
    assert 'name="buffer_hours"' not in page.text


def test_a_plans_version_counts_its_events(app, team, release):
    shift_plan(campaign_id=release.id, days=2, by=team.mia.actor)

    assert find(Timeline, queries.timeline_of(release.id).id).version > 1
    assert_one_event_per_version(Timeline)
