"""What a person reads on a page of the schedule."""

import re
from html import unescape
from typing import Any

from sqlalchemy import event

from tests.clients import Browser
from webapp.db import db


def text(html: str) -> str:
    """The words of some HTML, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def columns(html: str) -> list[str]:
    """The words of each day of a week, Monday first."""
    parts = html.split('<section class="day')[1:]
    return [text("<section" + part.split("</section>")[0]) for part in parts]


def classes(html: str) -> list[str]:
    """The classes of each day of a week."""
    return re.findall(r'<section class="(day[^"]*)"', html)


def spans(html: str) -> dict[str, str]:
    """The words of what lies over several days → its columns."""
    found = re.search(r'<ul class="spans".*?</ul>', html, flags=re.S)
    if found is None:
        return {}
    items = re.findall(r'<li id="[^"]+" style="--c:([^;]+);[^>]*>(.*?)</li>', found[0], flags=re.S)
    return {text(words): place for place, words in items}


def numbers(html: str) -> dict[str, str]:
    """The week's numbers by their words, with what is said below each."""
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd><dd class=\"d\">(.*?)</dd>", html)
    return {words: f"{value}, {more}" for words, value, more in found}


def people(html: str) -> dict[str, str]:
    """What is said of each person, by name."""
    listed = html.split('<ul class="list flush rooms">')[1].split("</ul>")[0]
    rows = listed.split("<li>")[1:]
    return {text(row.split("</a>")[0].split("<a")[1].split(">", 1)[1]): text(row) for row in rows}


def hrefs(html: str, words: str) -> str:
    """Where the link of a page's own part leads whose words or label are these."""
    html = html.split('<main class="page"')[-1]
    for attributes, inner in re.findall(r"<a ([^>]*)>(.*?)</a>", html, flags=re.S):
        label = re.search(r'aria-label="([^"]*)"', attributes)
        if words in (text(inner), unescape(label[1]) if label else ""):
            return unescape(re.search(r'href="([^"]*)"', attributes)[1])
    raise AssertionError(f"no link says {words!r}")


def statements(browser: Browser, path: str) -> int:
    """How many statements a page asks the database."""
    seen: list[Any] = []

    def count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)
