"""Sign-in throttle: slows guessing per account and address, per address, and per account; locks
nobody out for good.

Rows, not Redis: emptying Redis must not reset it. Keys are hashed.
"""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, func, select

from webapp.accounts.models import SignInFailure
from webapp.core import clock
from webapp.core.errors import TooMany
from webapp.db import db, execute, unit_of_work

WINDOW = timedelta(minutes=15)
#: Failures in the window after which the next try waits. The pair is strict; the other two catch
#: spraying and botnets and are far above what a forgetful person reaches, so that nobody can lock
#: another person out from elsewhere.
PAIR_LIMIT, ADDRESS_LIMIT, ACCOUNT_LIMIT = 10, 50, 200


def check(email: str, address: str) -> None:
    """Raise TooMany when this try has to wait."""
    for key, limit in _keys(email, address):
        since = clock.now() - WINDOW
        row = execute(
            select(func.count(), func.min(SignInFailure.failed_at)).where(
                SignInFailure.key == key, SignInFailure.failed_at > since
            )
        ).one()
        if row[0] >= limit:
            wait = max(1, int((row[1] + WINDOW - clock.now()).total_seconds()))
            minutes = -(-wait // 60)
            raise TooMany(
                f"Too many tries. Wait {minutes} minute{'s' * (minutes > 1)} and try again.",
                retry_after=wait,
            )


def failed(email: str, address: str) -> None:
    """Count a failed try, and forget those that left the window."""
    with unit_of_work():
        execute(delete(SignInFailure).where(SignInFailure.failed_at < clock.now() - WINDOW))
        for key, _ in _keys(email, address):
            db.session.add(SignInFailure(key=key))
        db.session.flush()


def succeeded(email: str, address: str) -> None:
    """A right password clears what this person counted here."""
    pair = _keys(email, address)[0][0]
    with unit_of_work():
        execute(delete(SignInFailure).where(SignInFailure.key == pair))


def _keys(email: str, address: str) -> list[tuple[str, int]]:
    def key(*parts: str) -> str:
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    return [
        (key("pair", email, address), PAIR_LIMIT),
        (key("address", address), ADDRESS_LIMIT),
        (key("account", email), ACCOUNT_LIMIT),
    ]
