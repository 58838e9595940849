"""Secrets for outsiders: random, stored hashed, compared whatever characters they hold."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.core import tokens

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


def test_tokens_are_long_random_and_fit_a_url():
    made = {tokens.new_token() for _ in range(1000)}

    assert len(made) == 1000
    assert all(len(one) >= 43 and one.replace("-", "").replace("_", "").isalnum() for one in made)


@given(one=ANYTHING, other=ANYTHING)
def test_any_two_texts_are_compared_without_an_error(one, other):
    assert tokens.same(one, other) == (one == other)
    assert tokens.same(one, one)


@given(ANYTHING)
def test_any_text_has_a_stored_form(value):
    assert len(tokens.hashed(value)) == 64


def test_the_stored_form_does_not_contain_the_token():
    token = tokens.new_token()

    assert token not in tokens.hashed(token)
    assert tokens.hashed(token) == tokens.hashed(token)
