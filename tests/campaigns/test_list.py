"""The list of campaigns: filters, orders, search, and pages by key that miss and repeat nothing."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import people
from tests.together import at_once
from webapp.campaigns import queries
from webapp.campaigns.commands import archive_campaign, move_campaign
from webapp.campaigns.queries import SORTS, Filter, campaigns, counts
from webapp.core import clock
from webapp.core.text import fold
from webapp.db import acting_for

NAMES = [
    "Björk & Ólafur",
    "bjork live",
    "100% Real",
    "100 Real",
    "under_score",
    "underXscore",
    "Ånd",
]


def listed(**wanted):
    return [row.name for row in campaigns(Filter(**wanted)).rows]


@pytest.fixture
def named(team):
    for name in NAMES:
        people.draft(team, name=name, platforms=[])


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("BJÖRK", {"Björk & Ólafur", "bjork live"}),
        ("bjork", {"Björk & Ólafur", "bjork live"}),
        ("olafur", {"Björk & Ólafur"}),
        ("100%", {"100% Real"}),
        ("der_s", {"under_score"}),
        ("ånd", {"Ånd"}),
        ("\\", set()),
        ("' OR 1=1 --", set()),
        ("nothing like it", set()),
        ("\x00\x07", set(NAMES)),
    ],
)
def test_search_folds_accents_and_takes_signs_as_they_are(named, q, found):
    assert set(listed(q=q)) == found


def test_newest_first_unless_asked_otherwise(named):
    assert listed() == NAMES[::-1]
    assert listed(sort="name") == sorted(NAMES, key=fold)
    assert listed(sort="-name") == sorted(NAMES, key=fold, reverse=True)


def test_tabs_owners_and_types_narrow_it(team):
    people.draft(team, name="Draft", owner_id=team.bob.id, type="tour")
    people.submitted(team, name="Review")
    people.scheduled(team, name="Scheduled")

    assert listed(tab="planning") == ["Scheduled", "Draft"]
    assert listed(tab="approval") == ["Review"]
    assert listed(tab="live") == []
    assert listed(owner_id=team.bob.id) == ["Draft"]
    assert listed(type="tour") == ["Draft"]
    assert listed(type="tour", owner_id=team.alice.id) == []
    assert counts() == {
        "all": 3,
        "live": 0,
        "planning": 2,
        "approval": 1,
        "paused": 0,
        "closed": 0,
    }


def test_an_archived_campaign_is_only_in_the_archive(team, campaign):
    for command, values in (
        (move_campaign, {"move": "cancel"}),
        (archive_campaign, {"archived": True}),
    ):
        command(campaign_id=campaign.id, version=campaign.version, by=team.bob.actor, **values)

    assert listed() == []
    assert listed(tab="closed") == []
    assert listed(tab="archived") == [campaign.name]
    assert counts()["all"] == 0


def test_another_teams_campaigns_are_not_listed(team, app):
    people.draft(team)

    def theirs():
        with acting_for(team.charlie.actor.team_id):
            return listed(), counts()["all"]

    assert at_once(theirs) == [([], 0)]


@pytest.mark.parametrize(
    "after", ["x", "~", "²~", "9" * 30 + "~2030-01-01", "-1~2030-01-01", "~~~"]
)
@pytest.mark.parametrize("sort", SORTS)
def test_a_key_that_makes_no_sense_begins_at_the_top(named, sort, after):
    assert listed(sort=sort, after=after) == listed(sort=sort)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "a", "Á", "B", "same", "_", "%"]), st.integers(0, 3)),
        max_size=12,
    ),
    st.sampled_from(SORTS),
    st.integers(1, 4),
)
def test_pages_by_key_neither_miss_nor_repeat(team, monkeypatch, made, sort, size):
    monkeypatch.setattr(queries, "PAGE", size)
    today = clock.now().date()
    for name, days in made:
        people.draft(team, name=name, target_on=today + timedelta(days=2 + days), platforms=[])

    seen, after = [], ""
    while True:
        page = campaigns(Filter(sort=sort, after=after))
        seen += [row.id for row in page.rows]
        if not page.next_key:
            break
        after = page.next_key

    monkeypatch.setattr(queries, "PAGE", 10_000)
    assert seen == [row.id for row in campaigns(Filter(sort=sort)).rows]
    assert len(seen) == len(set(seen))


def test_the_names_of_several_are_read_at_once(team, campaign):
    assert queries.names({campaign.id, 999_999}) == {campaign.id: campaign.name}
    assert queries.names(set()) == {}
