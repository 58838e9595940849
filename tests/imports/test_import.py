"""A report is staged, reviewed and committed: exactly what was reviewed, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests import people
from tests.ads.meta_files import ROWS, TOTAL
from tests.imports.staged import commit, report, rows_of, stage, stored, verdicts
from webapp.ads import queries as ads
from webapp.ads.models import AdCampaign
from webapp.core import fault
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.db import acting_for, db, find
from webapp.events.models import Event
from webapp.imports.commands import (
    StaleImport,
    commit_import,
    discard_import,
    restage_import,
)
from webapp.imports.models import ImportBatch, ImportRow

CHANGED = (*ROWS[:3], ("Spring, still", "2026-03-02", "110", "12", "8.5"))


@pytest.fixture
def campaign(team):
    return people.draft(team, currency="EUR")


def test_staging_imports_nothing_and_says_what_every_line_would_do(campaign, alice):
    batch = stage(campaign, alice, report())

    assert verdicts(batch) == ["total", "create", "create", "create", "create"]
    assert [row.lines for row in rows_of(batch)] == [[2], [3], [4], [5], [6]]
    assert stored() == {}


def test_committing_makes_a_part_for_each_campaign_and_sums_to_the_files_total(campaign, alice):
    commit(stage(campaign, alice, report()), alice)

    totals = ads.totals(campaign.id)
    assert (totals.spend_cents, totals.impressions, totals.clicks) == (3006, 1000, 40)
    assert stored()["Winter | video", "2026-03-02"] == (300, 0, 505, "5.05")
    names = db.session.scalars(select(AdCampaign.name).where(AdCampaign.platform == "meta"))
    assert set(names) == {"Winter | video", "Spring, still"}


def test_the_same_file_again_changes_nothing(campaign, alice):
    commit(stage(campaign, alice, report()), alice)
    before = stored()

    again = stage(campaign, alice, report())
    commit(again, alice)

    assert verdicts(again) == ["total", "skip", "skip", "skip", "skip"]
    assert stored() == before


def test_a_newer_file_updates_the_days_that_differ(campaign, alice):
    commit(stage(campaign, alice, report()), alice)

    newer = stage(campaign, alice, report(CHANGED, total=None))
    commit(newer, alice)

    row = rows_of(newer)[3]
    assert verdicts(newer) == ["skip", "skip", "skip", "update"]
    assert (row.before["spend_cents"], row.after["spend_cents"]) == (750, 850)
    assert stored()["Spring, still", "2026-03-02"] == (110, 12, 850, "8.5")


def test_a_rejected_line_keeps_its_number_and_its_reason(campaign, alice):
    rows = [*ROWS, ("Late", "3 March", "1", "1", "1")]

    batch = stage(campaign, alice, report(rows, total=None))

    row = rows_of(batch)[-1]
    assert (row.verdict, row.lines) == ("reject", [6])
    assert "3 March" in row.reason


def test_a_report_in_another_currency_is_refused_with_that_reason(team, alice):
    campaign = people.draft(team, currency="USD")

    with pytest.raises(Invalid, match="in EUR, this campaign in USD"):
        stage(campaign, alice, report())


def test_a_file_nobody_knows_is_refused_with_what_it_starts_with(campaign, alice):
    with pytest.raises(Invalid, match=r"Device, Cost") as caught:
        stage(campaign, alice, b"Device,Cost\nPhone,3\n")

    assert "Meta Ads Manager" in caught.value.fields["file"]


def test_each_step_is_one_event_with_numbers_only(campaign, alice):
    batch = stage(campaign, alice, report())
    commit(batch, alice)

    query = select(Event).where(Event.subject_kind == "import_batch").order_by(Event.id)
    found = [(one.name, one.subject_version, one.data) for one in db.session.scalars(query)]
    assert found == [
        ("import_batch.staged", 1, {"creates": 4, "updates": 0, "skips": 0, "rejects": 0}),
        ("import_batch.committed", 2, {"creates": 4, "updates": 0}),
    ]


def test_a_discarded_import_cannot_be_committed(campaign, alice):
    batch = stage(campaign, alice, report())
    discard_import(import_batch_id=batch.id, version=batch.version, by=alice.actor)

    with pytest.raises(Conflict, match="was discarded"):
        commit(find(ImportBatch, batch.id), alice)

    assert stored() == {}


def test_an_import_is_committed_once(campaign, alice, bob):
    batch = stage(campaign, alice, report())
    seen = batch.version
    commit(batch, alice)

    with pytest.raises(Conflict, match="imported already"):
        commit_import(import_batch_id=batch.id, version=seen, by=bob.actor)


def test_numbers_that_changed_after_the_review_make_it_stale(campaign, alice, bob):
    first = stage(campaign, alice, report())
    other = stage(campaign, bob, report(CHANGED, total=None))
    commit(other, bob)

    with pytest.raises(StaleImport):
        commit(first, alice)

    assert stored()["Spring, still", "2026-03-02"][2] == 850
    assert find(ImportBatch, first.id).state == "review"


def test_a_stale_import_is_compared_again_and_then_committed(campaign, alice, bob):
    first = stage(campaign, alice, report())
    seen = first.version
    commit(stage(campaign, bob, report(CHANGED, total=None)), bob)

    restage_import(import_batch_id=first.id, by=alice.actor)

    batch = find(ImportBatch, first.id)
    assert verdicts(batch) == ["total", "skip", "skip", "skip", "update"]
    assert batch.facts["counts"] == {"total": 1, "skip": 3, "update": 1}
    with pytest.raises(Conflict, match="compared again"):
        commit_import(import_batch_id=batch.id, version=seen, by=alice.actor)
    commit(batch, alice)
    assert stored()["Spring, still", "2026-03-02"][2] == 750


def test_comparing_again_twice_is_two_versions(campaign, alice):
    batch = stage(campaign, alice, report())

    restage_import(import_batch_id=batch.id, by=alice.actor)
    restage_import(import_batch_id=batch.id, by=alice.actor)

    assert find(ImportBatch, batch.id).version == 3


def test_a_crash_between_the_numbers_and_the_event_leaves_nothing(campaign, alice):
    batch = stage(campaign, alice, report())

    def crash() -> None:
        raise KeyboardInterrupt

    fault.arm("imports.after_applied", crash)
    with pytest.raises(KeyboardInterrupt):
        commit(batch, alice)
    fault.disarm()

    assert stored() == {}
    commit(find(ImportBatch, batch.id), alice)
    assert len(stored()) == 4


def test_a_crash_while_staging_leaves_no_rows(campaign, alice):
    def crash() -> None:
        raise KeyboardInterrupt

    fault.arm("imports.after_rows", crash)
    with pytest.raises(KeyboardInterrupt):
        stage(campaign, alice, report())
    fault.disarm()

    assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 0


def test_two_people_commit_the_same_import_at_once_and_one_does(app, team, campaign, alice, bob):
    batch = stage(campaign, alice, report())
    batch_id, version = batch.id, batch.version
    db.session.rollback()

    def press(person):
        with app.app_context(), acting_for(team.id):
            try:
                commit_import(import_batch_id=batch_id, version=version, by=person.actor)
            except Conflict as error:
                return str(error)
            return "committed"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, [alice, bob]))

    assert answers == ["This report was imported already.", "committed"]
    assert ads.totals(campaign.id).spend_cents == 3006


def test_two_files_about_the_same_days_at_once_leave_one_of_them(app, team, campaign, alice, bob):
    pairs = [
        (stage(campaign, alice, report()), alice),
        (stage(campaign, bob, report(CHANGED, total=None)), bob),
    ]
    presses = [(batch.id, batch.version, person) for batch, person in pairs]
    db.session.rollback()

    def press(one):
        batch_id, version, person = one
        with app.app_context(), acting_for(team.id):
            try:
                commit_import(import_batch_id=batch_id, version=version, by=person.actor)
            except StaleImport:
                return "stale"
            return "committed"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, presses))

    assert answers == ["committed", "stale"]
    assert ads.totals(campaign.id).spend_cents in (3006, 3106)


def test_another_teams_import_is_not_there(team, campaign, alice):
    batch_id = stage(campaign, alice, report()).id
    db.session.rollback()
    db.session.expunge_all()
    charlie = team.charlie.actor

    with acting_for(charlie.team_id), pytest.raises(NotFound):
        commit_import(import_batch_id=batch_id, version=1, by=charlie)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_report_imported_twice_is_stored_once(campaign, alice, random, size):
    rows = [
        (
            f"Winter {index % 2}",
            f"2026-03-{index + 1:02}",
            str(random.randrange(10**5)),
            "1",
            "0.07",
        )
        for index in range(size)
    ]
    shuffled = random.sample(rows, size)
    commit(stage(campaign, alice, report(rows, total=None)), alice)
    before = stored()

    again = stage(campaign, alice, report(shuffled, total=None))
    commit(again, alice)

    assert set(verdicts(again)) == {"skip"}
    assert stored() == before


def test_the_total_of_the_file_is_kept_beside_the_sums(campaign, alice):
    batch = stage(campaign, alice, report())

    assert batch.facts["total"] == batch.facts["sums"]
    assert batch.facts["imported_cents"] == 3006
    assert TOTAL[4] == batch.facts["total"]["spend"]
