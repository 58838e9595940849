"""Password rules and hashing: argon2id, length over composition, the common and the personal
refused.
"""

import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

LEAST_LENGTH, MOST_LENGTH = 12, 256
#: zxcvbn's cost grows with length; what lies behind this many characters can only make a password
#: stronger.
_LOOKED_AT = 72
#: zxcvbn's scale is 0 to 4; below this an online guesser would soon be right.
_LEAST_SCORE = 2
#: What has to be left of a password without its owner's, the team's and the product's words.
_LEAST_OWN = 8
PERSONAL = (
    "That is easy to guess: a common password, a pattern, or your own name."
    " Try a few unrelated words."
)
# OWASP Password Storage Cheat Sheet: argon2id with m=19456 KiB, t=2, p=1.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = _hasher.hash("the hash that is checked when there is no such person")


def refusal(password: str, *, about: list[str]) -> str | None:
    """Why a password is not accepted, in words, or None. `about` are words an attacker would try
    first: name, address, team.
    """
    if len(password) < LEAST_LENGTH:
        return f"Use at least {LEAST_LENGTH} characters. A few words in a row do well."
    if len(password) > MOST_LENGTH:
        return f"Use at most {MOST_LENGTH} characters."
    about = [*about, "drumbeat"]
    if _left_without(password, about) < _LEAST_OWN:
        return PERSONAL
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=about, max_length=_LOOKED_AT)
    if found["score"] < _LEAST_SCORE:
        return PERSONAL
    return None


def _left_without(password: str, about: list[str]) -> int:
    """How many letters and digits are left when the words everybody knows are taken out; the whole
    length when none is in it.
    """
    rest = plain = password.casefold()
    words = {word for text in about for word in re.split(r"[\W_]+", text.casefold())}
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) > 2 else rest
    return len(password) if rest == plain else sum(char.isalnum() for char in rest)


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(_bytes(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; for nobody's hash (None) it takes as long and says no."""
    try:
        _hasher.verify(password_hash or _NOBODY, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
