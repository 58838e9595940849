"""Benches are run by hand: what the product outgrew in them shows here first. Nothing is timed."""

import importlib
import threading

import pytest

from tests import people
from tests.bench import __main__ as benches
from tests.bench import bare_list
from tests.timelines import plans
from webapp.campaigns import queries as campaigns
from webapp.db import acting_for
from webapp.views.campaign_rows import beside, listed


@pytest.mark.parametrize("name", benches.BENCHES)
def test_a_bench_is_there_to_be_run(name):
    module, _, _ = benches.BENCHES[name]

    assert callable(importlib.import_module(f"tests.bench.{module}").main)


@pytest.fixture
def bare(app, team, monkeypatch):
    """The bare driver on this test's database, for this team."""
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setattr(bare_list, "TEAM", team.id)
    monkeypatch.setattr(bare_list, "_own", threading.local())
    yield bare_list
    bare_list._connection().close()


def test_the_bare_driver_shows_the_rows_of_the_page(bare, team):
    with acting_for(team.id):
        campaign = people.draft(team)
        done = plans.task(team, campaign, "Artwork", 3)
        plans.task(team, campaign, "Upload", 1)
        plans.task(team, campaign, "Release", is_milestone=True, start_on=plans.monday())
        plans.move(team, done, "finish")
        people.draft(team, name="Planned without tasks")
        shown = listed(campaigns.campaigns(campaigns.Filter(), beside).rows)

    assert [row._replace(name_key="") for row in shown] == bare._rows()
    assert shown[1].plan.percent == 75
