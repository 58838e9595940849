"""Random secrets for outsiders, their stored hashes, and comparison in constant time."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex (the token itself has too many bits to be
    guessed).
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Equality that takes the same time wherever the difference lies; any characters."""
    return hmac.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )
