"""What a week leaves out, how little of a large one it shows, and what it costs to look."""

from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.schedule import looks
from tests.schedule.test_week import begun
from tests.timelines import plans
from webapp.views.schedule_week import MOST_CARDS


@pytest.fixture
def page_live(team, campaign, monday):
    """A half-day task and a milestone on Monday."""
    begun(team, campaign, monday)
    return plans.task(team, campaign, "Page live", is_milestone=True, start_on=monday)


def test_a_sort_that_is_left_out_is_not_shown(page_live, week, bob_looks):
    page = bob_looks.get(f"{week}&show=milestones").text

    assert "Brief" not in looks.columns(page)[0]
    assert "Page live" in looks.columns(page)[0]


def test_each_sort_is_a_link_that_turns_it_on_or_off(page_live, week, bob_looks):
    page = bob_looks.get(f"{week}&show=milestones,tasks").text

    assert looks.hrefs(page, "Tasks") == f"{week}&show=milestones"
    assert looks.hrefs(page, "Approvals") == f"{week}&show=milestones,tasks,approvals"


def test_with_everything_on_the_address_says_nothing_of_it(page_live, week, bob_looks):
    page = bob_looks.get(f"{week}&show=milestones,tasks,approvals").text

    assert looks.hrefs(page, "Campaign runs and ads") == week


def test_what_is_left_out_stays_so_in_the_next_week(page_live, week, monday, bob_looks):
    page = bob_looks.get(f"{week}&show=tasks").text

    number = (monday + timedelta(days=7)).isocalendar().week
    assert looks.hrefs(page, f"Next week, {number}").endswith("&show=tasks")


def test_the_numbers_count_what_is_left_out_too(page_live, week, bob_looks):
    shown = looks.numbers(bob_looks.get(f"{week}&show=approvals").text)

    assert shown["Milestones"] == "1, 0 reached"
    assert shown["Tasks planned"] == "1, 0 done"


def test_one_campaigns_week(team, campaign, page_live, monday, week, bob_looks):
    other = people.draft(team, name="Winter Sessions", start_on=monday)
    plans.task(team, other, "Posters", days=0.5, start_on=monday)

    page = bob_looks.get(f"{week}&campaign={other.id}").text

    assert "Posters" in looks.columns(page)[0]
    assert "Brief" not in page
    assert looks.numbers(page)["Tasks planned"] == "1, 0 done"


def test_one_persons_week(team, campaign, page_live, monday, week, bob_looks):
    plans.task(team, campaign, "Posters", days=0.5, start_on=monday, assignee_id=team.mia.id)

    page = bob_looks.get(f"{week}&person={team.mia.id}").text

    assert "Posters" in looks.columns(page)[0]
    assert "Brief" not in page
    assert list(looks.people(page)) == ["Mia Moss"]


def test_another_teams_campaign_or_person_is_nothing(team, page_live, week, bob_looks):
    for named in ("campaign=999", f"person={team.charlie.id}", "campaign=x", "person=-1"):
        page = bob_looks.get(f"{week}&{named}")

        assert page.status_code == 200
        assert "Charlie" not in page.text


def test_a_full_day_shows_the_first_and_leads_to_the_rest(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    for number in range(MOST_CARDS + 3):
        plans.task(team, campaign, f"Post {number}", estimate_minutes=30 + number)

    page = bob_looks.get(week).text

    assert page.count('class="ev"') == MOST_CARDS + 1  # and the campaign's start, on Tuesday
    assert looks.hrefs(page, "4 more") == f"/schedule/day/{monday.isoformat()}"


def test_more_work_over_several_days_than_fits_is_counted(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    for number in range(11):
        plans.task(team, campaign, f"Film {number}", days=2)

    page = bob_looks.get(week).text

    assert len(looks.spans(page)) == 8
    assert "And 3 more over several days." in page


def test_a_running_campaign_lies_over_its_days(app, team, monday, week):
    campaign = people.scheduled(
        team,
        start_on=monday + timedelta(days=1),
        target_on=monday + timedelta(days=9),
        platforms=["google", "x"],
    )
    browser = signed_in(app, team.bob)

    page = browser.get(week).text

    end = monday + timedelta(days=9)
    words = f"Tidal Lines EP, ads on 2 platforms, until {end:%a} {end.day} {end:%b}"
    assert looks.spans(page) == {f"Scheduled: {words}": "2/8"}
    assert looks.spans(browser.get(f"{week}&show=tasks").text) == {}
    assert f'data-campaign-id="{campaign.id}" data-status="scheduled"' in page


def test_a_campaigns_card_says_how_far_it_is_who_works_on_it_and_what_comes_next(
    team, monday, week, bob_looks
):
    campaign = people.scheduled(team, start_on=monday, target_on=monday + timedelta(days=9))
    first = plans.task(team, campaign, "Artwork", assignee_id=team.mia.id)
    plans.task(team, campaign, "Masters", assignee_id=team.bob.id)
    friday = monday + timedelta(days=4)
    plans.task(team, campaign, "Page live", is_milestone=True, start_on=friday)
    plans.move(team, first, "finish")

    page = bob_looks.get(week).text

    card = looks.text(page.split('<a class="run"')[1].split("</a>")[0])
    assert "Scheduled: Tidal Lines EP" in card
    assert f"Next: Page live , {friday:%a} {friday.day} {friday:%b}" in card
    assert "Alice Arden, Bob Brook, Mia Moss" in card
    assert "1 of 2 tasks, 50%" in card
    assert "recipient" not in page


def test_looking_costs_as_many_statements_for_many_campaigns(
    app, team, campaign, page_live, monday, week
):
    people.submitted(team, name="First", start_on=monday, target_on=monday + timedelta(3))
    people.scheduled(team, name="Zeroth", start_on=monday, target_on=monday + timedelta(3))
    browser = signed_in(app, team.bob)
    before = looks.statements(browser, week)
    for number in range(4):
        people.submitted(team, name=f"S{number}", start_on=monday, target_on=monday + timedelta(3))
        other = people.scheduled(
            team, name=f"C{number}", start_on=monday, target_on=monday + timedelta(3)
        )
        plans.task(team, other, "Posters", start_on=monday, assignee_id=team.mia.id)
        plans.task(team, other, "Done", is_milestone=True, start_on=monday)

    assert looks.statements(browser, week) <= before
    assert before <= 40


def test_htmx_gets_the_schedule_alone(page_live, week, bob_looks):
    piece = bob_looks.get(week, headers={"HX-Request": "true"}).text

    assert piece.strip().startswith('<div id="schedule">')
    assert "<html" not in piece


def test_a_page_fetches_its_own_week_when_the_calendar_changed(team, page_live, week, bob_looks):
    page = bob_looks.get(f"{week}&show=tasks").text

    shown = page.split('<div id="shown"')[1].split(">")[0]
    assert f'hx-get="{week}&amp;show=tasks"' in shown
    assert f'data-follows="team-{team.id}-schedule"' in shown
    assert f'<span id="team-{team.id}-schedule" data-live data-at="' in page
    assert "<form" not in page.split('<div id="shown"')[1].split("</main>")[0]
