"""What a letter becomes: whole, readable anywhere, and with no header that was slipped in."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.adapters.letters import BadLetter, Letter, mailbox, message_of, named_mailbox

US = named_mailbox("Drumbeat <desk@drumbeat.example>")


def sent(letter: Letter, **how) -> bytes:
    return message_of(letter, US, **how).as_bytes()


def read(letter: Letter, **how) -> EmailMessage:
    """The letter as its reader's program takes it apart."""
    return message_from_bytes(sent(letter, **how), policy=policy.default)


def test_a_text_and_its_looks_are_two_forms_of_one_letter():
    message = read(Letter("bob@example.com", "Hi", "Grüße", html="<p>Grüße</p>"))

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in message.iter_parts()] == [
        "Grüße",
        "<p>Grüße</p>",
    ]


def test_names_and_subjects_beyond_ascii_are_encoded_and_come_back():
    letter = Letter("bob@example.com", "Grüße — 祝", "x", to_name="Zoë O'Neil, Jr.")

    assert sent(letter).isascii()
    message = read(letter)
    assert message["Subject"] == "Grüße — 祝"
    assert message["To"].addresses[0].display_name == "Zoë O'Neil, Jr."
    assert message["To"].addresses[0].addr_spec == "bob@example.com"


def test_everything_a_reader_needs_is_there():
    message = read(Letter("bob@example.com", "Hi", "x"))

    assert set(message.keys()) >= {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version"}
    assert message["Message-ID"].endswith("@drumbeat.example>")
    assert message["Date"].datetime.tzinfo is not None


def test_the_writers_headers_are_kept_as_they_are():
    url = "https://drumbeat.example/u/" + "t" * 300
    headers = {
        "Message-ID": "<d12.ab@drumbeat.example>",
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Reply-To": "Desk <reply+1@drumbeat.example>",
        "In-Reply-To": "<a@b>",
    }

    raw = sent(Letter("bob@example.com", "Hi", "x", headers=headers))

    for name, value in headers.items():
        assert f"\r\n{name}: {value}\r\n".encode() in raw


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x85", "\u2028"])
@pytest.mark.parametrize("where", ["to", "to_name", "subject", "sender", "value", "name"])
def test_nothing_in_a_letter_begins_a_header(where, end):
    evil = f"x{end}Bcc: eve@example.com"
    whole = {"to": "bob@example.com", "subject": "Hi", "text": "x"}
    if where == "value":
        whole["headers"] = {"X-One": evil}
    elif where == "name":
        whole["headers"] = {evil: "x"}
    else:
        whole[where] = evil + (" <a@b.example>" if where == "sender" else "")

    with pytest.raises(BadLetter):
        message_of(Letter(**whole), named_mailbox(whole.get("sender", str(US))))


def test_encoded_words_that_somebody_typed_stay_words():
    typed = "=?utf-8?q?a=0D=0ABcc:_eve=40example.com?="

    message = read(Letter("bob@example.com", typed, "x", to_name=typed))

    assert "Bcc" not in message
    assert message["Subject"] == typed
    assert message["To"].addresses[0].display_name == typed


@pytest.mark.parametrize("name", ['Zoë, "Zo" <z> \\', 'Zoe, "Zo" <z> \\', "Zoe <eve@x>", "Zoe"])
def test_a_name_comes_back_as_it_was(name):
    (to,) = read(Letter("bob@example.com", "x", "x", to_name=name))["To"].addresses

    assert (to.display_name, to.addr_spec) == (name, "bob@example.com")


def test_a_long_name_is_several_words_a_line_each():
    raw = sent(Letter("bob@example.com", "x", "x", to_name="Zoë " * 40 + "Ü"))

    value = message_from_bytes(raw)["To"]
    assert max(map(len, value.splitlines())) <= 78
    words, _, address = value.rpartition(" ")
    assert str(make_header(decode_header(words))) == "Zoë " * 40 + "Ü"
    assert address == "<bob@example.com>"


def test_where_that_is_agreed_names_are_written_as_they_are():
    raw = sent(Letter("zoë@example.com", "Grüße", "x", to_name="Zoë, B"), utf8=True)

    assert 'To: "Zoë, B" <zoë@example.com>\r\nSubject: Grüße\r\n'.encode() in raw


@pytest.mark.parametrize(
    "name",
    ["To", "bcc", "CC", "From", "Sender", "Content-Type", "MIME-Version", "Return-Path", "", "a b"],
)
def test_a_header_that_is_not_the_writers_is_refused(name):
    with pytest.raises(BadLetter):
        message_of(Letter("bob@example.com", "Hi", "x", headers={name: "x@example.com"}), US)


def test_a_header_that_may_stand_once_stands_once():
    with pytest.raises(BadLetter):
        message_of(
            Letter("b@example.com", "Hi", "x", headers={"Message-ID": "<a@b>", "message-id": "c"}),
            US,
        )


@pytest.mark.parametrize(
    "address",
    [
        *("", "bob", "@example.com", "bob@", "a@b@c", "bob@exa mple.com", "bob @example.com"),
        *("Bob <bob@example.com>", "<bob@example.com>", "a@example.com,b@example.com"),
        *("a@example.com;b@example.com", "bob@[127.0.0.1]", '"a b"@example.com', "bob@-x.com"),
        *("bob@example..com", ".bob@example.com", "b..b@example.com", "x" * 65 + "@example.com"),
        *(
            "bob@" + "x" * 64 + ".com",
            "bob@example.com>",
            "bob\t@example.com",
            "bob@ex\u202eample.com",
        ),
    ],
)
def test_what_is_not_one_address_is_refused(address):
    with pytest.raises(BadLetter) as refused:
        mailbox(address)

    assert "example" not in str(refused.value)


@pytest.mark.parametrize("address", ["root@localhost", "a@b.test", "o'neil+x@example.com"])
def test_an_address_somebody_may_have_is_taken(address):
    assert str(mailbox(address)) == address


def test_a_domain_beyond_ascii_is_written_in_ascii():
    assert str(mailbox("zoe@bücher.example")) == "zoe@xn--bcher-kva.example"


def test_an_address_beyond_ascii_is_written_as_it_is_where_that_is_agreed():
    letter = Letter("zoë@example.com", "Grüße", "x")

    assert "To: zoë@example.com\r\n".encode() in sent(letter, utf8=True)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "\x7f", "\udc80"])
def test_a_text_that_is_none_is_refused(text):
    with pytest.raises(BadLetter):
        message_of(Letter("bob@example.com", "Hi", text), US)


def test_a_subject_without_end_is_refused():
    with pytest.raises(BadLetter, match="subject is too long"):
        message_of(Letter("bob@example.com", "x" * 1000, "x"), US)


KNOWN = ["from", "to", "subject", "date", "message-id"]
KNOWN += ["content-type", "content-transfer-encoding", "mime-version"]
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


@given(words, words, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=500))
def test_whatever_is_written_arrives_in_lines_that_servers_take(name, subject, text):
    letter = Letter("bob@example.com", subject, text + "\n" + "w" * 1500, to_name=name, html=text)
    try:
        raw = sent(letter)
    except BadLetter:
        assert any(word.strip() != "" for word in (name, subject))
        return

    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=policy.default)
    heads = [key.lower() for key in message]
    assert set(heads) <= set(KNOWN)
    assert len(heads) == len(set(heads))
    assert message["To"].addresses[0].addr_spec == "bob@example.com"
    assert len(message["To"].addresses) == 1
    assert "".join(message["Subject"].split()) == "".join(subject.split())


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=3))
def test_whatever_headers_are_asked_for_no_other_one_appears(headers):
    try:
        raw = sent(Letter("bob@example.com", "Hi", "x", headers=headers))
    except BadLetter:
        return

    message = message_from_bytes(raw, policy=policy.compat32)
    assert {key.lower() for key in message} <= {*KNOWN, *(name.lower() for name in headers)}
