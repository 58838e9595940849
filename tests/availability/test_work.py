"""How people work: skills, hours, how much at once, who steps in, what an hour costs."""

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from tests.availability.work import edit_work, own_hours, set_week
from webapp.accounts import commands as accounts
from webapp.accounts.queries import membership_of
from webapp.accounts.queries import team as own_team
from webapp.availability import commands, queries
from webapp.availability.models import WorkProfile
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from webapp.db import acting_for, db
from webapp.events.models import Event
from webapp.operations import operation_of


def events():
    query = select(Event).where(Event.name == "work_profile.changed").order_by(Event.id)
    return list(db.session.scalars(query))


def change_role(team, person, role):
    member = membership_of(person.id)
    accounts.change_member(
        membership_id=member.id,
        role=role,
        approve_limit="",
        version=member.version,
        by=team.alice.actor,
    )


def remove(team, person):
    accounts.remove_member(membership_id=membership_of(person.id).id, by=team.alice.actor)


def set_rate(team, person, rate, version=None):
    known = queries.profile_of(person.id).version
    return commands.set_cost_rate(
        user_id=person.id,
        cost_rate=rate,
        version=known if version is None else version,
        by=team.alice.actor,
    )


def test_everybody_who_works_here_has_a_profile_before_they_say_anything(team):
    found = queries.profiles()

    assert [one.name for one in found] == ["Alice Arden", "Bob Brook", "Mia Moss"]
    assert {one.hours for one in found} == {queries.working_week().hours}
    assert {(one.max_concurrent, one.skills, one.backup_id, one.version) for one in found} == {
        (5, (), None, 0)
    }


def test_who_left_or_only_looks_on_has_none(team):
    remove(team, team.mia)

    assert [one.user_id for one in queries.profiles()] == [team.alice.id, team.bob.id]
    for gone in (team.mia, team.vera, team.charlie):
        with pytest.raises(NotFound):
            queries.profile_of(gone.id)


def test_what_somebody_says_of_their_work_is_kept(team):
    edit_work(
        team.mia,
        skills=["Video Éditing", "", "press"],
        levels=[3, 2, 1],
        max_concurrent=2,
        backup_id=team.bob.id,
        slack_user_id="U012AB3CD",
        **own_hours(Mon="10:00-14:30", Sun="20:00-00:00"),
    )

    found = queries.profile_of(team.mia.id)

    assert [(one.word, one.key, one.level) for one in found.skills] == [
        ("Video Éditing", "video editing", 3),
        ("press", "press", 1),
    ]
    assert found.hours == ((600, 870), None, None, None, None, None, (1200, 1440))
    assert (found.has_own_hours, found.max_concurrent) == (True, 2)
    assert (found.backup_id, found.slack_user_id) == (team.bob.id, "U012AB3CD")


def test_a_skill_is_found_however_it_is_written(team):
    edit_work(team.mia, skills=["Vidéo editing"], levels=[2])

    found = queries.profile_of(team.mia.id)

    assert (found.level("VIDEO  editing"), found.level("press")) == (2, 0)


def test_without_hours_of_their_own_people_follow_the_team(team):
    edit_work(team.mia, **own_hours(Mon="10:00-12:00"))
    edit_work(team.mia)
    set_week(team, weekdays=[5], starts="08:00", ends="12:00")

    found = queries.profile_of(team.mia.id)

    assert found.hours == (None,) * 5 + ((480, 720), None)
    assert found.has_own_hours is False


def test_hours_of_ones_own_are_absent_in_the_row_when_they_are_the_teams(team):
    edit_work(team.mia)

    absent = select(WorkProfile.id).where(WorkProfile.hours.is_(None))

    assert db.session.scalars(absent).all() == [1]


def test_each_change_is_one_event_that_names_the_person_only(team):
    edit_work(team.mia, skills=["press"], levels=[1])
    edit_work(team.mia, skills=["press"], levels=[1])
    set_rate(team, team.mia, "40")

    assert [(one.subject_version, one.data) for one in events()] == [
        (1, {"user_id": team.mia.id}),
        (2, {"user_id": team.mia.id}),
    ]


def test_a_manager_may_speak_for_others_and_a_member_may_not(team):
    edit_work(team.mia, by=team.bob, max_concurrent=3)

    with pytest.raises(Forbidden):
        edit_work(team.bob, by=team.mia, max_concurrent=9)

    assert queries.profile_of(team.mia.id).max_concurrent == 3
    assert queries.profile_of(team.bob.id).max_concurrent == 5


def test_who_only_looks_on_has_no_work_to_plan(team):
    with pytest.raises(Conflict, match="only looks on"):
        edit = {"user_id": team.vera.id, "skills": [], "levels": [], "version": 0}
        commands.edit_work(**edit, by=team.bob.actor)


def test_nobody_says_anything_of_people_elsewhere(team):
    with pytest.raises(NotFound):
        edit = {"user_id": team.charlie.id, "skills": [], "levels": [], "version": 0}
        commands.edit_work(**edit, by=team.alice.actor)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"skills": ["Press", "PRESS"], "levels": [1, 2]}, "skills"),
        ({"skills": ["x" * 41], "levels": [1]}, "skills"),
        ({"skills": [str(n) for n in range(31)], "levels": [1] * 31}, "skills"),
        ({"skills": ["press"], "levels": [4]}, "levels"),
        ({"skills": ["press"], "levels": []}, "levels"),
        ({"max_concurrent": 0}, "max_concurrent"),
        ({"max_concurrent": 51}, "max_concurrent"),
        ({"slack_user_id": "@mia"}, "slack_user_id"),
        ({"hours": "own"}, "ends"),
        (own_hours(), "ends"),
        (own_hours(Mon="10:00-09:00"), "ends"),
        (own_hours(Mon="10:00-"), "ends"),
        (own_hours(Mon="10-11"), "ends"),
        (own_hours(Mon="10:00-25:00"), "ends"),
    ],
)
def test_work_that_cannot_be_meant_is_refused_beside_its_field(changes, field):
    values = {"user_id": 1, "skills": [], "levels": [], "starts": [], "ends": [], "version": 0}

    with pytest.raises(ValidationError) as refused:
        commands.EditWork.model_validate(values | {"max_concurrent": 5} | changes)

    assert {one["loc"][0] for one in refused.value.errors()} == {field}


def test_the_day_that_is_wrong_is_named():
    with pytest.raises(ValidationError, match="Wed: the day ends before it starts"):
        commands.EditWork.model_validate(
            {"user_id": 1, "max_concurrent": 5, "version": 0} | own_hours(Wed="10:00-09:00")
        )


@pytest.mark.parametrize("backup", ["mia", "vera", "charlie"])
def test_somebody_else_who_works_here_steps_in(team, backup):
    with pytest.raises(Invalid) as refused:
        edit_work(team.mia, backup_id=getattr(team, backup).id)

    assert set(refused.value.fields) == {"backup_id"}


def test_a_backup_who_left_is_no_reason_to_refuse_the_rest(team):
    edit_work(team.mia, backup_id=team.bob.id)
    remove(team, team.bob)

    edit_work(team.mia, backup_id=team.bob.id, max_concurrent=2)

    assert queries.profile_of(team.mia.id).max_concurrent == 2


@pytest.mark.parametrize("how", ["left", "looks on"])
def test_who_left_or_only_looks_on_since_steps_in_for_nobody(team, how):
    edit_work(team.mia, backup_id=team.bob.id)

    remove(team, team.bob) if how == "left" else change_role(team, team.bob, "viewer")

    assert queries.profile_of(team.mia.id).backup_id is None


def test_a_form_shown_before_somebody_saved_is_refused_with_both_versions_in_words(team):
    edit_work(team.mia, skills=["Press"], levels=[1], backup_id=team.bob.id)

    with pytest.raises(StaleVersion) as refused:
        edit_work(team.mia, version=0, max_concurrent=3, **own_hours(Fri="10:00-12:00"))

    assert refused.value.fields == {
        "skills": ("Skills", "", "Press (can help)"),
        "hours": ("Hours", "Fri 10:00–12:00", "The team's"),
        "max_concurrent": ("Most tasks at once", "3", "5"),
        "backup_id": ("Backup", "", "Bob Brook"),
        "slack_user_id": ("Slack member ID", "", ""),
    }


def test_an_hour_costs_what_the_owner_set(team):
    set_rate(team, team.mia, "42.50")
    known = queries.profile_of(team.mia.id).cost_rate_cents
    set_rate(team, team.mia, "")

    assert known == 4250
    assert queries.profile_of(team.mia.id).cost_rate_cents is None


def test_a_rate_is_the_owners_to_set(team):
    assert operation_of(commands.set_cost_rate).permission == "team.manage"


def test_a_rate_that_is_no_amount_is_refused(team):
    with pytest.raises(Invalid) as refused:
        set_rate(team, team.mia, "a lot")

    assert set(refused.value.fields) == {"cost_rate"}


def test_a_stale_rate_is_refused_with_both(team):
    set_rate(team, team.mia, "40")

    with pytest.raises(StaleVersion) as refused:
        set_rate(team, team.mia, "50", version=0)

    assert refused.value.fields == {"cost_rate": ("An hour costs", "$50.00", "$40.00")}


def test_a_rate_in_a_currency_the_team_left_counts_for_nothing(team):
    set_rate(team, team.mia, "40")
    now = own_team()
    accounts.edit_team(
        name=now.name, zone=now.zone, currency="EUR", version=now.version, by=team.alice.actor
    )

    assert queries.profile_of(team.mia.id).cost_rate_cents is None


def test_who_is_made_a_viewer_is_planned_no_more_and_is_remembered(team):
    edit_work(team.mia, max_concurrent=2)
    change_role(team, team.mia, "viewer")
    while_viewer = [one.user_id for one in queries.profiles()]
    change_role(team, team.mia, "member")

    assert team.mia.id not in while_viewer
    assert queries.profile_of(team.mia.id).max_concurrent == 2


def test_one_person_may_work_differently_in_two_teams(team):
    edit_work(team.mia, max_concurrent=2)
    elsewhere = team.charlie.actor.team_id
    db.session.expunge_all()

    with acting_for(elsewhere):
        assert [one.user_id for one in queries.profiles()] == [team.charlie.id]
