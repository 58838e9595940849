"""A day to the minute: what is its own, what has a time, what goes on, what happens by itself."""

from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in, stranger
from tests.schedule import looks
from tests.schedule.test_week import begun, lives_in
from tests.timelines import plans
from webapp.availability.commands import add_absence, add_blackout
from webapp.core import clock


@pytest.fixture
def day(monday):
    return f"/schedule/day/{monday.isoformat()}"


def section(html: str, name: str) -> str:
    """The words under a heading; '' when the page has none such."""
    parts = html.split(f'aria-labelledby="{name}"')
    return looks.text("<" + parts[1].split("</section>")[0]) if len(parts) > 1 else ""


def test_it_says_which_day_it_is_and_in_whose_time(monday, day, bob_looks):
    page = bob_looks.get(day).text

    assert f"<h1>{monday:%A} {monday.day} {monday:%B}</h1>" in page
    assert "All times UTC." in page


def test_a_day_of_another_year_says_which(bob_looks):
    assert "<h1>Friday 1 January 2049</h1>" in bob_looks.get("/schedule/day/2049-01-01").text


@pytest.mark.parametrize("on", ["2026-02-30", "20261120", "today", "2026-W47-1", "0001-01-01"])
def test_a_day_that_never_is_is_not_found(bob_looks, on):
    assert bob_looks.get(f"/schedule/day/{on}").status_code == 404


def test_what_has_a_time_stands_by_the_hour(team, campaign, monday, day, bob_looks):
    begun(team, campaign, monday)
    plans.task(team, campaign, "Upload", estimate_minutes=90, assignee_id=team.mia.id)

    timed = section(bob_looks.get(day).text, "h-timed")

    assert "09:00 to 10:30 Upload Mia Moss, Tidal Lines EP To do" in timed
    assert "09:00 to 13:00 Brief Nobody yet, Tidal Lines EP To do" in timed


def test_milestones_and_due_work_are_the_days_own(team, campaign, monday, day, bob_looks):
    begun(team, campaign, monday)
    plans.task(team, campaign, "Page live", is_milestone=True, start_on=monday)
    plans.task(team, campaign, "Film", days=3, due_on=monday)

    page = bob_looks.get(day).text

    assert "All day Page live" in section(page, "h-own")
    assert "Due Film" in section(page, "h-own")
    assert "Film, until" in section(page, "h-wide")


def test_what_goes_on_before_and_after_says_until_when(team, campaign, monday, bob_looks):
    begun(team, campaign, monday)
    plans.task(team, campaign, "Film", days=3)
    wednesday = monday + timedelta(days=2)

    before = section(bob_looks.get(f"/schedule/day/{monday.isoformat()}").text, "h-wide")
    last = section(bob_looks.get(f"/schedule/day/{wednesday.isoformat()}").text, "h-wide")

    assert f"Film, until {wednesday:%a} {wednesday.day} {wednesday:%b} To do" in before
    assert "Film To do" in last


def test_what_happens_by_itself_is_there_to_the_minute(team, monday, day, bob_looks):
    people.scheduled(
        team, start_on=monday, start_time="10:17", target_on=monday + timedelta(days=5)
    )

    timers = section(bob_looks.get(day).text, "h-timers")

    assert "10:17 Tidal Lines EP Starts." in timers
    assert timers.endswith("Planned")


def test_what_happened_by_itself_is_done(app, team, monday, day):
    campaign = people.scheduled(team, start_on=monday, target_on=monday + timedelta(days=5))
    clock.travel((campaign.starts_at - clock.now()).total_seconds() + 1)
    people.run_background()

    assert section(signed_in(app, team.bob).get(day).text, "h-timers").endswith("Done")


def test_another_campaigns_timers_are_left_out(team, monday, day, bob_looks):
    campaign = people.scheduled(team, start_on=monday, target_on=monday + timedelta(days=5))

    assert section(bob_looks.get(f"{day}?campaign={campaign.id}").text, "h-timers")
    assert not section(bob_looks.get(f"{day}?campaign={campaign.id + 1}").text, "h-timers")


def test_who_works_and_who_is_away_is_said(team, monday, day, bob_looks):
    add_absence(user_id=team.mia.id, starts_on=monday, by=team.mia.actor)
    lives_in(team.alice, "Europe/Berlin")

    listed = looks.people(bob_looks.get(day).text)

    back = monday + timedelta(days=1)
    assert "works 08:00 to 16:00" in listed["Alice Arden"]
    assert "works 09:00 to 17:00" in listed["Bob Brook"]
    assert f"away until {back:%a} {back.day} {back:%b}" in listed["Mia Moss"]
    assert "works" not in listed["Mia Moss"]


def test_a_closed_day_says_why(team, monday, day, bob_looks):
    add_blackout(starts_on=monday, reason="Moving house", by=team.bob.actor)

    assert "Moving house. All times UTC." in looks.text(bob_looks.get(day).text)


def test_a_weekend_is_a_day_off(monday, bob_looks):
    sunday = monday - timedelta(days=1)

    page = bob_looks.get(f"/schedule/day/{sunday.isoformat()}").text

    assert "A day off." in page
    assert "Nothing is planned" in page


def test_days_follow_each_other_with_what_is_chosen(monday, day, bob_looks):
    page = bob_looks.get(f"{day}?show=tasks").text

    after = monday + timedelta(days=1)
    label = f"Next day, {after:%a} {after.day} {after:%b}"
    assert looks.hrefs(page, label) == f"/schedule/day/{after.isoformat()}?show=tasks"
    assert looks.hrefs(page, "Week").startswith("/schedule?week=")


def test_more_than_a_day_has_room_for_is_counted(team, campaign, monday, day, bob_looks):
    begun(team, campaign, monday)
    for number in range(63):
        plans.task(team, campaign, f"Post {number}", estimate_minutes=30)

    page = bob_looks.get(day).text

    assert section(page, "h-timed").count("Post") == 60
    assert "And 4 more. Choose a campaign above to see fewer." in page


@pytest.mark.parametrize(
    "old",
    ["/dashboard/schedule", "/dashboard/schedule/week/9", "/dashboard/schedule/day/2026-12-04"],
)
def test_addresses_of_the_dashboard_that_was_lead_to_pages(bob_looks, old):
    answer = bob_looks.get(bob_looks.get(old).headers["Location"])

    assert answer.status_code == 200
    assert "aria-current=page>" in answer.text


def test_strangers_are_sent_to_sign_in(app, day):
    assert stranger(app).get(day).status_code == 303
