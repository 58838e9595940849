"""Text for Slack: shown as it was written, within Slack's limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.adapters import slack_text
from webapp.adapters.slack_text import Mrkdwn, escape, link, mrkdwn


@pytest.mark.parametrize("typed", ["<!channel>", "<@U1>", "<https://evil.example|bank>", "&lt;"])
def test_nothing_that_somebody_typed_is_markup(typed):
    assert not set(escape(typed).replace("&amp;", "").replace("&lt;", "")) & set("<")
    assert escape(typed).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == typed


def test_what_is_markup_already_is_not_escaped_again():
    assert mrkdwn("{}: {}", Mrkdwn("*a*"), "*<b>*") == "*a*: *&lt;b&gt;*"


def test_a_links_words_stay_inside_it():
    assert link("https://x.example/?a=1&b=2", "a|b>\nc") == (
        "<https://x.example/?a=1&amp;b=2|a/b&gt; c>"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x|y", "https://x>", "x", "!here"])
def test_what_is_no_address_is_no_link(url):
    with pytest.raises(ValueError, match="no address"):
        link(url, "x")


@given(st.text(alphabet="a&<>", max_size=60), st.integers(2, 40))
def test_a_text_is_cut_between_characters(text, most):
    cut = slack_text.fitting(escape(text), most)

    assert len(cut) <= most
    rest = cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set(rest) & set("&<>")


def test_no_block_is_larger_than_slack_takes():
    long = "x" * 5000

    message = slack_text.message(long, [slack_text.section(escape(long))] * 60)

    assert len(message["text"]) == 3000
    assert len(message["blocks"]) == 50
    assert len(message["blocks"][0]["text"]["text"]) == 3000
    assert len(slack_text.header(long)["text"]["text"]) == 150
    assert len(slack_text.context(*[escape(long)] * 12)["elements"]) == 10
    many = slack_text.buttons(*[(long, "https://x.example")] * 30)["elements"]
    assert (len(many), len(many[0]["text"]["text"])) == (25, 75)
    assert len({one["action_id"] for one in many}) == 25
    assert slack_text.divider() == {"type": "divider"}
