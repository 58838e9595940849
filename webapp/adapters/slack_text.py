"""Messages in Slack's form: text in which nothing that somebody typed is a mention, a link or a
format of ours, and the few blocks we use, within Slack's limits (Block Kit; contract of 2026-11).
"""

import re
from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]

MOST_TEXT = 3000
MOST_HEADER = 150
MOST_BUTTON = 75
MOST_BUTTONS = 25
MOST_BLOCKS = 50

_CUT_OFF = re.compile(r"&[a-z]{0,3}$|<[^<>]*$")


class Mrkdwn(str):
    """Text in Slack's own markup, in which what people wrote is escaped already."""


def escape(text: str) -> Mrkdwn:
    """What somebody wrote, so that it is shown as written: no mention, no link.

    >>> escape("<!channel> R&B > pop")
    '&lt;!channel&gt; R&amp;B &gt; pop'
    """
    if isinstance(text, Mrkdwn):
        return text
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def mrkdwn(pattern: str, *values: object) -> Mrkdwn:
    """A pattern of ours with values put in, escaped unless they are Mrkdwn.

    >>> mrkdwn("*{}* by {}", "R&B", link("https://x.example/1", "Zoe"))
    '*R&amp;B* by <https://x.example/1|Zoe>'
    """
    put_in = [one if isinstance(one, Mrkdwn) else escape(str(one)) for one in values]
    return Mrkdwn(pattern.format(*put_in))


def link(url: str, label: str) -> Mrkdwn:
    """A link with words of its own. Raises ValueError for anything but http and https."""
    if not re.fullmatch(r"https?://[^\s<>|]+", url):
        raise ValueError("this is no address to link to")
    words = " ".join(label.split()).replace("|", "/")
    return Mrkdwn(f"<{escape(url)}|{escape(words)}>")


def header(text: str) -> Block:
    """A title; plain, so nothing in it is markup."""
    return {"type": "header", "text": _plain(text, MOST_HEADER)}


def section(text: Mrkdwn) -> Block:
    """A paragraph."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": fitting(text, MOST_TEXT)}}


def context(*texts: Mrkdwn) -> Block:
    """Small print: up to ten pieces."""
    pieces = [{"type": "mrkdwn", "text": fitting(one, MOST_TEXT)} for one in texts[:10]]
    return {"type": "context", "elements": pieces}


def divider() -> Block:
    return {"type": "divider"}


def buttons(*links: tuple[str, str]) -> Block:
    """Buttons that open an address: (label, url) each, up to 25."""
    shown = [
        {"type": "button", "text": _plain(label, MOST_BUTTON), "url": url, "action_id": f"open-{n}"}
        for n, (label, url) in enumerate(links[:MOST_BUTTONS])
    ]
    return {"type": "actions", "elements": shown}


def message(text: str, blocks: Sequence[Block] = ()) -> dict[str, Any]:
    """What is posted. `text` is what notifications show; all there is where there are no blocks."""
    body: dict[str, Any] = {
        "text": fitting(escape(text), MOST_TEXT),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return body | ({"blocks": list(blocks[:MOST_BLOCKS])} if blocks else {})


def fitting(text: Mrkdwn, most: int) -> Mrkdwn:
    """Cut to a number of characters, never inside an entity or a link.

    >>> fitting(escape("aaa & b"), 7)
    'aaa …'
    """
    if len(text) <= most:
        return text
    return Mrkdwn(_CUT_OFF.sub("", text[: most - 1]) + "…")


def _plain(text: str, most: int) -> dict[str, Any]:
    short = text if len(text) <= most else text[: most - 1] + "…"
    return {"type": "plain_text", "text": short, "emoji": False}
