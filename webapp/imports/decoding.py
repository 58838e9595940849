"""Bytes to text: which encoding a file is in, told by its bytes alone, and what is no text at all.
Pure.

A byte order mark decides; then strict UTF-8; then the two code pages old spreadsheets still save
in. Which of those it is shows in what the bytes would spell.
"""

import codecs
import io
import re
from typing import BinaryIO

_IMAGE = "This is a picture, not a report. Export the report as CSV."
#: How a workbook begins, and every other archive of its kind.
_ZIP = b"PK\x03\x04"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook (.xls). Save it as .xlsx or CSV."),
    (b"%PDF", "This is a PDF document, not a table. Export the report as CSV."),
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"\x1f\x8b", "This is a compressed archive. Unpack it and choose the CSV file inside."),
    (b"PK\x05\x06", "This is an empty zip archive. Choose the report inside it."),
    (_ZIP, "This is a zip archive or a damaged Excel workbook. Choose the report itself."),
)
_PIECE = 1 << 16
#: Kana and the ideographs of everyday Japanese: what cp932 text is made of.
_JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
_LETTERS = re.compile(r"[^\x00-\x7f]")


class Unreadable(ValueError):
    """Why a file cannot be used, as a sentence for the person who chose it."""


def encoding_of(file: BinaryIO) -> str:
    """The encoding of a whole file, as Python names it. Raises Unreadable for what is no text."""
    file.seek(0)
    head = file.read(_PIECE)
    if words := no_text(head):
        raise Unreadable(words)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith(_UTF16):
        return "utf-16"
    if _decodes(file, "utf-8"):
        return "utf-8"
    return "cp932" if _is_japanese(file) else "cp1252"


def no_text(head: bytes) -> str:
    """Why a file that begins like this is no text, '' when it may be.

    >>> no_text(b"GIF89a"), no_text(b"Day,Cost")
    ('This is a picture, not a report. Export the report as CSV.', '')
    """
    for signature, words in _SIGNATURES:
        if head.startswith(signature):
            return words
    if b"\x00" in head and not head.startswith(_UTF16):
        return "This is not a text file: it holds NUL bytes. Export the report as CSV."
    return ""


def no_table(head: bytes) -> str:
    """Why a file that begins like this need not be read at all, '' when it may be a table."""
    if not head:
        return "The file is empty."
    return "" if head.startswith(_ZIP) else no_text(head)


def text_of(file: BinaryIO, encoding: str) -> io.TextIOBase:
    """The text, line ends as they are. Half a character at the end of UTF-16 is a cut-off download,
    not another text; what a code page does not know is shown as such.
    """
    file.seek(0)
    if encoding == "utf-16":
        content = file.read()
        file = io.BytesIO(content[: len(content) - len(content) % 2])
    errors = "replace" if encoding == "cp1252" else "strict"
    return io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_japanese(file: BinaryIO) -> bool:
    """Whether the bytes that are no ASCII spell Japanese in cp932."""
    if not _decodes(file, "cp932"):
        return False
    file.seek(0)
    sample = file.read(_PIECE).decode("cp932", "ignore")
    foreign = len(_LETTERS.findall(sample))
    return foreign > 0 and len(_JAPANESE.findall(sample)) >= 0.7 * foreign
