"""Reading in a process of its own: the same lines come back, a reader that is killed begins once
more, one that dies or hangs refuses the file.
"""

import sys

import pytest

from tasks import imports, reading
from tests import people
from tests.imports.staged import commit, receive, report, stage, stored
from tests.tasks.test_workbook import google
from webapp.core import clock
from webapp.db import find
from webapp.imports.models import ImportBatch


@pytest.fixture
def campaign(team):
    return people.draft(team, currency="EUR")


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch):
    monkeypatch.setattr(imports, "SMALL_BYTES", 0)


def test_what_another_process_read_is_reviewed_and_imported(campaign, alice):
    batch = stage(campaign, alice, report())
    commit(batch, alice)

    assert batch.facts["counts"] == {"total": 1, "create": 4}
    assert len(stored()) == 4


def test_a_workbook_is_read_by_another_process_too(campaign, alice):
    batch = stage(campaign, alice, google())

    assert (batch.state, batch.facts["counts"]) == ("review", {"create": 2})


def test_a_refusal_of_another_process_keeps_its_words(campaign, alice):
    assert "PDF" in stage(campaign, alice, b"%PDF-1.7").facts["refusal"]


def test_a_reader_that_takes_too_long_refuses_the_file(campaign, alice, monkeypatch):
    monkeypatch.setattr(imports, "MOST_SECONDS", 0.01)

    assert stage(campaign, alice, report()).facts["refusal"] == imports.TOO_LONG


def test_a_reader_that_dies_refuses_the_file(campaign, alice, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")

    assert stage(campaign, alice, report()).facts["refusal"] == reading.BROKEN


@pytest.fixture
def killed(tmp_path, monkeypatch):
    """Readers are killed so many times before one may work; answers how often one began."""

    def times(count: int):
        log, script = tmp_path / "began", tmp_path / "python"
        script.write_text(
            f'#!/bin/sh\necho x >> "{log}"\n'
            f'[ $(wc -l < "{log}") -le {count} ] && kill -9 $$\nexec "{sys.executable}" "$@"\n'
        )
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))
        return lambda: len(log.read_text().splitlines())

    return times


def test_a_reader_that_was_killed_begins_once_more(campaign, alice, killed):
    began = killed(1)

    batch = stage(campaign, alice, report())

    assert (batch.state, began()) == ("review", 2)


def test_a_reader_that_is_killed_twice_refuses_the_file_and_says_why(campaign, alice, killed):
    began = killed(2)

    batch = stage(campaign, alice, report())

    assert (batch.state, batch.facts["refusal"]) == ("refused", imports.KILLED)
    assert began() == 2


def test_while_a_reader_works_its_batch_is_not_taken_over(campaign, alice, monkeypatch):
    kept = []
    monkeypatch.setattr(imports, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(imports.receipts, "keep_lease", kept.append)

    stage(campaign, alice, report())

    assert set(kept) == {imports.SILENT_SECONDS}
    assert len(kept) > 2


def test_whoever_died_reading_is_missed_in_a_minute(campaign, alice, monkeypatch):
    batch = receive(campaign, alice, report())
    monkeypatch.setattr(reading, "lines_of", stop)
    with pytest.raises(KeyboardInterrupt):
        people.run_background()
    monkeypatch.undo()

    clock.travel(imports.SILENT_SECONDS + 1)
    people.run_background()

    assert find(ImportBatch, batch.id).state == "review"


def stop(_out):
    raise KeyboardInterrupt  # nothing catches it on its way out, as when a process is killed
