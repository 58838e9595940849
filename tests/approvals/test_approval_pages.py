"""The inbox of decisions: who sees what, who may press what, what is kept when it is refused."""

import pytest

from tests.clients import signed_in, stranger
from tests.people import approve, scheduled, submitted
from webapp.accounts.commands import change_member
from webapp.accounts.queries import membership_of
from webapp.ads.commands import change_budget
from webapp.approvals.history import said
from webapp.approvals.models import Proposal
from webapp.approvals.queries import state_of
from webapp.campaigns.models import Campaign
from webapp.db import db, find


@pytest.fixture
def asked(team):
    """Alice's request to launch; the id, so that nothing of it is kept in memory."""
    _, proposal = submitted(team)
    return proposal.id


def decision(proposal_id, **changes):
    version = find(Proposal, proposal_id).version
    db.session.rollback()
    return {"decision": "approve", "note": "", "version": version} | changes


def test_the_inbox_shows_the_first_request_beside_the_list(app, team, asked):
    page = signed_in(app, team.bob).get("/approvals")

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert f'href="/approvals/{asked}"' in page.text
    assert f'action="/approvals/{asked}/decision"' in page.text


def test_an_empty_inbox_says_so(app, team):
    assert "All decided" in signed_in(app, team.bob).get("/approvals").text


def test_a_request_has_a_page_of_its_own_for_every_role(app, team, asked):
    for person in (team.alice, team.bob, team.mia, team.vera):
        page = signed_in(app, person).get(f"/approvals/{asked}")

        assert page.status_code == 200
        assert "Launch Tidal Lines EP" in page.text


def test_only_who_may_decide_gets_the_form(app, team, asked):
    form = f'action="/approvals/{asked}/decision"'

    assert form in signed_in(app, team.bob).get(f"/approvals/{asked}").text
    for person in (team.alice, team.mia, team.vera):
        assert form not in signed_in(app, person).get(f"/approvals/{asked}").text


def test_only_who_asked_is_offered_to_take_it_back(app, team, asked):
    form = f'action="/approvals/{asked}/withdraw"'

    assert form in signed_in(app, team.alice).get(f"/approvals/{asked}").text
    for person in (team.bob, team.mia, team.vera):
        assert form not in signed_in(app, person).get(f"/approvals/{asked}").text


def test_the_inbox_needs_a_sign_in(app, team, asked):
    for path in ("/approvals", f"/approvals/{asked}"):
        assert stranger(app).get(path).headers["Location"].startswith("/login")


def test_another_team_finds_nothing(app, team, asked):
    charlie = signed_in(app, team.charlie)

    assert charlie.get(f"/approvals/{asked}").status_code == 404
    assert charlie.post(f"/approvals/{asked}/decision").status_code == 404


@pytest.mark.parametrize("act", ["withdraw", "undo"])
def test_unsafe_paths_reject_get(app, team, asked, act):
    assert signed_in(app, team.alice).get(f"/approvals/{asked}/{act}").status_code == 405


def test_approving_leads_back_to_the_request_and_says_what_was_done(app, team, asked):
    bob = signed_in(app, team.bob)

    answer = bob.post(f"/approvals/{asked}/decision", data=decision(asked))

    assert answer.status_code == 303
    page = bob.get(answer.headers["Location"]).text
    assert "Approved and done" in page
    assert "Bob Brook" in page
    assert f'action="/approvals/{asked}/decision"' not in page


def test_rejecting_without_a_note_keeps_the_choice_and_marks_the_note(app, team, asked):
    answer = signed_in(app, team.bob).post(
        f"/approvals/{asked}/decision", data=decision(asked, decision="changes")
    )

    assert answer.status_code == 422
    assert 'value="changes" required checked' in answer.text
    assert 'aria-describedby="note-error"' in answer.text
    assert state_of(asked) == "in_review"


def test_a_note_is_kept_line_by_line_and_escaped(app, team, asked):
    bob = signed_in(app, team.bob)

    bob.post(
        f"/approvals/{asked}/decision",
        data=decision(asked, decision="changes", note="Later.\n<b>Please</b>"),
    )
    page = bob.get(f"/approvals/{asked}").text

    assert "Later.\n&lt;b&gt;Please" in page
    assert "asked for changes" in page


def test_a_decision_on_an_older_version_is_refused_in_words(app, team, asked):
    answer = signed_in(app, team.bob).post(
        f"/approvals/{asked}/decision", data=decision(asked, version=1)
    )

    assert answer.status_code == 409
    assert "Read it again" in answer.text


def test_the_second_of_two_people_is_told_that_it_is_decided(app, team, asked):
    data = decision(asked)
    approve(find(Proposal, asked), team.bob)

    answer = signed_in(app, team.bob).post(f"/approvals/{asked}/decision", data=data)

    assert answer.status_code == 409
    assert "decided already" in answer.text


def test_the_same_press_twice_decides_once(app, team, asked):
    bob, data = signed_in(app, team.bob), decision(asked) | {"form_token": "t" * 20}

    answers = [bob.post(f"/approvals/{asked}/decision", data=data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(said(asked)) == 1


@pytest.mark.parametrize("who", ["mia", "vera", "alice"])
def test_nobody_else_decides_by_posting_anyway(app, team, asked, who):
    answer = signed_in(app, getattr(team, who)).post(
        f"/approvals/{asked}/decision", data=decision(asked)
    )

    assert answer.status_code == 403
    assert state_of(asked) == "in_review"


def test_an_owner_whom_nobody_else_may_answer_types_a_confirmation(app, team, asked):
    bob = membership_of(team.bob.id)
    change_member(
        membership_id=bob.id,
        role="member",
        approve_limit="",
        version=bob.version,
        by=team.alice.actor,
    )
    alice = signed_in(app, team.alice)

    refused = alice.post(f"/approvals/{asked}/decision", data=decision(asked, note="Mine"))
    done = alice.post(f"/approvals/{asked}/decision", data=decision(asked, confirm="Approve"))

    assert refused.status_code == 422
    assert 'aria-describedby="confirm-error"' in refused.text
    assert ">Mine</textarea>" in refused.text
    assert done.status_code == 303
    assert "Own request, nobody else may decide" in alice.get(f"/approvals/{asked}").text


def test_taking_a_request_back_returns_the_campaign_to_a_draft(app, team, asked):
    campaign_id = find(Proposal, asked).campaign_id

    answer = signed_in(app, team.alice).post(f"/approvals/{asked}/withdraw")

    assert answer.status_code == 303
    assert state_of(asked) == "dismissed"
    assert find(Campaign, campaign_id).state == "draft"


def test_a_launch_offers_no_undo(app, team, asked):
    approve(find(Proposal, asked), team.bob)

    page = signed_in(app, team.bob).get(f"/approvals/{asked}").text

    assert "Undo" not in page


def test_a_budget_change_is_undone_by_a_manager_and_offered_to_nobody_below(app, team):
    campaign = scheduled(team)
    was = campaign.budget_cents
    change = find(
        Proposal,
        change_budget(
            campaign_id=campaign.id,
            budget="10,000",
            evenly=True,
            version=campaign.version,
            by=team.alice.actor,
        ),
    )
    approve(change, team.bob)
    path, campaign_id = f"/approvals/{change.id}", campaign.id
    form = f'action="{path}/undo"'

    hers = signed_in(app, team.mia).get(path).text
    refused = signed_in(app, team.mia).post(f"{path}/undo")
    bob = signed_in(app, team.bob)
    his = bob.get(path).text
    answer = bob.post(f"{path}/undo")

    assert form not in hers
    assert refused.status_code == 403
    assert form in his
    assert answer.status_code == 303
    assert find(Campaign, campaign_id).budget_cents == was


def test_what_follows_the_live_state_comes_as_a_fragment(app, team, asked):
    bob = signed_in(app, team.bob)

    piece = bob.get(f"/approvals/{asked}/decision", headers={"HX-Request": "true"})
    whole = bob.get(f"/approvals/{asked}/decision")

    assert piece.text.lstrip().startswith(f'<div id="proposal-{asked}-decision"')
    assert "<html" not in piece.text
    assert "<h1" in whole.text
