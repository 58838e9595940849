"""Home: the sentence, what waits, this week, what runs; what is pushed is what the page has."""

from datetime import date
from decimal import Decimal

import pytest

from tests.clients import signed_in, stranger
from tests.people import active, approve, draft, scheduled, submitted
from webapp.ads.rates import Totals
from webapp.campaigns import queries as campaigns
from webapp.core import clock
from webapp.db import db
from webapp.views.home import same_days
from webapp.web import fragments

PERSONAL = ("needs_you", "headline", "your_tasks", "approvals_badge", "approvals_tab_badge")
SHARED = ("numbers", "live_campaigns")


def named(name):
    return next(one for one in fragments.all_fragments() if one.name == name)


def pushed(app, name, *who):
    """The bytes the hub would send now."""
    fragment = named(name)
    html = fragments.render(fragments.environment(app), fragment, fragment.context(None, *who))
    db.session.rollback()
    return html


def test_home_needs_a_sign_in(app, team):
    assert stranger(app).get("/").headers["Location"].startswith("/login")


def test_home_rejects_post(app, team):
    assert signed_in(app, team.alice).post("/").status_code == 405


def test_a_new_team_is_led_to_its_first_campaign(app, team):
    page = signed_in(app, team.alice).get("/").text

    assert page.count("<h1") == 1
    assert "Start your first campaign." in page
    assert "No campaigns yet" in page
    assert 'href="/campaigns/new"' in page


def test_a_viewer_is_offered_no_new_campaign(app, team):
    page = signed_in(app, team.vera).get("/").text

    assert "No campaigns yet" in page
    assert "/campaigns/new" not in page


def test_the_sentence_counts_what_waits_for_this_person(app, team):
    for name in ("One", "Two", "Three"):
        submitted(team, name=name)

    bobs = signed_in(app, team.bob).get("/").text
    mias = signed_in(app, team.mia).get("/").text

    assert "Three decisions wait for you." in bobs
    assert bobs.count(">Review<") == 3
    assert "Nothing waits for you." in mias
    assert "All decided" in mias


def test_a_decision_that_was_made_waits_no_more(app, team):
    _, proposal = submitted(team)
    approve(proposal, team.bob)

    assert "Nothing waits for you." in signed_in(app, team.bob).get("/").text


def test_what_happens_by_itself_is_listed(app, team):
    scheduled(team, name="Winter Sessions tour")

    page = signed_in(app, team.vera).get("/").text

    assert "Starts</span>" in page
    assert "Ends</span>" in page
    assert page.count("Winter Sessions tour") >= 2


def test_live_campaigns_are_rows_and_drafts_are_not(app, team):
    running = active(team, name="Running now")
    waiting = draft(team, name="Only planned")
    running_id, waiting_id = running.id, waiting.id

    page = signed_in(app, team.vera).get("/").text

    assert f'id="campaign-{running_id}-row"' in page
    assert f'id="campaign-{waiting_id}-row"' not in page
    assert "One campaign is live" in page


def test_the_week_so_far_is_compared_with_the_same_days_of_the_one_before():
    wednesday = date(2026, 11, 18)

    this, before = same_days(wednesday)

    assert this == (date(2026, 11, 16), wednesday)
    assert before == (date(2026, 11, 9), date(2026, 11, 11))


def test_every_currency_has_its_own_numbers_and_what_is_unknown_is_a_dash(app):
    numbers = {
        "team_id": 1,
        "week_before": 46,
        "counts": {"all": 2},
        "rows": [
            {
                "currency": "USD",
                "this": Totals(
                    spend_cents=11_400,
                    impressions=1000,
                    clicks=96,
                    conversions=Decimal("12"),
                    clickable_impressions=1000,
                    seen_clicks=96,
                    conversions_cost_cents=11_400,
                ),
                "before": Totals(10_000, 800),
                "budget_cents": 900_000,
            },
            {
                "currency": "IDR",
                "this": Totals(500_000, 10),
                "before": Totals(),
                "budget_cents": 0,
            },
        ],
    }

    html = fragments.render(fragments.environment(app), named("numbers"), {"numbers": numbers})

    assert "Ad spend, USD" in html
    assert "Ad spend, IDR" in html
    assert "▲ 14% on week 46" in html
    assert "$9.50 each" in html
    assert "9.6%" in html
    assert "Not known yet" in html


@pytest.mark.parametrize("name", PERSONAL)
def test_what_is_pushed_to_a_person_is_the_piece_of_their_page(app, team, name):
    submitted(team, name="Öl & <Wasser>")
    page = signed_in(app, team.bob).get("/").text

    assert pushed(app, name, team.bob.id) in page


@pytest.mark.parametrize("name", SHARED)
def test_what_is_pushed_to_everybody_is_the_piece_of_the_page(app, team, name):
    active(team)
    page = signed_in(app, team.vera).get("/").text

    assert pushed(app, name) in page


def test_counts_and_sentence_agree(app, team):
    for name in ("One", "Two"):
        draft(team, name=name)

    assert campaigns.counts()["all"] == 2
    assert "2 being planned" in signed_in(app, team.alice).get("/").text


def test_home_names_the_day_in_the_viewers_zone(app, team):
    now = clock.now()

    page = signed_in(app, team.alice).get("/").text

    assert f"week {now.isocalendar().week}</time>" in page
