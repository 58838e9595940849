"""Letters about somebody's own account: what an event asks for is decided here, sent with no
transaction open, and marked (`webapp.accounts.notices`). They wait for no quiet hours.
"""

import logging
from collections.abc import Callable

from tasks.effects import effect
from webapp.accounts import notices, resets
from webapp.adapters.letters import Letter
from webapp.adapters.mail import Rejected, TryLater, Unknown, mail
from webapp.events.models import Event
from webapp.web.account_letters import changed_letter, is_known, reset_letter, sign_in_letter
from webapp.web.letters import letters_leave

log = logging.getLogger(__name__)


@effect("password_reset.asked", queue="mail")
def send_reset_link(event: Event) -> None:
    """The token is made here and leaves in the letter alone; a further try makes another one."""
    event_id = event.id
    if not letters_leave():
        log.warning("no letter for a new password was sent: it needs MAIL_URL and PUBLIC_URL")
        return
    issued = resets.issue(event.subject_id, event_id=event_id)
    if issued is not None:
        _hand_over(event_id, lambda: reset_letter(issued))


@effect("user.password_changed", queue="mail")
def tell_of_new_password(event: Event) -> None:
    event_id, at, data = event.id, event.created_at, event.data
    notice = notices.of_change(event.subject_id, data.get("session_id"), data.get("reset_id"))
    if notice is not None and notices.begin(event_id, notice.user_id):
        _hand_over(event_id, lambda: changed_letter(notice, at))


@effect("session.started", queue="mail")
def tell_of_new_browser(event: Event) -> None:
    event_id, at = event.id, event.created_at
    found = notices.of_sign_in(event.subject_id)
    if found is None or found.is_first:
        return
    notice = found.notice
    if is_known(notice.agent, notice.address, found.known):
        return
    if notices.begin(event_id, notice.user_id):
        _hand_over(event_id, lambda: sign_in_letter(notice, at))


def _hand_over(event_id: int, write: Callable[[], Letter]) -> None:
    """Raises what may be tried again: the receipt waits longer each time, and gives up in the
    end.
    """
    try:
        letter = write()
    except Exception:
        notices.end(event_id, "waiting", "It could not be written.")
        raise
    try:
        mail().send(letter)
    except TryLater as error:
        notices.end(event_id, "waiting", str(error))
        raise
    except Rejected as error:
        notices.end(event_id, "failed", str(error))
    except Unknown as error:
        notices.end(event_id, "unknown", str(error))
    else:
        notices.end(event_id, "sent")
