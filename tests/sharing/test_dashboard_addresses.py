"""Addresses of the dashboard that was: where each leads, and what a token opens there."""

import json

import pytest

from tests import people
from tests.clients import stranger
from webapp.core import clock, tokens
from webapp.sharing.commands import revoke_link

TOKEN = tokens.new_token()


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/dashboard", "/"),
        ("/dashboard/campaigns", "/campaigns"),
        ("/dashboard/campaigns/12", "/campaigns/12"),
        ("/dashboard/campaigns/12/timeline", "/campaigns/12/timeline"),
        ("/dashboard/metrics", "/analytics"),
        ("/dashboard/metrics/7d", "/analytics?period=7"),
        ("/dashboard/metrics/last-30-days", "/analytics?period=90"),
        ("/dashboard/metrics/2026", "/analytics?period=364"),
        ("/dashboard/metrics/a&b=%0d%0ax", "/analytics"),
        ("/dashboard/schedule", "/schedule"),
        ("/dashboard/schedule/week/5?year=2027", "/schedule?week=2027-W05"),
        ("/dashboard/schedule/week/53?year=2026", "/schedule?week=2026-W53"),
        ("/dashboard/schedule/day/2026-12-04", "/schedule/day/2026-12-04"),
    ],
)
def test_each_old_address_leads_to_the_new_one_for_good(app, path, leads_to):
    answer = stranger(app).get(path)

    assert (answer.status_code, answer.headers["Location"]) == (308, leads_to)


def test_a_week_without_a_year_is_this_years(app):
    answer = stranger(app).get("/dashboard/schedule/week/9")

    assert answer.headers["Location"] == f"/schedule?week={clock.now().year}-W09"


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/schedule/week/0",
        "/dashboard/schedule/week/53?year=2027",
        "/dashboard/schedule/week/5?year=x",
        "/dashboard/schedule/week/5?year=99999999999",
        "/dashboard/schedule/day/today",
        "/dashboard/nothing",
        "/dashboard/auth",
    ],
)
def test_what_never_was_is_not_found(app, path):
    assert stranger(app).get(path).status_code == 404


def test_a_dashboard_token_leads_to_the_links_page(app, team, campaign):
    people.shared(team, campaign, TOKEN)

    answer = stranger(app).get(f"/dashboard/auth?token={TOKEN}")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{TOKEN}")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["//evil.example", "https://evil.example", "a/../../b", "ä b"])
def test_a_strange_dashboard_token_leads_to_no_other_site(app, token):
    visitor = stranger(app)

    location = visitor.get("/dashboard/auth", query_string={"token": token}).headers["Location"]

    assert location.startswith("/s/")
    answer = visitor.get(location)  # two slashes are one: asked for again, here
    assert answer.status_code == 404 or answer.headers["Location"].startswith("http://localhost/s/")


def asks(app, path="/api/dashboard", token=TOKEN):
    return stranger(app).get(path, headers={"Authorization": f"Bearer {token}"})


def test_the_token_reads_the_links_numbers_as_json(app, team, campaign):
    people.shared(team, campaign, TOKEN, sections=["spend"])

    answer = asks(app)

    assert answer.status_code == 200
    assert set(answer.json) == {"heading", "spend"}
    assert answer.json["spend"]["budget_cents"] == 900_000


@pytest.mark.parametrize("path", ["/api/dashboard", "/api/dashboard/schedule"])
def test_any_other_token_is_401_in_json(app, team, campaign, path):
    link = people.shared(team, campaign, TOKEN)
    revoke_link(share_link_id=link.id, by=team.bob.actor)

    answers = [asks(app, path), asks(app, path, "wrong"), stranger(app).get(path)]

    assert {one.status_code for one in answers} == {401}
    for one in answers:
        assert json.loads(one.text)["message"] == "Invalid dashboard access token"


def test_a_password_is_not_gone_around_by_the_json(app, team, campaign):
    people.shared(team, campaign, TOKEN, password="quiet lanterns")

    assert asks(app).status_code == 401


def test_a_right_token_finds_no_address_that_is_not_there(app, team, campaign):
    people.shared(team, campaign, TOKEN)

    answer = asks(app, "/api/dashboard/campaigns/1/status")

    assert answer.status_code == 404
    assert answer.is_json
