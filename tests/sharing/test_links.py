"""Making and revoking shared links: who may, what is stored, what the log says."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from tests import people
from tests.events.apart import apart
from tests.imports import staged
from webapp.accounts import passwords
from webapp.campaigns.models import Campaign
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock, tokens
from webapp.core.errors import Conflict, NotFound
from webapp.db import acting_for, db, find
from webapp.events.models import Event
from webapp.operations import operation_of
from webapp.sharing import queries
from webapp.sharing.commands import CreateLink, count_view, create_link, revoke_link
from webapp.sharing.models import ShareLink
from webapp.sharing.sections import ORDER, sections

TOKEN = tokens.new_token()


def events_of(link: ShareLink) -> list[Event]:
    query = select(Event).where(Event.subject_kind == "share_link", Event.subject_id == link.id)
    return list(db.session.scalars(query.order_by(Event.id)))


def test_a_link_opens_by_its_token_for_seven_days(team, campaign):
    link = people.shared(team, campaign, TOKEN)

    assert queries.link_behind(TOKEN).id == link.id
    clock.travel(timedelta(days=7).total_seconds() - 60)
    assert queries.link_behind(TOKEN).id == link.id
    clock.travel(120)
    with pytest.raises(NotFound):
        queries.link_behind(TOKEN)


def test_neither_token_nor_password_is_stored(team, campaign):
    link = people.shared(team, campaign, TOKEN, password="quiet lanterns")

    row = db.session.execute(select(ShareLink.__table__)).mappings().one()
    assert TOKEN not in repr(dict(row))
    assert "quiet lanterns" not in repr(dict(row))
    assert link.token_hash == tokens.hashed(TOKEN)
    assert passwords.matches(link.password_hash, "quiet lanterns")


def test_each_change_of_a_link_is_one_event_with_its_version(team, campaign):
    link = people.shared(team, campaign)
    revoke_link(share_link_id=link.id, by=team.bob.actor)
    revoke_link(share_link_id=link.id, by=team.bob.actor)

    found = events_of(link)
    assert [(one.name, one.subject_version) for one in found] == [
        ("share.created", 1),
        ("share.revoked", 2),
    ]
    assert {one.campaign_id for one in found} == {campaign.id}
    assert find(ShareLink, link.id).version == 2


def test_the_log_holds_no_name_of_a_link(team, campaign):
    link = people.shared(team, campaign, name="Mrs Robinson", password="quiet lanterns")

    assert "Robinson" not in repr(events_of(link)[0].data)
    assert events_of(link)[0].data == {
        "sections": ["overview", "spend", "results"],
        "days": 7,
        "is_live": True,
        "has_password": True,
    }


def test_a_revoked_link_does_not_open(team, campaign):
    link = people.shared(team, campaign, TOKEN)

    revoke_link(share_link_id=link.id, by=team.bob.actor)

    with pytest.raises(NotFound):
        queries.link_behind(TOKEN)
    with pytest.raises(NotFound):
        queries.open_link(link.id)
    assert queries.live_links({link.id}) == {}


def test_another_teams_link_is_not_found_and_stays_open(team, campaign):
    link_id, theirs = people.shared(team, campaign, TOKEN).id, team.charlie.actor

    def as_charlie() -> None:
        with acting_for(theirs.team_id):
            assert queries.links() == []
            with pytest.raises(NotFound):
                queries.open_link(link_id)
            with pytest.raises(NotFound):
                revoke_link(share_link_id=link_id, by=theirs)

    apart(as_charlie)
    assert queries.link_behind(TOKEN).id == link_id


def test_a_link_to_another_teams_campaign_cannot_be_made(team, campaign):
    theirs = SimpleNamespace(id=campaign.id)

    def as_charlie() -> None:
        with acting_for(team.charlie.actor.team_id), pytest.raises(NotFound):
            people.shared(team, theirs, by=team.charlie.actor)

    apart(as_charlie)
    assert db.session.scalars(select(ShareLink)).all() == []


def test_looking_is_counted_beside_the_version(team, campaign):
    link = people.shared(team, campaign)

    for _ in range(3):
        count_view(link.id)

    db.session.expire_all()
    row = find(ShareLink, link.id)
    assert (row.views, row.version) == (3, 1)
    assert row.last_viewed_at is not None
    assert len(events_of(row)) == 1


def test_a_campaign_in_the_trash_is_shared_no_more(team, campaign):
    people.shared(team, campaign, TOKEN)
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)

    with pytest.raises(NotFound):
        queries.shown(queries.link_behind(TOKEN))
    with pytest.raises(Conflict):
        people.shared(team, campaign)


def test_a_frozen_link_shows_the_numbers_of_its_day(team):
    campaign = people.draft(team, currency="EUR")
    frozen = people.shared(team, campaign, TOKEN, kind="frozen")
    before = queries.shown(queries.link_behind(TOKEN))

    staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)

    live = people.shared(team, find(Campaign, campaign.id))
    assert queries.shown(queries.open_link(frozen.id)) == before
    assert queries.shown(queries.open_link(live.id))["spend"]["spend_cents"] > 0
    assert before["spend"]["spend_cents"] == 0


def test_what_is_frozen_is_what_was_live(team):
    campaign = people.draft(team, currency="EUR")
    staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)

    live = people.shared(team, campaign)
    frozen = people.shared(team, campaign, kind="frozen")

    db.session.expire_all()
    shown = [queries.shown(queries.open_link(one.id)) for one in (live, frozen)]
    assert shown[0] == shown[1]


def test_a_link_shows_no_more_than_its_sections(team, campaign):
    link = people.shared(team, campaign, sections=["results"])

    assert set(queries.shown(queries.open_link(link.id))) == {"heading", "results"}


def test_numbers_name_no_person_and_no_note(team):
    campaign = people.draft(team, description="Do not tell", target_audience="Secret listeners")
    link = people.shared(team, campaign)

    shown = repr(queries.shown(queries.open_link(link.id)))

    for secret in ("Do not tell", "Secret listeners", "Alice", "@example.com"):
        assert secret not in shown


def test_the_sections_are_offered_in_the_order_of_the_page():
    names = [section.name for section in sections()]

    assert names == ["overview", "timeline", "spend", "results", "schedule"]
    assert names == sorted(names, key=ORDER.index)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("sections", []),
        ("sections", ["people"]),
        ("days", 8),
        ("days", 0),
        ("kind", "melted"),
        ("password", "short"),
        ("password", "x" * 257),
    ],
)
def test_what_does_not_fit_is_refused(field, value):
    values = {"campaign_id": 1, "name": "Partners", "sections": ["spend"], "token": TOKEN}

    with pytest.raises(ValueError, match=field):
        CreateLink(**(values | {field: value}))


def test_links_are_a_managers():
    permissions = {operation_of(one).permission for one in (create_link, revoke_link)}

    assert permissions == {"share"}
