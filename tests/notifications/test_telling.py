"""Who is told of what: everybody whom it concerns, once, and never who did it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests import people
from tests.approvals.staging import in_stages, stage, too_late
from tests.escalations import late
from tests.notifications.posts import pass_time
from tests.timelines import plans
from tests.together import at_once
from webapp.accounts.commands import remove_member
from webapp.accounts.models import Team as TeamRow
from webapp.accounts.queries import membership_of
from webapp.approvals.commands import decide
from webapp.approvals.models import Proposal
from webapp.approvals.stage_commands import delegate
from webapp.campaigns.commands import edit_campaign, move_campaign
from webapp.campaigns.models import Campaign
from webapp.comments.commands import add_comment, delete_comment
from webapp.core import clock
from webapp.db import db, find, hold, unit_of_work
from webapp.events import receipts
from webapp.events.models import Event, Receipt
from webapp.notifications.models import Notification
from webapp.notifications.policies import tell_people
from webapp.timelines.tasks import add_task


def asked_in(team, *wanted):
    """Launches are decided in these stages."""
    in_stages(team, *wanted, kind="campaign.launch")


def told(*kinds) -> list[tuple[int, str]]:
    """Whose inbox got what, oldest first; of these kinds alone."""
    query = db.select(Notification).where(Notification.channel == "in_app")
    rows = db.session.scalars(query.order_by(Notification.id))
    return [(row.user_id, row.payload["title"]) for row in rows if not kinds or row.kind in kinds]


def the_only(kind) -> Notification:
    query = db.select(Notification).where(
        Notification.channel == "in_app", Notification.kind == kind
    )
    return db.session.scalars(query).one()


def test_a_request_is_told_to_everybody_who_may_decide_it_and_not_to_who_asked(team):
    campaign, proposal = people.submitted(team)  # by Alice
    people.run_background()

    row = the_only("request")
    assert row.user_id == team.bob.id
    assert row.payload == {
        "title": f"Alice Arden asks: Launch {campaign.name}",
        "path": f"/approvals/{proposal.id}",
        "detail": "",
        "about": campaign.name,
    }
    assert (row.campaign_id, row.urgency, row.state) == (campaign.id, "normal", "sent")
    assert row.sent_at is not None


def test_a_stage_that_names_somebody_is_told_to_them_alone(team):
    asked_in(team, stage("Content", team.mia))
    people.submitted(team)
    people.run_background()

    assert [user_id for user_id, _ in told("request")] == [team.mia.id]


def test_the_next_stage_is_told_when_the_one_before_agreed(team):
    asked_in(team, stage("Content", team.mia), stage("Final", team.bob))
    _, proposal = people.submitted(team)
    people.run_background()
    people.approve(proposal, team.mia)
    people.run_background()

    assert [user_id for user_id, _ in told("request")] == [team.mia.id, team.bob.id]


def test_who_a_decision_is_handed_on_to_is_told_alone(team):
    asked_in(team, stage("Content", team.mia))
    _, proposal = people.submitted(team)
    people.run_background()
    delegate(proposal_id=proposal.id, to_id=team.bob.id, by=team.mia.actor)
    people.run_background()

    assert [user_id for user_id, _ in told("request")] == [team.mia.id, team.bob.id]


def test_a_late_decision_is_urgent(team):
    asked_in(team, stage("Content", team.mia, hours="4"))
    _, proposal = people.submitted(team)
    too_late(proposal)

    query = db.select(Notification).where(Notification.kind == "late_request")
    rows = list(db.session.scalars(query))
    assert {(row.user_id, row.urgency) for row in rows} == {(team.mia.id, "urgent")}


def test_who_asked_hears_how_it_was_decided(team):
    _, proposal = people.submitted(team)
    people.approve(proposal, team.bob)
    people.run_background()

    assert told("decision") == [(team.alice.id, "Approved: Launch Tidal Lines EP")]


@pytest.mark.parametrize(
    ("decision", "words"), [("reject", "Rejected"), ("changes", "Changes wanted")]
)
def test_who_asked_hears_why_not(team, decision, words):
    _, proposal = people.submitted(team)
    decide(
        proposal_id=proposal.id,
        decision=decision,
        note="The date is taken",
        version=proposal.version,
        by=team.bob.actor,
    )
    people.run_background()

    row = the_only("decision")
    assert row.payload["title"] == f"{words}: Launch Tidal Lines EP"
    assert row.payload["detail"] == "The date is taken"


def test_what_acts_at_once_asks_nobody_and_tells_nobody(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    plans.shift(team, task, plans.monday(1))
    people.run_background()

    assert told("request", "decision") == []


def test_a_request_that_is_asked_again_is_told_again(team):
    campaign, _ = people.submitted(team)
    people.run_background()
    campaign = find(Campaign, campaign.id)
    edit_campaign(
        campaign_id=campaign.id,
        name="Tidal Lines LP",
        type=campaign.type,
        objective=campaign.objective,
        description=campaign.description,
        target_audience=campaign.target_audience,
        owner_id=campaign.owner_id,
        version=campaign.version,
        by=team.mia.actor,
    )
    people.run_background()

    assert [title for _, title in told("request")] == [
        "Alice Arden asks: Launch Tidal Lines EP",
        "Alice Arden asks again: Launch Tidal Lines LP",
    ]


def test_work_that_becomes_somebodys_is_told_them(team, campaign):
    task = plans.task(team, campaign, "Artwork", due_on=plans.monday())
    plans.assign(team, task, team.bob.id)
    people.run_background()

    row = the_only("assigned")
    assert (row.user_id, row.payload["title"]) == (team.bob.id, "Yours now: Artwork")
    assert row.payload["detail"] == f"Due {plans.monday():%a %-d %b}"
    assert row.payload["about"] == campaign.name


def test_work_one_takes_oneself_is_no_news(team, campaign):
    plans.task(team, campaign, "Artwork", assignee_id=team.mia.id)  # by Mia
    people.run_background()

    assert told() == []


def test_work_that_went_on_to_somebody_else_is_told_to_the_last_one(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    plans.assign(team, task, team.bob.id)
    plans.assign(team, task, team.alice.id)
    people.run_background()

    assert [user_id for user_id, _ in told("assigned")] == [team.alice.id]


def test_a_comment_is_told_to_who_is_named_and_to_whose_work_it_is(team, campaign):
    task = plans.task(team, campaign, "Artwork", assignee_id=team.bob.id)
    people.run_background()
    add_comment(
        subject_kind="task", subject_id=task.id, body="@Alice look at it", by=team.mia.actor
    )
    people.run_background()

    assert told("mention") == [(team.alice.id, "Mia Moss named you: Artwork")]
    assert told("comment") == [(team.bob.id, "Mia Moss said something: Artwork")]


def test_who_is_named_on_their_own_work_is_told_once(team, campaign):
    task = plans.task(team, campaign, "Artwork", assignee_id=team.bob.id)
    people.run_background()
    add_comment(subject_kind="task", subject_id=task.id, body="@Bob done?", by=team.mia.actor)
    people.run_background()

    assert [user_id for user_id, _ in told("mention", "comment")] == [team.bob.id]


def test_what_was_taken_back_is_no_news(team, campaign):
    _, proposal = people.submitted(team)
    with unit_of_work():
        find(Proposal, proposal.id, lock=True)
    people.approve(proposal, team.bob)  # before anybody was told that it waits
    people.run_background()

    assert told("request") == []


def test_late_work_is_told_to_whoever_the_ladder_tells(team, campaign):
    monday = plans.monday()
    task = late.artwork(team, campaign, monday)
    late.until(monday + timedelta(days=2), 18)

    rows = [
        (row.user_id, row.urgency)
        for row in db.session.scalars(
            db.select(Notification)
            .where(Notification.kind == "late_work", Notification.channel == "in_app")
            .order_by(Notification.id)
        )
    ]
    assert rows[0] == (team.mia.id, "normal")
    assert rows[1] == (team.bob.id, "urgent")
    assert find(type(task), task.id).is_open


def test_a_campaigns_owner_hears_what_becomes_of_it(team):
    people.active(team)

    assert told("campaign") == [(team.alice.id, "Launched: Tidal Lines EP")]


def test_who_did_it_is_told_nothing(team):
    campaign = people.active(team)
    move_campaign(
        campaign_id=campaign.id,
        move="pause",
        version=find(Campaign, campaign.id).version,
        by=team.alice.actor,
    )
    people.run_background()

    assert [title for _, title in told("campaign")] == ["Launched: Tidal Lines EP"]


def test_who_left_is_told_nothing(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    plans.assign(team, task, team.bob.id)
    remove_member(membership_id=membership_of(team.bob.id).id, by=team.alice.actor)
    people.run_background()

    assert told("assigned") == []


def test_an_event_that_is_delivered_twice_tells_once(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    plans.assign(team, task, team.bob.id)
    people.run_background()
    with unit_of_work():
        receipt = db.session.scalars(
            db.select(Receipt)
            .join(Event, Event.id == Receipt.event_id)
            .where(Receipt.subscriber == "tell_people", Event.name == "task.assigned")
        ).one()
        receipt_id = receipt.id

    at_once(*[lambda: receipts.settle(team.id, receipt_id)] * 2, team_id=None)

    assert len(told("assigned")) == 1


def test_nothing_leaves_a_demo(team, campaign, letters):
    with unit_of_work():
        hold(TeamRow, team.id).is_demo = True
    plans.assign(team, plans.task(team, campaign, "Artwork"), team.bob.id)
    pass_time(timedelta(days=1))

    assert len(told("assigned")) == 1
    assert letters.sent == []


def test_what_a_past_tells_was_read_then(team, campaign):
    plans.assign(team, plans.task(team, campaign, "Artwork"), team.bob.id)
    happened = clock.now()
    clock.travel(timedelta(days=40).total_seconds())  # and only now somebody looks at the events
    people.run_background()

    row = the_only("assigned")
    assert row.read_at == row.scheduled_for
    assert row.scheduled_for <= happened


def test_the_database_refuses_to_tell_twice(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    plans.assign(team, task, team.bob.id)
    people.run_background()
    event = db.session.scalars(db.select(Event).where(Event.name == "task.assigned")).one()

    with pytest.raises(IntegrityError):
        tell_people(event)

    db.session.rollback()
    assert len(told("assigned")) == 1


def test_ten_tasks_given_at_once_are_ten_pieces_of_news(team, campaign):
    for number in range(10):
        add_task(
            campaign_id=campaign.id,
            title=f"Task {number}",
            assignee_id=team.bob.id,
            by=team.mia.actor,
        )
    people.run_background()

    assert len(told("assigned")) == 10


def test_words_that_were_taken_back_stand_in_no_inbox(team, campaign):
    task = plans.task(team, campaign, "Artwork", assignee_id=team.bob.id)
    comment_id = add_comment(
        subject_kind="task", subject_id=task.id, body="@Alice a secret", by=team.mia.actor
    )
    people.run_background()
    assert the_only("mention").payload["detail"] == "@Alice a secret"

    delete_comment(comment_id=comment_id, by=team.mia.actor)
    people.run_background()

    words = [row.payload["detail"] for row in db.session.scalars(db.select(Notification))]
    assert "@Alice a secret" not in words
