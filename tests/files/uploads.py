"""Files for tests: small ones of each kind, attached through the commands."""

from tests.people import Person
from webapp.files.commands import add_file, receive

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PDF = b"%PDF-1.7\n1 0 obj\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
ZIP = b"PK\x03\x04" + b"\x00" * 30


def attach(
    person: Person, kind: str, row: int, content: bytes = PDF, name: str = "plan.pdf", **more: str
) -> int:
    """Bytes and row of a file of somebody; answers the row's id."""
    received = receive(kind, row, name, [content], by=person.actor)
    return add_file(subject_kind=kind, subject_id=row, received=received, by=person.actor, **more)
