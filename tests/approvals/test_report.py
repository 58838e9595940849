"""How deciding goes: what passes the first time, how long stages take, who waits for whom."""

import pytest

from tests import people
from tests.approvals.kinds import CHANGE, ask_for, set_policy
from tests.approvals.staging import START, in_stages, says, stage
from tests.clients import signed_in
from webapp.approvals import report
from webapp.core import clock
from webapp.db import acting_for, db

HOUR = 3600


@pytest.fixture
def ask(team, campaign):
    """Ask for another budget, in these stages."""
    set_policy(CHANGE, "ask")
    asked = iter(range(1, 100))

    def one(*wanted, by=team.alice):
        in_stages(team, *wanted)
        return ask_for(campaign, START + 1000 * next(asked), by=by.actor)

    return one


def fared():
    return [
        (one.words, one.first, one.later, one.refused) for one in report.passed(report.since(30))
    ]


def test_what_is_agreed_to_as_it_was_asked_passed_the_first_time(team, ask):
    says(team.bob, ask())

    assert fared() == [("Change it", 1, 0, 0)]
    (found,) = report.passed(report.since(30))
    assert found.rate == 1


def test_what_is_asked_again_after_a_refusal_passed_later(team, ask):
    says(team.bob, ask(), "changes")
    says(team.bob, ask())

    assert fared() == [("Change it", 0, 1, 1)]


def test_what_nobody_decided_yet_and_what_acted_by_itself_does_not_count(team, campaign, ask):
    ask()
    set_policy(CHANGE, "act", max_amount_cents=10**9)
    ask_for(campaign, START + 5, by=team.alice.actor)

    assert fared() == []


def test_what_was_decided_long_ago_does_not_count(team, ask):
    says(team.bob, ask())
    clock.travel(31 * 24 * HOUR)

    assert fared() == []
    assert report.paces(report.since(30)) == []


def test_a_stage_takes_from_its_opening_to_its_end(team, ask):
    proposal = ask(stage("Content", team.mia), stage("Final", team.bob))
    clock.travel(2 * HOUR)
    says(team.mia, proposal)
    clock.travel(3 * HOUR)
    says(team.bob, proposal)

    found = [
        (one.stage, one.count, round(one.median_hours, 2)) for one in report.paces(report.since(30))
    ]

    assert found == [("Content", 1, 2.0), ("Final", 1, 3.0)]


def test_a_stage_that_ended_after_its_deadline_was_late(team, ask):
    proposal = ask(stage("Content", team.bob, hours="1"), by=team.mia)
    clock.travel(5 * 24 * HOUR)
    says(team.bob, proposal)

    (found,) = report.paces(report.since(30))
    assert (found.late, found.slowest_hours >= 119) == (1, True)


def test_a_stage_nobody_spoke_in_has_no_pace(team, ask):
    proposal = ask(stage("Content", team.bob, hours="1", late="reject"), by=team.mia)
    clock.travel(5 * 24 * HOUR)
    people.run_background()

    assert report.paces(report.since(30)) == []
    assert fared() == [("Change it", 0, 0, 1)]
    assert proposal.id


def test_who_waits_for_whom_is_said_the_longest_first(team, ask):
    first = ask(stage("Content", team.mia, team.bob, needs="all"))
    clock.travel(HOUR)
    second = ask()
    says(team.bob, first)

    found = [(one.proposal_id, one.waits, one.stage, one.asked) for one in report.waits()]

    assert found == [
        (first.id, "Alice Arden", "Content", ["Mia Moss"]),
        (second.id, "Alice Arden", "Approval", []),
    ]


def test_another_teams_requests_are_not_in_it(team, ask):
    says(team.bob, ask())
    ask()
    elsewhere = team.charlie.actor.team_id
    db.session.close()

    with acting_for(elsewhere):
        assert (report.waits(), report.passed(report.since(30))) == ([], [])
        assert report.paces(report.since(30)) == []


def test_the_page_shows_all_three_and_keeps_its_period_in_the_address(app, team, ask):
    says(team.bob, ask())
    ask(stage("<b>Content", team.mia))

    page = signed_in(app, team.vera).get("/approvals/report?days=30").text

    assert "100%" in page
    assert "Mia Moss" in page
    assert "&lt;b&gt;Content" in page
    assert "in the last 30 days" in page
    assert "in the last 90 days" in signed_in(app, team.vera).get("/approvals/report?days=x").text
