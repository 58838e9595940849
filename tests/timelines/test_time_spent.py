"""Time spent: whose, at which rate, what it adds up to, and who sees what it cost."""

from datetime import timedelta

import pytest

from tests.clients import signed_in
from tests.timelines import plans
from webapp.availability.commands import set_cost_rate
from webapp.availability.queries import profile_of
from webapp.core import clock, zones
from webapp.core.errors import Conflict, Forbidden, Invalid
from webapp.db import find
from webapp.timelines import queries
from webapp.timelines.models import TimeEntry
from webapp.timelines.tasks import trash_task
from webapp.timelines.time_spent import log_time, remove_time


@pytest.fixture
def task(team, campaign):
    return plans.task(team, campaign, "Artwork")


def costs(team, person, rate):
    version = profile_of(person.id).version
    set_cost_rate(user_id=person.id, cost_rate=rate, version=version, by=team.alice.actor)


def log(person, task, minutes, **more):
    return log_time(task_id=task.id, minutes=minutes, by=person.actor, **more)


def test_time_is_kept_with_the_rate_of_its_day_and_a_later_one_changes_nothing(team, task):
    costs(team, team.mia, "50")
    first = log(team.mia, task, 90)
    costs(team, team.mia, "80")
    second = log(team.mia, task, 30)

    assert [find(TimeEntry, one).rate_cents for one in (first, second)] == [5000, 8000]
    assert queries.cost_of(queries.time_entries(task.id)) == {"USD": 7500 + 4000}
    assert queries.minutes_spent(task.id) == 120


def test_costs_are_rounded_once_and_currencies_never_added(team, task):
    entries = [
        TimeEntry(
            team_id=1, campaign_id=1, task_id=1, user_id=1, on=clock.now().date(), minutes=minutes,
            rate_cents=rate, currency=currency,
        )
        for minutes, rate, currency in ((20, 1000, "EUR"), (20, 1000, "EUR"), (60, 700, "USD"))
    ]  # fmt: skip

    assert queries.cost_of(entries) == {"EUR": 667, "USD": 700}


def test_without_a_rate_time_counts_and_costs_nothing(team, task):
    log(team.mia, task, 45)

    assert queries.minutes_spent(task.id) == 45
    assert queries.cost_of(queries.time_entries(task.id)) == {}


def test_without_a_day_it_is_the_campaigns_today(team, campaign, task):
    entry = find(TimeEntry, log(team.mia, task, 10))

    assert entry.on == zones.today(clock.now(), campaign.zone)


def test_a_day_to_come_is_refused(team, task):
    with pytest.raises(Invalid, match="has not come yet"):
        log(team.mia, task, 10, on=clock.now().date() + timedelta(days=2))


def test_only_ones_own_time_is_taken_back(team, task):
    entry = log(team.mia, task, 10)

    with pytest.raises(Forbidden):
        remove_time(time_entry_id=entry, by=team.alice.actor)
    remove_time(time_entry_id=entry, by=team.mia.actor)

    assert queries.time_entries(task.id) == []


def test_no_time_is_logged_on_what_is_in_the_trash(team, task):
    trash_task(task_id=task.id, by=team.mia.actor)

    with pytest.raises(Conflict, match="in the trash"):
        log(team.mia, task, 10)


def test_time_is_logged_and_taken_back_on_the_page(app, team, task):
    mia = signed_in(app, team.mia)

    answer = mia.post(f"/tasks/{task.id}/time", data={"minutes": "95", "what": "First <cut>"})
    page = mia.get(f"/tasks/{task.id}").text
    mia.post("/time/1/remove")

    assert answer.headers["Location"] == f"/tasks/{task.id}#time"
    assert f'id="task-{task.id}-spent" data-live class="muted">1 h 35 min<' in page
    assert "First &lt;cut&gt;" in page
    assert queries.time_entries(task.id) == []


@pytest.mark.parametrize("minutes", ["", "0", "1441", "soon"])
def test_refused_minutes_keep_what_was_typed(app, team, task, minutes):
    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/time", data={"minutes": minutes, "what": "First cut"}
    )

    assert answer.status_code == 422
    assert 'id="minutes-error"' in answer.text
    assert 'value="First cut"' in answer.text


@pytest.mark.parametrize(("who", "sees"), [("mia", True), ("vera", False)])
def test_what_it_cost_is_shown_to_who_may_see_finance(app, team, task, who, sees):
    costs(team, team.mia, "50")
    log(team.mia, task, 90)

    page = signed_in(app, getattr(team, who)).get(f"/tasks/{task.id}").text

    assert ("$75.00" in page) is sees
    assert "1 h 30 min" in page


def test_others_see_time_and_no_button_to_take_it_back(app, team, task):
    log(team.mia, task, 90)

    page = signed_in(app, team.bob).get(f"/tasks/{task.id}").text

    assert "<bdi>Mia Moss</bdi>" in page
    assert 'action="/time/' not in page
