"""Read, then write, by many threads at once: nothing is lost, nothing is locked out."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import func, select

from tests import people
from webapp.campaigns.commands import set_budget
from webapp.campaigns.models import Campaign
from webapp.db import acting_for, db, find, unit_of_work
from webapp.events.models import Event

THREADS, ROUNDS = 8, 20


def _add_one(app: Flask, made: people.Team, campaign_id: int) -> int:
    """As a request does it: read first, then write on what is locked; answers how often."""
    done = 0
    for _ in range(ROUNDS):
        with app.app_context(), acting_for(made.id):
            assert find(Campaign, campaign_id).name
            with unit_of_work():
                campaign = find(Campaign, campaign_id, lock=True)
                set_budget(campaign, campaign.budget_cents + 1, by=made.alice.actor)
            done += 1
    return done


def test_eight_threads_that_read_then_write_lose_nothing(bare_app):
    with bare_app.app_context():
        made = people.found_team(bare_app)
        with acting_for(made.id):
            campaign_id = people.draft(made, budget="0").id

    with ThreadPoolExecutor(THREADS) as pool:
        workers = [pool.submit(_add_one, bare_app, made, campaign_id) for _ in range(THREADS)]
        done = sum(worker.result() for worker in workers)

    with bare_app.app_context(), acting_for(made.id):
        campaign = find(Campaign, campaign_id)
        recorded = db.session.scalar(
            select(func.count()).select_from(Event).where(Event.name == "campaign.budget_set")
        )
        newest = db.session.scalar(
            select(func.max(Event.subject_version)).where(Event.subject_kind == "campaign")
        )
        assert done == THREADS * ROUNDS == campaign.budget_cents == recorded
        assert campaign.version == newest == done + 1


def _press(app: Flask, made: people.Team, campaign_id: int) -> list[int]:
    browser = made.alice.sign_in(app)
    answers = []
    for number in range(8):
        answer = browser.post(
            f"/campaigns/{campaign_id}/budget",
            data={"budget": str(1000 + number), "evenly": "1", "version": str(number + 1)},
        )
        answers.append(answer.status_code)
    return answers


def test_stale_posts_from_many_browsers_never_fail_otherwise(bare_app):
    with bare_app.app_context():
        made = people.found_team(bare_app)
        with acting_for(made.id):
            campaign_id = people.draft(made).id

    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(_press, bare_app, made, campaign_id) for _ in range(4)]
        answers = [status for run in runs for status in run.result()]

    with bare_app.app_context(), acting_for(made.id):
        version = find(Campaign, campaign_id).version
    assert set(answers) <= {303, 409}
    assert answers.count(303) == version - 1
