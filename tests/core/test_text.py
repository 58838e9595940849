"""The one text normaliser: what it lets through can be stored, shown and compared."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from webapp.core import text

# Surrogates too: they reach us through JSON and broken clients.
ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)


def _forbidden(value: str, allowed: str) -> list[str]:
    return [c for c in value if unicodedata.category(c) in ("Cc", "Cs") and c not in allowed]


@given(ANYTHING)
def test_no_control_character_or_surrogate_is_left(value):
    assert _forbidden(text.clean(value), "\t\n") == []
    assert _forbidden(text.clean_line(value), "") == []


@given(ANYTHING)
def test_the_result_is_composed(value):
    assert unicodedata.is_normalized("NFC", text.clean(value))
    assert unicodedata.is_normalized("NFC", text.clean_line(value))


@given(ANYTHING)
def test_cleaning_twice_is_cleaning_once(value):
    once = text.clean(value)
    line = text.clean_line(value)

    assert text.clean(once) == once
    assert text.clean_line(line) == line


@given(ANYTHING)
def test_the_result_can_be_stored_as_utf8(value):
    assert "\x00" not in text.clean(value)
    text.clean(value).encode()


@given(ANYTHING)
def test_a_line_is_one_trimmed_line(value):
    line = text.clean_line(value)

    assert "\n" not in line
    assert "\r" not in line
    assert line == line.strip()


@given(ANYTHING)
def test_folding_twice_is_folding_once(value):
    key = text.fold(value)

    assert text.fold(key) == key


@given(ANYTHING)
def test_addresses_are_compared_in_one_form(value):
    key = text.normal_email(value)

    assert text.normal_email(key) == key


def test_accents_and_case_do_not_hide_a_name_from_a_search():
    assert text.fold("CAFÉ Noir") == text.fold("cafe\u0301 noir") == "cafe noir"


def test_emoji_and_right_to_left_text_stay():
    words = "أهلا 👩‍🚀 ok"

    assert text.clean_line(words) == words
