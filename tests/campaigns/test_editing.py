"""What a campaign says of itself: edits, conflicts, owners, dates in its zone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests import people
from tests.together import assert_one_event_per_version
from webapp.accounts import commands as accounts
from webapp.accounts.queries import membership_of
from webapp.accounts.queries import team as own_team
from webapp.campaigns.commands import edit_campaign, edit_dates, move_campaign
from webapp.campaigns.inputs import Dates, EditWords
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.errors import Conflict, Invalid, StaleVersion


def edit(campaign, by, **changes):
    values = {
        "campaign_id": campaign.id,
        "name": campaign.name,
        "type": campaign.type,
        "objective": campaign.objective,
        "description": campaign.description,
        "target_audience": campaign.target_audience,
        "owner_id": campaign.owner_id,
        "version": campaign.version,
        "by": by.actor,
    }
    return edit_campaign(**(values | changes))


def move_dates(campaign, by, **changes):
    values = {
        "campaign_id": campaign.id,
        "start_on": campaign.starts_wall.date(),
        "start_time": time(),
        "target_on": campaign.target_on,
        "end_on": None,
        "version": campaign.version,
        "by": by.actor,
    }
    return edit_dates(**(values | changes))


def in_zone(team, zone):
    row = own_team()
    accounts.edit_team(
        name=row.name,
        zone=zone,
        currency=row.currency,
        version=row.version,
        by=team.alice.actor,
    )


def test_an_edit_is_saved_and_recorded_once(team, campaign):
    edit(campaign, team.mia, name="Tidal Lines", description="Six songs")

    assert (campaign.name, campaign.description) == ("Tidal Lines", "Six songs")
    assert campaign.version == 2
    assert_one_event_per_version(Campaign)


def test_saving_nothing_new_records_nothing(team, campaign):
    edit(campaign, team.mia)

    assert campaign.version == 1


def test_of_two_edits_the_second_sees_both_versions(team, campaign):
    edit(campaign, team.bob, name="From Bob", version=1)

    with pytest.raises(StaleVersion) as refused:
        edit(campaign, team.mia, name="From Mia", version=1)

    assert refused.value.fields["name"] == ("Name", "From Mia", "From Bob")
    assert campaign.name == "From Bob"


def test_the_owner_is_somebody_of_the_team(team, campaign):
    with pytest.raises(Invalid) as refused:
        edit(campaign, team.alice, owner_id=team.charlie.id)
    assert list(refused.value.fields) == ["owner_id"]

    with pytest.raises(Invalid):
        people.draft(team, owner_id=team.charlie.id)


def test_a_campaign_of_somebody_who_left_can_still_be_edited(team):
    campaign = people.draft(team, owner_id=team.mia.id)
    accounts.remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)

    edit(campaign, team.alice, name="Carried on")

    assert campaign.name == "Carried on"


def test_a_closed_campaign_is_not_edited(team, campaign):
    move_campaign(
        campaign_id=campaign.id, move="cancel", version=campaign.version, by=team.bob.actor
    )

    with pytest.raises(Conflict, match="not edited"):
        edit(campaign, team.alice, name="Too late")


def test_dates_of_a_request_are_not_moved(team):
    campaign, _ = people.submitted(team)

    with pytest.raises(Conflict, match="approved with the launch"):
        move_dates(campaign, team.alice)


def test_a_day_begins_at_midnight_of_the_campaigns_zone(team):
    in_zone(team, "America/New_York")

    campaign = people.draft(team, start_on=date(2030, 7, 1), target_on=date(2030, 7, 2))

    assert campaign.zone == "America/New_York"
    assert campaign.starts_at == datetime(2030, 7, 1, 4, tzinfo=UTC)
    assert campaign.ends_at == datetime(2030, 7, 3, 4, tzinfo=UTC)


def test_a_start_in_the_spring_gap_is_the_first_instant_after_it(team):
    in_zone(team, "Europe/Berlin")

    campaign = people.draft(
        team, start_on=date(2030, 3, 31), start_time=time(2, 30), target_on=date(2030, 4, 2)
    )

    assert campaign.starts_at == datetime(2030, 3, 31, 1, 0, tzinfo=UTC)
    assert campaign.starts_wall == datetime(2030, 3, 31, 2, 30)


def test_a_start_in_the_autumn_overlap_is_its_first_occurrence(team):
    in_zone(team, "Europe/Berlin")

    campaign = people.draft(
        team, start_on=date(2030, 10, 27), start_time=time(2, 30), target_on=date(2030, 10, 28)
    )

    assert campaign.starts_at == datetime(2030, 10, 27, 0, 30, tzinfo=UTC)


def test_a_campaign_keeps_its_zone_when_the_team_moves(team, campaign):
    in_zone(team, "Asia/Tokyo")
    tomorrow = clock.now().date() + timedelta(days=1)

    move_dates(campaign, team.alice, start_on=tomorrow, start_time=time(9))

    assert campaign.zone == "UTC"
    assert campaign.starts_at == datetime.combine(tomorrow, time(9), UTC)


@pytest.mark.parametrize(
    ("field", "dates"),
    [
        ("target_on", ("2030-05-02", "2030-05-01", None)),
        ("end_on", ("2030-05-02", "2030-05-03", "2030-05-01")),
        ("target_on", ("2030-05-02", "2039-05-03", None)),
        ("target_on", ("2030-05-02", "9999-12-31", "2030-06-01")),
        ("end_on", ("2030-05-02", "2030-05-03", "9999-12-31")),
        ("start_on", ("0001-01-01", "0001-01-02", None)),
        ("start_on", ("9999-12-31", "9999-12-31", None)),
    ],
)
def test_dates_that_make_no_sense_are_refused_by_field(field, dates):
    start, target, end = dates

    with pytest.raises(ValueError, match=f"Dates\n{field}\n"):
        Dates.model_validate({"start_on": start, "target_on": target, "end_on": end})


@pytest.mark.parametrize("extra", ["team_id", "state", "id", "budget_cents", "zone", "currency"])
def test_fields_that_are_not_the_forms_are_ignored(extra):
    values = {"campaign_id": 1, "version": 1, "name": "A", "owner_id": 1}
    known = {"type": "other", "objective": "sales", extra: "7"}

    assert extra not in EditWords.model_validate(values | known).model_dump()


def test_a_name_that_folds_into_many_letters_is_kept(team):
    campaign = people.draft(team, name="ﷺ" * 120)

    assert campaign.name == "ﷺ" * 120
