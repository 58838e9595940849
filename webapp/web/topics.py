"""What a page may follow: topics signed by the server that rendered it, opened again by the
socket.
"""

from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from webapp.core import clock
from webapp.core.errors import Forbidden

LASTS_SECONDS = 12 * 3600
_SALT = "live-topics"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may follow what: the session it stands and falls with, the person, the team, the
    topics.
    """

    session_id: int
    user_id: int
    team_id: int
    topics: tuple[str, ...]


def sign(ticket: Ticket, secret: str) -> str:
    """The ticket as a URL-safe token, with the instant it was given."""
    given_at = int(clock.now().timestamp())
    body = [given_at, ticket.session_id, ticket.user_id, ticket.team_id, list(ticket.topics)]
    return URLSafeSerializer(secret, salt=_SALT).dumps(body)


def opened(token: str, secret: str) -> Ticket:
    """The ticket of a token, or Forbidden when it is forged or too old."""
    try:
        body: list[Any] = URLSafeSerializer(secret, salt=_SALT).loads(token)
        given_at, session_id, user_id, team_id, topics = body
    except (BadSignature, ValueError, TypeError):
        raise Forbidden("This page was not made here. Load it again.") from None
    if clock.now().timestamp() - given_at > LASTS_SECONDS:
        raise Forbidden("This page is too old to stay live. Load it again.")
    return Ticket(session_id, user_id, team_id, tuple(topics))


def of_page(*, user_id: int, team_id: int, campaign_id: int | None = None) -> tuple[str, ...]:
    """The topics of a page: the team's and the person's, and a campaign's when it shows one."""
    own = (f"team:{team_id}", f"user:{user_id}")
    return (*own, f"campaign:{campaign_id}") if campaign_id is not None else own
