"""The pages of working time: who sees which form, what was typed is kept beside its error, and both
versions are shown.
"""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.availability.work import edit_work, set_week
from tests.clients import signed_in, stranger
from webapp.accounts.queries import membership_of
from webapp.availability import commands, queries
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock, zones
from webapp.db import db

WEEK = "/settings/working-time"
WORK = "/settings/work"
FORM = {
    "weekdays": ["0", "1"],
    "starts": "08:00",
    "ends": "16:00",
    "country": "DE",
    "region": "BY",
    "version": "0",
}
OWN = {
    "skills": ["Press", "", ""],
    "levels": ["3", "2", "2"],
    "hours": "team",
    "starts": ["09:00"] * 5 + ["", ""],
    "ends": ["17:00"] * 5 + ["", ""],
    "max_concurrent": "4",
    "backup_id": "",
    "slack_user_id": "",
    "version": "0",
}


def member_path(person):
    member_id = membership_of(person.id).id
    db.session.rollback()
    return f"/settings/members/{member_id}/work"


def in_days(number):
    return (zones.today(clock.now(), "UTC") + timedelta(days=number)).isoformat()


@pytest.mark.parametrize("path", [WEEK, WORK])
def test_a_stranger_signs_in_first(app, path):
    assert stranger(app).get(path).status_code == 303


@pytest.mark.parametrize("who", ["alice", "bob", "mia"])
@pytest.mark.parametrize("path", [WEEK, WORK])
def test_everybody_who_works_sees_the_pages_with_one_heading(app, team, who, path):
    page = signed_in(app, getattr(team, who)).get(path)

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert f'href="{path}" aria-current=page' in page.text


def test_who_only_looks_on_sees_the_teams_time_and_has_no_work(app, team):
    vera = signed_in(app, team.vera)

    page = vera.get(WEEK)

    assert "Mon–Fri 09:00–17:00" in page.text
    assert f'href="{WORK}"' not in page.text
    assert vera.get(WORK).status_code == 403


@pytest.mark.parametrize(
    ("who", "forms"),
    [
        ("alice", ["", "/blackouts"]),
        ("bob", ["/blackouts"]),
        ("mia", []),
        ("vera", []),
    ],
)
def test_each_role_sees_the_forms_it_may_send(app, team, who, forms):
    page = signed_in(app, getattr(team, who)).get(WEEK).text

    assert re.findall(rf'action="{WEEK}([^"]*)"', page) == forms


@pytest.mark.parametrize(
    "path",
    [f"{WEEK}/blackouts", f"{WEEK}/blackouts/1/remove", f"{WORK}/absences/1/remove"],
)
def test_unsafe_paths_reject_get(app, team, path):
    assert signed_in(app, team.alice).get(path).status_code == 405


def test_a_week_is_saved_and_said(app, team):
    alice = signed_in(app, team.alice)

    answer = alice.post(WEEK, data=FORM)
    page = alice.get(WEEK).text

    assert answer.status_code == 303
    assert "Working time saved" in page
    assert 'value="08:00"' in page
    assert '<option value="BY" selected>Bayern</option>' in page
    assert "Next public holidays" in page
    assert len(re.findall(r'name="weekdays" value="\d" checked', page)) == 2


def test_a_refused_week_keeps_what_was_typed_beside_the_error(app, team):
    answer = signed_in(app, team.alice).post(
        WEEK, data=FORM | {"ends": "07:00", "weekdays": ["6"], "region": "ENG"}
    )

    assert answer.status_code == 422
    assert 'value="07:00"' in answer.text
    assert 'name="weekdays" value="6" checked' in answer.text
    assert 'name="weekdays" value="0" checked' not in answer.text
    assert "The day ends before it starts." in answer.text
    assert "Choose a region of Germany." in answer.text
    assert queries.working_week().version == 0


def test_the_regions_of_another_country_can_be_seen_before_it_is_saved(app, team):
    page = signed_in(app, team.alice).get(f"{WEEK}?country=GB").text

    assert ">Scotland</option>" in page
    assert '<option value="GB" selected>' in page


def test_a_country_without_regions_asks_for_none(app, team):
    page = signed_in(app, team.alice).get(f"{WEEK}?country=IS").text

    assert 'name="region"' not in page
    assert '<div id="regions"></div>' in page


def test_a_stale_week_shows_both_versions_and_saves_on_the_second_press(app, team):
    alice = signed_in(app, team.alice)
    set_week(team, ends="18:00")

    stale = alice.post(WEEK, data=FORM)
    newer = re.search(rf'action="{WEEK}".*?name="version" value="(\d+)"', stale.text, re.S)[1]
    again = alice.post(WEEK, data=FORM | {"version": newer})

    assert stale.status_code == 409
    assert "Mon–Fri 09:00–18:00" in stale.text
    assert "Mon–Tue 08:00–16:00" in stale.text
    assert again.status_code == 303
    assert queries.working_week().ends == 960


def test_a_blackout_is_added_listed_with_its_campaign_and_removed(app, team):
    campaign = people.draft(team, name="Tidal <Lines>")
    campaign_id = campaign.id
    bob = signed_in(app, team.bob)
    form = {"starts_on": in_days(3), "ends_on": "", "reason": "Quiet <week>"}

    added = bob.post(f"{WEEK}/blackouts", data=form | {"campaign_id": str(campaign_id)})
    page = bob.get(WEEK).text
    (path,) = re.findall(rf'action="({WEEK}/blackouts/\d+/remove)"', page)
    removed = bob.post(path)

    assert added.status_code == removed.status_code == 303
    assert "Quiet &lt;week&gt;" in page
    assert f'href="/campaigns/{campaign_id}">Tidal &lt;Lines&gt;' in page
    assert "No blackout days ahead" in bob.get(WEEK).text


def test_a_refused_blackout_keeps_its_text_and_leaves_the_week_alone(app, team):
    answer = signed_in(app, team.alice).post(
        f"{WEEK}/blackouts", data={"starts_on": in_days(9), "ends_on": in_days(3), "reason": "Kept"}
    )

    assert answer.status_code == 422
    assert 'value="Kept"' in answer.text
    assert "The last day lies before the first." in answer.text
    assert 'name="starts" type="time" value="09:00"' in answer.text


def test_closed_campaigns_are_not_offered_for_a_blackout(app, team):
    people.draft(team, name="Open one")
    gone = people.draft(team, name="Gone one")
    trash_campaign(campaign_id=gone.id, version=gone.version, by=team.alice.actor)

    page = signed_in(app, team.bob).get(WEEK).text

    assert ">Open one</option>" in page
    assert "Gone one" not in page


def test_ones_work_is_saved_and_said(app, team):
    mia = signed_in(app, team.mia)

    answer = mia.post(WORK, data=OWN | {"backup_id": str(team.bob.id)})
    page = mia.get(WORK).text

    assert answer.status_code == 303
    assert "Your work saved" in page
    assert 'name="skills" value="Press"' in page
    assert '<option value="3" selected>Leads it</option>' in page
    assert f'<option value="{team.bob.id}" selected>Bob Brook</option>' in page


def test_refused_work_keeps_every_line_beside_the_error(app, team):
    answer = signed_in(app, team.mia).post(
        WORK,
        data=OWN
        | {
            "skills": ["Film", "film", ""],
            "hours": "own",
            "starts": ["10:15"] + [""] * 6,
            "ends": ["10:00"] + [""] * 6,
        },
    )

    assert answer.status_code == 422
    assert 'value="film"' in answer.text
    assert 'value="10:15"' in answer.text
    assert 'value="own" checked' in answer.text
    assert "film is there twice." in answer.text
    assert "Mon: the day ends before it starts." in answer.text


def test_stale_work_shows_both_versions(app, team):
    mia = signed_in(app, team.mia)
    edit_work(team.mia, by=team.bob, max_concurrent=9)

    stale = mia.post(WORK, data=OWN)
    newer = re.search(rf'action="{WORK}".*?name="version" value="(\d+)"', stale.text, re.S)[1]
    again = mia.post(WORK, data=OWN | {"version": newer})

    assert stale.status_code == 409
    assert "Press (leads it)" in stale.text
    assert again.status_code == 303


def test_absences_are_added_listed_and_removed(app, team):
    mia = signed_in(app, team.mia)

    mia.post(
        f"{WORK}/absences",
        data={"starts_on": in_days(0), "ends_on": in_days(2), "reason": "Conference"},
    )
    page = mia.get(WORK).text
    (path,) = re.findall(rf'action="({WORK}/absences/\d+/remove)"', page)
    removed = mia.post(path)

    assert "Conference" in page
    assert "Away now" in page
    assert removed.headers["Location"].endswith(WORK)
    assert "None ahead." in mia.get(WORK).text


def test_a_refused_absence_keeps_its_text_and_leaves_the_work_alone(app, team):
    answer = signed_in(app, team.mia).post(
        f"{WORK}/absences", data={"starts_on": "", "ends_on": "", "reason": "Kept"}
    )

    assert answer.status_code == 422
    assert 'value="Kept"' in answer.text
    assert 'id="starts_on-error"' in answer.text
    assert 'name="max_concurrent" type="number" value="5"' in answer.text


def test_managers_find_everybodys_work_from_the_members(app, team):
    path, own = member_path(team.mia), member_path(team.vera)
    bob, mia = signed_in(app, team.bob), signed_in(app, team.mia)

    members = bob.get("/settings/members").text
    page = bob.get(path)

    assert path in members
    assert own not in members
    assert path not in mia.get("/settings/members").text
    assert page.status_code == 200
    assert ">Mia Moss</h2>" in page.text


def test_a_manager_saves_somebodys_work_and_absence_and_comes_back_there(app, team):
    path = member_path(team.mia)
    bob = signed_in(app, team.bob)

    saved = bob.post(path, data=OWN)
    bob.post(f"{path}/absences", data={"starts_on": in_days(1), "reason": "Tour"})
    page = bob.get(path).text
    (remove,) = re.findall(rf'action="({WORK}/absences/\d+/remove)"', page)
    removed = bob.post(remove)

    assert saved.headers["Location"].endswith(path)
    assert queries.profile_of(team.mia.id).max_concurrent == 4
    assert "Tour" in page
    assert removed.headers["Location"].endswith(path)


def test_refused_work_of_somebody_else_is_shown_on_their_page(app, team):
    path = member_path(team.mia)

    answer = signed_in(app, team.bob).post(path, data=OWN | {"max_concurrent": "0"})

    assert answer.status_code == 422
    assert ">Mia Moss</h2>" in answer.text
    assert f'action="{path}"' in answer.text


def test_the_page_of_who_has_no_work_leads_back_to_the_members(app, team):
    path = member_path(team.vera)
    bob = signed_in(app, team.bob)

    answer = bob.get(path)

    assert answer.headers["Location"].endswith("/settings/members")
    assert "They do no work here any more." in bob.get("/settings/members").text


def test_an_owner_sets_what_an_hour_costs_and_others_only_see_it(app, team):
    path = member_path(team.mia)
    alice, bob, mia = (signed_in(app, one) for one in (team.alice, team.bob, team.mia))

    wrong = alice.post(f"{path}/cost-rate", data={"cost_rate": "a lot", "version": "0"})
    right = alice.post(f"{path}/cost-rate", data={"cost_rate": "42.5", "version": "0"})
    refused = bob.post(f"{path}/cost-rate", data={"cost_rate": "1", "version": "1"})

    assert wrong.status_code == 422
    assert 'value="a lot"' in wrong.text
    assert right.status_code == 303
    assert refused.status_code == 403
    assert f'action="{path}/cost-rate"' not in bob.get(path).text
    assert "An hour costs $42.50." in mia.get(WORK).text


def test_the_next_holidays_of_the_team_stand_beside_ones_work(app, team):
    mia = signed_in(app, team.mia)
    before = mia.get(WORK).text
    set_week(team, country="DE")

    after = mia.get(WORK).text

    assert "Next public holidays" not in before
    assert after.count('<li><div class="grow" dir="auto">') == 5


def test_names_and_words_are_escaped(app, team):
    edit_work(team.mia, skills=["<b>Press</b>"], levels=[1])
    commands.add_absence(
        user_id=team.mia.id,
        starts_on=zones.today(clock.now(), "UTC"),
        reason='<img src="x">',
        by=team.mia.actor,
    )
    page = signed_in(app, team.mia).get(WORK).text

    assert "<b>Press" not in page
    assert "<img" not in page
