"""One way to write: a unit of work commits whole or not at all, and nothing is written outside."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from webapp.campaigns.commands import set_budget
from webapp.campaigns.models import Campaign
from webapp.core.errors import NotFound, WrongUse
from webapp.db import after_commit, db, find, in_unit_of_work, unit_of_work
from webapp.events.log import note
from webapp.events.models import Event


def budget_of(campaign_id: int) -> int:
    db.session.rollback()
    return db.session.scalars(select(Campaign.budget_cents).where(Campaign.id == campaign_id)).one()


def test_a_change_flushed_outside_is_refused_by_the_database(campaign):
    campaign.name = "Renamed on the side"

    with pytest.raises(DBAPIError, match=r"read-?only"):
        db.session.flush()
    db.session.rollback()


def test_raw_sql_outside_is_refused_by_the_database(campaign):
    with pytest.raises(DBAPIError, match=r"read-?only"):
        db.session.execute(text("UPDATE campaign SET name = 'Renamed on the side'"))
    db.session.rollback()


def test_the_next_unit_after_a_refusal_writes_again(campaign, alice):
    with pytest.raises(DBAPIError):
        db.session.execute(text("DELETE FROM event"))

    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), 1_00, by=alice.actor)

    assert budget_of(campaign.id) == 1_00


def test_rows_changed_before_a_unit_are_refused(campaign):
    campaign.name = "Renamed on the side"

    with pytest.raises(WrongUse, match="outside a unit of work"), unit_of_work():
        pass
    db.session.rollback()


def test_setting_the_same_value_is_no_change(campaign):
    before = campaign.version
    campaign.name = campaign.name

    with unit_of_work():
        pass

    assert campaign.version == before


def test_a_unit_reads_rows_as_they_are_now(campaign, alice):
    seen = campaign.budget_cents
    with db.engine.begin() as elsewhere:
        if elsewhere.dialect.name == "postgresql":
            elsewhere.execute(text("SELECT set_config('app.team_id', 'all', true)"))
        elsewhere.execute(text("UPDATE campaign SET budget_cents = 7, version = version + 1"))

    with unit_of_work():
        now = find(Campaign, campaign.id).budget_cents

    assert (seen, now) == (900_000, 7)


def test_an_inner_unit_commits_with_the_outer_one(campaign, alice):
    with pytest.raises(RuntimeError, match="the outer one"), unit_of_work():
        with unit_of_work():
            set_budget(find(Campaign, campaign.id, lock=True), 1_00, by=alice.actor)
        raise RuntimeError("the outer one fails after the inner one ended")

    assert budget_of(campaign.id) == 900_000


def test_a_swallowed_inner_error_dooms_the_outer_unit(campaign, alice):
    with pytest.raises(WrongUse, match="swallowed"), unit_of_work():
        try:
            with unit_of_work():
                set_budget(find(Campaign, campaign.id, lock=True), 1_00, by=alice.actor)
                raise NotFound()
        except NotFound:
            pass

    assert budget_of(campaign.id) == 900_000


def test_a_doomed_unit_does_not_doom_the_next(campaign, alice):
    with pytest.raises(NotFound), unit_of_work(), unit_of_work():
        raise NotFound()

    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), 1_00, by=alice.actor)

    assert budget_of(campaign.id) == 1_00


def test_a_failed_unit_leaves_no_event(campaign, alice):
    before = db.session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(RuntimeError), unit_of_work():
        note("campaign.looked_at", subject=find(Campaign, campaign.id), by=alice.actor)
        raise RuntimeError("too late")

    assert db.session.scalar(select(func.count()).select_from(Event)) == before


def test_an_event_outside_a_unit_is_refused(campaign, alice):
    with pytest.raises(WrongUse, match="one unit of work"):
        note("campaign.looked_at", subject=campaign, by=alice.actor)


def test_bells_ring_once_after_the_commit(team):
    rung = []
    with unit_of_work():
        after_commit("a", lambda: rung.append(in_unit_of_work()))
        with unit_of_work():
            after_commit("a", lambda: rung.append(in_unit_of_work()))

    assert rung == [False]


def test_no_bell_rings_for_a_unit_that_failed(team):
    rung = []
    with pytest.raises(RuntimeError), unit_of_work():
        after_commit("a", lambda: rung.append(1))
        raise RuntimeError("nothing was committed")

    with unit_of_work():
        pass

    assert rung == []


def test_a_broken_bell_does_not_fail_what_was_committed(campaign, alice):
    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), 1_00, by=alice.actor)
        after_commit("broken", lambda: 1 / 0)

    assert budget_of(campaign.id) == 1_00


def test_a_bell_outside_a_unit_is_refused(team):
    with pytest.raises(WrongUse, match="nothing is being committed"):
        after_commit("a", lambda: None)


def test_a_row_is_locked_before_it_is_changed(campaign):
    with pytest.raises(WrongUse, match="changed before it was locked"), unit_of_work():
        find(Campaign, campaign.id).budget_cents = 5
        find(Campaign, campaign.id, lock=True)


def test_locking_a_recorded_change_again_keeps_it(campaign, alice):
    with unit_of_work():
        set_budget(find(Campaign, campaign.id, lock=True), 5, by=alice.actor)
        again = find(Campaign, campaign.id, lock=True)

        assert again.budget_cents == 5


def test_a_lock_outside_a_unit_is_refused(campaign):
    with pytest.raises(WrongUse, match="inside a unit of work"):
        find(Campaign, campaign.id, lock=True)


def test_what_is_not_there_is_not_found(team):
    with pytest.raises(NotFound):
        find(Campaign, 4711)
