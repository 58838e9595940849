"""Reports that are damaged, or that another program wrote: read whole or refused, never a crash."""

import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook

from tasks import workbook
from tests.ads.test_hostile_reports import GOOGLE, lines
from tests.ads.test_platform_reports import read, refusal
from webapp.imports.decoding import Unreadable


def book(rows) -> bytes:
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def rewritten(content: bytes, change) -> bytes:
    """A workbook with its sheet's XML changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name.endswith("sheet1.xml") else part)
    return out.getvalue()


BOOK = [
    ["Day", "Campaign", "Currency code", "Clicks", "Impr.", "Cost", "Labels"],
    ["2026-03-01", "A", "EUR", 5, 100, 0.1 + 0.2, None],
]


def test_a_workbooks_empty_cells_at_the_end_of_a_row_are_cells():
    report = read(workbook.as_text(io.BytesIO(book(BOOK))))

    assert report.sums.spend == Decimal("0.3")


def test_a_workbook_that_tells_a_wrong_size_is_read_whole():
    content = rewritten(book(BOOK), lambda xml: xml.replace(b'ref="A1:G2"', b'ref="A1"'))

    assert read(workbook.as_text(io.BytesIO(content))).sums.clicks == 5


def test_a_workbook_cut_off_inside_is_damaged():
    content = rewritten(book(BOOK), lambda xml: xml[:200])

    with pytest.raises(Unreadable, match="damaged"):
        workbook.as_text(io.BytesIO(content))


@pytest.mark.parametrize("place", range(60, 4000, 97))
def test_no_damage_to_a_workbook_is_more_than_damage(place):
    content = bytearray(book(BOOK))
    content[place : place + 9] = b"\x81" * 9

    try:
        if workbook.is_workbook(io.BytesIO(content)):
            workbook.as_text(io.BytesIO(content))
    except Unreadable as error:
        assert "damaged" in str(error)  # noqa: PT017 - whichever damage is survived is fine


def test_a_mark_of_utf_8_before_other_bytes_is_damage():
    content = b"\xef\xbb\xbf" + lines(GOOGLE).replace(b"Cost", b"Co\xe9t")

    assert "not in the encoding it begins with" in refusal(content)


def test_blank_cells_beyond_the_header_are_nothing():
    content = lines(GOOGLE, "2026-03-01,A,EUR,5,100,1.50,,")

    assert read(content).sums.clicks == 5
