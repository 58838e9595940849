"""Where letters go: the way to a server, encrypted and signed in, addresses beyond ASCII, and what
happens without a server.
"""

import pytest
import trustme

from tests.adapters.servers import secured
from tests.adapters.test_mail import LETTER, US
from webapp.adapters import mail
from webapp.adapters.letters import BadLetter, Letter
from webapp.adapters.mail import Console, MailError, Rejected, Smtp, TryLater, Unknown
from webapp.core.mail_url import MailServer


def test_nobody_listening_is_for_later(mailhost, smtp):
    host = mailhost()
    ours = smtp(host)
    host.stop()
    host.stop = lambda: None

    with pytest.raises(TryLater, match="cannot be reached") as later:
        ours.send(LETTER)

    assert (later.value.stage, later.value.code) == ("connect", None)


@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"421 busy\r\n", b"hello\r\n", b""])
def test_a_server_that_does_not_welcome_us_is_for_later(greeting, serve, smtp):
    server = serve(lambda sock: None)
    server.greet = lambda sock: sock.sendall(greeting)

    with pytest.raises(TryLater) as later:
        smtp(server).send(LETTER)

    assert later.value.stage == "connect"


def test_starttls_is_done_before_anything_is_said(mailhost, smtp, authority):
    settings = {"tls_context": secured(authority, "127.0.0.1"), "require_starttls": True}
    host = mailhost(settings=settings)

    smtp(host, "starttls").send(LETTER)

    assert len(host.letters) == 1


def test_a_server_without_starttls_gets_no_letter(mailhost, smtp):
    host = mailhost()

    with pytest.raises(TryLater, match="STARTTLS"):
        smtp(host, "starttls").send(LETTER)

    assert "MAIL" not in host.steps


def test_tls_from_the_first_byte_with_a_sign_in(mailhost, smtp, authority):
    host = mailhost(settings={"ssl": secured(authority, "127.0.0.1"), "auth_require_tls": False})

    smtp(host, "tls", user="me@here", password="right").send(LETTER)

    assert host.sign_ins == [(b"me@here", b"right")]
    assert len(host.letters) == 1


@pytest.mark.parametrize("encryption", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_gets_no_letter(encryption, mailhost, smtp):
    shown = secured(trustme.CA(), "127.0.0.1")
    host = mailhost(settings={"ssl" if encryption == "tls" else "tls_context": shown})

    with pytest.raises(TryLater, match="certificate is not valid"):
        smtp(host, encryption).send(LETTER)

    assert "MAIL" not in host.steps


def test_a_certificate_for_somebody_else_gets_no_letter(mailhost, smtp, authority):
    host = mailhost(settings={"tls_context": secured(authority, "other.example")})

    with pytest.raises(TryLater, match="certificate is not valid"):
        smtp(host, "starttls").send(LETTER)


def test_a_wrong_password_is_for_later_and_is_not_told(mailhost, smtp, authority):
    host = mailhost(settings={"tls_context": secured(authority, "127.0.0.1")})

    with pytest.raises(TryLater) as later:
        smtp(host, "starttls", user="me", password="hush").send(LETTER)

    assert (later.value.stage, later.value.code) == ("connect", 535)
    assert "hush" not in repr(later.value)
    assert host.letters == []


# Addresses beyond ASCII.


def test_an_address_beyond_ascii_goes_to_a_server_that_takes_them(mailhost, smtp):
    host = mailhost(settings={"enable_SMTPUTF8": True})
    ours = smtp(host)

    ours.send(Letter("zoë@bücher.example", "Grüße", "Hallo"))
    ours.send(LETTER)

    assert host.letters[0][2] == ["zoë@xn--bcher-kva.example"]
    assert "SMTPUTF8" in host.options[0]
    assert "SMTPUTF8" not in host.options[1]


def test_an_address_beyond_ascii_is_refused_where_the_server_does_not(mailhost, smtp):
    host = mailhost()

    with pytest.raises(Rejected, match="beyond ASCII") as refused:
        smtp(host).send(Letter("zoë@example.com", "x", "x"))

    assert (refused.value.stage, refused.value.code) == ("letter", None)
    assert host.letters == []


def test_a_domain_beyond_ascii_goes_to_any_server(mailhost, smtp):
    host = mailhost()

    smtp(host).send(Letter("zoe@bücher.example", "x", "x"))

    assert host.letters[0][2] == ["zoe@xn--bcher-kva.example"]


def test_a_letter_that_is_none_calls_nobody(mailhost, smtp):
    host = mailhost()

    with pytest.raises(Rejected) as refused:
        smtp(host).send(Letter("bob@example.com\r\nRCPT TO:<eve@example.com>", "x", "x"))

    assert refused.value.stage == "letter"
    assert host.steps == []


# Without a server.


def test_without_a_server_a_developer_reads_the_letter(capsys):
    Console(US).send(Letter("bob@example.com", "Grüße", "one\ntwo", to_name="Bob"))

    shown = capsys.readouterr().err
    assert "| To: Bob <bob@example.com>" in shown
    assert "| Subject: Grüße" in shown
    assert "| one\n| two\n" in shown


def test_without_a_server_the_log_of_production_holds_nothing_of_it(capsys, caplog):
    caplog.set_level("WARNING")
    Console(US, readable=False).send(Letter("bob@example.com", "Hush", "https://x/join/hush"))

    said = caplog.text + "".join(capsys.readouterr())
    assert "MAIL_URL" in said
    assert not any(word in said for word in ("bob", "Hush", "hush"))


def test_without_a_server_a_letter_that_is_none_is_refused_as_well():
    with pytest.raises(Rejected):
        Console(US).send(Letter("nobody", "x", "x"))


def test_the_settings_say_where_letters_go(monkeypatch):
    monkeypatch.setattr(mail, "_mail", None)
    mail.connect(None, "Drumbeat <desk@example.com>", readable=True)
    assert isinstance(mail.mail(), Console)

    mail.connect(MailServer("mail.example", 587, "starttls"), "desk@example.com", readable=False)
    assert isinstance(mail.mail(), Smtp)

    with pytest.raises(BadLetter):
        mail.connect(None, "nobody", readable=True)


def test_every_end_is_a_mail_error():
    assert all(issubclass(one, MailError) for one in (Rejected, TryLater, Unknown))
