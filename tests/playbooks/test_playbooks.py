"""Playbooks: begin from one, keep one, clone a campaign; dates count back from the target."""

from datetime import date, timedelta

import pytest

from tests import people
from tests.timelines import plans
from tests.together import at_once, names_of
from webapp.accounts.permissions import permit
from webapp.ads.queries import planned_parts
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from webapp.db import acting_for, db, find, unit_of_work
from webapp.operations import operation_of
from webapp.playbooks import queries, shipped
from webapp.playbooks.commands import (
    clone_campaign,
    edit_playbook,
    save_playbook,
    start_campaign,
    use_playbook,
)
from webapp.playbooks.models import Playbook
from webapp.playbooks.trash import restore_playbook, trash_playbook
from webapp.timelines.backwards import MOST_TASKS, Outline, Step
from webapp.timelines.models import Task
from webapp.timelines.outlook import outlook
from webapp.timelines.plan_part import lay_plan
from webapp.timelines.queries import lines, links, timeline_of


def started(team, playbook="music-release", weeks=10, **changes):
    target = plans.monday(weeks)
    form = people.plan(team, start_on=target, target_on=target, **changes)
    campaign_id = start_campaign(playbook=playbook, by=team.alice.actor, **form)
    return find(Campaign, campaign_id)


def saved(team, campaign, name="Our release"):
    return save_playbook(
        campaign_id=campaign.id, name=name, description="As we do it", by=team.bob.actor
    )


def outline_of(campaign):
    """Titles with the working time between begin and target, as a person would compare plans."""
    times = {line.title: (line.starts_at, line.finishes_at) for line in lines(campaign.id)}
    zero = zones.day_start(campaign.target_on, campaign.zone)
    return {title: (start - zero, end - zero) for title, (start, end) in times.items()}


@pytest.mark.parametrize("playbook", shipped.PLAYBOOKS, ids=lambda one: one.key)
def test_a_campaign_from_a_shipped_playbook_is_in_time_with_its_buffer(team, playbook):
    campaign = started(team, playbook.key, weeks=26)

    found = outlook(campaign.id)
    assert len(lines(campaign.id)) == len(playbook.plan.steps)
    assert len(links(campaign.id)) == len(playbook.plan.links())
    assert not found.is_late
    assert not found.eats_its_buffer


def test_the_target_milestone_lies_on_the_target_day(team):
    campaign = started(team)

    release = plans.by_title(campaign)["Release day"]
    assert zones.today(release.starts_at, campaign.zone) == campaign.target_on


def test_the_critical_path_is_what_decides_the_target(team):
    campaign = started(team)

    critical = {line.title for line in lines(campaign.id) if line.is_critical}
    assert {"Curator shortlist", "Outreach, first wave", "Brand and legal check"} <= critical
    assert "Tracking links" not in critical


def test_too_near_a_target_begins_at_once_and_says_that_it_is_late(team):
    campaign = started(team, weeks=0)

    assert outlook(campaign.id).is_late
    assert all(line.starts_at >= clock.now() - timedelta(hours=24) for line in lines(campaign.id))


def test_the_preview_is_what_the_campaign_gets(team):
    target = plans.monday(10)
    preview = queries.preview("music-release", target, "UTC")

    campaign = started(team)

    assert preview.fits
    promised = {step.title: (start, end) for step, start, end in preview.lines}
    assert promised == {
        line.title: (line.starts_at, line.finishes_at) for line in lines(campaign.id)
    }


def test_a_target_that_is_too_near_is_told_with_the_first_that_is_not(team):
    near = queries.preview("music-release", plans.monday(0), "UTC")

    assert not near.fits
    assert near.earliest_on > plans.monday(0)


@pytest.mark.parametrize("playbook", shipped.PLAYBOOKS, ids=lambda one: one.key)
def test_the_first_target_that_is_offered_is_in_time_and_the_day_before_is_not(team, playbook):
    first = queries.preview(playbook.key, plans.monday(0), "UTC").earliest_on

    assert queries.preview(playbook.key, first, "UTC").fits
    before = first - timedelta(days=1 if first.weekday() else 3)
    assert not queries.preview(playbook.key, before, "UTC").fits


@pytest.mark.parametrize("weeks", [3, 5, 8])
def test_what_is_said_to_fit_is_a_plan_in_time(team, weeks):
    said = queries.preview("product-launch", plans.monday(weeks), "UTC").fits

    found = outlook(started(team, "product-launch", weeks=weeks).id)

    assert said == (not found.is_late and not found.eats_its_buffer)


def test_nothing_is_left_of_a_start_that_fails(team):
    with pytest.raises(Invalid, match="Choose one of the list"):
        started(team, "no-such-playbook")

    assert db.session.query(Campaign).count() == 0


def test_a_playbook_is_not_laid_over_tasks_that_are_there(team, campaign):
    plans.task(team, campaign, "Artwork")

    with pytest.raises(Conflict, match="tasks already"):
        use_playbook(campaign_id=campaign.id, playbook="tour", by=team.mia.actor)


def test_an_empty_campaign_takes_a_playbook_later(team, campaign):
    use_playbook(campaign_id=campaign.id, playbook="paid-social", by=team.mia.actor)

    assert len(lines(campaign.id)) == len(shipped.PAID_SOCIAL.steps)


def test_a_kept_playbook_makes_the_same_plan_for_another_target(team):
    first = started(team)
    playbook_id = saved(team, first)

    again = started(team, str(playbook_id), weeks=14, name="Another EP")

    assert outline_of(again) == outline_of(first)
    assert timeline_of(again.id).buffer_minutes == timeline_of(first.id).buffer_minutes


def test_there_is_nothing_to_keep_of_a_campaign_without_a_plan(team, campaign):
    with pytest.raises(Conflict, match="nothing planned"):
        saved(team, campaign)


def test_two_playbooks_of_a_team_do_not_share_a_name(team):
    campaign = started(team)
    saved(team, campaign, "Our Release")

    with pytest.raises(Invalid, match="of that name already"):
        saved(team, campaign, "our  release")


def test_a_stale_edit_of_a_playbook_shows_both_versions(team):
    playbook_id = saved(team, started(team))
    form = {"playbook_id": playbook_id, "type": "tour", "description": "", "by": team.bob.actor}
    edit_playbook(name="Ours", version=1, **form)

    with pytest.raises(StaleVersion):
        edit_playbook(name="Mine", version=1, **form)


@pytest.fixture
def thrown_away(team):
    playbook_id = saved(team, started(team))
    trash_playbook(playbook_id=playbook_id, by=team.bob.actor)
    return playbook_id


def test_after_thirty_days_in_the_trash_it_is_deleted_and_its_campaigns_are_not(team):
    first = started(team)
    playbook_id = saved(team, first)
    trash_playbook(playbook_id=playbook_id, by=team.bob.actor)

    clock.travel(timedelta(days=30, minutes=1).total_seconds())
    people.run_background()

    assert db.session.get(Playbook, playbook_id) is None
    assert lines(first.id)
    assert names_of("playbook", playbook_id)[-1] == "playbook.purged"


def test_what_was_restored_stays_for_good(team, thrown_away):
    restore_playbook(playbook_id=thrown_away, by=team.bob.actor)

    clock.travel(timedelta(days=31).total_seconds())
    people.run_background()

    assert find(Playbook, thrown_away).trashed_at is None


def test_nothing_is_begun_from_the_trash(team, thrown_away):
    with pytest.raises(Invalid):
        start_campaign(playbook=str(thrown_away), by=team.mia.actor, **people.plan(team))
    assert thrown_away not in {one.id for one in queries.choices()}
    assert [one.id for one in queries.trashed()] == [thrown_away]


def test_a_playbook_in_the_trash_is_not_edited(team, thrown_away):
    with pytest.raises(Conflict):
        edit_playbook(
            playbook_id=thrown_away,
            name="Ours",
            type="tour",
            description="",
            version=find(Playbook, thrown_away).version,
            by=team.bob.actor,
        )


def test_its_name_is_free_while_it_is_in_the_trash(team, thrown_away):
    again = saved(team, started(team))

    assert find(Playbook, again).name == find(Playbook, thrown_away).name
    with pytest.raises(Conflict, match="has its name now"):
        restore_playbook(playbook_id=thrown_away, by=team.bob.actor)


def test_members_begin_from_playbooks_and_managers_keep_them(team):
    permit(team.mia.actor, operation_of(start_campaign).permission)
    for command in (save_playbook, edit_playbook, trash_playbook, restore_playbook):
        with pytest.raises(Forbidden):
            permit(team.mia.actor, operation_of(command).permission)


def test_another_teams_playbook_is_not_there(team):
    playbook_id = saved(team, started(team))
    db.session.expunge_all()

    with acting_for(team.charlie.actor.team_id), pytest.raises(NotFound):
        queries.choice(str(playbook_id))


def test_a_clone_has_the_words_the_split_and_the_plan_but_nothing_that_happened(team):
    old = started(team)
    plans.move(team, find_task(old, "Artwork and masters"), "finish")
    target = old.target_on + timedelta(days=28)

    new_id = clone_campaign(
        campaign_id=old.id, name="Second EP", target_on=target, by=team.mia.actor
    )

    new = find(Campaign, new_id)
    assert (new.name, new.target_on, new.state) == ("Second EP", target, "draft")
    assert (new.description, new.budget_cents) == (old.description, old.budget_cents)
    assert new.owner_id == team.mia.id
    assert [(part.platform, part.allocated_cents) for part in planned_parts(new_id)] == [
        (part.platform, part.allocated_cents) for part in planned_parts(old.id)
    ]
    assert {line.state for line in lines(new_id)} == {"todo"}
    assert {line.title for line in lines(new_id)} == {line.title for line in lines(old.id)}


def test_a_clone_keeps_the_distance_of_its_dates(team):
    old = started(team)

    new_id = clone_campaign(
        campaign_id=old.id,
        name="Second EP",
        target_on=old.target_on + timedelta(days=28),
        by=team.mia.actor,
    )

    new = find(Campaign, new_id)
    assert new.starts_wall - old.starts_wall == timedelta(days=28)
    assert new.ends_wall - old.ends_wall == timedelta(days=28)


def find_task(campaign, title):
    return find(Task, plans.by_title(campaign)[title].id)


def test_one_name_saved_twice_at_once_is_kept_once(team):
    campaign_id = start_campaign(playbook="tour", by=team.alice.actor, **people.plan(team))

    def save():
        return save_playbook(
            campaign_id=campaign_id, name="Our tour", description="", by=team.bob.actor
        )

    answers = at_once(save, save, save, team_id=team.id)

    assert sum(isinstance(one, int) for one in answers) == 1
    assert sum(isinstance(one, Invalid) for one in answers) == 2


def test_a_name_longer_than_its_key_stays_its_own(team):
    campaign_id = start_campaign(playbook="tour", by=team.alice.actor, **people.plan(team))
    playbook_id = save_playbook(
        campaign_id=campaign_id, name="ﷺ" * 30, description="", by=team.bob.actor
    )
    playbook = find(Playbook, playbook_id)

    edit_playbook(
        playbook_id=playbook_id,
        name=playbook.name,
        type=playbook.type,
        description="New",
        version=playbook.version,
        by=team.bob.actor,
    )

    assert find(Playbook, playbook_id).description == "New"


def test_a_step_generations_after_the_target_is_kept_as_far_away_as_steps_may_be(team, campaign):
    far = plans.task(team, campaign, "Anniversary", start_on=date(2099, 12, 1))

    copy = clone_campaign(
        campaign_id=campaign.id, name="Again", target_on=plans.monday(12), by=team.bob.actor
    )

    (line,) = lines(copy)
    assert line.title == far.title
    assert line.starts_at > clock.now() + timedelta(days=7 * 365)


def test_a_plan_of_more_tasks_than_a_playbook_holds_is_refused_in_words(team, campaign):
    many = Outline(steps=[Step(key=n, title=f"Step {n}") for n in range(MOST_TASKS)])
    with unit_of_work():
        lay_plan(campaign.id, many.as_data(), team.bob.actor)
    plans.task(team, campaign, "One more")

    with pytest.raises(Conflict, match="1,001 tasks"):
        saved(team, campaign)
