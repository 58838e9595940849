"""The timeline's page: what the chart and the list say, who may change it, what it costs, and the
form that adds to it.
"""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in, stranger
from tests.timelines import plans
from webapp.availability.commands import add_blackout
from webapp.campaigns.trash import trash_campaign
from webapp.db import unit_of_work
from webapp.timelines import queries, replanning
from webapp.timelines.commands import recalculate


def path_of(campaign, more=""):
    return f"/campaigns/{campaign.id}/timeline{more}"


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def release(team):
    """Artwork, masters, upload, then a release on a target with four days to spare."""
    first = plans.monday()
    campaign = people.draft(
        team, start_on=first, target_on=first + timedelta(days=14), end_on=None, name="Tidal Lines"
    )
    names = (("Artwork", 2, "Prepare"), ("Masters", 3, "Prepare"), ("Upload", 1, "Launch"))
    made = [plans.task(team, campaign, title, days, phase=phase) for title, days, phase in names]
    plans.begin(team, campaign, first, buffer_hours=16)
    goal = plans.task(
        team, campaign, "Release", is_milestone=True, phase="Launch", start_on=campaign.target_on
    )
    for later, earlier in zip([*made[1:], goal], made, strict=True):
        plans.after(team, later, earlier)
    return campaign


def test_a_stranger_signs_in_first(app, release):
    assert stranger(app).get(path_of(release)).status_code == 303


def test_another_team_finds_nothing(app, team, release):
    assert signed_in(app, team.charlie).get(path_of(release)).status_code == 404


@pytest.mark.parametrize("who", ["alice", "bob", "mia", "vera"])
def test_everybody_of_the_team_sees_the_plan_with_one_heading(app, team, release, who):
    page = signed_in(app, getattr(team, who)).get(path_of(release))

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "Artwork" in page.text


def test_the_sentence_says_the_reserve(app, team, release):
    page = signed_in(app, team.mia).get(path_of(release)).text

    assert "On track for " in page
    assert " with 4 days of buffer." in page
    assert "Critical path: Artwork, Masters, Upload, then Release." in page
    assert "A slip of more than 4 days on any of these misses the target." in page


def test_a_plan_that_eats_its_buffer_says_what_is_left(app, team, release):
    plans.begin(team, release, plans.monday() + timedelta(days=3), buffer_hours=16)

    page = signed_in(app, team.mia).get(path_of(release)).text

    assert "Eats its buffer: 1 day of 2 days is left before" in page


def test_a_late_plan_names_its_cause_and_its_constraint(app, team, release):
    begins = plans.monday() + timedelta(days=9)
    plans.begin(team, release, begins)

    page = text_of(signed_in(app, team.mia).get(path_of(release)).text)

    assert "3 days late for " in page
    assert "because of “Masters”" in page
    assert f"Work begins {begins:%a} {begins.day} {begins:%b}." in page
    assert "Artwork, Masters, then Upload take 6 days of work" in page


def test_a_chosen_day_that_makes_it_late_is_the_constraint(app, team, release):
    upload = next(one for one in queries.lines(release.id) if one.title == "Upload")
    day = release.target_on + timedelta(days=1)
    plans.shift(team, upload, day)

    page = text_of(signed_in(app, team.mia).get(path_of(release)).text)

    assert "because of “Upload”" in page
    assert f"“Upload” was set to begin {day:%a} {day.day} {day:%b}, no sooner." in page


def test_days_off_that_lengthen_a_late_chain_are_counted(app, team, release):
    first = plans.monday()
    add_blackout(
        starts_on=first + timedelta(days=2),
        ends_on=first + timedelta(days=11),
        reason="Studio closed",
        campaign_id=release.id,
        by=team.bob.actor,
    )

    page = text_of(signed_in(app, team.mia).get(path_of(release)).text)

    assert "6 days of work, with 8 days off in between." in page


def test_a_recalculated_plan_says_so_where_that_makes_it_late(app, team, release):
    plans.begin(team, release, plans.monday(-8))
    version = queries.timeline_of(release.id).version
    recalculate(campaign_id=release.id, version=version, by=team.mia.actor)
    late = plans.task(team, release, "Photos", 60)
    plans.after(team, next(o for o in queries.lines(release.id) if o.title == "Release"), late)

    page = text_of(signed_in(app, team.mia).get(path_of(release)).text)

    assert "The plan was recalculated, so what had not begun begins" in page


def test_the_chart_draws_phases_bars_the_buffer_and_the_target(app, team, release):
    page = signed_in(app, team.mia).get(path_of(release)).text

    assert re.findall(r'class="ph"><span dir="auto">([^<]+)', page) == ["Prepare", "Launch"]
    assert page.count('class="bar crit"') == 3
    assert page.count('class="bar buffer"') == 1
    assert "Buffer, 2 days" in page
    assert page.count('class="diamond"') == 1
    day = release.target_on
    assert f">{day:%a} {day.day} {day:%b}</b>" in page
    assert page.count("<path class=crit") == 2  # the target waits for its day, not for the upload


def test_the_list_shows_what_each_waits_for_and_whose_it_is(app, team, release):
    masters = next(one for one in queries.lines(release.id) if one.title == "Masters")
    plans.assign(team, masters, team.mia.id)

    page = signed_in(app, team.vera).get(path_of(release, "?view=list")).text
    row = text_of(page[page.index(f'id="task-{masters.id}"') :].split("</tr>")[0])

    assert "3 days" in row
    assert "Artwork" in row
    assert "Mia Moss" in row
    assert "gantt-wrap" not in page


def test_a_slip_since_the_plan_was_agreed_is_drawn_and_said(app, team, release):
    agree(release)
    masters = next(one for one in queries.lines(release.id) if one.title == "Masters")
    plans.shift(team, masters, plans.monday() + timedelta(days=4))

    page = signed_in(app, team.mia).get(path_of(release)).text

    assert page.count('class="was"') == 2  # masters, and the upload that follows
    row = text_of(page[page.index(f'id="task-{masters.id}"') :].split("</tr>")[0])
    assert "2 days later" in row


def agree(campaign):
    """What is planned now is what was agreed."""
    with unit_of_work():
        replanning.keep_baseline(queries.timeline_of(campaign.id))


def test_work_in_hand_shows_how_much_of_its_time_is_over(app, team, campaign):
    one = plans.task(team, campaign, "Artwork", 5)
    plans.move(team, one, "start")

    page = signed_in(app, team.mia).get(path_of(campaign)).text

    assert '<i style="--v:0"></i><b>0%</b>' in page
    assert "In progress" in page


@pytest.mark.parametrize("query", ["view=x&scale=y", "view=%00", "scale="])
def test_what_the_page_does_not_know_counts_as_not_set(app, team, release, query):
    page = signed_in(app, team.mia).get(path_of(release, f"?{query}"))

    assert page.status_code == 200
    assert 'data-scale="week"' in page.text


def test_who_only_looks_on_has_no_form_and_no_buttons(app, team, release):
    page = signed_in(app, team.vera).get(path_of(release)).text

    assert path_of(release, "/tasks") + '"' not in page
    assert "Recalculate" not in page
    assert 'class="landscape read-only"' in page


def test_a_campaign_in_the_trash_keeps_its_plan_as_it_was(app, team, release):
    trash_campaign(campaign_id=release.id, version=release.version, by=team.alice.actor)

    page = signed_in(app, team.alice).get(path_of(release)).text

    assert "Artwork" in page
    assert 'class="landscape read-only"' in page


def test_an_empty_plan_says_how_to_begin(app, team, campaign):
    page = signed_in(app, team.mia).get(path_of(campaign)).text

    assert "Nothing is planned yet" in page
    assert f'href="/campaigns/{campaign.id}/playbook"' in page
    assert 'href="#add"' in page


def test_a_larger_plan_takes_no_more_statements(app, team, campaign, statements):
    plans.assign(team, plans.task(team, campaign, "Task 0"), team.mia.id)
    mia, path = signed_in(app, team.mia), path_of(campaign)
    mia.get(path)
    statements.clear()
    mia.get(path)
    few = len(statements)
    for number in range(1, 8):
        one = plans.task(team, campaign, f"Task {number}", phase=f"Phase {number % 3}")
        plans.assign(team, one, (team.mia, team.bob, team.alice)[number % 3].id)
    mia.get(path)
    statements.clear()

    mia.get(path)

    assert len(statements) == few


def test_the_old_address_leads_here(app, release):
    answer = stranger(app).get(f"/dashboard{path_of(release)}")

    assert (answer.status_code, answer.headers["Location"]) == (308, path_of(release))


FORM = {
    "title": "Photos",
    "phase": "Prepare",
    "amount": "1.5",
    "unit": "days",
    "assignee_id": "",
    "start_on": "",
    "due_on": "",
    "waits_for_id": "",
}


def test_a_task_is_added_and_said(app, team, campaign):
    mia = signed_in(app, team.mia)

    answer = mia.post(path_of(campaign, "/tasks"), data=FORM)
    page = mia.get(path_of(campaign)).text

    assert answer.status_code == 303
    assert "Added" in page
    (line,) = queries.lines(campaign.id)
    assert (line.title, line.phase, line.estimate_minutes) == ("Photos", "Prepare", 720)
    assert answer.headers["Location"].endswith(f"#task-{line.id}")


def test_a_milestone_is_added_on_its_day(app, team, campaign):
    day = campaign.target_on
    form = FORM | {"is_milestone": "true", "start_on": day.isoformat()}

    signed_in(app, team.mia).post(path_of(campaign, "/tasks"), data=form)

    (line,) = queries.lines(campaign.id)
    assert line.is_milestone
    assert line.finishes_at.date() == day


def test_the_form_for_a_milestone_is_a_press_away(app, team, campaign):
    page = signed_in(app, team.mia).get(path_of(campaign, "?add=milestone")).text

    assert 'name="is_milestone" value="true" checked' in page


def test_the_activity_says_what_happened_to_the_plan_and_what_made_it(app, team, release):
    plans.shift(team, queries.lines(release.id)[0], plans.monday(1))
    add_blackout(
        starts_on=plans.monday(), reason="Quiet", campaign_id=release.id, by=team.bob.actor
    )
    people.run_background()

    page = text_of(signed_in(app, team.vera).get(f"/campaigns/{release.id}/activity").text)

    for words in ("Began a plan", "Changed the plan's settings", "Moved dates of the plan"):
        assert words.replace("'", "&#39;") in page
    assert "The plan followed a change Automatic, after evt_" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "This is needed."),
        ({"amount": "soon"}, "Write a number, like 2 or 1.5."),
        ({"amount": "-1"}, "Write a number, like 2 or 1.5."),
        ({"amount": "NaN"}, "Write a number, like 2 or 1.5."),
        ({"amount": "9999"}, "longer than a year"),
        ({"start_on": "0001-01-01"}, "Check the year."),
        ({"due_on": "tomorrow"}, "Write the date as year-month-day"),
    ],
)
def test_a_refused_task_keeps_what_was_typed_beside_the_error(app, team, campaign, wrong, words):
    answer = signed_in(app, team.mia).post(path_of(campaign, "/tasks"), data=FORM | wrong)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Prepare"' in answer.text
    assert queries.lines(campaign.id) == []


def test_a_viewer_adds_nothing(app, team, campaign):
    answer = signed_in(app, team.vera).post(path_of(campaign, "/tasks"), data=FORM)

    assert answer.status_code == 403
    assert queries.lines(campaign.id) == []
