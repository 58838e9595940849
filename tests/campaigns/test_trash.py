"""The trash: what may go there, how it comes back, and what is left when it is gone for good."""

import re
from datetime import time

import pytest
from sqlalchemy import func, select

from tests import people
from tests.clients import signed_in
from tests.imports import staged
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.ads.commands import add_platform, change_budget
from webapp.ads.models import AdCampaign, DailyResult
from webapp.ads.queries import running_budgets, running_totals
from webapp.approvals import queries as approvals
from webapp.approvals.models import Proposal
from webapp.campaigns import queries
from webapp.campaigns.commands import (
    archive_campaign,
    edit_campaign,
    edit_dates,
    move_campaign,
    submit_campaign,
)
from webapp.campaigns.models import IN_TRASH, Campaign, Transition
from webapp.campaigns.trash import restore_campaign, trash_campaign
from webapp.core import clock
from webapp.core.errors import Conflict, NotFound, StaleVersion
from webapp.db import db, find
from webapp.events import timers
from webapp.events.models import Event
from webapp.imports.commands import commit_import, discard_import
from webapp.imports.models import ImportBatch, ImportRow
from webapp.views.timer_words import coming_up

OTHERS = {
    "in_review": lambda team: people.submitted(team)[0],
    "scheduled": people.scheduled,
    "active": people.active,
    "paused": lambda team: moved(people.active(team), "pause", team),
}
FITTING = {
    "draft": people.draft,
    "completed": lambda team: moved(people.active(team), "complete", team),
    "cancelled": lambda team: moved(people.draft(team), "cancel", team),
}


def moved(campaign, move, team):
    move_campaign(campaign_id=campaign.id, move=move, version=campaign.version, by=team.alice.actor)
    people.run_background()
    return find(Campaign, campaign.id)


def trashed(campaign, person):
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=person.actor)
    people.run_background()
    return find(Campaign, campaign.id)


def stay(days=0.0):
    """Let the time of the trash pass, and what happens by itself happen."""
    clock.travel(IN_TRASH.total_seconds() + days * 86_400 + 1)
    people.run_background()


def listed(**wanted):
    return [row.id for row in queries.campaigns(queries.Filter(**wanted)).rows]


def gone(number):
    db.session.expire_all()
    return queries.known(number) is None


# going there and coming back


@pytest.mark.parametrize("state", FITTING)
def test_drafts_and_closed_campaigns_go_there_and_come_back(team, state):
    campaign = FITTING[state](team)

    trashed(campaign, team.mia)
    assert campaign.trashed_at is not None
    assert campaign.moves == []
    assert [timer.due_at for timer in timers.pending_for(campaign.id)] == [campaign.purge_at]

    restore_campaign(campaign_id=campaign.id, by=team.mia.actor)
    assert (campaign.trashed_at, campaign.state) == (None, state)
    assert timers.pending_for(campaign.id) == []
    assert names_of("campaign", campaign.id)[-2:] == ["campaign.trashed", "campaign.untrashed"]
    assert_one_event_per_version(Campaign, Proposal, AdCampaign)


@pytest.mark.parametrize("state", OTHERS)
def test_what_waits_or_runs_is_cancelled_first(team, state):
    campaign = OTHERS[state](team)

    with pytest.raises(Conflict, match="Cancel it first"):
        trashed(campaign, team.alice)

    assert find(Campaign, campaign.id).trashed_at is None


def test_a_stale_press_and_a_second_one_are_refused(team):
    campaign = people.draft(team)
    with pytest.raises(StaleVersion):
        trash_campaign(campaign_id=campaign.id, version=9, by=team.mia.actor)

    trashed(campaign, team.mia)

    with pytest.raises(Conflict, match="in the trash"):
        trashed(campaign, team.mia)


def test_restoring_what_is_not_there_changes_nothing(team):
    campaign = people.draft(team)

    restore_campaign(campaign_id=campaign.id, by=team.mia.actor)

    assert names_of("campaign", campaign.id) == ["campaign.created"]


def test_of_two_who_trash_it_at_once_one_does(team):
    campaign = people.draft(team)
    number, version = campaign.id, campaign.version

    def press(person):
        return lambda: trash_campaign(campaign_id=number, version=version, by=person.actor)

    answers = at_once(press(team.bob), press(team.mia), team_id=team.id)

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "int"]
    assert names_of("campaign", number).count("campaign.trashed") == 1


def test_nothing_changes_in_the_trash(team):
    campaign = people.draft(team, currency="EUR")
    batch = staged.stage(campaign, team.alice, staged.report())
    trashed(campaign, team.mia)
    by, number, version = team.alice.actor, campaign.id, campaign.version
    named = ("name", "type", "objective", "description", "target_audience", "owner_id")
    words = {name: getattr(campaign, name) for name in named}
    day = campaign.target_on
    dates = {"start_on": day, "start_time": time(), "target_on": day, "end_on": None}
    edits = {
        edit_campaign: words | {"version": version},
        edit_dates: dates | {"version": version},
        submit_campaign: {"version": version},
        move_campaign: {"move": "cancel", "version": version},
        archive_campaign: {"archived": True, "version": version},
        add_platform: {"platform": "x"},
        change_budget: {"budget": "1", "version": version},
    }

    for command, values in edits.items():
        with pytest.raises(Conflict, match="in the trash"):
            command(campaign_id=number, by=by, **values)
    for command in (commit_import, discard_import):
        with pytest.raises(Conflict, match="in the trash"):
            command(import_batch_id=batch.id, version=batch.version, by=by)
    with pytest.raises(Conflict, match="in the trash"):
        staged.stage(find(Campaign, number), team.alice, staged.report())

    assert find(Campaign, number).version == version


# out of sight


def test_it_is_in_no_list_no_count_and_no_sum(team):
    campaign = people.active(team, currency="EUR")
    staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)
    campaign = moved(find(Campaign, campaign.id), "complete", team)
    other = people.active(team, name="Another")
    on = db.session.scalars(select(DailyResult.on)).all()

    def seen():
        db.session.expire_all()
        everywhere = [listed(tab=tab) for tab in (*queries.TABS, "archived")]
        sums = running_totals(min(on), max(on)), running_budgets()
        return everywhere, queries.counts(), sums, listed(q="tidal"), len(queries.live())

    before = seen()
    trashed(campaign, team.bob)

    everywhere, counts, (totals, budgets), found, live = seen()
    assert not any(campaign.id in ids for ids in everywhere)
    assert listed(tab="trash") == [campaign.id]
    assert (counts["all"], counts["closed"], counts["live"]) == (1, 0, 1)
    assert (totals, budgets) == ({}, {"USD": other.budget_cents})
    assert (found, live) == ([], 1)
    assert all(one["campaign_id"] == other.id for one in coming_up())

    restore_campaign(campaign_id=campaign.id, by=team.bob.actor)
    assert seen() == before
    assert listed(tab="trash") == []


def test_an_archived_campaign_goes_back_to_the_archive(team):
    campaign = FITTING["cancelled"](team)
    archive_campaign(
        campaign_id=campaign.id, archived=True, version=campaign.version, by=team.bob.actor
    )

    trashed(campaign, team.bob)
    assert (listed(tab="archived"), listed(tab="trash")) == ([], [campaign.id])

    restore_campaign(campaign_id=campaign.id, by=team.bob.actor)
    assert (listed(tab="archived"), listed(tab="trash")) == ([campaign.id], [])


# gone for good


def test_after_its_time_it_is_deleted_with_what_hangs_on_it(team):
    campaign = people.active(team, currency="EUR")
    staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)
    kept = people.draft(team, name="Kept")
    campaign = moved(find(Campaign, campaign.id), "complete", team)
    number = trashed(campaign, team.bob).id
    events = names_of("campaign", number)

    stay()

    assert gone(number)
    assert not gone(kept.id)
    for model in (DailyResult, ImportBatch, ImportRow, Transition):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0, model
    assert set(db.session.scalars(select(AdCampaign.campaign_id))) == {kept.id}
    assert names_of("campaign", number) == [*events, "campaign.purge_due", "campaign.purged"]
    purged = db.session.scalars(select(Event).where(Event.name == "campaign.purged")).one()
    assert (purged.campaign_id, purged.subject_version) == (number, None)
    with pytest.raises(NotFound):
        restore_campaign(campaign_id=number, by=team.bob.actor)
    assert_one_event_per_version(Proposal)


def test_what_was_restored_is_not_deleted(team):
    campaign = trashed(people.draft(team), team.mia)
    restore_campaign(campaign_id=campaign.id, by=team.mia.actor)

    stay()

    assert not gone(campaign.id)


def test_each_stay_counts_from_its_own_beginning(team):
    campaign = trashed(people.draft(team), team.mia)
    clock.travel(20 * 86_400)
    restore_campaign(campaign_id=campaign.id, by=team.mia.actor)
    number = trashed(campaign, team.mia).id

    clock.travel(20 * 86_400)
    people.run_background()
    assert not gone(number)

    clock.travel(11 * 86_400)
    people.run_background()
    assert gone(number)


def test_a_purge_that_comes_late_does_not_end_the_next_stay(team):
    number = trashed(people.draft(team), team.mia).id
    clock.travel(IN_TRASH.total_seconds() + 1)
    at_once(timers.fire_due)  # its event is on its way
    restore_campaign(campaign_id=number, by=team.mia.actor)

    trashed(find(Campaign, number), team.mia)

    assert not gone(number)


def test_its_requests_stay_as_log(app, team):
    campaign = people.active(team)
    change_budget(
        campaign_id=campaign.id, budget="12,000", version=campaign.version, by=team.alice.actor
    )
    waiting = db.session.scalars(select(Proposal).where(Proposal.state == "in_review")).one()
    people.approve(waiting, team.bob)
    number = trashed(moved(find(Campaign, campaign.id), "complete", team), team.bob).id

    stay()

    assert gone(number)
    titles = [one.presentation.title for one in approvals.inbox(team.bob.id).decided]
    assert titles == [
        "Raise the budget of a deleted campaign by $3,000",
        "Launch a deleted campaign",
    ]
    proposals = list(db.session.scalars(select(Proposal.id)))
    db.session.rollback()
    client = signed_in(app, team.bob)
    for proposal_id in proposals:
        page = client.get(f"/approvals/{proposal_id}")
        assert page.status_code == 200
        assert f"/campaigns/{number}" not in page.text
        assert "Undo this change" not in page.text


def test_open_requests_are_closed_with_it(team):
    campaign = people.active(team)
    change_budget(
        campaign_id=campaign.id, budget="12,000", version=campaign.version, by=team.alice.actor
    )
    waiting = db.session.scalars(select(Proposal).where(Proposal.state == "in_review")).one()
    by = team.alice.actor
    move_campaign(campaign_id=campaign.id, move="complete", version=campaign.version, by=by)

    trashed(campaign, team.mia)

    assert waiting.state == "dismissed"


# pages


def page_of(app, person, path):
    return signed_in(app, person).get(path).text


def test_from_the_menu_to_the_list_and_back(app, team, draft_id):
    client = signed_in(app, team.mia)
    assert f'action="/campaigns/{draft_id}/trash"' in client.get(f"/campaigns/{draft_id}").text

    answer = client.post(f"/campaigns/{draft_id}/trash", data={"version": 1})
    assert answer.location.endswith("/campaigns")
    page = client.get("/campaigns").text
    assert "Moved to the trash" in page
    assert f'id="campaign-{draft_id}-row"' not in page
    assert f'action="/campaigns/{draft_id}/restore"' in client.get("/campaigns?tab=trash").text

    client.post(f"/campaigns/{draft_id}/restore")
    assert f'id="campaign-{draft_id}-row"' in client.get("/campaigns").text


def test_its_pages_say_until_when_and_offer_only_the_way_back(app, team, draft_id):
    client = signed_in(app, team.alice)
    client.post(f"/campaigns/{draft_id}/trash", data={"version": 1})

    for tab in ("", "/budget", "/activity", "/imports"):
        page = client.get(f"/campaigns/{draft_id}{tab}")
        assert page.status_code == 200
        assert "In the trash until" in page.text
        forms = re.findall(rf'action="(/campaigns/{draft_id}[^"]*)"', page.text)
        assert forms == [f"/campaigns/{draft_id}/restore"], tab
        assert f'href="/campaigns/{draft_id}/edit"' not in page.text
    assert client.get(f"/campaigns/{draft_id}/edit").status_code == 409
    assert client.get(f"/campaigns/{draft_id}/cancel").status_code == 409


def test_who_may_only_look_is_offered_nothing(app, team, draft_id):
    trashed(find(Campaign, draft_id), team.mia)
    db.session.rollback()

    client = signed_in(app, team.vera)

    assert "/restore" not in client.get("/campaigns?tab=trash").text
    assert "/restore" not in client.get(f"/campaigns/{draft_id}").text
    assert client.post(f"/campaigns/{draft_id}/restore").status_code == 403


def test_a_running_campaign_is_not_offered_the_trash(app, team, running_id):
    assert f"/campaigns/{running_id}/trash" not in page_of(
        app, team.alice, f"/campaigns/{running_id}"
    )
    answer = signed_in(app, team.alice).post(
        f"/campaigns/{running_id}/trash",
        data={"version": find(Campaign, running_id).version},
    )
    assert (answer.status_code, "Cancel it first." in answer.text) == (409, True)
