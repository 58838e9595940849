"""The ways out of tests and rehearsals end as the real ones do."""

import pytest

from webapp.adapters import mail, slack
from webapp.adapters.fakes import Board, Outbox
from webapp.adapters.letters import Letter
from webapp.adapters.slack import Channel, Webhook

LETTER = Letter("bob@example.com", "Hello", "x")
HOOK = Webhook("https://hooks.slack.com/services/T0/B0/x")


@pytest.fixture(autouse=True)
def real_ones_afterwards(monkeypatch) -> None:
    monkeypatch.setattr(mail, "_mail", None)
    monkeypatch.setattr(slack, "_slack", None)


def test_letters_are_remembered_in_order():
    outbox = Outbox()
    mail.use(outbox)

    mail.mail().send(LETTER)
    mail.mail().close()

    assert outbox.letters == [LETTER]


def test_a_letter_that_nobody_could_send_is_rejected():
    outbox = Outbox()

    with pytest.raises(mail.Rejected):
        outbox.send(Letter("nobody", "x", "x"))

    assert outbox.letters == []


@pytest.mark.parametrize(
    ("failure", "was_taken"),
    [
        (mail.TryLater("busy", stage="connect"), False),
        (mail.Rejected("550 no", stage="address", code=550), False),
        (mail.Unknown("lost", stage="content"), True),
    ],
)
def test_a_letter_ends_as_the_test_says_and_then_as_usual(failure, was_taken):
    outbox = Outbox(failures=[failure])

    with pytest.raises(type(failure)):
        outbox.send(LETTER)
    assert bool(outbox.letters) is was_taken

    outbox.send(LETTER)
    assert outbox.letters[-1] is LETTER


def test_messages_are_remembered_with_where_they_went():
    board = Board(failures=[slack.TryLater("rate_limited", 3.0), slack.Unknown("readerror")])
    slack.use(board)

    for failure in (slack.TryLater, slack.Unknown):
        with pytest.raises(failure):
            slack.slack().post(HOOK, "<a>")

    assert slack.slack().post(HOOK, "b") == ""
    assert slack.slack().post(Channel("C1", "token"), "c") == "3.000000"
    assert [content["text"] for _, content in board.posts] == ["&lt;a&gt;", "b", "c"]
