"""Stages as a team sets them and as a request shows them."""

import pytest

from tests.approvals.kinds import CHANGE
from tests.approvals.staging import in_stages, open_stage, stage
from tests.clients import signed_in
from tests.together import assert_one_event_per_version
from webapp.approvals.models import Policy, Stage
from webapp.approvals.queries import policy_of
from webapp.approvals.stage_commands import set_stages
from webapp.core.errors import Invalid, StaleVersion
from webapp.db import db


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (("Content", "all", "", "remind", []), "Choose who has to agree"),
        (("Content", "3", "", "remind", ["mia"]), "only 1 are asked"),
        (("Content", "any", "soon", "remind", []), "whole number"),
        (("Content", "any", "0", "remind", []), "whole number"),
        (("Content", "some", "", "remind", []), "Choose one of the list"),
        (("Content", "any", "", "approve", []), "Choose one of the list"),
        (("Content", "any", "", "remind", ["vera"]), "who take part"),
        (("Content", "any", "", "remind", ["charlie"]), "who take part"),
        (("C" * 41, "any", "", "remind", []), "at most 40"),
    ],
)
def test_stages_that_cannot_be_are_refused(team, wanted, words):
    ids = [getattr(team, name).id for name in wanted[4]]

    with pytest.raises(Invalid) as refused:
        in_stages(team, (*wanted[:4], ids))

    assert words in " ".join(refused.value.fields.values())


def test_stages_have_a_version(team):
    in_stages(team, stage("Content", team.mia))

    with pytest.raises(StaleVersion):
        set_stages(
            kind=CHANGE,
            names=[],
            needs=[],
            hours=[],
            late=[],
            approvers=[],
            version=1,
            by=team.alice.actor,
        )
    assert_one_event_per_version(Policy)


def test_an_owner_sets_stages_on_the_page(app, team):
    alice = signed_in(app, team.alice)
    kept = alice.get("/settings/rules").text
    assert "Launch a campaign" in kept

    answer = alice.post(
        "/settings/rules/stages",
        data={
            "kind": "campaign.launch",
            "version": 1,
            "names": ["Content", "Final"],
            "needs": ["any", "all"],
            "hours": ["8", ""],
            "late": ["escalate", "remind"],
            "approvers": [f"0:{team.mia.id}", f"1:{team.bob.id}"],
        },
    )

    assert answer.status_code == 303
    (first, last) = policy_of("campaign.launch").stages
    assert (first["name"], first["hours"], first["approvers"]) == ("Content", 8, [team.mia.id])
    assert (last["needs"], last["approvers"]) == ("all", [team.bob.id])
    assert "2 stages" in alice.get("/settings/rules").text


def test_a_refused_form_keeps_what_was_typed(app, team):
    answer = signed_in(app, team.alice).post(
        "/settings/rules/stages",
        data={
            "kind": "campaign.launch",
            "version": 1,
            "names": ["Content <b>"],
            "needs": ["all"],
            "hours": ["8"],
            "late": ["reject"],
        },
    )

    assert answer.status_code == 422
    assert "Choose who has to agree" in answer.text
    assert 'value="Content &lt;b&gt;"' in answer.text


def test_the_request_shows_its_stages_and_who_is_asked(app, team, campaign, asked):
    proposal = asked(stage("Content", team.mia, hours="8"), stage("Final", team.bob))

    page = signed_in(app, team.mia).get(f"/approvals/{proposal.id}").text

    assert "aria-current=step" in page
    assert "Any one of <bdi>Mia Moss</bdi>." in page
    assert "Stage 1 of 2: <bdi>Content</bdi>." in page
    assert "Let somebody else decide in your place" in page
    assert (
        "Others are asked for this stage."
        in signed_in(app, team.bob).get(f"/approvals/{proposal.id}").text
    )


def test_agreeing_on_the_page_leads_to_the_next_stage(app, team, campaign, asked):
    proposal = asked(stage("Content", team.mia), stage("Final", team.bob))

    answer = signed_in(app, team.mia).post(
        f"/approvals/{proposal.id}/decision",
        data={
            "decision": "approve",
            "version": proposal.version,
            "stage_id": open_stage(proposal).stage.id,
        },
    )

    assert answer.status_code == 303
    assert db.session.scalar(db.select(db.func.count()).where(Stage.done_at.is_not(None))) == 1
