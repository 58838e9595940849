"""What a page may follow: topics signed by the server that rendered it, opened again by the
socket.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from webapp.core import clock
from webapp.core.errors import Forbidden

LASTS_SECONDS = 12 * 3600
_SALT = "live-topics"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may follow what: the session it stands and falls with, the person, the team, the
    topics. A shared page has neither session nor person: it stands and falls with its link.
    """

    session_id: int
    user_id: int
    team_id: int
    topics: tuple[str, ...]
    share_id: int = 0

    @property
    def campaign_id(self) -> int | None:
        """The one campaign a shared page is about; None for the pages of a team."""
        return int(self.topics[0].split(":")[2]) if self.share_id else None


@cache
def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)


def sign(ticket: Ticket, secret: str) -> str:
    """The ticket as a URL-safe token, with the instant it was given."""
    given_at = int(clock.now().timestamp())
    who = [ticket.session_id, ticket.user_id, ticket.team_id]
    body = [given_at, *who, list(ticket.topics), ticket.share_id]
    signed: str = _serializer(secret).dumps(body)
    return signed


def opened(token: str, secret: str) -> Ticket:
    """The ticket of a token, or Forbidden when it is forged or too old."""
    try:
        body: list[Any] = _serializer(secret).loads(token)
        given_at, session_id, user_id, team_id, topics, share_id = body
    except (BadSignature, ValueError, TypeError):
        raise Forbidden("This page was not made here. Load it again.") from None
    if clock.now().timestamp() - given_at > LASTS_SECONDS:
        raise Forbidden("This page is too old to stay live. Load it again.")
    return Ticket(session_id, user_id, team_id, tuple(topics), share_id)


def of_page(*, user_id: int, team_id: int, campaign_id: int | None = None) -> tuple[str, ...]:
    """The topics of a page: the team's and the person's, and a campaign's when it shows one."""
    own = (f"team:{team_id}", f"user:{user_id}")
    return (*own, f"campaign:{campaign_id}") if campaign_id is not None else own


def of_share(*, share_id: int, team_id: int, campaign_id: int) -> Ticket:
    """The ticket of a shared page: its link's own topic and no other. The topic names the campaign
    too, so that what happens elsewhere in the team costs its pages nothing.
    """
    return Ticket(0, 0, team_id, (f"share:{share_id}:{campaign_id}",), share_id)


def share_in(topic: str, campaign_id: int | None) -> int | None:
    """The link whose topic this is, when it shares this campaign.

    >>> share_in("share:12:7", 7), share_in("share:12:7", 8), share_in("team:7", 7)
    (12, None, None)
    """
    kind, *ids = topic.split(":")
    return int(ids[0]) if kind == "share" and ids[1] == str(campaign_id) else None
