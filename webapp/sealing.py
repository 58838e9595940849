"""Secrets at rest: what a team trusts us with (tokens, addresses that let in) is stored sealed and
shown to nobody again.

A sealed value names its key, so that keys can be changed: `SECRETS_KEYS` has the newest first,
which seals; the others only open.
"""

import hashlib

from cryptography.fernet import Fernet, InvalidToken

_keys: dict[str, Fernet] = {}


class CannotOpen(ValueError):
    """The value was sealed with a key that is not here, or is none of ours."""


def connect(keys: list[str]) -> None:
    """Say which keys there are, the newest first. Raises ValueError for what is no key (32 bytes,
    base64).
    """
    _keys.clear()
    _keys.update({_id_of(key): Fernet(key) for key in keys})


def seal(secret: str) -> str:
    """A secret as it is stored: the key's id, a colon, the sealed text."""
    key_id, key = next(iter(_keys.items()))
    return f"{key_id}:{key.encrypt(secret.encode()).decode()}"


def opened(sealed: str) -> str:
    """The secret again. Raises CannotOpen."""
    key_id, _, token = sealed.partition(":")
    if key_id not in _keys:
        raise CannotOpen("the key it was sealed with is not in SECRETS_KEYS")
    try:
        return _keys[key_id].decrypt(token.encode()).decode()
    except InvalidToken:
        raise CannotOpen("it was changed since it was sealed") from None


def _id_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]
