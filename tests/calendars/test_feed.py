"""What a feed holds, and that an appointment stays the same one wherever it is moved."""

from datetime import date, timedelta

import pytest

from tests import people
from tests.calendars.feeds import campaign_feed, events, fetched, own_feed
from tests.timelines import plans
from webapp.availability.commands import add_absence
from webapp.campaigns.commands import archive_campaign, edit_dates, move_campaign
from webapp.campaigns.trash import restore_campaign, trash_campaign
from webapp.core import clock
from webapp.db import find
from webapp.timelines.tasks import edit_task, restore_task, trash_task


def test_a_task_within_a_day_has_its_hours_in_utc(app, team, campaign, monday):
    _, token = own_feed(team.mia)

    found = events(app, token)["task-1"]

    assert found["summary"] == "Brief (Tidal Lines EP)"
    assert found.decoded("dtstart") == plans.at(monday, 9)
    assert found.decoded("dtend") == plans.at(monday, 13)
    assert b"DTSTART:" in fetched(app, token).data
    assert b"TZID" not in fetched(app, token).data


def test_work_over_several_days_is_dates_and_ends_the_day_after(app, team, campaign, monday):
    made = plans.task(team, campaign, "Film", days=3, assignee_id=team.mia.id)
    _, token = own_feed(team.mia)

    found = events(app, token)[f"task-{made.id}"]

    assert found.decoded("dtstart") == monday
    assert found.decoded("dtend") == monday + timedelta(days=3)
    assert type(found.decoded("dtstart")) is date


def test_a_milestone_is_a_date_of_its_campaign(app, team, campaign, monday):
    friday = monday + timedelta(days=4)
    made = plans.task(team, campaign, "Page live", is_milestone=True, start_on=friday)
    _, token = own_feed(team.mia)

    found = events(app, token)[f"task-{made.id}"]

    assert found.decoded("dtstart") == friday
    assert found.decoded("dtend") == friday + timedelta(days=1)


def test_a_persons_feed_has_their_own_work_alone(app, team, campaign):
    theirs = plans.task(team, campaign, "Budget", assignee_id=team.bob.id)
    nobodys = plans.task(team, campaign, "Idea")
    _, token = own_feed(team.mia)

    found = events(app, token)

    assert "task-1" in found
    assert not {f"task-{theirs.id}", f"task-{nobodys.id}"} & found.keys()


def test_milestones_are_those_of_campaigns_somebody_takes_part_in(app, team, campaign, monday):
    other = people.draft(team, name="Elsewhere", owner_id=team.bob.id)
    far = plans.task(team, other, "Far", is_milestone=True, start_on=monday)
    near = plans.task(team, campaign, "Near", is_milestone=True, start_on=monday)
    _, mias = own_feed(team.mia)
    _, bobs = own_feed(team.bob)

    assert f"task-{near.id}" in events(app, mias)
    assert f"task-{far.id}" not in events(app, mias)
    assert f"task-{far.id}" in events(app, bobs)  # he owns the campaign


def test_requests_are_those_somebody_may_decide(app, team, monday):
    _, proposal = people.submitted(
        team, start_on=monday, start_time="18:00", target_on=monday + timedelta(days=5)
    )
    _, bobs = own_feed(team.bob)
    _, mias = own_feed(team.mia)

    found = events(app, bobs)[f"request-{proposal.id}"]

    assert found["summary"] == "To decide: Launch a campaign (Tidal Lines EP)"
    assert found.decoded("dtstart") == plans.at(monday, 18)
    assert f"request-{proposal.id}" not in events(app, mias)


def test_a_decided_request_is_gone(app, team, monday):
    _, proposal = people.submitted(team, start_on=monday, target_on=monday)
    _, token = own_feed(team.bob)
    people.approve(proposal, team.bob)

    assert f"request-{proposal.id}" not in events(app, token)


def test_absences_say_that_somebody_is_away_and_never_why(app, team, monday):
    made = add_absence(
        user_id=team.mia.id,
        starts_on=monday,
        ends_on=monday + timedelta(days=2),
        reason="Dentist",
        by=team.mia.actor,
    )
    add_absence(user_id=team.bob.id, starts_on=monday, by=team.bob.actor)
    _, token = own_feed(team.mia)

    found = events(app, token)

    assert [one for one in found if one.startswith("absence")] == [f"absence-{made}"]
    assert found[f"absence-{made}"].decoded("dtend") == monday + timedelta(days=3)
    assert b"Dentist" not in fetched(app, token).data


def test_a_campaigns_feed_has_its_days_and_all_its_work(app, team, campaign, monday):
    plans.task(team, campaign, "Idea")
    _, token = campaign_feed(team, campaign)

    found = events(app, token)

    assert found.keys() == {
        *("campaign-1-start", "campaign-1-target", "campaign-1-end", "task-1", "task-2"),
    }
    assert found["campaign-1-start"].decoded("dtstart") == monday + timedelta(days=1)
    assert found["campaign-1-target"].decoded("dtstart") == monday + timedelta(days=16)
    assert found["campaign-1-end"].decoded("dtstart") == monday + timedelta(days=20)
    assert found["campaign-1-start"]["summary"] == "Tidal Lines EP starts"


def test_nobodys_notes_are_in_a_feed(app, team, campaign):
    plans.task(team, campaign, "Film", description="Call Ann at home", assignee_id=team.mia.id)
    _, own = own_feed(team.mia)
    _, campaigns = campaign_feed(team, campaign)

    for token in (own, campaigns):
        answer = fetched(app, token).data
        assert b"Ann at home" not in answer
        assert b"example.com" not in answer
        assert b"Five songs" not in answer


def test_a_moved_task_is_the_same_appointment_with_a_higher_number(app, team, campaign, monday):
    _, token = own_feed(team.mia)
    before = events(app, token)["task-1"]

    plans.shift(team, find(plans.Task, 1), monday + timedelta(days=2))

    after = events(app, token)["task-1"]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after.decoded("dtstart") == plans.at(monday + timedelta(days=2), 9)
    assert after.decoded("last-modified") >= before.decoded("last-modified")


def test_what_a_moved_task_takes_along_has_a_higher_number_too(app, team, campaign, monday):
    later = plans.task(team, campaign, "Film", days=0.5, assignee_id=team.mia.id)
    plans.after(team, later, find(plans.Task, 1))
    _, token = own_feed(team.mia)
    before = events(app, token)

    plans.shift(team, find(plans.Task, 1), monday + timedelta(days=2))

    after = events(app, token)
    assert after[f"task-{later.id}"]["sequence"] > before[f"task-{later.id}"]["sequence"]


def test_a_task_that_moves_nothing_keeps_the_others_numbers(app, team, campaign):
    still = plans.task(team, campaign, "Film", assignee_id=team.mia.id)
    _, token = own_feed(team.mia)
    before = events(app, token)[f"task-{still.id}"]["sequence"]

    plans.move(team, find(plans.Task, 1), "cancel")

    assert events(app, token)[f"task-{still.id}"]["sequence"] == before


def test_a_new_title_is_a_higher_number(app, team, campaign):
    _, token = own_feed(team.mia)
    before = events(app, token)["task-1"]["sequence"]
    task = find(plans.Task, 1)
    words = {"description": "", "phase": "", "priority": "normal", "skills": "", "due_on": None}

    edit_task(
        task_id=1,
        title="Long brief",
        estimate_minutes=task.estimate_minutes,
        version=task.version,
        by=team.mia.actor,
        **words,
    )

    found = events(app, token)["task-1"]
    assert found["sequence"] > before
    assert found["summary"].startswith("Long brief")


@pytest.mark.parametrize("how", ["cancelled", "thrown away"])
def test_what_is_gone_is_told_for_a_month(app, team, campaign, how):
    _, token = own_feed(team.mia)
    before = events(app, token)["task-1"]["sequence"]
    if how == "cancelled":
        plans.move(team, find(plans.Task, 1), "cancel")
    else:
        trash_task(task_id=1, by=team.mia.actor)

    found = events(app, token)["task-1"]
    assert (found["status"], found["sequence"] > before) == ("CANCELLED", True)

    clock.travel(timedelta(days=31).total_seconds())
    assert "task-1" not in events(app, token)


def test_what_comes_back_is_confirmed_again(app, team, campaign):
    _, token = own_feed(team.mia)
    trash_task(task_id=1, by=team.mia.actor)
    gone = events(app, token)["task-1"]["sequence"]
    restore_task(task_id=1, by=team.mia.actor)

    found = events(app, token)["task-1"]

    assert (found["status"], found["sequence"] > gone) == ("CONFIRMED", True)


def test_a_cancelled_campaign_takes_its_days_out(app, team, campaign):
    _, token = campaign_feed(team, campaign)
    version = campaign.version
    move_campaign(
        campaign_id=campaign.id, move="cancel", reason="", version=version, by=team.bob.actor
    )

    assert events(app, token)["campaign-1-start"]["status"] == "CANCELLED"


def test_a_trashed_campaign_takes_everything_out_and_brings_it_back(app, team, campaign):
    _, token = campaign_feed(team, campaign)
    before = events(app, token)
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.mia.actor)

    gone = events(app, token)
    assert {str(one["status"]) for one in gone.values()} == {"CANCELLED"}
    assert all(gone[uid]["sequence"] > before[uid]["sequence"] for uid in before)

    restore_campaign(campaign_id=campaign.id, by=team.mia.actor)
    assert {str(one["status"]) for one in events(app, token).values()} == {"CONFIRMED"}


def test_a_campaigns_new_dates_move_its_days(app, team, campaign, monday):
    _, token = campaign_feed(team, campaign)
    before = events(app, token)["campaign-1-target"]
    edit_dates(
        campaign_id=campaign.id,
        start_on=monday + timedelta(days=1),
        start_time="00:00",
        target_on=monday + timedelta(days=18),
        end_on=monday + timedelta(days=20),
        version=campaign.version,
        by=team.mia.actor,
    )

    after = events(app, token)["campaign-1-target"]

    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after.decoded("dtstart") == monday + timedelta(days=18)


def test_what_people_write_is_text_in_a_feed(app, team, campaign):
    title = "Ünïcödé; with, commas \\ and “quotes” " + "längér than a line " * 6
    made = plans.task(team, campaign, title.strip(), assignee_id=team.mia.id)
    _, token = own_feed(team.mia)

    found = events(app, token)[f"task-{made.id}"]

    assert found["summary"] == f"{title.strip()} (Tidal Lines EP)"
    lines = fetched(app, token).data.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75


def test_a_title_forges_no_line(app, team, campaign):
    plans.task(team, campaign, "a\nSUMMARY:forged\nEND:VEVENT", assignee_id=team.mia.id)
    _, token = own_feed(team.mia)

    assert b"\r\nSUMMARY:forged" not in fetched(app, token).data
    assert len(events(app, token)) == 2


def test_a_feed_says_whose_it_is_and_when_to_look_again(app, team, campaign):
    _, token = campaign_feed(team, campaign)

    answer = fetched(app, token).text

    assert "X-WR-CALNAME:Tidal Lines EP\\, Northlight" in answer
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M" in answer
    assert "VERSION:2.0" in answer


def test_each_appointment_leads_to_its_page(app, team, campaign):
    _, token = campaign_feed(team, campaign)

    url = events(app, token)["campaign-1-start"]["url"]

    assert url == "http://localhost/campaigns/1"


def test_done_work_stays_where_it_was_done(app, team, campaign, monday):
    clock.travel((plans.at(monday, 9) - clock.now()).total_seconds())
    plans.move(team, find(plans.Task, 1), "start")
    clock.travel(3600)
    plans.move(team, find(plans.Task, 1), "finish")
    _, token = own_feed(team.mia)

    found = events(app, token)["task-1"]

    ended = found.decoded("dtend")
    assert plans.at(monday, 10) <= ended < plans.at(monday, 11)
    assert found["status"] == "CONFIRMED"


def test_an_archived_campaign_has_no_feed(app, team, campaign):
    _, token = campaign_feed(team, campaign)
    move_campaign(
        campaign_id=campaign.id,
        move="cancel",
        reason="",
        version=campaign.version,
        by=team.bob.actor,
    )
    version = find(type(campaign), campaign.id).version
    archive_campaign(campaign_id=campaign.id, archived=True, version=version, by=team.bob.actor)

    assert fetched(app, token).status_code == 404
