"""A report is staged, reviewed and committed: exactly what was reviewed, once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests import people
from tests.ads.meta_files import ROWS, TOTAL
from tests.imports.staged import (
    commit,
    confirm,
    receive,
    report,
    rows_of,
    stage,
    stored,
    verdicts,
)
from tests.together import at_once
from webapp.ads import queries as ads
from webapp.ads.models import AdCampaign
from webapp.ads.results import Day, record_results
from webapp.campaigns.commands import submit_campaign
from webapp.core import clock, fault
from webapp.core.errors import Conflict, NotFound
from webapp.db import acting_for, db, find
from webapp.events.models import Event
from webapp.events.receipts import LEASE_SECONDS
from webapp.imports import staging
from webapp.imports.commands import commit_import, discard_import, undo_import
from webapp.imports.models import ImportBatch, ImportFile

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


def test_long_rejected_lines_are_written_in_small_pieces(campaign, alice, monkeypatch):
    monkeypatch.setattr(staging, "MOST_CHARACTERS", 5)
    late = [("Late", "3 March", "1", "1", str(n)) for n in range(3)]

    batch = stage(campaign, alice, report([*ROWS, *late], total=None))

    assert verdicts(batch) == ["create"] * 4 + ["reject"] * 3
    assert [row.cells[4] for row in rows_of(batch)[-3:]] == ["0", "1", "2"]
    assert all(row.cells is None and row.before is None for row in rows_of(batch)[:4])


def test_a_report_in_another_currency_is_refused_with_that_reason(team, alice):
    campaign = people.draft(team, currency="USD")

    batch = stage(campaign, alice, report())

    assert batch.state == "refused"
    assert "in EUR, this campaign in USD" in batch.facts["refusal"]
    assert rows_of(batch) == []
    assert stored() == {}


def test_a_file_that_is_no_report_is_refused_with_what_it_is(campaign, alice):
    batch = stage(campaign, alice, b"%PDF-1.7 and so on")

    assert (batch.state, "PDF" in batch.facts["refusal"]) == ("refused", True)


def test_the_file_is_kept_until_the_import_has_ended(campaign, alice):
    def pieces() -> int:
        return db.session.scalar(select(func.count()).select_from(ImportFile))

    batch = stage(campaign, alice, report())
    assert pieces() == 1

    commit(batch, alice)
    assert pieces() == 0


def test_each_step_is_one_event_with_numbers_only(campaign, alice):
    batch = stage(campaign, alice, report())
    commit(batch, alice)

    query = select(Event).where(Event.subject_kind == "import_batch").order_by(Event.id)
    found = [(one.name, one.subject_version, one.data) for one in db.session.scalars(query)]
    assert found == [
        ("import_batch.received", 1, {}),
        ("import_batch.staged", 2, {"creates": 4, "updates": 0, "skips": 0, "rejects": 0}),
        ("import_batch.confirmed", 3, {}),
        ("import_batch.committed", 4, {"creates": 4, "updates": 0}),
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


def test_numbers_that_changed_after_the_review_bring_it_back_compared_again(campaign, alice, bob):
    first = stage(campaign, alice, report())
    seen = first.version
    commit(stage(campaign, bob, report(CHANGED, total=None)), bob)

    back = commit(find(ImportBatch, first.id), alice)

    assert stored()["Spring, still", "2026-03-02"][2] == 850
    assert (back.state, "Other numbers arrived" in back.facts["returned"]) == ("review", True)
    assert verdicts(back) == ["total", "skip", "skip", "skip", "update"]
    assert back.facts["counts"] == {"total": 1, "skip": 3, "update": 1}
    with pytest.raises(Conflict, match="compared again"):
        commit_import(import_batch_id=back.id, version=seen, by=alice.actor)
    commit(back, alice)
    assert stored()["Spring, still", "2026-03-02"][2] == 750


def test_a_day_somebody_wrote_by_hand_after_the_review_brings_the_import_back(campaign, alice):
    commit(stage(campaign, alice, report()), alice)
    part = db.session.scalars(select(AdCampaign).where(AdCampaign.name == ROWS[3][0])).one()
    batch = stage(campaign, alice, report())
    day = Day(on=date(2026, 3, 2), spend=Decimal(1), impressions=1)
    clock.travel((datetime(2026, 12, 1, tzinfo=UTC) - clock.now()).total_seconds())
    record_results(ad_campaign_id=part.id, days=[day], by=alice.actor)

    back = commit(find(ImportBatch, batch.id), alice)

    assert (back.state, verdicts(back)[-1]) == ("review", "update")
    assert stored()[ROWS[3][0], "2026-03-02"][2] == 100


def test_rows_of_a_campaign_that_did_not_move_are_not_compared_twice(campaign, alice, monkeypatch):
    batch = stage(campaign, alice, report())
    stage(campaign, alice, report(CHANGED, total=None))  # reading another file changes no results
    monkeypatch.setattr(staging, "compare_again", lambda batch_id: pytest.fail("compared again"))

    assert commit(find(ImportBatch, batch.id), alice).state == "committed"


def test_what_else_happens_to_the_campaign_does_not_bring_an_import_back(campaign, alice):
    batch = stage(campaign, alice, report())
    submit_campaign(campaign_id=campaign.id, version=campaign.version, by=alice.actor)

    assert commit(find(ImportBatch, batch.id), alice).state == "committed"


def test_a_crash_between_the_numbers_and_the_event_leaves_nothing(campaign, alice):
    batch = stage(campaign, alice, report())
    confirm(batch, alice)

    def crash() -> None:
        raise KeyboardInterrupt

    fault.arm("imports.after_applied", crash)
    with pytest.raises(KeyboardInterrupt):
        people.run_background()
    fault.disarm()
    db.session.rollback()
    assert stored() == {}

    clock.travel(LEASE_SECONDS + 60)
    people.run_background()
    assert len(stored()) == 4


def test_a_crash_while_staging_begins_again_and_leaves_each_line_once(campaign, alice):
    batch = receive(campaign, alice, report())

    def crash() -> None:
        raise KeyboardInterrupt

    fault.arm("imports.after_rows", crash)
    with pytest.raises(KeyboardInterrupt):
        people.run_background()
    fault.disarm()
    db.session.rollback()

    clock.travel(LEASE_SECONDS + 60)
    people.run_background()
    assert verdicts(batch) == ["total", "create", "create", "create", "create"]
    assert find(ImportBatch, batch.id).state == "review"


def test_two_people_confirm_the_same_import_at_once_and_one_does(team, campaign, alice, bob):
    batch = stage(campaign, alice, report())
    batch_id, version = batch.id, batch.version

    answers = at_once(
        *[
            lambda person=person: commit_import(
                import_batch_id=batch_id, version=version, by=person.actor
            )
            for person in (alice, bob)
        ],
        team_id=team.id,
    )
    people.run_background()

    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "int"]
    assert ads.totals(campaign.id).spend_cents == 3006


def test_of_two_files_about_the_same_days_confirmed_together_one_comes_back(campaign, alice, bob):
    pairs = [
        (stage(campaign, alice, report()), alice),
        (stage(campaign, bob, report(CHANGED, total=None)), bob),
    ]
    for batch, person in pairs:
        confirm(find(ImportBatch, batch.id), person)

    people.run_background()

    states = sorted(find(ImportBatch, batch.id).state for batch, _ in pairs)
    assert states == ["committed", "review"]
    assert ads.totals(campaign.id).spend_cents in (3006, 3106)


# --- taking it back -----------------------------------------------------------------------------


def undo(batch: ImportBatch, by) -> ImportBatch:
    undo_import(import_batch_id=batch.id, version=batch.version, by=by.actor)
    return find(ImportBatch, batch.id)


def test_an_undone_import_leaves_the_days_as_they_were_before(campaign, alice):
    commit(stage(campaign, alice, report()), alice)
    before = stored()
    newer = commit(stage(campaign, alice, report(CHANGED, total=None)), alice)

    undone = undo(newer, alice)

    assert stored() == before
    assert (undone.state, undone.facts["kept"]) == ("undone", 0)


def test_undoing_the_first_import_leaves_no_day(campaign, alice):
    batch = commit(stage(campaign, alice, report()), alice)

    undo(batch, alice)

    assert stored() == {}
    assert ads.totals(campaign.id).spend_cents == 0


def test_what_a_later_import_changed_stays_and_is_listed(campaign, alice):
    first = commit(stage(campaign, alice, report()), alice)
    commit(stage(campaign, alice, report(CHANGED, total=None)), alice)

    undone = undo(find(ImportBatch, first.id), alice)

    assert undone.facts["kept"] == 1
    assert [row.name for row in rows_of(undone) if row.is_kept] == ["Spring, still"]
    assert stored() == {("Spring, still", "2026-03-02"): (110, 12, 850, "8.5")}


def test_an_import_is_undone_once(campaign, alice):
    batch = commit(stage(campaign, alice, report()), alice)
    undone = undo(batch, alice)

    with pytest.raises(Conflict, match="taken back"):
        undo(undone, alice)


def test_a_crash_while_undoing_leaves_everything(campaign, alice):
    batch = commit(stage(campaign, alice, report()), alice)
    before = stored()

    def crash() -> None:
        raise KeyboardInterrupt

    fault.arm("imports.after_reverted", crash)
    with pytest.raises(KeyboardInterrupt):
        undo(batch, alice)
    fault.disarm()

    assert stored() == before
    assert find(ImportBatch, batch.id).state == "committed"


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
