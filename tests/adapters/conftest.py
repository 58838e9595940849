"""Scripted servers, and hosts that are admitted for one test only."""

import socket
import ssl
from collections.abc import Callable, Iterator

import pytest
import trustme

from tests.adapters.mailhost import Mailhost
from tests.adapters.servers import Scripted
from webapp.adapters import addresses, mail, wire
from webapp.adapters.letters import named_mailbox
from webapp.core.mail_url import MailServer

US = named_mailbox("Drumbeat <desk@drumbeat.example>")


@pytest.fixture(autouse=True)
def nobody_is_admitted(monkeypatch) -> None:
    """HTTP_ALLOW is empty, unless a test admits somebody."""
    monkeypatch.setattr(addresses, "_admitted", frozenset())


@pytest.fixture
def serve() -> Iterator:
    """`serve(script, …)`: a server that is running and admitted."""
    running = []

    def start(*scripts, tls=None, admitted=True) -> Scripted:
        server = Scripted(list(scripts), tls)
        running.append(server.__enter__())
        if admitted:
            addresses.admit(addresses._admitted | {("127.0.0.1", server.port)})
        return server

    yield start
    for one in running:
        one.__exit__()


@pytest.fixture
def names(monkeypatch) -> Callable:
    """`names(host=["127.0.0.1"], …)`: what the resolver answers, one list for each time it is asked
    (the last one again); answers the list of what was asked.
    """
    asked: list[str] = []

    def know(**known) -> list[str]:
        def getaddrinfo(host, port, **_):
            asked.append(host)
            answers = known[host.replace(".", "_").replace("-", "__")]
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(found, Exception):
                raise found
            return [
                (socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port))
                for one in found
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return know


@pytest.fixture
def connections(monkeypatch) -> list:
    """Nothing is connected: the addresses that would have been."""
    tried: list = []

    def connect(_self, address) -> None:
        tried.append(address[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.fixture
def mailhost() -> Iterator[Callable]:
    """`mailhost(DATA=["450 later"], …)`: a mail server that replies so, then 250."""
    running = []

    def start(*, settings=None, **replies) -> Mailhost:
        host = Mailhost(replies)
        host.start(**settings or {})
        running.append(host)
        return host

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def authority(monkeypatch) -> trustme.CA:
    """An authority that HTTP and mail trust."""
    ca = trustme.CA()
    context = ssl.create_default_context()
    ca.configure_trust(context)
    monkeypatch.setattr(wire, "tls", lambda: context)
    monkeypatch.setattr(mail, "tls", lambda: context)
    return ca


@pytest.fixture
def smtp():
    """`smtp(host)`: our side of a conversation with a mail server of the tests."""
    opened = []

    def speak_to(host, encryption="none", name="127.0.0.1", timeout=5.0, **sign_in) -> mail.Smtp:
        server = MailServer(name, host.port, encryption, **sign_in)
        opened.append(mail.Smtp(server, US, timeout=timeout))
        return opened[-1]

    yield speak_to
    for one in opened:
        one.close()
