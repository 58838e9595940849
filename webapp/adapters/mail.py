"""Letters go out here: over SMTP, or nowhere but into the log where no server is set.

`mail().send(letter)` answers when a server has taken the letter; every other end says whether it
may be tried again. The rules of replies are those of RFC 5321 and 3463.
"""

import logging
import re
import smtplib
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Protocol

from webapp.adapters.letters import (
    BadLetter,
    Letter,
    Mailbox,
    mailbox,
    message_of,
    named_mailbox,
)
from webapp.core.mail_url import MailServer

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30.0
#: A connection that was unused for longer is not used again: servers close theirs in silence.
IDLE_SECONDS = 60.0
#: Enhanced codes that say: nobody has this address (RFC 3463, RFC 7505).
DEAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
#: The same in basic codes, where a server says no more.
DEAD_IN_SHORT = frozenset({550, 551, 553})

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class MailError(Exception):
    """A letter that was not taken, or perhaps was.

    `code` is the server's reply (None without one), `enhanced` its finer code or '', `stage` what
    was being said: letter, connect, sender, address, content. The words are the server's, or ours.
    """

    def __init__(self, words: str, *, stage: str, code: int | None = None) -> None:
        super().__init__(words)
        found = _ENHANCED.match(words)
        self.stage, self.code = stage, code
        self.enhanced = found.group() if found else ""


class Rejected(MailError):
    """This letter will not be taken: do not send it again."""

    @property
    def is_dead_address(self) -> bool:
        """Whether nobody has this address, rather than that it was refused for what it says or
        who sends it.
        """
        if self.stage not in ("address", "content"):
            return False
        return self.enhanced in DEAD_ADDRESS or (not self.enhanced and self.code in DEAD_IN_SHORT)


class TryLater(MailError):
    """It was surely not taken, and may be later: a temporary reply, no connection, no sign-in."""


class Unknown(MailError):
    """The connection ended between the end of the letter and its reply: it may have been taken.

    Never send it again by itself.
    """


class Mail(Protocol):
    """What every way out for letters can do."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises Rejected, TryLater or Unknown."""

    def close(self) -> None:
        """End what is kept open; sending opens it again."""


class Console:
    """Sends nothing. Shows what would have been sent to whoever develops; where it is not
    `readable` the log says only that something was not sent, as letters hold links that let in.
    """

    def __init__(self, sender: Mailbox, *, readable: bool = True) -> None:
        self.sender, self.readable = sender, readable

    def send(self, letter: Letter) -> None:
        sender, _ = _checked(letter, self.sender)
        if not self.readable:
            log.warning("a letter was not sent: MAIL_URL names no server")
            return
        message = message_of(letter, sender)
        heads = "\n".join(f"| {name}: {value}" for name, value in message.items())
        lines = "\n".join(f"| {line}" for line in letter.text.splitlines())
        print(f"+-- not sent, MAIL_URL is console:\n{heads}\n|\n{lines}\n+--", file=sys.stderr)

    def close(self) -> None:
        return None


class Smtp:
    """Speaks to one server. A connection carries one letter at a time and is kept for the next;
    letters that are sent at the same time have one each.
    """

    def __init__(
        self, server: MailServer, sender: Mailbox, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self.server, self.sender, self.timeout = server, sender, timeout
        self._idle: list[tuple[float, smtplib.SMTP]] = []
        self._lock = threading.Lock()

    def send(self, letter: Letter) -> None:
        sender, to = _checked(letter, self.sender)
        while True:
            connection, is_kept = self._taken()
            try:
                _hand_over(connection, letter, sender, to)
            except _Dropped as error:
                connection.close()
                self.close()  # what else was kept was dropped as well
                if not is_kept:
                    raise TryLater(str(error), stage=error.stage, code=error.code) from None
            except (Rejected, TryLater):
                self._keep(connection, reset=True)
                raise
            except BaseException:
                connection.close()
                raise
            else:
                self._keep(connection)
                return

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def _taken(self) -> tuple[smtplib.SMTP, bool]:
        with self._lock:
            while self._idle:
                since, connection = self._idle.pop()
                if time.monotonic() - since < IDLE_SECONDS:
                    return connection, True
                connection.close()
        return self._opened(), False

    def _keep(self, connection: smtplib.SMTP, *, reset: bool = False) -> None:
        connection.command_encoding = "ascii"
        try:
            if reset and connection.rset()[0] != 250:
                return connection.close()
        except (smtplib.SMTPException, OSError):
            return connection.close()
        with self._lock:
            self._idle.append((time.monotonic(), connection))

    def _opened(self) -> smtplib.SMTP:
        """A connection, encrypted and signed in as the settings say. Whatever is wrong with it is
        not this letter's fault.
        """
        connection = None
        try:
            connection = self._connected()
            connection.ehlo_or_helo_if_needed()
            if self.server.encryption == "starttls":
                connection.starttls(context=tls())
                connection.ehlo()
            if self.server.user:
                connection.login(self.server.user, self.server.password)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if connection is not None:
                connection.close()
            raise TryLater(_why(error), stage="connect", code=_code_of(error)) from None
        return connection

    def _connected(self) -> smtplib.SMTP:
        # Its own name is given, or the library asks the network for it.
        host, port, name = self.server.host, self.server.port, self.sender.domain
        if self.server.encryption == "tls":
            return smtplib.SMTP_SSL(host, port, name, timeout=self.timeout, context=tls())
        return smtplib.SMTP(host, port, name, timeout=self.timeout)


@cache
def tls() -> ssl.SSLContext:
    """Verifies the server's certificate for its name. Not the one of HTTP, which offers h1."""
    return ssl.create_default_context()


class _Dropped(Exception):
    """The connection is of no use any more, and the letter was surely not taken."""

    def __init__(self, words: str, stage: str, code: int | None = None) -> None:
        super().__init__(words)
        self.stage, self.code = stage, code


def _hand_over(connection: smtplib.SMTP, letter: Letter, sender: Mailbox, to: Mailbox) -> None:
    """One letter. Up to the line that ends it a lost connection means that it was not taken; after
    it nobody can tell, until the reply is here.
    """
    with _in_form():
        bounces_to = mailbox(letter.bounces_to) if letter.bounces_to else sender
        beyond_ascii = not (to.is_ascii and sender.is_ascii and bounces_to.is_ascii)
        if beyond_ascii and not connection.has_extn("smtputf8"):
            raise BadLetter("the mail server takes no addresses beyond ASCII")
        content = _as_data(message_of(letter, sender, utf8=beyond_ascii).as_bytes())
    options = [f"size={len(content)}"] if connection.has_extn("size") else []
    options += ["SMTPUTF8", "BODY=8BITMIME"] if beyond_ascii else []
    with _at("sender"):
        _expect(connection.mail(str(bounces_to), options), "sender")
    with _at("address"):
        _expect(connection.rcpt(str(to)), "address")
    with _at("content"):
        _expect(connection.docmd("DATA"), "content", 354)
        connection.send(content)
    try:
        connection.send(b".\r\n")
        reply = connection.getreply()
    except (smtplib.SMTPException, OSError):
        raise Unknown("the connection ended before the reply", stage="content") from None
    if not 200 <= reply[0] < 600 or 300 <= reply[0] < 400:
        raise Unknown("the reply is none of SMTP's", stage="content")
    if reply[0] >= 400:
        raise _refusal(*reply, "content")


def _as_data(content: bytes) -> bytes:
    """Whole lines, none of which is the one that ends a letter."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content).removesuffix(b"\r\n")
    return re.sub(rb"(?m)^\.", b"..", lines) + b"\r\n"


def _expect(reply: tuple[int, bytes], stage: str, good: int = 250) -> None:
    code, words = reply
    if code == good or (good == 250 and 250 <= code < 260):
        return
    if code == 421 or not 400 <= code < 600:
        raise _Dropped(_said(words), stage, code)
    raise _refusal(code, words, stage)


def _refusal(code: int, words: bytes, stage: str) -> MailError:
    # 530 and its kin ask for a sign-in: the settings are wrong, not the letter.
    final = code >= 500 and code not in (530, 534, 535, 538)
    return (Rejected if final else TryLater)(_said(words), stage=stage, code=code)


def _said(words: bytes) -> str:
    """A server's words as one line, without what no log should hold."""
    line = " ".join(words.decode("utf-8", "replace").split())
    return "".join(char for char in line if char.isprintable())[:300]


@contextmanager
def _at(stage: str) -> Iterator[None]:
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        raise _Dropped(_why(error), stage) from None


@contextmanager
def _in_form() -> Iterator[None]:
    try:
        yield
    except BadLetter as error:
        raise Rejected(str(error), stage="letter") from None


def _checked(letter: Letter, ours: Mailbox) -> tuple[Mailbox, Mailbox]:
    """Sender and addressee, before anybody is called."""
    with _in_form():
        sender = named_mailbox(letter.sender) if letter.sender else ours
        message_of(letter, sender)
        return sender, mailbox(letter.to, letter.to_name)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _said(words if isinstance(words, bytes) else words.encode())
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the mail server's certificate is not valid: {error.verify_message}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return str(error)
    return f"the mail server cannot be reached ({type(error).__name__})"


def _code_of(error: Exception) -> int | None:
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


_mail: Mail | None = None


def connect(server: MailServer | None, sender: str, *, readable: bool) -> None:
    """Say where letters go; nothing is opened. Raises BadLetter for a sender that is none."""
    global _mail
    ours = named_mailbox(sender)
    _mail = Smtp(server, ours) if server else Console(ours, readable=readable)


def use(way: Mail) -> None:
    """Send by this way from now on: a rehearsal's or a test's."""
    global _mail
    _mail = way


def mail() -> Mail:
    """The way out for letters of this process."""
    if _mail is None:
        raise RuntimeError("connect() was not called")
    return _mail
