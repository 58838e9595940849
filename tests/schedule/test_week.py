"""The week: what is planned stands where it belongs, whoever looks from wherever."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests import people
from tests.availability import work
from tests.clients import signed_in, stranger
from tests.schedule import looks
from tests.timelines import plans
from webapp.accounts import queries as accounts
from webapp.accounts.commands import edit_profile
from webapp.availability.commands import add_blackout
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock
from webapp.timelines.tasks import block_task


def begun(team, campaign, monday):
    """Work begins on the Monday of the week."""
    plans.task(team, campaign, "Brief", days=0.5)
    plans.begin(team, campaign, monday)


def lives_in(person, zone: str) -> None:
    user = accounts.person(person.id)
    edit_profile(name=user.name, zone=zone, company="", version=user.version, by=person.actor)


def test_a_task_stands_on_the_day_it_is_planned(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)

    days = looks.columns(bob_looks.get(week).text)

    assert "To do, 09:00 to 13:00 Brief Nobody yet, Tidal Lines EP" in days[0]
    assert all("Brief" not in day for day in days[1:])


def test_work_over_several_days_is_a_span_that_says_when_it_ends(
    team, campaign, monday, week, bob_looks
):
    begun(team, campaign, monday)
    first = plans.task(team, campaign, "Storyboard", days=3)
    second = plans.task(team, campaign, "Cut two teasers", days=4)
    plans.after(team, second, first)

    spans = looks.spans(bob_looks.get(week).text)

    ends = monday + timedelta(days=8)
    assert spans["To do: Storyboard"] == "1/4"
    assert spans[f"To do: Cut two teasers, until {ends:%a} {ends.day} {ends:%b}"] == "4/8"


def test_a_span_that_began_earlier_starts_at_the_edge(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday - timedelta(days=7))
    plans.task(team, campaign, "Masters", days=7)

    assert looks.spans(bob_looks.get(week).text)["To do: Masters"] == "1/3"


def test_a_milestone_is_a_day_of_the_campaigns_own(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    friday = monday + timedelta(days=4)
    plans.task(team, campaign, "Pre-save page live", is_milestone=True, start_on=friday)
    lives_in(team.bob, "Pacific/Kiritimati")  # fourteen hours ahead

    days = looks.columns(bob_looks.get(week).text)

    assert "To do, All day Pre-save page live Tidal Lines EP" in days[4]


def test_times_are_the_viewers_and_the_page_says_whose(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    lives_in(team.bob, "Asia/Tokyo")

    page = bob_looks.get(week).text

    assert "All times Asia/Tokyo." in page
    assert "18:00 to 22:00 Brief" in looks.columns(page)[0]


def test_what_is_late_in_another_zone_stands_on_the_viewers_day(
    team, campaign, monday, week, bob_looks
):
    work.set_week(team, starts="20:00", ends="23:00")
    begun(team, campaign, monday)
    plans.task(team, campaign, "Upload", estimate_minutes=60, start_on=monday)
    lives_in(team.bob, "Asia/Tokyo")

    days = looks.columns(bob_looks.get(week).text)

    assert "05:00 to 06:00 Upload" in days[1]


def test_a_task_stands_on_its_due_day_too(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    thursday = monday + timedelta(days=3)
    plans.task(team, campaign, "Credits", days=0.5, due_on=thursday)

    days = looks.columns(bob_looks.get(week).text)

    assert "09:00 to 13:00 Credits" in days[0]
    assert "To do, Due Credits" in days[3]


def test_a_task_due_on_the_day_it_is_planned_stands_there_once(
    team, campaign, monday, week, bob_looks
):
    begun(team, campaign, monday)
    plans.task(team, campaign, "Credits", days=0.5, due_on=monday)

    assert bob_looks.get(week).text.count("Credits</b>") == 1


def test_a_campaigns_start_target_and_end_are_days(team, monday, week, bob_looks):
    campaign = people.draft(
        team,
        start_on=monday,
        target_on=monday + timedelta(days=2),
        end_on=monday + timedelta(days=4),
    )

    days = looks.columns(bob_looks.get(week).text)

    assert f"All day {campaign.name} Campaign starts" in days[0]
    assert f"All day {campaign.name} Target day" in days[2]
    assert f"All day {campaign.name} Campaign ends" in days[4]


def test_a_start_with_a_time_says_it(team, monday, week, bob_looks):
    people.draft(team, start_on=monday, start_time="10:30", target_on=monday + timedelta(days=2))

    assert "10:30 Tidal Lines EP Campaign starts" in looks.columns(bob_looks.get(week).text)[0]


def test_a_launch_waits_until_its_campaigns_start(team, monday, week, bob_looks):
    people.submitted(team, start_on=monday, start_time="18:00", target_on=monday + timedelta(5))

    page = bob_looks.get(week).text

    assert "Waiting, 18:00 Launch a campaign Tidal Lines EP" in looks.columns(page)[0]
    assert looks.numbers(page)["Waiting for approval"].startswith("1, Request ")


def test_a_decided_request_stands_when_it_was_decided(team, monday, bob_looks):
    people.scheduled(team, start_on=monday, target_on=monday + timedelta(5))
    today = clock.now().astimezone(UTC).date()

    days = looks.columns(bob_looks.get("/schedule").text)

    assert "Launch a campaign Tidal Lines EP" in days[today.weekday()]


def test_a_change_that_acted_by_itself_is_no_request(team, campaign, monday, bob_looks):
    begun(team, campaign, monday)
    plans.shift(team, plans.task(team, campaign, "Masters"), monday + timedelta(days=2))

    assert "Move dates" not in bob_looks.get("/schedule").text


def test_overdue_and_blocked_work_needs_attention(app, team, campaign, monday, week):
    begun(team, campaign, monday)
    stuck = plans.task(team, campaign, "Photos", days=0.5)
    block_task(task_id=stuck.id, reason="No venue", version=stuck.version, by=team.mia.actor)
    clock.travel((plans.at(monday, 14) - clock.now()).total_seconds())

    monday_says = looks.columns(signed_in(app, team.bob).get(week).text)[0]

    assert "Overdue, 09:00 to 13:00 Brief Overdue, Nobody yet" in monday_says
    assert "Blocked, 09:00 to 13:00 Photos Blocked, Nobody yet" in monday_says


def test_done_work_says_so(app, team, campaign, monday, week):
    begun(team, campaign, monday)
    clock.travel((plans.at(monday, 9) - clock.now()).total_seconds())
    task = plans.move(team, plans.task(team, campaign, "Masters"), "start")
    clock.travel(3 * 3600)
    plans.move(team, task, "finish")

    page = signed_in(app, team.bob).get(week).text

    assert "Done, 09:00 to 12:00 Masters" in looks.columns(page)[0]
    assert looks.numbers(page)["Tasks planned"] == "2, 1 done"
    assert looks.numbers(page)["Completion"] == "50%, Of the tasks planned"


def test_a_days_reason_for_being_closed_is_on_it(team, monday, week, bob_looks):
    add_blackout(starts_on=monday, ends_on=monday, reason="Moving house", by=team.bob.actor)

    page = bob_looks.get(week).text

    assert "Moving house" in looks.columns(page)[0]
    assert looks.classes(page)[0] == "day we"


def test_a_public_holiday_is_named(app, team, bob_looks):
    work.set_week(team, country="DE")

    page = bob_looks.get("/schedule?week=2026-W53").text

    assert "New Year's Day" in looks.columns(page)[4]
    assert "we" in looks.classes(page)[4]


def test_a_blackout_of_another_campaign_closes_nothing(team, campaign, monday, week, bob_looks):
    add_blackout(starts_on=monday, reason="Tour break", campaign_id=campaign.id, by=team.bob.actor)
    other = people.draft(team, name="Other")

    assert "Tour break" in bob_looks.get(f"{week}&campaign={campaign.id}").text
    assert "Tour break" not in bob_looks.get(f"{week}&campaign={other.id}").text
    assert "Tour break" not in bob_looks.get(week).text


def test_days_off_are_those_of_the_teams_week(team, week, bob_looks):
    work.set_week(team, weekdays=[6, 0, 1, 2, 3])

    off = [" we" in one for one in looks.classes(bob_looks.get(week).text)]

    assert off == [False] * 4 + [True, True, False]


def test_days_with_nothing_vanish_on_phones_but_today_stays(bob_looks):
    page = bob_looks.get("/schedule").text

    today = clock.now().astimezone(UTC).date().weekday()
    empty = ["empty-day" in one for one in looks.classes(page)]
    assert empty == [place != today for place in range(7)]
    assert "today" in looks.classes(page)[today]


def test_the_week_without_a_name_is_this_one(bob_looks):
    found = clock.now().astimezone(UTC).date().isocalendar()

    assert f"Week {found.week}, " in bob_looks.get("/schedule").text


@pytest.mark.parametrize(
    ("key", "title", "before", "after"),
    [
        ("2026-W47", "Week 47, 16 to 22 November", "2026-W46", "2026-W48"),
        ("2026-W49", "Week 49, 30 November to 6 December", "2026-W48", "2026-W50"),
        ("2026-W53", "Week 53, 28 December 2026 to 3 January 2027", "2026-W52", "2027-W01"),
        ("2027-W01", "Week 1, 4 to 10 January 2027", "2026-W53", "2027-W02"),
        ("2024-W52", "Week 52, 23 to 29 December 2024", "2024-W51", "2025-W01"),
    ],
)
def test_weeks_go_on_over_the_ends_of_years(app, team, key, title, before, after):
    now = datetime.combine(date(2026, 11, 20), time(12), UTC)
    clock.travel((now - clock.now()).total_seconds())

    page = signed_in(app, team.bob).get(f"/schedule?week={key}").text

    assert f"<h1>{title}</h1>" in page
    numbers = [int(one[-2:]) for one in (before, after)]
    assert looks.hrefs(page, f"Previous week, {numbers[0]}") == f"/schedule?week={before}"
    assert looks.hrefs(page, f"Next week, {numbers[1]}") == f"/schedule?week={after}"


@pytest.mark.parametrize(
    "key", ["2027-W53", "2026-W00", "2026-W5", "47", "0000-W01", "x", "9999-W52"]
)
def test_a_week_that_never_is_is_not_found(bob_looks, key):
    assert bob_looks.get(f"/schedule?week={key}").status_code == 404


def test_a_trashed_or_archived_campaign_is_out_of_sight(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.mia.actor)

    page = bob_looks.get(week).text

    assert "Brief" not in page
    assert "Tidal Lines EP</b>" not in page


def test_a_week_of_an_empty_team_says_so(bob_looks, week):
    assert "Nothing is planned. All times UTC." in looks.text(bob_looks.get(week).text)


def test_words_of_people_are_never_markup(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    plans.task(team, campaign, "<b>Loud</b> & “quiet”", days=0.25)
    plans.task(team, campaign, "<i>Long</i>", days=9)

    page = bob_looks.get(week).text

    assert "&lt;b&gt;Loud&lt;/b&gt; &amp; “quiet”" in page
    assert "<i>Long" not in page


def test_strangers_are_sent_to_sign_in(app, week):
    assert stranger(app).get(week).status_code == 303
