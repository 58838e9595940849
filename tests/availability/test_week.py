"""The team's week: what it is until somebody sets it, who may, and what is refused."""

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from tests.availability.work import set_week
from tests.events.apart import together
from webapp.availability import queries
from webapp.availability.models import WorkingWeek
from webapp.availability.week import DEFAULT, days_in_words
from webapp.core.errors import StaleVersion
from webapp.db import acting_for, db
from webapp.events.models import Event


def events(name="working_week.changed"):
    query = select(Event).where(Event.name == name).order_by(Event.id)
    return list(db.session.scalars(query))


def test_a_team_works_from_monday_to_friday_until_it_says_otherwise(team):
    assert queries.working_week() == DEFAULT
    assert days_in_words(DEFAULT.hours) == "Mon–Fri 09:00–17:00"


def test_a_week_is_kept_as_it_was_set(team):
    set_week(team, weekdays=[1, 6], starts="10:30", ends="18:00", country="DE", region="BY")

    kept = queries.working_week()

    assert (kept.weekdays, kept.starts, kept.ends) == ({1, 6}, 630, 1080)
    assert (kept.country, kept.region, kept.version) == ("DE", "BY", 1)


def test_a_day_may_end_at_midnight(team):
    set_week(team, starts="16:00", ends="00:00")

    assert queries.working_week().ends == 24 * 60


def test_each_change_is_one_event_with_the_version_it_led_to(team):
    set_week(team)
    set_week(team, ends="18:00")
    set_week(team, ends="18:00")

    assert [one.subject_version for one in events()] == [1, 2]
    assert {one.subject_kind for one in events()} == {"working_week"}
    assert events()[0].data == {}


def test_a_form_shown_before_somebody_saved_is_refused_with_both_versions(team):
    set_week(team, country="DE")

    with pytest.raises(StaleVersion) as refused:
        set_week(team, ends="18:00", version=0)

    assert refused.value.version == 1
    assert refused.value.fields == {
        "weekdays": ("Working days", "Mon–Fri 09:00–18:00", "Mon–Fri 09:00–17:00"),
        "country": ("Public holidays", "", "Germany"),
    }


def test_of_two_who_set_it_for_the_first_time_at_once_one_is_told_of_the_other(team):
    def press():
        with acting_for(team.id):
            try:
                return set_week(team, version=0)
            except StaleVersion:
                return None

    answers = together([(press,), (press,)])

    assert sorted(answers, key=str)[1] is None
    assert db.session.scalar(select(func.count()).select_from(WorkingWeek)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [7]}, "weekdays"),
        ({"starts": "17:00"}, "ends"),
        ({"starts": "540"}, "starts"),
        ({"ends": "25:00"}, "ends"),
        ({"country": "XX"}, "country"),
        ({"country": "DE", "region": "ENG"}, "region"),
        ({"region": "BY"}, "region"),
    ],
)
def test_a_week_nobody_can_work_is_refused_beside_its_field(team, changes, field):
    with pytest.raises(ValidationError) as refused:
        set_week(team, **changes)

    assert {one["loc"][0] for one in refused.value.errors()} == {field}
