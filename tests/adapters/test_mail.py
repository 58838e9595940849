"""A letter is taken once, refused for good, to be tried later, or nobody can tell; and the
connection it goes over is kept.
"""

import threading
import time

import pytest

from tests.adapters.mailhost import DROP
from webapp.adapters import mail
from webapp.adapters.letters import Letter, named_mailbox
from webapp.adapters.mail import Rejected, TryLater, Unknown

US = named_mailbox("Drumbeat <desk@drumbeat.example>")
LETTER = Letter("bob@example.com", "Hello", "Hello Bob", headers={"Message-ID": "<d1.x@drumbeat>"})


def test_a_letter_arrives(mailhost, smtp):
    host = mailhost()

    smtp(host).send(LETTER)

    ((_, sender, to, _),) = host.letters
    assert (sender, to) == ("desk@drumbeat.example", ["bob@example.com"])
    (message,) = host.messages
    assert message["From"] == "Drumbeat <desk@drumbeat.example>"
    assert message["Message-ID"] == "<d1.x@drumbeat>"
    assert message.get_content().splitlines() == ["Hello Bob"]


def test_we_say_the_senders_domain_without_asking_the_network(mailhost, smtp):
    host = mailhost()

    smtp(host).send(LETTER)

    assert host.names == ["drumbeat.example"]


def test_what_bounces_goes_where_the_letter_says(mailhost, smtp):
    host = mailhost()

    smtp(host).send(Letter("bob@example.com", "x", "x", bounces_to="b+1@bounces.example"))

    assert host.letters[0][1] == "b+1@bounces.example"


@pytest.mark.parametrize("text", [".", ".\n.", "a\n.\nb", "..", ".a", "a\r\n.\r\nQUIT", "a\r.\rb"])
def test_no_line_of_a_letter_ends_it(text, mailhost, smtp):
    host = mailhost()

    smtp(host).send(Letter("bob@example.com", "x", text))

    (message,) = host.messages
    assert message.get_content().splitlines() == text.splitlines()


# One connection after another.


def test_two_letters_go_over_one_connection(mailhost, smtp):
    host = mailhost()
    ours = smtp(host)

    ours.send(LETTER)
    ours.send(LETTER)

    assert [one[0] for one in host.letters] == [0, 0]
    assert host.steps.count("EHLO") == 1


def test_a_refused_letter_leaves_the_connection_to_the_next(mailhost, smtp):
    host = mailhost(RCPT=["550 5.1.1 nobody"])
    ours = smtp(host)

    with pytest.raises(Rejected):
        ours.send(LETTER)
    ours.send(LETTER)

    assert host.steps.count("EHLO") == 1
    assert len(host.letters) == 1


def test_a_connection_the_server_dropped_is_opened_again(mailhost, smtp, eventually):
    host = mailhost()
    ours = smtp(host)
    ours.send(LETTER)
    host.hang_up()

    ours.send(LETTER)

    assert [one[0] for one in host.letters] == [0, 1]


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize("said", [DROP, "421 4.4.2 idle for too long"])
def test_a_kept_connection_that_fails_before_the_letter_is_replaced(step, said, mailhost, smtp):
    host = mailhost(**{step: ["250 OK", said]})
    ours = smtp(host)
    ours.send(LETTER)

    ours.send(LETTER)

    assert len(host.letters) == 2
    assert host.steps.count("EHLO") == 2


def test_a_connection_that_was_idle_for_long_is_not_used_again(mailhost, smtp, monkeypatch):
    host = mailhost()
    ours = smtp(host)
    ours.send(LETTER)
    monkeypatch.setattr(mail, "IDLE_SECONDS", 0.0)

    ours.send(LETTER)

    assert [one[0] for one in host.letters] == [0, 1]


def test_a_fresh_connection_that_fails_is_tried_once_only(mailhost, smtp):
    host = mailhost(MAIL=[DROP, DROP])

    with pytest.raises(TryLater) as later:
        smtp(host).send(LETTER)

    assert (later.value.stage, host.steps.count("MAIL")) == ("sender", 1)


def test_letters_sent_at_once_have_a_connection_each(mailhost, smtp):
    host = mailhost()
    ours = smtp(host)
    threads = [threading.Thread(target=ours.send, args=[LETTER]) for _ in range(4)]

    for one in threads:
        one.start()
    for one in threads:
        one.join(10)

    assert len(host.letters) == 4
    assert len({one[3] for one in host.letters}) <= 2  # whole letters, but for their dates


def test_closing_says_goodbye_and_sending_opens_again(mailhost, smtp):
    host = mailhost()
    ours = smtp(host)
    ours.send(LETTER)

    ours.close()
    ours.close()
    ours.send(LETTER)

    assert host.steps.count("EHLO") == 2


# What a reply means.


@pytest.mark.parametrize(
    ("step", "stage"), [("MAIL", "sender"), ("RCPT", "address"), ("DATA", "content")]
)
@pytest.mark.parametrize("reply", ["450 4.2.0 busy", "451 local error", "452 4.3.1 full"])
def test_a_temporary_reply_is_for_later(step, stage, reply, mailhost, smtp):
    host = mailhost(**{step: [reply]})

    with pytest.raises(TryLater) as later:
        smtp(host).send(LETTER)

    assert (later.value.stage, later.value.code) == (stage, int(reply[:3]))
    assert host.letters == []


@pytest.mark.parametrize(
    ("step", "stage"), [("MAIL", "sender"), ("RCPT", "address"), ("DATA", "content")]
)
def test_a_permanent_reply_is_for_ever(step, stage, mailhost, smtp):
    host = mailhost(**{step: ["554 5.7.1 refused by policy"]})

    with pytest.raises(Rejected, match=r"refused by policy") as refused:
        smtp(host).send(LETTER)

    assert (refused.value.stage, refused.value.code) == (stage, 554)
    assert refused.value.enhanced == "5.7.1"
    assert not refused.value.is_dead_address


@pytest.mark.parametrize(
    ("step", "reply", "is_dead"),
    [
        ("RCPT", "550 5.1.1 no such user", True),
        ("RCPT", "550 no such user", True),
        ("DATA", "550 no such user", True),
        ("RCPT", "553 mailbox name not allowed", True),
        ("RCPT", "556 5.1.10 null MX", True),
        ("RCPT", "550 5.7.1 blocked", False),
        ("RCPT", "552 5.2.2 mailbox full", False),
        ("RCPT", "552 mailbox full", False),
        ("MAIL", "550 who are you", False),
    ],
)
def test_which_replies_say_that_nobody_has_the_address(step, reply, is_dead, mailhost, smtp):
    with pytest.raises(Rejected) as refused:
        smtp(mailhost(**{step: [reply]})).send(LETTER)

    assert refused.value.is_dead_address is is_dead


def test_a_server_that_wants_a_sign_in_is_a_matter_of_settings(mailhost, smtp):
    with pytest.raises(TryLater) as later:
        smtp(mailhost(MAIL=["530 5.7.0 Authentication required"])).send(LETTER)

    assert later.value.code == 530


def test_a_connection_lost_before_the_reply_to_the_letter_is_unknown(mailhost, smtp):
    host = mailhost(DATA=[DROP])
    ours = smtp(host)

    with pytest.raises(Unknown):
        ours.send(LETTER)

    assert host.steps.count("DATA") == 1


def test_it_is_unknown_on_a_kept_connection_too_and_not_sent_again(mailhost, smtp):
    host = mailhost(DATA=["250 OK", DROP])
    ours = smtp(host)
    ours.send(LETTER)

    with pytest.raises(Unknown):
        ours.send(LETTER)

    assert host.steps.count("DATA") == 2


def test_after_an_unknown_end_the_next_letter_has_a_new_connection(mailhost, smtp):
    host = mailhost(DATA=[DROP])
    ours = smtp(host)
    with pytest.raises(Unknown):
        ours.send(LETTER)

    ours.send(LETTER)

    assert len(host.letters) == 1


@pytest.mark.parametrize("reply", ["999 what", "hello", "354 go on"])
def test_a_reply_nobody_understands_after_the_letter_is_unknown(reply, mailhost, smtp):
    with pytest.raises(Unknown):
        smtp(mailhost(DATA=[reply])).send(LETTER)


def test_a_server_that_falls_silent_after_the_letter_is_unknown_in_time(serve, smtp):
    said = b"220 x\r\n250 x\r\n250 x\r\n250 x\r\n354 x\r\n"
    server = serve(lambda sock: None)
    server.greet = lambda sock: (sock.sendall(said), server.stop.wait(5))
    began = time.monotonic()

    with pytest.raises(Unknown):
        smtp(server, timeout=0.3).send(LETTER)

    assert time.monotonic() - began < 3


def test_a_servers_words_come_back_as_one_clean_line(mailhost, smtp):
    with pytest.raises(Rejected) as refused:
        smtp(mailhost(RCPT=["550-no\r\n550 \x1b[31mnever"])).send(LETTER)

    assert str(refused.value) == "no [31mnever"
