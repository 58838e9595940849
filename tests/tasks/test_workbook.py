"""A workbook reads as its CSV download would; a hostile one is refused."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from tasks import workbook
from tests.ads.test_damaged_reports import rewritten
from webapp.ads.reports.report import opened, read_report
from webapp.imports.decoding import Unreadable


def google() -> bytes:
    """A Google Ads table as a workbook: two lines above, shares as ratios, days as days."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Campaign report"])
    sheet.append(["1 May 2026 - 2 May 2026"])
    sheet.append(["Day", "Campaign", "Currency code", "Clicks", "Impr.", "CTR", "Cost"])
    sheet.append([date(2026, 5, 1), "Winter", "EUR", 5, 1000, 0.005, 12.5])
    sheet.append([date(2026, 5, 2), "Winter", "EUR", 6, 1200, 0.005, 13.25])
    for row in sheet.iter_rows(min_row=4, min_col=6, max_col=6):
        row[0].number_format = "0.00%"
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes):
    text = workbook.as_text(io.BytesIO(content))
    return read_report(lambda: opened(io.BytesIO(text)))


def test_a_workbook_is_told_from_other_archives():
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("report.csv", "a,b")

    assert workbook.is_workbook(io.BytesIO(google()))
    assert not workbook.is_workbook(other)
    assert not workbook.is_workbook(io.BytesIO(b"PK\x03\x04 and nothing more"))


def test_days_shares_and_amounts_read_as_in_the_download():
    report = read(google())

    assert report.refusal == ""
    assert [(str(fact.on), fact.clicks, fact.spend) for fact in report.facts] == [
        ("2026-05-01", 5, Decimal("12.5")),
        ("2026-05-02", 6, Decimal("13.25")),
    ]


def test_the_first_sheet_with_a_table_is_taken():
    book = Workbook()
    book.active.append(["Only a note"])
    sheet = book.create_sheet("Report")
    sheet.append(["Day", "Campaign", "Currency code", "Clicks", "Impr.", "Cost"])
    sheet.append([date(2026, 5, 1), "Winter", "EUR", 5, 1000, 12.5])

    assert len(read(saved(book)).facts) == 1


@pytest.mark.parametrize("cut", [100, 1000, 3000])
def test_a_cut_off_workbook_is_refused(cut):
    content = google()[:-cut] if cut < 3000 else google()[:cut]
    whole = io.BytesIO(content)

    if workbook.is_workbook(whole):
        with pytest.raises(Unreadable, match="damaged"):
            workbook.as_text(whole)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_BYTES", 1000)

    with pytest.raises(Unreadable, match="unpacks to more"):
        workbook.as_text(io.BytesIO(google()))


def with_formula(came_to: bytes) -> bytes:
    """A workbook whose cell B2 is a formula with what it came to."""
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "=A2+1"])
    return rewritten(
        saved(book), lambda part: re.sub(rb'<c r="B2"[^>]*>.*?</c>', came_to, part, flags=re.S)
    )


def test_a_formula_is_what_it_came_to():
    content = with_formula(b'<c r="B2"><f>A2+1</f><v>2</v></c>')

    assert workbook.as_text(io.BytesIO(content)).decode("utf-8-sig").splitlines()[1] == "1\t2"


def test_a_formula_that_came_to_an_empty_text_is_empty():
    content = with_formula(b'<c r="B2" t="str"><f>IF(1,"","")</f><v></v></c>')

    assert workbook.as_text(io.BytesIO(content)).decode("utf-8-sig").splitlines()[1] == "1\t"


@pytest.mark.parametrize("value", [b"", b"<v/>", b"<v></v>"])
def test_a_formula_that_was_never_calculated_is_not_read_as_nothing(value):
    content = with_formula(b'<c r="B2"><f>A2+1</f>' + value + b"</c>")

    with pytest.raises(Unreadable, match="never calculated"):
        workbook.as_text(io.BytesIO(content))
