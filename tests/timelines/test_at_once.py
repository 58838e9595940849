"""Several people change one plan at once: whoever is late waits or is refused, and nobody waits for
somebody who waits for them.
"""

import threading
import time

from tests import people
from tests.timelines import plans
from tests.together import assert_one_event_per_version, at_once
from webapp.approvals.commands import decide, propose
from webapp.approvals.models import Proposal
from webapp.campaigns.models import Campaign
from webapp.core.actor import Actor
from webapp.core.errors import Invalid
from webapp.db import find, unit_of_work
from webapp.timelines.commands import SHIFT, link_tasks
from webapp.timelines.models import Task, Timeline
from webapp.timelines.queries import links, timeline_of


def test_who_decides_about_dates_waits_for_whoever_changes_the_plan(team, campaign, chain):
    timeline_id, first_id, campaign_id = timeline_of(campaign.id).id, chain[0].id, campaign.id
    day = plans.monday(1)
    proposal_id = propose(
        SHIFT,
        timeline_id,
        {"pins": {str(first_id): plans.at(day, 0).isoformat()}, "assignees": {}},
        campaign_id=campaign_id,
        currency=campaign.currency,
        by=Actor("rule", "schedule", team.id),
    )
    version = find(Proposal, proposal_id).version
    has_campaign = threading.Event()

    def changes_the_plan():
        with unit_of_work():
            find(Campaign, campaign_id, lock=True)
            has_campaign.set()
            time.sleep(0.3)  # the other one asks for its locks
            find(Timeline, timeline_id, lock=True)

    def decides():
        has_campaign.wait(5)
        decide(proposal_id=proposal_id, decision="approve", version=version, by=team.bob.actor)

    answers = at_once(changes_the_plan, decides, team_id=team.id)

    assert answers == [None, None]
    assert find(Proposal, proposal_id).state == "applied"


def test_two_links_at_once_make_no_circle(team, campaign, chain):
    first, second = (plans.task(team, campaign, title) for title in ("Teaser", "Trailer"))
    ids = first.id, second.id

    def let(later, sooner):
        link_tasks(task_id=later, waits_for_id=sooner, kind="fs", lag_minutes=0, by=team.mia.actor)

    answers = at_once(lambda: let(*ids), lambda: let(*ids[::-1]), team_id=team.id)

    assert sorted(type(one) for one in answers if one is not None) == [Invalid]
    assert (
        len([link for link in links(campaign.id) if {link.task_id, link.waits_for_id} == set(ids)])
        == 1
    )
    people.run_background()
    assert_one_event_per_version(Task, Timeline)
