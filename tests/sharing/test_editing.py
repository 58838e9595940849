"""Another name and another end for a link that is out there: its address stays."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests import people
from tests.clients import signed_in, stranger
from tests.events.apart import apart
from webapp.core import clock, tokens
from webapp.core.errors import Conflict, Invalid, NotFound, StaleVersion
from webapp.db import acting_for, db, find
from webapp.events.models import Event
from webapp.operations import operation_of
from webapp.sharing import queries
from webapp.sharing.commands import create_link, edit_link, revoke_link
from webapp.sharing.models import ShareLink
from webapp.views.shared_panels import share_until

TOKEN = tokens.new_token()


def in_days(days: float) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def edited(link, by, ends: datetime | None = None, **changes) -> ShareLink:
    ends = ends or link.expires_at
    values = {
        "share_link_id": link.id,
        "version": link.version,
        "name": link.name,
        "ends_on": ends.date(),
        "ends_at": time(ends.hour, ends.minute),
        "by": by.actor,
    }
    edit_link(**(values | changes))
    db.session.expire_all()
    return find(ShareLink, link.id)


def events_of(link: ShareLink) -> list[Event]:
    query = select(Event).where(Event.name == "share.edited", Event.subject_id == link.id)
    return list(db.session.scalars(query))


def test_an_extended_link_opens_longer_at_the_same_address(team, campaign):
    link = edited(people.shared(team, campaign, TOKEN), team.bob, in_days(30))

    clock.travel(timedelta(days=20).total_seconds())

    assert queries.link_behind(TOKEN).id == link.id


def test_a_shortened_link_is_closed_when_its_new_end_comes(team, campaign):
    edited(people.shared(team, campaign, TOKEN), team.bob, in_days(1))

    clock.travel(timedelta(days=1, minutes=1).total_seconds())

    with pytest.raises(NotFound):
        queries.link_behind(TOKEN)


def test_each_edit_is_one_event_without_the_name(team, campaign):
    link = people.shared(team, campaign)
    was, ends = link.expires_at, in_days(3)

    link = edited(link, team.bob, ends, name="Mrs Robinson")

    (event,) = events_of(link)
    assert event.subject_version == link.version == 2
    assert event.data == {
        "was_until": was.isoformat(),
        "until": ends.isoformat(),
        "is_renamed": True,
    }


def test_saving_what_is_there_changes_nothing(team, campaign):
    link = people.shared(team, campaign)
    before = link.expires_at, link.version

    link = edited(link, team.bob)

    assert (link.expires_at, link.version) == before
    assert events_of(link) == []


def test_a_new_name_keeps_the_end_to_the_second(team, campaign):
    link = people.shared(team, campaign)
    before = link.expires_at

    link = edited(link, team.bob, name="Venue team")

    assert (link.name, link.expires_at) == ("Venue team", before)


@pytest.mark.parametrize(("days", "words"), [(-1, "has passed"), (91, "At most 90 days")])
def test_an_end_that_has_passed_or_is_too_far_is_refused(team, campaign, days, words):
    link = people.shared(team, campaign)

    with pytest.raises(Invalid, match=words):
        edited(link, team.bob, in_days(days))


def test_a_link_that_has_ended_stays_closed(team, campaign):
    expired, revoked = people.shared(team, campaign), people.shared(team, campaign, days=30)
    revoke_link(share_link_id=revoked.id, by=team.bob.actor)
    clock.travel(timedelta(days=8).total_seconds())

    for link in (expired, revoked):
        with pytest.raises(Conflict, match="stays closed"):
            edited(link, team.bob, in_days(20))


def test_of_two_who_edit_at_once_the_second_is_told(team, campaign):
    link = people.shared(team, campaign)
    edited(link, team.bob, name="First")

    with pytest.raises(StaleVersion):
        edited(link, team.alice, name="Second", version=1)


def test_another_teams_link_cannot_be_edited(team, campaign):
    link = people.shared(team, campaign)
    link_id, ends = link.id, in_days(3)

    def as_charlie() -> None:
        with acting_for(team.charlie.actor.team_id), pytest.raises(NotFound):
            edit_link(
                share_link_id=link_id,
                version=1,
                name="Mine",
                ends_on=ends.date(),
                by=team.charlie.actor,
            )

    apart(as_charlie)


def test_who_may_make_a_link_may_edit_it():
    assert operation_of(edit_link).permission == operation_of(create_link).permission


def test_the_form_changes_the_link_and_says_when_it_ends(app, team, campaign):
    link = people.shared(team, campaign, TOKEN)
    bob, ends = signed_in(app, team.bob), in_days(2)
    path = f"/shared-links/{link.id}/edit"

    form = bob.get(path, query_string={"next": "/settings/links"})
    saved = bob.post(
        path,
        data={
            "version": "1",
            "name": "Venue team",
            "ends_on": ends.date().isoformat(),
            "ends_at": f"{ends:%H:%M}",
            "next": "/settings/links",
        },
    )

    assert 'value="Label partners"' in form.text
    assert saved.headers["Location"] == "/settings/links"
    assert "Venue team" in bob.get("/settings/links").text
    assert f"{ends.day} {ends:%b %Y, %H:%M}" in stranger(app).get(f"/s/{TOKEN}").text


def test_a_refused_form_comes_back_with_what_was_typed(app, team, campaign):
    link = people.shared(team, campaign)
    values = {"version": "1", "name": "", "ends_on": "2020-01-01", "ends_at": "10:00"}

    page = signed_in(app, team.bob).post(f"/shared-links/{link.id}/edit", data=values)

    assert page.status_code == 422
    assert 'value="2020-01-01"' in page.text


def test_an_old_form_shows_both_and_may_be_saved_again(app, team, campaign):
    link = people.shared(team, campaign)
    ends = link.expires_at
    edited(link, team.alice, name="Theirs")
    values = {
        "version": "1",
        "name": "Mine",
        "ends_on": ends.date().isoformat(),
        "ends_at": "10:00",
    }

    page = signed_in(app, team.bob).post(f"/shared-links/{link.id}/edit", data=values)

    assert page.status_code == 409
    for words in ("Theirs", "Mine", 'name="version" value="2"'):
        assert words in page.text


def test_only_the_pages_of_that_link_are_told_its_new_end(team, campaign):
    link, other = people.shared(team, campaign), people.shared(team, campaign)
    (event,) = events_of(edited(link, team.bob, in_days(3)))

    assert share_until(event, link.id)["link"].expires_at == in_days(3)
    assert share_until(event, other.id) is None


def test_the_activity_says_that_a_link_was_changed(app, team, campaign):
    edited(people.shared(team, campaign), team.bob, in_days(3))

    page = signed_in(app, team.bob).get(f"/campaigns/{campaign.id}/activity")

    assert "Changed a shared link" in page.text
