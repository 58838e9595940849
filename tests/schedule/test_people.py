"""Who has room: what each has in hand, what is planned of their hours, and who is away."""

from datetime import UTC, datetime, time, timedelta

from tests.availability import work
from tests.schedule import looks
from tests.schedule.test_week import begun, lives_in
from tests.timelines import plans
from webapp.availability.commands import add_absence
from webapp.core import clock


def test_everybody_who_works_here_is_listed_and_who_only_looks_is_not(team, week, bob_looks):
    listed = looks.people(bob_looks.get(week).text)

    assert list(listed) == ["Alice Arden", "Bob Brook", "Mia Moss"]
    assert "0 of 5" in listed["Mia Moss"]


def test_tasks_in_hand_are_counted_against_what_somebody_takes(
    team, campaign, monday, week, bob_looks
):
    work.edit_work(team.mia, max_concurrent=2)
    begun(team, campaign, monday)
    for title in ("Artwork", "Masters"):
        made = plans.task(team, campaign, title, assignee_id=team.mia.id)
        plans.move(team, made, "start")

    page = bob_looks.get(week).text

    assert looks.people(page)["Mia Moss"].endswith("2 of 2")
    assert 'class="nowrap count warn-t">2 of 2' in page


def test_planned_hours_stand_beside_those_somebody_works(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    plans.task(team, campaign, "Artwork", days=1.5, assignee_id=team.mia.id)

    assert "12 of 40 h" in looks.people(bob_looks.get(week).text)["Mia Moss"]


def test_hours_somebody_is_away_are_not_theirs_to_plan(team, campaign, monday, week, bob_looks):
    add_absence(
        user_id=team.mia.id,
        starts_on=monday + timedelta(days=1),
        ends_on=monday + timedelta(days=2),
        by=team.mia.actor,
    )

    said = looks.people(bob_looks.get(week).text)["Mia Moss"]

    assert "0 of 24 h" in said
    assert "away Tue to Wed" in said


def test_work_planned_on_days_off_is_over_all_of_it(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    plans.task(team, campaign, "Artwork", assignee_id=team.mia.id)
    add_absence(user_id=team.mia.id, starts_on=monday, by=team.mia.actor)

    page = bob_looks.get(week).text

    assert "8 of 32 h" in looks.people(page)["Mia Moss"]
    assert 'style="--v:100" class=over' in page


def test_cancelled_work_takes_nobodys_hours(team, campaign, monday, week, bob_looks):
    begun(team, campaign, monday)
    made = plans.task(team, campaign, "Artwork", assignee_id=team.mia.id)
    plans.move(team, made, "cancel")

    assert "0 of 40 h" in looks.people(bob_looks.get(week).text)["Mia Moss"]


def test_who_is_away_now_says_until_when(team, bob_looks):
    today = clock.now().astimezone(UTC).date()
    add_absence(
        user_id=team.mia.id,
        starts_on=today,
        ends_on=today + timedelta(days=20),
        by=team.mia.actor,
    )

    back = today + timedelta(days=21)
    assert f"away until {back:%a} {back.day} {back:%b}" in bob_looks.get("/schedule").text


def test_each_ones_own_time_is_said(team, week, bob_looks):
    noon = datetime.combine(clock.now().astimezone(UTC).date(), time(12), UTC)
    clock.travel((noon - clock.now()).total_seconds())
    lives_in(team.mia, "America/Argentina/Buenos_Aires")

    assert "Buenos Aires, 09:00" in looks.people(bob_looks.get(week).text)["Mia Moss"]


def test_somebodys_hours_elsewhere_fall_on_the_days_of_who_looks(team, monday, week, bob_looks):
    lives_in(team.mia, "Pacific/Auckland")  # nine in the morning there is the evening before here

    assert "0 of 40 h" in looks.people(bob_looks.get(week).text)["Mia Moss"]


def test_a_name_leads_to_that_persons_tasks(team, week, bob_looks):
    page = bob_looks.get(week).text

    assert looks.hrefs(page, "Mia Moss") == f"{week}&person={team.mia.id}"
