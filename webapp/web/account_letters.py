"""Letters about somebody's own account: a link to a new password, a changed password, a sign-in
from a new browser. What a browser says of itself is never repeated: a stranger may have written it.
"""

import ipaddress
from datetime import datetime

from webapp.accounts.notices import Notice
from webapp.accounts.resets import Issued
from webapp.adapters.letters import Letter
from webapp.core.text import clean_line
from webapp.web.letters import base_url, letter
from webapp.web.render import path_for
from webapp.web.words import browser, day_time


def reset_letter(issued: Issued) -> Letter:
    """The link that sets a new password."""
    return letter(
        issued.email,
        clean_line(issued.name),
        subject="Set a new password",
        template="account",
        lead="Somebody asked for a new password for your Drumbeat account. If it was you, use this"
        " link: it works once, and for one hour.",
        facts=_facts(issued.asked_at, issued.zone, issued.agent, issued.address),
        link=(
            base_url() + path_for("password_reset.look", token=issued.token),
            "Set a new password",
        ),
        closing="If it was not you, do nothing: without the link your password stays as it is.",
    )


def changed_letter(notice: Notice, at: datetime) -> Letter:
    """The password is another one by now."""
    return letter(
        notice.email,
        clean_line(notice.name),
        subject="Your password was changed",
        template="account",
        lead="The password of your Drumbeat account was changed, and other browsers were signed"
        " out. If it was you, there is nothing to do.",
        facts=_facts(at, notice.zone, notice.agent, notice.address),
        link=_link("password_reset.forgot", "It was not me: set another password"),
        closing="If it was not you, set another password with “Forgot your password?” on the"
        " sign-in page, then tell an owner of your team.",
    )


def sign_in_letter(notice: Notice, at: datetime) -> Letter:
    """Somebody signed in where they had not before."""
    return letter(
        notice.email,
        clean_line(notice.name),
        subject="New sign-in to Drumbeat",
        template="account",
        lead="Your Drumbeat account was signed in to from a browser or a place that is new. If it"
        " was you, there is nothing to do.",
        facts=_facts(at, notice.zone, notice.agent, notice.address),
        link=_link("settings.sessions", "See where you are signed in"),
        closing="If it was not you, sign that browser out under Settings, Signed-in browsers, and"
        " change your password.",
    )


def is_known(agent: str, address: str, before: tuple[tuple[str, str], ...]) -> bool:
    """Whether a browser was seen among those before: the same one in words, from the same network.

    >>> is_known("curl/8", "192.0.2.7", (("curl/8", "192.0.2.99"),))
    True
    >>> is_known("curl/8", "192.0.2.7", (("curl/8", "198.51.100.7"), ("wget", "192.0.2.7")))
    False
    """
    wanted = (browser(agent), network_of(address))
    return any((browser(one), network_of(place)) == wanted for one, place in before)


def network_of(address: str) -> str:
    """What an address has in common with its neighbours'.

    >>> network_of("192.0.2.77"), network_of("2001:db8:1:2::7"), network_of("unknown")
    ('192.0.2.0/24', '2001:db8:1::/48', 'unknown')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))


def _facts(at: datetime, zone: str, agent: str, address: str) -> list[tuple[str, str]]:
    return [
        ("Time", f"{day_time(at, zone)} ({zone})"),
        ("Browser", _browser(agent)),
        ("Address", address or "not known"),
    ]


def _browser(agent: str) -> str:
    said = browser(agent)
    return "one we do not know" if not agent or said == agent[:60] else said


def _link(endpoint: str, words: str) -> tuple[str, str] | None:
    base = base_url()
    return (base + path_for(endpoint), words) if base else None
