"""What a file is, by its first bytes: an allow-list. The name only tells office documents from
other archives, and never what is served.
"""

from typing import NamedTuple

#: So many bytes tell every type of the list.
HEAD_BYTES = 4096


class Type(NamedTuple):
    """What a file is served as, and what people call it. Only pictures are ever shown in place."""

    media_type: str
    words: str


PNG = Type("image/png", "Picture")
JPEG = Type("image/jpeg", "Picture")
GIF = Type("image/gif", "Picture")
WEBP = Type("image/webp", "Picture")
PDF = Type("application/pdf", "PDF")
ZIP = Type("application/zip", "Archive")
TEXT = Type("text/plain", "Text")
OLD_OFFICE = Type("application/octet-stream", "Document")
#: Formats a browser shows without running anything.
SHOWN = frozenset(one.media_type for one in (PNG, JPEG, GIF, WEBP))

_STARTS: tuple[tuple[bytes, Type], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"ID3", Type("audio/mpeg", "Audio")),
    (b"\xff\xfb", Type("audio/mpeg", "Audio")),
    (b"\xff\xf3", Type("audio/mpeg", "Audio")),
    (b"fLaC", Type("audio/flac", "Audio")),
    (b"OggS", Type("audio/ogg", "Audio")),
    (b"\x1aE\xdf\xa3", Type("video/webm", "Video")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": Type("audio/wav", "Audio")}
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
#: Control characters no text has.
_NO_TEXT = frozenset(range(32)) - {9, 10, 12, 13}


def recognised(head: bytes, name: str) -> Type | None:
    """The type of a file by its beginning; None for what is not on the list.

    >>> recognised(b"%PDF-1.7", "a.png").media_type, recognised(b"MZ\\x90\\x00", "a.pdf")
    ('application/pdf', None)
    >>> recognised(b"<svg onload=alert(1)>", "logo.svg").media_type  # a text, never run
    'text/plain'
    """
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"FORM") and head[8:12] in (b"AIFF", b"AIFC"):
        return Type("audio/aiff", "Audio")
    if head[4:8] == b"ftyp":
        is_audio = head[8:11] in (b"M4A", b"M4B")
        return Type("audio/mp4", "Audio") if is_audio else Type("video/mp4", "Video")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        office = _OFFICE.get(name.rpartition(".")[2].lower())
        return Type(office, "Document") if office else ZIP
    return TEXT if head and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """UTF-8 without what only programs write; the last letter may be cut off."""
    if _NO_TEXT & set(head):
        return False
    for cut in range(4 if len(head) >= HEAD_BYTES else 1):
        try:
            head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False
