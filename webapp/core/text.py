"""Text from outside, made safe to store and show; the one normaliser every door uses."""

import re
import unicodedata

# C0 and C1 controls except tab and newline: pages that echo them are not valid HTML, PostgreSQL
# cannot store NUL.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
#: Categories of characters that show nothing by themselves: format, separators.
_UNSEEN = ("Cf", "Zs", "Zl", "Zp")
_SPACES = re.compile(r"[ \t\u00a0]+")


def holds_controls(value: str) -> bool:
    """Whether there is a control character in it other than a tab or a line end: nobody types one,
    and what it stands in is not what its sender sees.

    >>> holds_controls("a\\x00b"), holds_controls("one\\r\\n\\ttwo")
    (True, False)
    """
    return _CONTROLS.search(value.replace("\r", "\n")) is not None


def clean(value: str) -> str:
    """Several lines of text: NFC, line ends as `\\n`, control characters dropped, trimmed.

    >>> clean("Cafe\\u0301\\r\\nnoir\\x00 ")
    'Café\\nnoir'
    """
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", value))
    return unicodedata.normalize("NFC", value).strip()


def clean_line(value: str) -> str:
    """One line of text: `clean`, then every run of white space is one space. What shows nothing is
    nothing: a name of joiners alone would be a link nobody sees.

    >>> clean_line("  Tidal\\tLines\\n EP "), clean_line("\u200b\u200d")
    ('Tidal Lines EP', '')
    """
    line = _SPACES.sub(" ", clean(value).replace("\n", " ")).strip()
    return line if any(unicodedata.category(char) not in _UNSEEN for char in line) else ""


def fold(value: str) -> str:
    """A stored search key: lower case without accents, one line.

    >>> fold("Björk  & Ólafur")
    'bjork & olafur'
    """
    key = clean_line(value)
    for _ in range(2):  # a capital may hide in what the first pass took apart
        parts = unicodedata.normalize("NFKD", key.casefold())
        key = "".join(char for char in parts if not unicodedata.combining(char))
    return " ".join(key.split())


def normal_email(value: str) -> str:
    """An address as the key people are known by: one line, lower case.

    >>> normal_email(" Alice@Example.COM ")
    'alice@example.com'
    """
    return clean_line(clean_line(value).casefold())


def masked_email(email: str) -> str:
    """An address its owner knows again and nobody else learns.

    >>> masked_email("alice@example.com")
    'a…@example.com'
    """
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def number_of_row(value: str) -> int | None:
    """A row's number as an address or a form names it; None when it is none that a row may have.

    >>> number_of_row("12"), number_of_row("-1"), number_of_row("9" * 5000)
    (12, None, None)
    """
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None


def clean_name_of_file(value: str, most: int = 200) -> str:
    """The name a file came under, without folders and without characters that are not seen.

    >>> clean_name_of_file("C:\\\\reports\\\\May \u202efdp.csv")
    'May fdp.csv'
    """
    name = clean_line(value.replace("\\", "/").rpartition("/")[2])
    seen = "".join(char for char in name if unicodedata.category(char) not in ("Cf", "Co", "Cn"))
    return seen[:most].strip() or "report"
