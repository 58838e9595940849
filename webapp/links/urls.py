"""Addresses in text that people wrote. Pure."""

import hashlib
import re
from urllib.parse import urlsplit

LONGEST_URL = 2000
#: Of one text; whoever writes more has a list, not a text.
MOST = 30

_URL = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_AFTER = ".,;:!?…*_~"
_PAIRS = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“"}


def found_in(*texts: str) -> list[str]:
    """Every address once, in order, without the punctuation that follows it in a sentence.

    >>> found_in("See https://a.example/x, (https://b.example/y_(z)). Or www.c.example")
    ['https://a.example/x', 'https://b.example/y_(z)']
    """
    found = dict.fromkeys(_without_end(one) for text in texts for one in _URL.findall(text))
    return [one for one in found if len(one) <= LONGEST_URL and _has_host(one)][:MOST]


def key_of(url: str) -> str:
    """What an address is found by."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()


def host_of(url: str) -> str:
    """Whom an address asks; '' where it is none.

    >>> host_of("https://Shop.Example:8443/a")
    'shop.example'
    """
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def short(url: str, most: int = 60) -> str:
    """An address as a sentence names it.

    >>> short("https://shop.example/")
    'shop.example'
    """
    name = url.partition("://")[2].removesuffix("/")
    return name if len(name) <= most else name[: most - 1] + "…"


def _has_host(url: str) -> bool:
    return bool(host_of(url))


def _without_end(url: str) -> str:
    while url:
        last = url[-1]
        unopened = last in _PAIRS and url.count(last) > url.count(_PAIRS[last])
        if last not in _AFTER and not unopened:
            return url
        url = url[:-1]
    return url
