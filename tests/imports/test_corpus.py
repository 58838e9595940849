"""Forty files as they really arrive: nothing crashes, every line is taken, rejected with a reason
or a total, and the same file again changes nothing.
"""

import io
from collections.abc import Callable

import pytest

from tests import people
from tests.ads import platform_files as files
from tests.imports.staged import commit, rows_of, stage, stored
from tests.tasks.test_workbook import google as google_workbook
from webapp.ads.models import DailyResult
from webapp.db import db
from webapp.imports.tabular import open_table

HEAD = "Day,Campaign,Currency code,Clicks,Impr.,Cost\n"
ROW = "2026-05-01,Winter,EUR,5,1000,12.50\n"
NEXT = "2026-05-02,Winter,EUR,6,1200,13.25\n"
PLAIN = HEAD + ROW + NEXT


def wide(count: int) -> bytes:
    names = "".join(f",Extra {n}" for n in range(count))
    cells = "," * count
    return (HEAD.strip() + names + "\n" + ROW.strip() + cells + "\n").encode()


def long(count: int) -> bytes:
    rows = [f"2026-{n % 12 + 1:02}-{n % 28 + 1:02},Part {n},EUR,1,10,0.10" for n in range(count)]
    return (HEAD + "\n".join(rows) + "\n").encode()


TAKEN: dict[str, Callable[[], bytes]] = {
    "plain": PLAIN.encode,
    "byte order mark": lambda: PLAIN.encode("utf-8-sig"),
    "utf-16": lambda: PLAIN.encode("utf-16"),
    "utf-16 tabs": lambda: PLAIN.replace(",", "\t").encode("utf-16"),
    "utf-16 big end first": lambda: ("\ufeff" + PLAIN).encode("utf-16-be"),
    "half a character at the end": lambda: (PLAIN + "\n").encode("utf-16") + b"\x00",
    "windows-1252": lambda: PLAIN.replace("Winter", "Café").encode("cp1252"),
    "shift-jis": lambda: PLAIN.replace("Winter", "冬のキャンペーン").encode("cp932"),
    "semicolons": lambda: PLAIN.replace(",", ";").encode(),
    "semicolons and decimal commas": lambda: (
        PLAIN.replace(",", ";").replace("12.50", "12,50").replace("13.25", "13,25").encode()
    ),
    "tabs": lambda: PLAIN.replace(",", "\t").encode(),
    "pipes": lambda: PLAIN.replace(",", "|").encode(),
    "CRLF": lambda: PLAIN.replace("\n", "\r\n").encode(),
    "CR": lambda: PLAIN.replace("\n", "\r").encode(),
    "no newline at the end": lambda: PLAIN.strip().encode(),
    "blank lines": lambda: PLAIN.replace("\n", "\n\n").encode(),
    "every cell quoted": lambda: (
        "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in PLAIN.splitlines())
    ).encode(),
    "line breaks in cells": lambda: PLAIN.replace("Winter", '"Win\nter"').encode(),
    "quotes in cells": lambda: PLAIN.replace("Winter", '"The ""Winter"""').encode(),
    "spreadsheet guards": lambda: PLAIN.replace("Winter", '="007"').encode(),
    "formulas in names": lambda: PLAIN.replace("Winter", "=cmd|' /C calc'!A0").encode(),
    "emoji": lambda: PLAIN.replace("Winter", "❄️ Winter 👩‍🎤").encode(),
    "right to left": lambda: PLAIN.replace("Winter", "شتاء").encode(),
    "200 columns": lambda: wide(200),
    "2,000 rows": lambda: long(2000),
    "a quotation mark left open": lambda: (PLAIN + '2026-05-03,"Winter,EUR,1,1,1\n').encode(),
    "a cut-off row": lambda: (PLAIN + "2026-05-03,Wint").encode(),
    "a row too wide": lambda: (PLAIN + "2026-05-03,Winter,EUR,1,1,1,9,9\n").encode(),
    "a repeated row": lambda: (PLAIN + ROW).encode(),
    "a header twice, the same": lambda: (
        "\n".join(f"{line},{line.split(',')[5]}" for line in PLAIN.splitlines())
    ).encode(),
    "words for numbers": lambda: (PLAIN + "2026-05-03,Winter,EUR,five,1,1\n").encode(),
    "a workbook": google_workbook,
    "google": files.google,
    "meta": files.meta,
    "linkedin": files.linkedin,
    "tiktok": files.tiktok,
    "microsoft": files.microsoft,
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty"),
    "only a header": (HEAD.encode, "no results in it"),
    "a cell of a megabyte": (lambda: (PLAIN + "x" * 1_000_001).encode(), "longer than"),
    "NUL": (lambda: PLAIN.replace("Winter", "Win\x00ter").encode(), "NUL"),
    "a header twice, differing": (
        lambda: (HEAD.strip() + ",Cost\n" + ROW.strip() + ",1\n").encode(),
        "Two columns",
    ),
    "a picture called csv": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "picture"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0" + b"\x00" * 50, ".xls"),
    "a page": (lambda: b"<!doctype html><html><p>No</p></html>", "not a row of column names"),
}


@pytest.fixture
def campaign(team):
    return people.draft(team, currency="EUR")


def test_there_are_forty():
    assert len(TAKEN) + len(REFUSED) >= 40


@pytest.mark.parametrize("name", TAKEN)
def test_every_line_is_taken_rejected_or_a_total_and_again_changes_nothing(name, campaign, alice):
    content = TAKEN[name]()
    batch = stage(campaign, alice, content)
    assert batch.state == "review", batch.facts
    told = {line for row in rows_of(batch) for line in row.lines}
    if name != "a workbook":
        assert told == lines_below_the_header(content)
    assert all(row.reason for row in rows_of(batch) if row.verdict in ("reject", "total"))

    commit(batch, alice)
    before = (stored(), db.session.query(DailyResult).count())
    again = stage(campaign, alice, content)
    commit(again, alice)

    assert {row.verdict for row in rows_of(again)} <= {"skip", "reject", "total"}
    assert (stored(), db.session.query(DailyResult).count()) == before


def lines_below_the_header(content: bytes) -> set[int]:
    known = {"cost", "impr.", "impressions", "amount spent", "totaal besteed", "spend", "clicks"}
    table = open_table(io.BytesIO(content), knows=lambda name: name in known)
    return {row.line for row in table.rows}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_words_and_changes_nothing(name, campaign, alice):
    make, words = REFUSED[name]

    batch = stage(campaign, alice, make())

    assert batch.state == "refused"
    assert words in batch.facts["refusal"]
    assert stored() == {}
