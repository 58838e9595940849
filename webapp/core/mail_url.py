"""Which mail server to speak to, as one address in the environment writes it."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

FORMS = "smtp://user:password@host:587, smtps://user:password@host:465 or console:"


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server, how its connection is encrypted (`starttls`, `tls` or `none`), and our name there;
    `user` is empty where nobody signs in.
    """

    host: str
    port: int
    encryption: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def server_of(url: str) -> MailServer | None:
    """The server of an address; None for `console:`, which sends nothing.

    With `smtp` the server has to offer STARTTLS, unless `?starttls=no` says that it need not; no
    password goes over such a connection. Raises ValueError, whose words hold no password.

    >>> server_of("smtps://me%40here:secret@mail.example")
    MailServer(host='mail.example', port=465, encryption='tls')
    >>> server_of("smtp://127.0.0.1:1025?starttls=no")
    MailServer(host='127.0.0.1', port=1025, encryption='none')
    """
    if url.rstrip("/") == "console:":
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"it is {FORMS}") from None
    encryption = {
        ("smtp", ""): "starttls",
        ("smtp", "starttls=no"): "none",
        ("smtps", ""): "tls",
    }.get((parts.scheme, parts.query))
    if encryption is None or not host or port == 0 or parts.path.strip("/") or parts.fragment:
        raise ValueError(f"it is {FORMS}; a character of a password may need its %-form")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("a user needs a password, and a password a user")
    if user and encryption == "none":
        raise ValueError("a password is not sent without encryption: leave starttls=no out")
    return MailServer(
        host, port or (465 if encryption == "tls" else 587), encryption, user, password
    )
