"""Pictures among a campaign's assets say what they show, before anybody is asked to approve it."""

import pytest

from tests import people
from tests.clients import signed_in
from tests.events.ledger import events
from tests.files import uploads
from tests.timelines import plans
from webapp.approvals.readiness import blocking
from webapp.campaigns.commands import submit_campaign
from webapp.campaigns.models import Campaign
from webapp.core.errors import Conflict
from webapp.db import find
from webapp.files.models import StoredFile


@pytest.fixture
def cover(team, campaign):
    return uploads.attach(team.mia, "campaign", campaign.id, uploads.PNG, "cover.png")


def missing(campaign):
    return [one.missing for one in blocking("campaign", campaign.id) if one.words == "Pictures"]


def test_a_picture_without_words_holds_the_launch_back(team, campaign, cover):
    assert missing(campaign) == ["1 picture has no words for who cannot see it: cover.png"]

    with pytest.raises(Conflict, match="no words for who cannot see it"):
        submit_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)


def test_words_may_come_with_the_picture(team, campaign):
    uploads.attach(
        team.mia, "campaign", campaign.id, uploads.PNG, "cover.png", alt="A lantern on water"
    )

    assert missing(campaign) == []


def test_words_are_said_on_the_page_of_the_assets(app, team, campaign, cover):
    mia = signed_in(app, team.mia)

    mia.post(f"/files/{cover}/describe", data={"alt": "A lantern on water"})

    assert missing(campaign) == []
    assert find(StoredFile, cover).alt == "A lantern on water"
    assert "A lantern on water" in mia.get(f"/campaigns/{campaign.id}/assets").text
    assert len(events("file.described")) == 1


def test_saying_nothing_is_refused(app, team, cover):
    answer = signed_in(app, team.mia).post(f"/files/{cover}/describe", data={"alt": " "})

    assert answer.status_code == 422


def test_what_is_no_picture_needs_no_words(team, campaign):
    uploads.attach(team.mia, "campaign", campaign.id)

    assert missing(campaign) == []


def test_a_picture_of_a_task_needs_none_either(team, campaign):
    task = plans.task(team, campaign, "Artwork")
    uploads.attach(team.mia, "task", task.id, uploads.PNG, "draft.png")

    assert missing(campaign) == []


def test_of_many_pictures_three_are_named(team, campaign):
    for number in range(5):
        uploads.attach(team.mia, "campaign", campaign.id, uploads.PNG, f"{number}.png")

    (words,) = missing(campaign)

    assert words.startswith("5 pictures have no words")
    assert words.endswith(": 0.png, 1.png, 2.png and 2 more")


def test_another_campaigns_pictures_hold_nothing_back(team, cover):
    other = people.draft(team, name="Tour")

    submit_campaign(campaign_id=other.id, version=other.version, by=team.alice.actor)

    assert find(Campaign, other.id).state == "in_review"
