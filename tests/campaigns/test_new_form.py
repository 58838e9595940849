"""A form says everything that is wrong with it at once."""

from tests.clients import signed_in
from webapp.campaigns.models import Campaign
from webapp.db import db


def test_a_new_campaign_is_told_of_its_name_dates_and_budget_together(app, team):
    browser = signed_in(app, team.alice)
    values = {
        "name": "",
        "type": "tour",
        "objective": "tickets",
        "owner_id": team.alice.id,
        "start_on": "2030-05-02",
        "target_on": "2030-05-01",
        "currency": "USD",
        "budget": "12,34,x",
    }

    answer = browser.post("/campaigns", data=values)

    assert answer.status_code == 422
    for words in (
        "This is needed.",
        "The target date lies before the start.",
        "Write it like 6,000 or 6000.50.",
    ):
        assert words in answer.text
    assert db.session.query(Campaign).count() == 0
