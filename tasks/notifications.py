"""What people are told leaves here: letters by mail, messages to Slack. What is due is claimed,
sent with no transaction open, and marked (`webapp.notifications.sending`).
"""

from datetime import timedelta

from tasks.effects import effect
from webapp import sealing
from webapp.adapters import mail as mail_adapter
from webapp.adapters import slack as slack_adapter
from webapp.adapters.mail import mail
from webapp.adapters.slack import Channel, Webhook, slack
from webapp.core.actor import Actor
from webapp.events.models import Event
from webapp.notifications import queries, sending
from webapp.notifications.policies import DUE
from webapp.notifications.sending import Parcel
from webapp.web.letters import letter_of, message_of, test_message


@effect(DUE, queue="mail")
def hand_over_what_is_due(event: Event) -> None:
    user_id, channel = event.data["user_id"], event.data["channel"]
    by = Actor.event(event.id, team_id=event.team_id)
    parcel = sending.claim(user_id, channel)
    if parcel is None:
        return
    sending.AFTER_CLAIM()
    try:
        if channel == "email":
            _mail(parcel, user_id)
        else:
            _slack(parcel, user_id, by)
    except Exception:
        sending.look_again(user_id, channel)
        raise


def _mail(parcel: Parcel, user_id: int | None) -> None:
    try:
        mail().send(letter_of(parcel))
    except mail_adapter.Rejected as error:
        sending.mark_failed(parcel.ids, str(error))
    except mail_adapter.Unknown as error:
        sending.mark_unknown(parcel.ids, str(error))
    except mail_adapter.TryLater as error:
        wait = sending.backoff(sending.tries_of(parcel.ids))
        sending.put_back(parcel.ids, user_id, "email", str(error), wait)
    else:
        sending.mark_sent(parcel.ids)


def _slack(parcel: Parcel, user_id: int | None, by: Actor) -> None:
    try:
        text, blocks = message_of(parcel)
        slack().post(_place(parcel), text, blocks)
    except sealing.CannotOpen as error:
        sending.mark_failed(parcel.ids, str(error))
        sending.break_slack(str(error), by=by)
    except slack_adapter.Rejected as error:
        sending.mark_failed(parcel.ids, error.reason)
        if error.is_gone and (error.is_of_token or not parcel.address):
            sending.break_slack(error.reason, by=by)
        elif user_id is None:
            sending.note_slack(error.reason, by=by)  # its place is of no use; people are told still
    except slack_adapter.Unknown as error:
        sending.mark_unknown(parcel.ids, error.reason)
    except slack_adapter.TryLater as error:
        wait = sending.backoff(sending.tries_of(parcel.ids))
        asked = timedelta(seconds=error.retry_after or 0)
        sending.put_back(parcel.ids, user_id, parcel.channel, error.reason, max(wait, asked))
    else:
        sending.mark_sent(parcel.ids)


def _place(parcel: Parcel) -> Webhook | Channel:
    secret = sealing.opened(parcel.secret)
    return Channel(parcel.address, secret) if parcel.address else Webhook(secret)


@effect("slack_connection.tested", queue="mail")
def say_something_in_slack(event: Event) -> None:
    by = Actor.event(event.id, team_id=event.team_id)
    connection = queries.slack_connection()
    if connection is None:
        return
    if not connection.has_place:
        return
    secret, channel = connection.secret, connection.channel
    text, blocks = test_message()
    try:
        opened = sealing.opened(secret)
        slack().post(Channel(channel, opened) if channel else Webhook(opened), text, blocks)
    except sealing.CannotOpen as error:
        sending.break_slack(str(error), by=by)
    except slack_adapter.SlackError as error:
        refused = isinstance(error, slack_adapter.Rejected) and error.is_gone
        if refused and (not channel or error.is_of_token):  # type: ignore[attr-defined]
            sending.break_slack(str(error), by=by)
        else:
            sending.note_slack(str(error), by=by)
    else:
        sending.note_slack("", by=by)
