"""Posting to Slack, by an incoming webhook or as an app in a channel.

The forms are those of Slack's documentation as of 2026-11 (webhook errors: changelog of 2016-05 and
slack-sdk 3.47; `chat.postMessage`: slack-api-specs). Not yet verified against the live service.
There is no idempotency key: what ended as Unknown may have been posted. One message a second and
channel is Slack's limit, and the caller's to keep.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from webapp.adapters import addresses, http
from webapp.adapters.slack_text import Block, message

API = "https://slack.com/api/"
HOOKS = "hooks.slack.com"
TIMEOUT_SECONDS = 5.0
MOST_BYTES = 200_000

#: Errors of the Web API that say: the token is of no use until a person acts, for any channel.
NO_TOKEN = frozenset(
    {
        *("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
        *("missing_scope", "no_permission", "org_login_required", "team_access_not_granted"),
    }
)
#: The same of the token or the channel.
GONE = NO_TOKEN | {"channel_not_found", "not_in_channel", "is_archived", "restricted_action"}
#: Errors of the Web API that pass.
PASSING = frozenset(
    {
        *("ratelimited", "rate_limited", "internal_error", "fatal_error", "request_timeout"),
        *("service_unavailable",),
    }
)
#: Errors of webhooks with status 400 that are about the person, not the message.
GONE_PEOPLE = frozenset({"user_not_found"})

_REASON = re.compile(r"[a-z][a-z0-9_]{1,60}")
_HOOK_PATH = re.compile(r"/services/[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Webhook:
    """An incoming webhook: who knows its address may post, so it is shown nowhere."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel (its id), and the token of an app that may post there (`chat:write`)."""

    channel: str
    token: str = field(repr=False)


class SlackError(Exception):
    """Not posted, or perhaps. `reason` is Slack's own word or ours; never an address or a token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Rejected(SlackError):
    """It will not be posted, however often it is tried.

    `is_gone`: the webhook, token or channel is of no use any more (revoked, archived, left): stop
    posting there and tell its owner. Otherwise it is this message that Slack does not take.
    """

    def __init__(self, reason: str, *, is_gone: bool) -> None:
        super().__init__(reason)
        self.is_gone = is_gone

    @property
    def is_of_token(self) -> bool:
        """Whether the token is refused, whatever the channel."""
        return self.reason.partition(":")[0] in NO_TOKEN


class TryLater(SlackError):
    """Surely not posted; `retry_after` are the seconds Slack asks to wait, None where it does not
    say.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Unknown(SlackError):
    """The message was on its way when the connection ended: it may have been posted."""


class Slack(Protocol):
    """What every way to Slack can do."""

    def post(self, to: Webhook | Channel, text: str, blocks: Sequence[Block] = ()) -> str:
        """Post a message: `text` as somebody wrote it, `blocks` made by `slack_text`.

        Answers its `ts`, Slack's id of it; '' from a webhook, which has none. Raises Rejected,
        TryLater or Unknown.
        """


class Api:
    """Slack itself. `base` is another place in tests."""

    def __init__(self, base: str = API) -> None:
        self.base = base

    def post(self, to: Webhook | Channel, text: str, blocks: Sequence[Block] = ()) -> str:
        body = message(text, blocks)
        if isinstance(to, Webhook):
            if not is_webhook(to.url):
                raise Rejected("not_a_webhook", is_gone=True)
            _check_hook(_asked(to.url, body, {}))
            return ""
        headers = {"Authorization": f"Bearer {to.token}"}
        answer = _asked(f"{self.base}chat.postMessage", {"channel": to.channel} | body, headers)
        return _ts_of(answer)


def is_webhook(url: str) -> bool:
    """Whether an address is one of Slack's webhooks, or of a host that HTTP_ALLOW admits."""
    try:
        parsed = http.checked_url(url)
    except http.Invalid:
        return False
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    if addresses.is_admitted(parsed.host, port):
        return True
    return (
        (parsed.scheme, parsed.host, port) == ("https", HOOKS, 443)
        and not parsed.query
        and _HOOK_PATH.fullmatch(parsed.path) is not None
    )


def _asked(url: str, body: dict[str, Any], headers: dict[str, str]) -> http.Answer:
    try:
        answer = http.request(
            "POST",
            url,
            headers=headers | {"Content-Type": "application/json; charset=utf-8"},
            content=json.dumps(body).encode(),
            timeout=TIMEOUT_SECONDS,
            max_bytes=MOST_BYTES,
        )
    except http.Invalid:
        raise Rejected("not_sendable", is_gone=True) from None
    except http.Refused:
        # The host is Slack's: a name server leads elsewhere, the webhook is as good as before.
        raise TryLater("address_not_allowed") from None
    except http.HttpError as error:
        reason = type(error).__name__.lower()
        raise (Unknown if error.may_have_arrived else TryLater)(reason) from None
    if answer.status == 429:
        raise TryLater("rate_limited", answer.retry_after)
    if answer.status >= 500:
        raise TryLater(_reason(answer.text, f"status_{answer.status}"), answer.retry_after)
    return answer


def _check_hook(answer: http.Answer) -> None:
    """A webhook answers `ok`, or a status and one word as plain text."""
    if answer.status == 200:
        if answer.text.strip() == "ok":
            return
        raise Unknown("unexpected_answer")
    reason = _reason(answer.text, f"status_{answer.status}")
    gone = answer.status in (401, 403, 404, 410) or reason in GONE_PEOPLE
    raise Rejected(reason, is_gone=gone)


def _ts_of(answer: http.Answer) -> str:
    """The Web API answers 200 with `ok` false where something is wrong."""
    try:
        said = answer.json()
    except http.BadAnswer:
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("ok"), bool):
        if answer.is_ok:
            raise Unknown("unexpected_answer")
        raise Rejected(f"status_{answer.status}", is_gone=answer.status in (401, 403, 404))
    if said["ok"]:
        return str(said.get("ts", ""))
    reason = _reason(said.get("error"), "unknown_error")
    if reason in PASSING:
        raise TryLater(reason, answer.retry_after)
    if reason == "missing_scope" and (needed := said.get("needed")):
        raise Rejected(f"missing_scope:{_reason(str(needed).replace(':', '_'), '')}", is_gone=True)
    raise Rejected(reason, is_gone=reason in GONE)


def _reason(said: Any, otherwise: str) -> str:
    """Slack's word for it; what does not look like one is not repeated."""
    word = said.strip() if isinstance(said, str) else ""
    return word if _REASON.fullmatch(word) else otherwise


_slack: Slack = Api()


def use(way: Slack) -> None:
    """Post by this way from now on: a rehearsal's or a test's."""
    global _slack
    _slack = way


def slack() -> Slack:
    """The way to Slack of this process."""
    return _slack
