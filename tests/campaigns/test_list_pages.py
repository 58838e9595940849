"""The list of campaigns: what it shows, finds, sorts and continues."""

import pytest

from tests import people
from tests.clients import signed_in
from webapp.campaigns import queries

HTMX = {"HX-Request": "true"}


def test_the_list_shows_this_teams_campaigns_only(app, team, draft_id):
    assert "Tidal Lines EP" in signed_in(app, team.vera).get("/campaigns").text
    assert "Tidal Lines EP" not in signed_in(app, team.charlie).get("/campaigns").text


def test_a_team_without_campaigns_is_told_what_one_is(app, team):
    page = signed_in(app, team.alice).get("/campaigns").text

    assert "No campaigns yet" in page
    assert 'href="/campaigns/new"' in page


def test_a_search_shows_what_fits_and_says_how_many(app, team, draft_id):
    people.draft(team, name="Winter Sessions tour", type="tour")

    page = signed_in(app, team.alice).get("/campaigns?q=WINTER").text

    assert "Winter Sessions tour" in page
    assert "Tidal Lines EP" not in page
    assert "1 campaign</span>" in page


def test_a_search_without_a_match_offers_to_clear_it(app, team, draft_id):
    page = signed_in(app, team.alice).get("/campaigns?q=nothing+like+this").text

    assert "No campaign fits" in page
    assert "Clear filters" in page


def test_htmx_gets_the_results_without_the_shell(app, team, draft_id):
    answer = signed_in(app, team.alice).get("/campaigns?q=tidal", headers=HTMX)

    assert "<html" not in answer.text
    assert 'id="list-rows"' in answer.text
    assert "Tidal Lines EP" in answer.text


def test_a_tab_shows_its_states_with_their_count(app, team, draft_id, running_id):
    page = signed_in(app, team.alice).get("/campaigns?tab=live").text

    assert f'id="campaign-{running_id}-row"' in page
    assert f'id="campaign-{draft_id}-row"' not in page
    assert 'Live <span class="c">1</span>' in page


@pytest.mark.parametrize("query", ["tab=x&sort=y&type=z", "owner=abc", "after=~~", "q=%00"])
def test_what_the_filter_does_not_know_counts_as_not_set(app, team, draft_id, query):
    page = signed_in(app, team.alice).get(f"/campaigns?{query}")

    assert page.status_code == 200
    assert "Tidal Lines EP" in page.text


def test_sorting_turns_with_a_second_press(app, team):
    for name in ("Alpha", "Beta"):
        people.draft(team, name=name)
    client = signed_in(app, team.alice)

    up, down = client.get("/campaigns?sort=name").text, client.get("/campaigns?sort=-name").text

    assert up.index(">Alpha<") < up.index(">Beta<")
    assert down.index(">Beta<") < down.index(">Alpha<")
    assert 'aria-sort="ascending"' in up
    assert 'href="/campaigns?sort=-name"' in up


def test_more_than_a_page_continues_where_it_stopped(app, team, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    ids = [people.draft(team, name=f"Push {number}").id for number in range(5)]
    client = signed_in(app, team.alice)
    first = client.get("/campaigns").text
    link = first.split('class="btn" href="')[-1].split('"')[0].replace("&amp;", "&")

    second = client.get(link, headers=HTMX).text

    assert f"campaign-{ids[3]}-row" in first
    assert f"campaign-{ids[2]}-row" not in first
    assert "<table" not in second
    assert [f"campaign-{one}-row" in second for one in ids] == [False, True, True, False, False]
    assert "Show 50 more" in second
    assert client.get(link).status_code == 200
