"""Analytics is added up once per change: kept while nothing happens to results, anew at once when
something does.
"""

from datetime import timedelta

import pytest

from tests import people
from tests.ads.results import day, record
from tests.clients import signed_in
from webapp.analytics import queries
from webapp.campaigns.commands import edit_campaign
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock
from webapp.db import acting_for
from webapp.web.marks import mark_of_team


@pytest.fixture
def added(monkeypatch):
    """How often results were added up."""
    times = []
    real = queries.per_platform
    monkeypatch.setattr(
        queries, "per_platform", lambda wanted: times.append(wanted) or real(wanted)
    )
    return times


@pytest.fixture
def vera(app, team):
    return signed_in(app, team.vera)


@pytest.fixture
def tidal(team):
    campaign = people.draft(team, name="Tidal Lines")
    record(campaign, team.mia, day(clock.now().date(), "10", impressions=1000, clicks=10))
    return campaign


def test_the_same_page_is_added_up_once_for_the_whole_team(app, team, vera, tidal, added):
    pages = {one.get("/analytics").status_code for one in (vera, signed_in(app, team.bob), vera)}

    assert pages == {200}
    assert len(added) == 1


def test_new_results_are_there_at_once(team, vera, tidal):
    before = vera.get("/analytics").text

    record(tidal, team.mia, day(clock.now().date(), "77.50", impressions=1000))

    assert "$77.50" not in before
    assert "$77.50" in vera.get("/analytics").text


def test_results_count_before_and_after_the_relay_has_seen_them(team, vera, tidal, added):
    vera.get("/analytics")
    people.run_background()

    vera.get("/analytics")

    assert len(added) == 1


def test_a_renamed_campaign_has_its_new_name_at_once(team, vera, tidal):
    vera.get("/analytics")
    words = ("type", "objective", "description", "target_audience", "owner_id", "version")
    values = {name: getattr(tidal, name) for name in words}

    edit_campaign(campaign_id=tidal.id, name="Ebb", by=team.alice.actor, **values)

    assert ">Ebb<" in vera.get("/analytics").text


def test_a_campaign_in_the_trash_counts_nowhere_at_once(team, vera, tidal):
    vera.get("/analytics")

    trash_campaign(campaign_id=tidal.id, version=tidal.version, by=team.alice.actor)

    assert "No results in these days" in vera.get("/analytics").text


def test_what_changes_no_results_adds_nothing_up_again(team, vera, tidal, added):
    vera.get("/analytics")

    people.shared(team, tidal)

    assert vera.get("/analytics").status_code == 200
    assert len(added) == 1


@pytest.mark.parametrize(
    "other", ["?period=7", "?measure=clicks", "?platform=google", "?compare=none"]
)
def test_another_choice_is_another_panel(vera, tidal, added, other):
    vera.get("/analytics")

    vera.get(f"/analytics{other}")

    assert len(added) == 2


def test_another_day_is_another_period(app, team, vera, tidal):
    vera.get("/analytics?period=7")

    clock.travel(timedelta(days=8).total_seconds())

    assert "No results in these days" in signed_in(app, team.vera).get("/analytics?period=7").text


def test_another_team_sees_its_own(app, team, vera, tidal):
    assert "Tidal Lines" in vera.get("/analytics").text

    assert "No results in these days" in signed_in(app, team.charlie).get("/analytics").text


def test_the_chart_for_the_plotting_library_follows_too(team, vera, tidal):
    path = "/analytics/figure.json?currency=USD"
    before = vera.get(path).get_json()

    record(tidal, team.mia, day(clock.now().date(), "99", impressions=1000))

    assert vera.get(path).get_json() != before


def test_a_mark_names_only_what_was_asked_for(team, tidal):
    with acting_for(team.id):
        results, all_of_it = mark_of_team("results.recorded"), mark_of_team("share.*")
        people.shared(team, tidal)

        assert mark_of_team("results.recorded") == results
        assert mark_of_team("share.*") != all_of_it
