"""What leaves by mail and to Slack in words: the same news, as a letter and as a message. Every
piece leads to its page; nothing is decided by opening a link.
"""

import re
from collections.abc import Sequence

from flask import current_app

from webapp.adapters.letters import Letter
from webapp.adapters.slack_text import Block, Mrkdwn, buttons, context, link, mrkdwn, section
from webapp.notifications.sending import News, Parcel

#: Pieces of news a Slack message spells out; it counts the rest.
MOST_SECTIONS = 15
#: A written subject is cut to what lists of letters show.
MOST_SUBJECT = 120


def base_url() -> str:
    """Where people reach the product, without a slash at the end; '' where nobody said and it is
    not on this machine.
    """
    settings = current_app.config["SETTINGS"]
    if settings.public_url:
        return str(settings.public_url).rstrip("/")
    return "" if settings.is_production else f"http://127.0.0.1:{settings.port}"


def letters_leave() -> bool:
    """Whether a letter with a link would reach anybody; while somebody develops, it is shown to
    them.
    """
    settings = current_app.config["SETTINGS"]
    return bool(base_url()) and (settings.mail_server is not None or not settings.is_production)


def letter_of(parcel: Parcel) -> Letter:
    """The letter that tells a person what is new."""
    values = {
        "name": parcel.name,
        "team": parcel.team_name,
        "news": parcel.news,
        "base": base_url(),
        "settings": "/settings/notifications",
    }
    return Letter(
        to=parcel.address,
        to_name=parcel.name,
        subject=subject_of(parcel.news),
        text=written("email/news.txt", **values),
        html=written("email/news.html", **values),
        headers=_headers("/settings/notifications"),
    )


def letter(to: str, to_name: str, subject: str, template: str, **values: object) -> Letter:
    """A letter of the product itself, from the templates `email/<template>.txt` and `.html`."""
    values |= {"name": to_name, "base": base_url(), "subject": subject}
    return Letter(
        to=to,
        to_name=to_name,
        subject=subject,
        text=written(f"email/{template}.txt", **values),
        html=written(f"email/{template}.html", **values),
        headers={"Auto-Submitted": "auto-generated"},
    )


def subject_of(news: Sequence[News]) -> str:
    """The subject of a letter: the one thing, or the most urgent and how many more."""
    first = next((one for one in news if one.is_urgent), news[0])
    more = len(news) - 1
    words = first.title if not more else f"{first.title} and {more} more"
    return words if len(words) <= MOST_SUBJECT else words[: MOST_SUBJECT - 1] + "…"


def written(template: str, **values: object) -> str:
    """A template without a page around it; names in `.txt` are as people typed them."""
    text = current_app.jinja_env.get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text)


def _headers(settings: str) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-generated"}
    if base := base_url():
        headers["List-Unsubscribe"] = f"<{base}{settings}>"
    return headers


def message_of(parcel: Parcel) -> tuple[str, list[Block]]:
    """The message that tells a person, or a team's channel, what is new: its plain words, and its
    blocks.
    """
    base = base_url()
    blocks = [section(_line(one, base)) for one in parcel.news[:MOST_SECTIONS]]
    if len(parcel.news) > MOST_SECTIONS:
        blocks.append(context(mrkdwn("And {} more.", len(parcel.news) - MOST_SECTIONS)))
    if base and len(parcel.news) == 1:
        blocks.append(buttons(("Open", base + parcel.news[0].path)))
    return subject_of(parcel.news), blocks


def _line(one: News, base: str) -> Mrkdwn:
    title = link(base + one.path, one.title) if base else one.title
    about = mrkdwn(" · {}", one.about) if one.about else ""
    detail = mrkdwn("\n{}", one.detail) if one.detail else ""
    return mrkdwn("*{}*{}{}", title, about, detail)


def test_message() -> tuple[str, list[Block]]:
    """What is said in a channel to see whether it works."""
    words = "Drumbeat is connected here."
    return words, [section(mrkdwn("{}", words))]
