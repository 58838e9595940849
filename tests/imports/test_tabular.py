"""Bytes become rows with the file's own line numbers, or a sentence that says what the file is."""

import io

import pytest

from webapp.imports.tabular import LONGEST_CELL, Header, Unreadable, open_table


def rows(content: bytes) -> list[tuple[int, list[str], bool]]:
    return [(row.line, row.cells, bool(row.fault)) for row in open_table(io.BytesIO(content)).rows]


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        rows(content)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_delimiter_and_line_end_reads_the_same(encoding, delimiter, end):
    lines = [delimiter.join(cells) for cells in (("Día", "b, c"), ("1", "x"), ("2", "ü"))]
    if delimiter == ",":
        lines[0] = 'Día,"b, c"'

    table = open_table(io.BytesIO((end.join(lines) + end).encode(encoding)))

    assert table.header.cells == ["Día", "b, c"]
    assert [row.cells for row in table.rows] == [["1", "x"], ["2", "ü"]]


def test_lines_are_counted_as_an_editor_counts_them():
    content = b'a,b\n\n"two\nlines",1\nlast,2\n'

    assert rows(content) == [(3, ["two\nlines", "1"], False), (5, ["last", "2"], False)]


def test_rows_of_another_width_are_faulty():
    assert rows(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n") == [
        (2, ["1", "2", "3"], False),
        (3, ["1", "2"], True),
        (4, ["1", "2", "3", "4"], True),
    ]


def test_a_quotation_mark_left_open_spoils_its_row_and_not_the_file():
    found = rows(b'a,b\n"open,1\n"next",2\nlast,3\n')

    assert found[0][0] == 2
    assert found[0][2]
    assert found[-1] == (4, ["last", "3"], False)


def test_spreadsheet_guards_are_taken_off():
    assert rows(b'="a",b\n="007",2\n') == [(2, ["007", "2"], False)]


def test_half_a_character_at_the_end_of_utf_16_is_a_cut_off_row():
    content = "a,b\n1,2\n3".encode("utf-16") + b"\x00"

    assert rows(content) == [(2, ["1", "2"], False), (3, ["3"], True)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04\x14\x00\x06\x00", "damaged Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel workbook"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"a,b\n1,\x002\n", "NUL"),
        (b"a,b\n" + b"1,2\n" * 30_000 + b"1,\x00\n", "NUL"),
        (b"Campaign report\n1 to 2\nA,B,C\n", "“Campaign report”"),
        (b"<!doctype html><html></html>", "not a row of column names"),
        (b"a,b\n1," + b"x" * (LONGEST_CELL + 1) + b"\n", "Line 2 has a cell"),
        (b"a,b\n1," + b"x" * 1_000_001, "longer than"),
        (b'a,b\n1,"' + b"\n" * 600, "never closed"),
        (b"a," * 1500 + b"a\n", "columns"),
    ],
)
def test_what_is_no_table_is_refused_with_what_it_is(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Día;Coste\n1;é\n", "cp1252"), ("日;費用\n1;キャンペーン\n", "cp932")],
)
def test_what_old_spreadsheets_save_reads_as_it_was_written(text, encoding):
    table = open_table(io.BytesIO(text.encode(encoding)))

    assert table.header.cells == text.split("\n")[0].split(";")
    assert [row.cells for row in table.rows] == [text.split("\n")[1].split(";")]


def test_lines_above_the_column_names_are_kept_as_what_they_are():
    content = b"Campaign report\n1 May 2026 - 8 May 2026\nCampaign,Cost,Impr.\nWinter,1,2\n"

    table = open_table(io.BytesIO(content), knows=lambda name: name in ("cost", "impr."))

    assert table.preamble == ("Campaign report", "1 May 2026 - 8 May 2026")
    assert table.header.cells == ["Campaign", "Cost", "Impr."]
    assert [row.line for row in table.rows] == [4]


def test_headers_compare_without_case_accents_and_brackets():
    header = Header(["Importe gastado (EUR)", "DÍA", "Website URL (Ad level）"])

    assert header.where({"importe gastado"}) == 0
    assert header.bracket(0) == "EUR"
    assert header.where({"dia"}) == 1
    assert header.where({"website url"}) == 2


def test_a_column_that_is_there_twice_is_not_chosen():
    with pytest.raises(Unreadable, match="Two columns"):
        Header(["Cost", "cost (EUR)"]).where({"cost"})
