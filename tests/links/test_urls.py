"""Which addresses stand in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.links.urls import LONGEST_URL, MOST, found_in, host_of, short


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Listen: https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        (
            "<https://a.example/x>, “https://b.example”",
            ["https://a.example/x", "https://b.example"],
        ),
        ("**https://a.example/x**", ["https://a.example/x"]),
        ("HTTPS://A.example/?a=1&b=2#c!", ["HTTPS://A.example/?a=1&b=2#c"]),
        ("https://a.example https://a.example", ["https://a.example"]),
        ("https://bücher.example/ü", ["https://bücher.example/ü"]),
        ("www.a.example, mailto:a@b.example, ftp://a.example", []),
        ("https:// http://. https://[ https://???", []),
        ("https://a.example/" + "x" * LONGEST_URL, []),
    ],
)
def test_the_addresses_of_a_text(text, found):
    assert found_in(text) == found


def test_addresses_of_several_texts_stand_once_in_order():
    assert found_in("http://b.example", "http://a.example http://b.example") == [
        "http://b.example",
        "http://a.example",
    ]


def test_a_text_full_of_addresses_is_read_to_a_limit():
    assert len(found_in(" ".join(f"http://a.example/{n}" for n in range(99)))) == MOST


def test_a_long_address_is_named_by_its_beginning():
    assert short("https://a.example/" + "x" * 100) == "a.example/" + "x" * 49 + "…"


@given(st.text(max_size=200).map(lambda one: "http://" + one + " https://" + one[::-1]))
def test_whatever_is_written_has_addresses_that_can_be_asked_for(text):
    for one in found_in(text):
        assert one in text
        assert host_of(one)
        assert not any(char.isspace() for char in one)
