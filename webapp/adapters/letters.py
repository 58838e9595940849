"""A letter to one person, and the message it becomes: nothing in it can begin a header of its own.

Sending it is `webapp.adapters.mail`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from typing import Any

import idna
from email_validator import EmailNotValidError, validate_email

from webapp.core import clock

#: Written from a letter's other fields, or by servers on the way.
OURS = frozenset(
    {
        *("to", "cc", "bcc", "from", "sender", "subject", "date", "mime-version", "received"),
        *("return-path", "dkim-signature", "resent-to", "resent-cc", "resent-bcc"),
    }
)
#: A line of a message may have 998 bytes (RFC 5322).
MOST_IN_A_LINE = 990
CRLF = "\r\n"

_NAME = re.compile(r"[!-9;-~]{1,70}")
_NAMED = re.compile(r"([^<>]*)<([^<>]+)>")
_ATOMS = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class BadLetter(ValueError):
    """This letter can be sent by nobody; the words say what is wrong with it, not what it says."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as a server takes it: the domain in ASCII. `name` is what people read."""

    local: str
    domain: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def is_ascii(self) -> bool:
        """Whether any server can take it; else only one that offers SMTPUTF8."""
        return self.local.isascii()


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to whom.

    `to` is one bare address, `to_name` what it is shown with. `html` is the same text with its
    looks. `headers` are further ones, like Message-ID (made when missing), Reply-To, List-
    Unsubscribe, Auto-Submitted. `sender` (`Name <address>`) is the product's own unless given;
    `bounces_to` is who hears that it could not be delivered, the sender unless given.
    """

    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    to_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sender: str = ""
    bounces_to: str = ""


def mailbox(address: str, name: str = "") -> Mailbox:
    """One address, checked in its form alone. Raises BadLetter.

    >>> str(mailbox("Zoë@bücher.example"))
    'Zoë@xn--bcher-kva.example'
    """
    local, _, domain = address.rpartition("@")
    try:
        # The library knows local parts; it would refuse `localhost` and domains inside a company.
        found = validate_email(f"{local}@example.com", check_deliverability=False, strict=True)
        at = idna.encode(domain, uts46=True).decode()
    except (EmailNotValidError, UnicodeError):
        raise BadLetter("this is no mail address") from None
    if not _DOMAIN.fullmatch(at) or len(address.encode()) > 254:
        raise BadLetter("this is no mail address")
    return Mailbox(found.local_part, at, _line(name, "a name"))


def named_mailbox(text: str) -> Mailbox:
    """`Name <address>`, or an address alone. Raises BadLetter.

    >>> named_mailbox('"Tidal, Inc." <desk@example.com>')
    Mailbox(local='desk', domain='example.com', name='Tidal, Inc.')
    """
    if (found := _NAMED.fullmatch(_line(text, "a sender"))) is None:
        return mailbox(text)
    return mailbox(found[2], found[1].strip().strip('"'))


def message_of(letter: Letter, sender: Mailbox, *, utf8: bool = False) -> EmailMessage:
    """The letter as a message; `utf8` writes what is beyond ASCII as it is (RFC 6532).

    Raises BadLetter.
    """
    message = EmailMessage(policy=_Policy(utf8=utf8))
    message["From"] = _shown(sender, utf8)
    message["To"] = _shown(mailbox(letter.to, letter.to_name), utf8)
    message["Subject"] = _Ready(_words(_line(letter.subject, "the subject"), "Subject", utf8))
    message["Date"] = _Ready(format_datetime(clock.now()))
    for name, value in letter.headers.items():
        _check_name(name, message)
        line = _line(value, f"the header {name}")
        if name.lower() == "reply-to":
            message[name] = _shown(named_mailbox(line), utf8)
        else:
            message[name] = _Ready(line if line.isascii() else _words(line, name, utf8))
    if "Message-ID" not in message:
        message["Message-ID"] = _Ready(make_msgid(domain=sender.domain))
    message.set_content(_text(letter.text))
    if letter.html:
        message.add_alternative(_text(letter.html), subtype="html")
    return message


class _Ready(str):
    """A header's value exactly as it is written into the message."""


class _Policy(EmailPolicy):
    """Lines end as SMTP wants, bodies travel in seven bits, and what is ready stays as it is.

    Left alone, the library decodes encoded words that somebody typed (a line end may be in one),
    loses spaces, and breaks a long List-Unsubscribe, which readers then miss.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"linesep": "\r\n", "cte_type": "7bit"} | more)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if isinstance(value, _Ready):
            return name, value
        return super().header_store_parse(name, value)

    def fold(self, name: str, value: Any) -> str:
        if isinstance(value, _Ready):
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("utf-8")


def _shown(one: Mailbox, utf8: bool) -> _Ready:
    if not one.name:
        return _Ready(one)
    if (utf8 or one.name.isascii()) and "=?" not in one.name:
        if _ATOMS.fullmatch(one.name):
            return _Ready(f"{one.name} <{one}>")
        name = one.name.replace("\\", r"\\").replace('"', r"\"")
        return _Ready(f'"{name}" <{one}>')
    return _Ready(f"{_words(one.name, 'From', utf8)}{CRLF} <{one}>")


def _words(text: str, name: str, utf8: bool) -> str:
    """Text of a header; beyond ASCII as encoded words of 75 characters, a line each (RFC 2047)."""
    if "=?" not in text and (utf8 or text.isascii()):
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep=CRLF)


def _line(value: str, what: str) -> str:
    if _CONTROLS.search(value):
        raise BadLetter(f"{what} is not one line of text")
    if len(value.encode()) > MOST_IN_A_LINE - 80:
        raise BadLetter(f"{what} is too long")
    return value


def _check_name(name: str, message: EmailMessage) -> None:
    if name in message:
        raise BadLetter(f"the header {name} stands there twice")
    if not _NAME.fullmatch(name) or name.lower() in OURS or name.lower().startswith("content-"):
        raise BadLetter("a header has a name that is not the writer's to choose")


def _text(value: str) -> str:
    if _NOT_IN_TEXT.search(value):
        raise BadLetter("the text holds characters that no text has")
    return value.replace("\r\n", "\n").replace("\r", "\n")
