"""Reading in a process of its own: the same lines come back, and a reader that dies or hangs
refuses the file.
"""

import sys

import pytest

from tasks import imports, reading
from tests import people
from tests.imports.staged import commit, report, stage, stored
from tests.tasks.test_workbook import google


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
