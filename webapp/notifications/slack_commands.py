"""The commands of a team's Slack: connect it, choose what its channel is told, try it, end it."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from sqlalchemy import update

from webapp import sealing
from webapp.accounts.commands import lock_team
from webapp.adapters import addresses
from webapp.core.actor import Actor
from webapp.core.errors import Invalid, NotFound
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import Payload, note, record
from webapp.notifications import queries
from webapp.notifications.kinds import KINDS
from webapp.notifications.models import Notification, SlackConnection
from webapp.operations import Input, check_version, operation

#: What the channel is told until somebody chooses.
USUAL = ("late_request", "campaign")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{5,20}")
_HOOK = re.compile(r"https://hooks\.slack\.com/services/\w{1,40}/\w{1,40}/\w{1,60}", re.ASCII)
_TOKEN = re.compile(r"xoxb-[A-Za-z0-9-]{10,200}")


@dataclass(frozen=True)
class Connected(Payload):
    """How Slack is reached; never with what."""

    mode: str


class ConnectSlack(Input):
    """A webhook's address, or a bot's token with the channel it posts to."""

    mode: Literal["webhook", "bot"]
    secret: str = Field(min_length=1, max_length=400)
    channel: str = Field(default="", max_length=80)


class SlackKinds(Input):
    """What the team's channel is told."""

    kinds: list[str] = Field(default_factory=list, max_length=40)
    version: int


class NoInput(Input):
    pass


@operation("slack.connect", input=ConnectSlack, permission="team.manage")
def connect_slack(*, mode: str, secret: str, channel: str = "", by: Actor) -> int:
    """Keep how the team's Slack is reached, sealed; what it was before is forgotten."""
    secret, channel = secret.strip(), channel.strip()
    if mode == "webhook" and not _is_webhook(secret):
        raise Invalid({"secret": "A webhook begins with https://hooks.slack.com/services/."})
    if mode == "bot" and not _TOKEN.fullmatch(secret):
        raise Invalid({"secret": "A bot's token begins with xoxb-."})
    if mode == "bot" and channel and not _CHANNEL.fullmatch(channel):
        raise Invalid({"channel": "A channel's id begins with C or G, like C1H9RESGL."})
    with unit_of_work():
        lock_team()
        slack = queries.slack_connection()
        if slack is None:
            slack = SlackConnection(team_id=current_team(), mode=mode, secret="")
            slack.kinds = list(USUAL)
            db.session.add(slack)
        slack.mode, slack.secret = mode, sealing.seal(secret)
        slack.channel = channel if mode == "bot" else ""
        slack.error, slack.broken_at = "", None
        record("slack_connection.made", subject=slack, by=by, data=Connected(mode))
        return slack.id


def _is_webhook(url: str) -> bool:
    """Whether it looks like one of Slack's, or leads to a host that tests admit; what posts there
    looks again.
    """
    if _HOOK.fullmatch(url):
        return True
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    return addresses.is_admitted(parts.hostname or "", port)


@operation("slack.choose", input=SlackKinds, permission="team.manage")
def choose_slack_kinds(*, kinds: list[str], version: int, by: Actor) -> int:
    """What the team's channel is told."""
    with unit_of_work():
        slack = _slack()
        check_version(slack, version, {})
        known = [kind.name for kind in KINDS if kind.name in kinds]
        if known != slack.kinds:
            slack.kinds = known
            record("slack_connection.changed", subject=slack, by=by)
        return slack.id


@operation("slack.disconnect", input=NoInput, permission="team.manage")
def disconnect_slack(*, by: Actor) -> int:
    """Forget how Slack is reached; what waits for it is dropped."""
    with unit_of_work():
        slack = _slack()
        note("slack_connection.removed", subject=slack, by=by)
        db.session.delete(slack)
        execute(
            update(Notification)
            .where(
                Notification.team_id == current_team(),
                Notification.channel.in_(("slack", "team")),
                Notification.state == "waiting",
            )
            .values(state="dropped")
            .execution_options(synchronize_session=False)
        )
        return 0


@operation("slack.test", input=NoInput, permission="team.manage")
def test_slack(*, by: Actor) -> int:
    """Say something in the team's channel, to see whether it works."""
    with unit_of_work():
        slack = _slack()
        note("slack_connection.tested", subject=slack, by=by)
        return slack.id


def _slack() -> SlackConnection:
    slack = queries.slack_connection()
    if slack is None:
        raise NotFound()
    return find(SlackConnection, slack.id, lock=True)
