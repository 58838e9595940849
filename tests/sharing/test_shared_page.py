"""The page of a shared link, for somebody without an account: what it shows, what it hides, and
that links that do not work are all the same.
"""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in, stranger
from tests.imports import staged
from webapp.accounts.throttle import PAIR_LIMIT
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock, tokens
from webapp.db import find, unit_of_work
from webapp.sharing.commands import revoke_link
from webapp.sharing.models import ShareLink
from webapp.timelines.backwards import Outline, Step
from webapp.timelines.plan_part import lay_plan

TOKEN = tokens.new_token()
PATH = f"/s/{TOKEN}"
PASSWORD = "quiet lanterns"


@pytest.fixture
def reported(team):
    """Alice's campaign with a report's numbers."""
    campaign = people.draft(team, currency="EUR")
    staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)
    return campaign


def plain(html: str) -> str:
    """Without what differs between two answers that say the same."""
    html = re.sub(r"<code>[0-9a-f]+</code>", "", html)
    return re.sub(r'<meta name="now" content="[^"]+">', "", html)


def test_an_outsider_sees_the_campaign_and_its_numbers(app, team, reported):
    people.shared(team, reported, TOKEN)

    page = stranger(app).get(PATH)

    assert page.status_code == 200
    for words in ("Tidal Lines EP", "Northlight", "Draft", "Spend per day", "Where ", "€"):
        assert words in page.text


def test_what_is_not_shared_is_not_in_the_page(app, team, reported):
    people.shared(team, reported, TOKEN, sections=["results"])

    page = stranger(app).get(PATH).text

    for words in ("€", "Spent", "Spend per", "budget", "Draft", "Target date"):
        assert words not in page
    assert "Spend is hidden by the sender" in page


@pytest.mark.parametrize(("tasks", "words"), [(15, False), (16, True)])
def test_of_a_long_plan_paper_gets_the_milestones_and_says_so(app, team, campaign, tasks, words):
    steps = [Step(key=n, title=f"Step {n}") for n in range(tasks)]
    outline = Outline(steps=[*steps, Step(key=99, title="Release day", is_milestone=True)])
    with unit_of_work():
        lay_plan(campaign.id, outline.as_data(), team.alice.actor)
    people.shared(team, campaign, TOKEN, sections=["timeline"])

    page = stranger(app).get(PATH).text

    assert ("Printed with the milestones alone." in page) == words
    assert f"--rows:{2 if words else tasks + 2}" in page
    assert "Step 0" in page


def test_people_notes_and_ids_are_not_in_the_page(app, team):
    campaign = people.draft(team, description="Do not tell", target_audience="Secret listeners")
    people.shared(team, campaign, TOKEN, name="For Mrs Robinson")

    page = stranger(app).get(PATH).text

    for secret in ("Do not tell", "Secret", "Alice", "Bob", "@", "Robinson", "/campaigns", "nav"):
        assert secret not in re.sub(r"https://cdn[^\"]+", "", page), secret


def test_the_page_is_kept_nowhere_and_found_nowhere(app, team, campaign):
    people.shared(team, campaign, TOKEN)

    page = stranger(app).get(PATH)

    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_who_is_signed_in_sees_the_same_page(app, team, reported):
    people.shared(team, reported, TOKEN, sections=["results"])
    tickets = re.compile(r'csrf_token" value="[^"]+"|/ws\?t=[^"]+|datetime="[^"]+"')

    pages = [
        tickets.sub("", plain(one.get(PATH).text))
        for one in (stranger(app), signed_in(app, team.alice), signed_in(app, team.charlie))
    ]

    assert pages[0] == pages[1] == pages[2]


def revoked(team, campaign):
    link = people.shared(team, campaign, TOKEN)
    revoke_link(share_link_id=link.id, by=team.bob.actor)


def expired(team, campaign):
    people.shared(team, campaign, TOKEN, days=1)
    clock.travel(timedelta(days=1).total_seconds() + 1)


def protected_and_revoked(team, campaign):
    link = people.shared(team, campaign, TOKEN, password=PASSWORD)
    revoke_link(share_link_id=link.id, by=team.bob.actor)


def of_a_trashed_campaign(team, campaign):
    people.shared(team, campaign, TOKEN)
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)


def of_a_trashed_campaign_with_a_password(team, campaign):
    people.shared(team, campaign, TOKEN, password=PASSWORD)
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)


ENDS = [
    revoked,
    expired,
    protected_and_revoked,
    of_a_trashed_campaign,
    of_a_trashed_campaign_with_a_password,
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_link_that_does_not_work_is_the_same_answer(app, team, campaign, end, method):
    end(team, campaign)
    visitor = stranger(app)

    ended = visitor.open(PATH, method=method)
    wrong = visitor.open(f"/s/{tokens.new_token()}", method=method)

    assert ended.status_code == wrong.status_code == 404
    assert plain(ended.text) == plain(wrong.text)
    differing = {"X-Request-Id", "Content-Security-Policy"}
    assert {k: v for k, v in ended.headers if k not in differing | {"Content-Length"}} == {
        k: v for k, v in wrong.headers if k not in differing | {"Content-Length"}
    }


def test_a_look_is_counted_once(app, team, campaign):
    link = people.shared(team, campaign, TOKEN)
    visitor = stranger(app)

    visitor.get(PATH)
    visitor.get(PATH, headers={"Sec-Fetch-Mode": "navigate"})
    visitor.get(PATH, headers={"Sec-Fetch-Mode": "cors"})  # the page looks for news itself
    visitor.get(PATH, headers={"Sec-Purpose": "prefetch;prerender"})
    visitor.head(PATH)

    assert find(ShareLink, link.id).views == 2


def test_a_frozen_page_has_no_socket(app, team, campaign):
    people.shared(team, campaign, TOKEN, kind="frozen")

    page = stranger(app).get(PATH).text

    assert "ws-connect" not in page
    assert "Numbers of" in page


def test_a_password_stands_before_the_page_and_says_nothing_of_it(app, team, reported):
    link = people.shared(team, reported, TOKEN, password=PASSWORD)

    page = stranger(app).get(PATH)

    assert page.status_code == 200
    for words in ("Tidal", "Northlight", "€"):
        assert words not in page.text
    assert find(ShareLink, link.id).views == 0


def test_the_right_password_opens_this_link_and_no_other(app, team, campaign):
    other = tokens.new_token()
    people.shared(team, campaign, TOKEN, password=PASSWORD)
    people.shared(team, campaign, other, password=PASSWORD)
    visitor = stranger(app)

    answer = visitor.post(PATH, data={"password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax", f"Path={PATH}"} <= set(cookie.split("; "))
    assert "Tidal Lines EP" in visitor.get(PATH).text
    visitor.set_cookie("share", cookie.split(";")[0].split("=", 1)[1], path=f"/s/{other}")
    assert "Tidal Lines EP" not in visitor.get(f"/s/{other}").text


def test_a_password_opens_the_page_for_half_a_day(app, team, campaign):
    people.shared(team, campaign, TOKEN, password=PASSWORD)
    visitor = stranger(app)
    visitor.post(PATH, data={"password": PASSWORD})

    clock.travel(12 * 3600 + 1)

    assert "This page has a password" in visitor.get(PATH).text


@pytest.mark.parametrize("value", ["", "x", "W10.forged", "ä"])
def test_a_made_up_cookie_opens_nothing(app, team, campaign, value):
    people.shared(team, campaign, TOKEN, password=PASSWORD)
    visitor = stranger(app)
    visitor.set_cookie("share", value, path=PATH)

    assert "This page has a password" in visitor.get(PATH).text


def test_a_wrong_password_says_so_and_guessing_has_to_wait(app, team, campaign):
    people.shared(team, campaign, TOKEN, password=PASSWORD)
    visitor = stranger(app)

    answers = [visitor.post(PATH, data={"password": f"wrong {n}"}) for n in range(PAIR_LIMIT)]
    late = visitor.post(PATH, data={"password": PASSWORD})

    assert {one.status_code for one in answers} == {422}
    assert "does not fit" in answers[0].text
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0


def test_a_very_long_or_strange_password_is_only_wrong(app, team, campaign):
    people.shared(team, campaign, TOKEN, password=PASSWORD)

    for guess in ("x" * 100_000, "\x00", "ä\ud800".encode("utf-8", "surrogatepass")):
        assert stranger(app).post(PATH, data={"password": guess}).status_code == 422


@pytest.mark.parametrize("token", ["x", "%00", "a%2Fb", "..", "ä", "x" * 4000])
def test_a_strange_token_is_a_wrong_one(app, token):
    assert stranger(app).get(f"/s/{token}").status_code == 404


def test_names_are_text_and_nothing_else(app, team):
    campaign = people.draft(team, name="<script>x()</script> & {{ 7 * 7 }}")
    people.shared(team, campaign, TOKEN)

    page = stranger(app).get(PATH).text

    assert "<script>x()" not in page
    assert "49" not in page.split("<h1")[1].split("</h1>")[0]
