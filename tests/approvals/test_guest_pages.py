"""What a guest sees and sends, and what the team sees of guests: pages."""

import re

import pytest

from tests import people
from tests.approvals.guests import guest_says, invite
from tests.approvals.staging import edited, open_stage, says, stage
from tests.clients import signed_in, stranger
from webapp.approvals import guests
from webapp.approvals.guest_commands import revoke_guest
from webapp.approvals.history import remarks
from webapp.approvals.models import GuestLink, Proposal
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock, tokens
from webapp.db import find

TOKEN = tokens.new_token()
PATH = f"/review/{TOKEN}"


@pytest.fixture
def request_(team):
    """Alice asks to launch Tidal Lines EP."""
    return people.submitted(team, description="Five songs")[1]


def word(proposal, decision="approve", **more):
    values = {"name": "Rosa Lind", "decision": decision, "note": "Because"}
    return values | {"version": find(Proposal, proposal.id).version} | more


def plain(html: str) -> str:
    """Without what differs between two answers that say the same."""
    html = re.sub(r"<code>[0-9a-f]+</code>", "", html)
    return re.sub(r'<meta name="now" content="[^"]+">', "", html)


def test_a_guest_sees_the_request_and_nothing_of_the_team_but_names(app, team, request_):
    invite(team, request_, token=TOKEN)

    page = stranger(app).get(PATH)

    assert page.status_code == 200
    for words in ("Northlight", "Launch Tidal Lines EP", "Alice Arden", "Five songs", "Approve"):
        assert words in page.text
    for secret in ("@", "/campaigns", "/approvals", "at stake", "Label partner", "<nav"):
        assert secret not in re.sub(r"https://cdn[^\"]+", "", page.text), secret


def test_a_guest_reads_what_was_said(app, team, campaign, asked):
    proposal = asked(stage("Both", team.mia, needs="all"))
    invite(team, proposal, token=TOKEN)
    guest_says(invite(team, proposal, purpose="comment"), "comment", note="Mind the <i> date")

    page = stranger(app).get(PATH).text

    assert "Rosa Lind (guest)" in page
    assert "Mind the &lt;i&gt; date" in page


def test_the_page_is_kept_nowhere_and_found_nowhere(app, team, request_):
    invite(team, request_, token=TOKEN)

    page = stranger(app).get(PATH)

    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_who_is_signed_in_sees_the_same_page(app, team, request_):
    invite(team, request_, token=TOKEN)
    tickets = re.compile(r'(csrf|form)_token" value="[^"]+"|datetime="[^"]+"')

    pages = [
        tickets.sub("", plain(one.get(PATH).text))
        for one in (stranger(app), signed_in(app, team.alice), signed_in(app, team.charlie))
    ]

    assert pages[0] == pages[1] == pages[2]


def test_looking_decides_nothing_and_is_noted(app, team, request_):
    link = invite(team, request_, token=TOKEN)
    visitor = stranger(app)
    visitor.get(PATH, headers={"Sec-Purpose": "prefetch"})
    visitor.head(PATH)
    assert find(GuestLink, link.id).last_viewed_at is None

    visitor.get(f"{PATH}?decision=approve&name=Rosa&version=2")

    assert find(GuestLink, link.id).last_viewed_at is not None
    assert find(Proposal, request_.id).state == "in_review"
    assert remarks(request_.id) == []


def test_a_decision_says_thanks_and_what_happens_next(app, team, request_):
    invite(team, request_, token=TOKEN)
    visitor = stranger(app)

    answer = visitor.post(PATH, data=word(request_))

    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    for _ in range(2):  # and so it stays
        page = visitor.get(PATH).text
        assert "Thank you, <bdi>Rosa Lind</bdi>. You approved it." in page
        assert "Others are asked as well" in page
        assert '<button class="btn primary"' not in page
    assert open_stage(request_).stage.name == "Amount"


def test_what_a_guest_decided_stays_readable_until_the_link_ends(app, team, request_):
    link = invite(team, request_, token=TOKEN)
    guest_says(link)
    says(team.bob, request_)

    assert "it is done" in stranger(app).get(PATH).text
    clock.travel(8 * 86_400)
    assert stranger(app).get(PATH).status_code == 404


def test_of_a_version_the_guest_never_saw_nothing_is_shown_after_their_word(app, team):
    campaign, proposal = people.submitted(team)
    guest_says(invite(team, proposal, token=TOKEN))
    edited(team, campaign, description="Louder")
    people.run_background()

    page = stranger(app).get(PATH).text

    assert "It was changed since" in page
    assert "Louder" not in page


def test_a_comment_is_thanked_for_and_another_one_may_follow(app, team, request_):
    invite(team, request_, token=TOKEN, purpose="comment")
    visitor = stranger(app)
    assert 'value="approve"' not in visitor.get(PATH).text

    answer = visitor.post(PATH, data=word(request_, "comment", note="Lovely"))
    page = visitor.get(answer.headers["Location"]).text

    assert "Thank you" in page
    assert "Lovely" in page
    assert 'You write as <b dir="auto">Rosa Lind</b>' in page
    assert 'name="name"' not in page


def test_nobody_is_thanked_for_nothing(app, team, request_):
    invite(team, request_, token=TOKEN)

    assert "Thank you" not in stranger(app).get(f"{PATH}?said=1").text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": " "}, "Write your name"),
        ({"name": "\u200b"}, "Write your name"),
        ({"name": "R" * 81}, "at most 80"),
        ({"decision": "reject", "note": ""}, "Say what should change"),
        ({"decision": "comment", "note": " "}, "Write what you want to say"),
        ({"decision": "undo"}, "Press one of the buttons"),
        ({"decision": ""}, "Press one of the buttons"),
        ({"note": "n" * 2001}, "at most 2000"),
    ],
)
def test_a_refused_form_comes_back_with_what_was_typed(app, team, request_, sent, words):
    invite(team, request_, token=TOKEN)

    page = stranger(app).post(PATH, data=word(request_) | {"note": "Kept words"} | sent)

    assert page.status_code == 422
    assert words in page.text
    assert remarks(request_.id) == []
    assert ("Kept words" in page.text) == ("note" not in sent)


def test_the_same_form_sent_twice_is_one_word(app, team, request_):
    invite(team, request_, token=TOKEN, purpose="comment")
    visitor = stranger(app)

    answers = [
        visitor.post(PATH, data=word(request_, "comment") | {"form_token": "once"})
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [303, 303]
    assert len(remarks(request_.id)) == 1


def test_after_the_decision_another_form_only_shows_it(app, team, request_):
    invite(team, request_, token=TOKEN)
    visitor = stranger(app)
    visitor.post(PATH, data=word(request_))

    answer = visitor.post(PATH, data=word(request_, "reject"))

    assert answer.status_code == 303
    assert [one.state for one in remarks(request_.id)] == ["approved"]
    assert "You approved it" in visitor.get(PATH).text


@pytest.mark.parametrize("is_told", [True, False])
def test_what_changed_meanwhile_is_shown_and_nothing_is_decided(app, team, is_told):
    campaign, proposal = people.submitted(team)
    link = invite(team, proposal, token=TOKEN)
    form = word(proposal)
    edited(team, campaign, description="Louder")
    if is_told:  # the team was asked again before the guest pressed
        people.run_background()

    page = stranger(app).post(PATH, data=form)

    assert page.status_code == 409
    assert "This changed while you were reading" in page.text
    assert "Louder" in page.text
    assert 'name="decision"' not in page.text
    assert find(GuestLink, link.id).used_at is None
    assert find(Proposal, proposal.id).round == 2
    assert stranger(app).get(PATH).status_code == 404


def revoked(team, proposal, link):
    revoke_guest(guest_link_id=link.id, by=team.bob.actor)


def over(_team, _proposal, link):
    clock.travel((link.expires_at - clock.now()).total_seconds())


def decided(team, proposal, _link):
    says(team.bob, proposal)


def used_and_revoked(team, proposal, link):
    guest_says(link)
    revoked(team, proposal, link)


def of_a_trashed_campaign(team, proposal, link):
    guest_says(link, "reject")
    campaign_id = proposal.campaign_id
    campaign = people.find(people.Campaign, campaign_id)
    trash_campaign(campaign_id=campaign_id, version=campaign.version, by=team.alice.actor)


ENDS = [revoked, over, decided, used_and_revoked, of_a_trashed_campaign]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_link_that_does_not_work_is_the_same_answer(app, team, request_, end, method):
    """Also a form that was opened before: what ended meanwhile takes no word."""
    link = invite(team, request_, token=TOKEN)
    form = word(request_)
    end(team, request_, link)
    visitor, said = stranger(app), len(remarks(request_.id))

    ended = visitor.open(PATH, method=method, data=form)
    wrong = visitor.open(f"/review/{tokens.new_token()}", method=method, data=form)

    assert ended.status_code == wrong.status_code == 404
    assert plain(ended.text) == plain(wrong.text)
    differing = {"X-Request-Id", "Content-Security-Policy", "Content-Length"}
    assert {k: v for k, v in ended.headers if k not in differing} == {
        k: v for k, v in wrong.headers if k not in differing
    }
    assert len(remarks(request_.id)) == said


@pytest.mark.parametrize("token", ["x", "%00", "a%2Fb", "ä", "x" * 4000])
def test_a_strange_token_is_a_wrong_one(app, token):
    assert stranger(app).get(f"/review/{token}").status_code == 404


def test_a_link_of_one_request_tells_of_no_other(app, team, request_):
    other = people.submitted(team, name="Ebb Singles")[1]
    guest_says(invite(team, other, purpose="comment"), "comment", note="About the other")
    invite(team, request_, token=TOKEN)

    page = stranger(app).get(PATH).text

    assert "Ebb Singles" not in page
    assert "About the other" not in page


# The team's side.


def test_a_manager_invites_a_guest_and_sees_the_link_once(app, team, request_):
    bobs = signed_in(app, team.bob)

    answer = bobs.post(
        f"/approvals/{request_.id}/guests",
        data={"label": "Label partner", "purpose": "decide", "days": "3"},
    )
    first, again = (bobs.get(answer.headers["Location"]).text for _ in range(2))

    found = re.search(r"/review/[\w-]{43}", first)
    assert found
    assert found.group() not in again
    assert "Label partner" in again
    assert "not viewed yet" in again
    assert stranger(app).get(found.group()).status_code == 200
    assert "last viewed" in bobs.get(f"/approvals/{request_.id}").text


def test_a_form_sent_twice_makes_one_link(app, team, request_):
    bobs = signed_in(app, team.bob)

    for _ in range(2):
        bobs.post(
            f"/approvals/{request_.id}/guests", data={"purpose": "comment", "form_token": "once"}
        )

    assert len(guests.links(request_.id)) == 1


@pytest.mark.parametrize("days", ["0", "31", "soon"])
def test_a_link_lasts_a_month_at_most(app, team, request_, days):
    form = {"label": "Venue team", "purpose": "comment", "days": days}

    page = signed_in(app, team.bob).post(f"/approvals/{request_.id}/guests", data=form)

    assert page.status_code == 422
    assert 'value="Venue team"' in page.text
    assert guests.links(request_.id) == []


def test_a_link_lasts_a_week_unless_told(app, team, request_):
    signed_in(app, team.bob).post(
        f"/approvals/{request_.id}/guests", data={"purpose": "comment", "days": ""}
    )

    (link,) = guests.links(request_.id)
    assert 6.9 < (link.expires_at - clock.now()).total_seconds() / 86_400 < 7


def test_a_member_sees_the_guests_and_invites_none(app, team, request_):
    invite(team, request_)

    page = signed_in(app, team.mia).get(f"/approvals/{request_.id}").text

    assert "Label partner" in page
    assert f"/approvals/{request_.id}/guests" not in page
    assert "/revoke" not in page


def test_a_revoked_link_closes_and_leaves_the_list(app, team, request_):
    link = invite(team, request_, token=TOKEN)
    bobs = signed_in(app, team.bob)

    bobs.post(f"/guest-links/{link.id}/revoke")

    assert stranger(app).get(PATH).status_code == 404
    assert "Label partner" not in bobs.get(f"/approvals/{request_.id}").text


def test_the_request_and_the_feed_call_the_guest_by_name(app, team, request_):
    guest_says(invite(team, request_, purpose="comment"), "comment", note="Lovely")
    bobs = signed_in(app, team.bob)

    assert "Rosa Lind (guest)" in bobs.get(f"/approvals/{request_.id}").text
    feed = bobs.get(f"/campaigns/{request_.campaign_id}/activity?show=people").text
    assert "Rosa Lind (guest)" in feed
    assert "Said something about a request" in feed


def test_whoever_asked_is_told_what_a_guest_said(app, team, request_):
    guest_says(invite(team, request_, purpose="comment"), "comment", note="Lovely")
    people.run_background()

    for person in (team.alice, team.bob):
        assert "Rosa Lind (guest) said something" in signed_in(app, person).get("/inbox").text
