"""The hub's render thread: events become fragments, rendered once per audience and sent to whoever
follows the topic.

It follows the log by position; a bell only says when to look. A page that comes back says how far
it got and gets the present fragments of what changed since, or is told to load again when that is
too much.

The number in front of a message is the position up to which its page has been sent everything, so
a page whose connection breaks between two messages of one event asks for both again. A message of
nothing but the number ends each pass.
"""

import logging
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from flask import Flask
from jinja2 import Environment
from sqlalchemy.exc import DBAPIError

from webapp.accounts.queries import live_sessions
from webapp.core import clock
from webapp.core.errors import NotFound
from webapp.db import acting_for, db
from webapp.events import bus
from webapp.events.log import events_after, newest_position
from webapp.events.models import Event
from webapp.live.hub import Client, Hub
from webapp.live.pace import Pace
from webapp.sharing.queries import live_links
from webapp.web import fragments
from webapp.web.fragments import Fragment
from webapp.web.topics import Ticket, share_in

log = logging.getLogger(__name__)

#: The same root at most twice a second after its leading edge; `Pace` counts the passes of a page.
QUIET_SECONDS = 0.5
#: Further behind than this, a page loads again.
MOST_BEHIND = 500
#: Returning pages served before new events get their turn.
RETURNING_AT_ONCE = 100
RECHECK_SECONDS = 60.0
#: Keys remembered for the throttle; beyond it the quiet ones are forgotten.
MOST_KEYS = 10_000
RELOAD = "<!--reload-->"

#: What is redrawn: team, fragment, topic, the row it is about. Several of these may be one root,
#: which is known once it was drawn.
Key = tuple[int, str, str, int]
#: The root as the page knows it: team, topic, element id.
Root = tuple[int, str, str]

_ID = re.compile(r'\bid="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Push:
    """One fragment for one topic after one event; `since` is the first event it has not shown."""

    fragment: Fragment
    event: Event
    team_id: int
    topic: str
    since: int
    whom: int | None = None  # the person or the shared link it is drawn for

    @property
    def key(self) -> Key:
        about = self.fragment.about
        subject = about(self.event) if about else self.event.campaign_id or self.event.subject_id
        return (self.team_id, self.fragment.name, self.topic, subject)

    @property
    def undrawn(self) -> Root:
        """What stands for a root that is not known before it is drawn; a new row is one of its
        own.
        """
        number = self.event.id if self.fragment.adds_row else self.key[-1]
        return (self.team_id, self.topic, f"{self.fragment.name} {number}")

    def root(self, html: str) -> Root:
        found = _ID.search(html)
        return (self.team_id, self.topic, found[1] if found else self.fragment.name)


class Pushes:
    """Follows the log for one process's hub. Only its own thread touches what it remembers."""

    def __init__(
        self, app: Flask, hub: Hub, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.app, self.hub, self.steady = app, hub, steady
        self.position: int | None = None
        self.returning: deque[tuple[Client, int]] = deque()
        self.roots: dict[Key, Root] = {}
        self.sent_at: dict[Root, float] = {}
        self.waiting: dict[Root, Push] = {}
        self.pace = Pace()
        self.passing: set[tuple[int, str]] = set()  # topics that this pass goes to
        self.is_behind = False
        self.rechecked_at = self.steady()
        self.ends_at: datetime | None = None  # of the followed shared links, the first

    @cached_property
    def environment(self) -> Environment:
        """Made when first needed: `path_for` exists only once every route is known."""
        return fragments.environment(self.app)

    def start(self) -> None:
        """Begin with the newest position; called once per process, when its hub starts."""
        threading.Thread(target=self._loop, name="hub-render", daemon=True).start()

    def welcome(self, client: Client, after: int) -> None:
        """Bring a page up to date that last saw position `after`."""
        self.returning.append((client, after))
        bus.ring_positions()

    def _loop(self) -> None:
        bell = bus.bell(bus.POSITIONS)
        while not self.hub.stopping:
            try:
                self.turn()
            except DBAPIError:
                log.warning("the database is away; pages wait", exc_info=True)
            except Exception:
                log.exception("a pass of pushes failed; the next ones go on")
            bell.wait(self._patience())
        bell.close()

    def _patience(self) -> float:
        if self.returning or self.is_behind:
            return 0.01
        now = self.steady()
        due = [max(self._rest(root, now), self.pace.wait(root[:2], now)) for root in self.waiting]
        return max(0.01, min([1.0, *due]))

    def turn(self) -> None:
        """One pass: returning pages, then what is new behind what had to wait."""
        if self.position is None:
            self.position = self.newest()
        self._welcome_back(self.position)
        # After the returning pages: whoever is served above is in this table already.
        followed: dict[int, set[str]] = defaultdict(set)
        for team_id, topic in self.hub.followed():
            followed[team_id].add(topic)
        touched: set[int] = set()
        events = self._new_events(self.position)
        for event in events:
            self._close_ended(event)
            for push in self._wanted(event, followed):
                self._hold(self.roots.get(push.key) or push.undrawn, push)
            self.position = event.position or self.position
            touched.add(event.team_id or 0)
        self.is_behind = len(events) > MOST_BEHIND
        touched |= self._flush()
        for team_id in touched & followed.keys():
            self.hub.broadcast(team_id, f"team:{team_id}", f"<!--{self._reached(team_id)}-->")
        self._recheck()

    def newest(self) -> int:
        """The position of the newest relayed event."""
        with self.app.app_context(), acting_for("all"):
            return newest_position()

    def _welcome_back(self, position: int) -> None:
        told: dict[tuple[int, tuple[str, ...], int], list[str]] = {}
        for _ in range(min(len(self.returning), RETURNING_AT_ONCE)):
            client, after = self.returning[0]
            # A thousand viewers of one shared link come back after a restart: drawn once for all.
            same = (client.ticket.team_id, client.ticket.topics, after)
            if same not in told:
                told[same] = list(self.missed(client.ticket, after, until=position))
            for message in told[same]:
                self.hub.send_to(client, message)
            self.returning.popleft()

    def _new_events(self, position: int) -> list[Event]:
        with self.app.app_context(), acting_for("all"):
            events = events_after(position, limit=MOST_BEHIND + 1)
            db.session.expunge_all()
        return events

    def _wanted(self, event: Event, followed: dict[int, set[str]]) -> Iterator[Push]:
        """What an event redraws for somebody who is here."""
        team_id, position = event.team_id, event.position
        if team_id is None or position is None or team_id not in followed:
            return
        topics = followed[team_id]
        for fragment in fragments.all_fragments():
            if not fragment.wants(event.name):
                continue
            if fragment.audience == "user":
                for topic in sorted(one for one in topics if one.startswith("user:")):
                    user_id = int(topic.removeprefix("user:"))
                    yield Push(fragment, event, team_id, topic, position, user_id)
            elif fragment.audience == "share":
                for topic in sorted(topics):
                    if share_id := share_in(topic, event.campaign_id):
                        yield Push(fragment, event, team_id, topic, position, share_id)
            elif (own := fragment.topic_for(event)) in topics and own is not None:
                yield Push(fragment, event, team_id, own, position)

    def _hold(self, root: Root, push: Push) -> None:
        earlier = self.waiting.get(root)
        self.waiting[root] = replace(push, since=earlier.since) if earlier else push

    def _is_due(self, root: Root) -> bool:
        return self._is_quiet(root) and self._may_pass(root[:2])

    def _is_quiet(self, root: Root) -> bool:
        return self._rest(root, self.steady()) <= 0

    def _rest(self, root: Root, now: float) -> float:
        return self.sent_at.get(root, float("-inf")) + QUIET_SECONDS - now

    def _may_pass(self, topic: tuple[int, str]) -> bool:
        if topic not in self.passing and self.pace.take(topic, self.steady()):
            self.passing.add(topic)
        return topic in self.passing

    def _send(self, push: Push) -> None:
        html = self._rendered_or_nothing(push.fragment, push.event, push.whom)
        if not html:
            return
        if not push.fragment.adds_row:
            root = push.root(html)
            is_known = self.roots.get(push.key) == root
            self.roots[push.key] = root
            if not is_known and not self._is_quiet(root):  # drawn just now for another row's event
                self._hold(root, push)
                return
            self.sent_at[root] = self.steady()
        reached = self._reached(push.team_id)
        self.hub.broadcast(push.team_id, push.topic, f"<!--{reached}-->{html}")

    def _flush(self) -> set[int]:
        """Send what is due: at once when its root and its page were quiet, else once, later, as it
        is then. Answers whose it was.
        """
        self.passing.clear()
        due = [(root, push) for root, push in self.waiting.items() if self._is_due(root)]
        for root, push in due:
            self._send(push)
            del self.waiting[root]
        if len(self.roots) > MOST_KEYS:
            self.sent_at = {r: at for r, at in self.sent_at.items() if not self._is_quiet(r)}
            self.roots = {key: root for key, root in self.roots.items() if root in self.sent_at}
            self.pace.forget(self.steady())
        return {push.team_id for _, push in due}

    def _reached(self, team_id: int) -> int:
        """The position up to which this team's pages have everything; what waits holds it back."""
        assert self.position is not None
        held = [push.since - 1 for push in self.waiting.values() if push.team_id == team_id]
        return min([self.position, *held])

    def rendered(self, fragment: Fragment, event: Event, whom: int | None = None) -> str | None:
        """The bytes of a fragment after an event, in a session of its own; None when there is
        nothing to show.
        """
        if event.team_id is None:
            return None
        with self.app.app_context(), acting_for(event.team_id):
            context = fragment.context(event) if whom is None else fragment.context(event, whom)
            return (
                None if context is None else fragments.render(self.environment, fragment, context)
            )

    def _rendered_or_nothing(
        self, fragment: Fragment, event: Event, whom: int | None
    ) -> str | None:
        """One fragment that cannot be rendered does not hold up the others; a database that is
        away does.
        """
        try:
            return self.rendered(fragment, event, whom)
        except NotFound:
            return None
        except DBAPIError:
            self._new_events(event.position or 0)  # raises too when it is away
            log.exception("the fragment %s could not be read", fragment.name)
        except Exception:
            log.exception("the fragment %s could not be rendered", fragment.name)
        return None

    def missed(self, ticket: Ticket, after: int, *, until: int | None = None) -> Iterator[str]:
        """What a page that saw `after` has to be sent: each changed root once, each new row, and
        how far it is then; or a reload.
        """
        with self.app.app_context(), acting_for(ticket.team_id):
            most = MOST_BEHIND + 1
            events = events_after(
                after,
                team_id=ticket.team_id,
                campaign_id=ticket.campaign_id,
                until=until,
                limit=most,
            )
            db.session.expunge_all()
        if not events:
            return
        if len(events) > MOST_BEHIND:
            yield RELOAD
            return
        for html in self._present(ticket, events).values():
            yield f"<!--{after}-->{html}"
        yield f"<!--{events[-1].position}-->"

    def _present(self, ticket: Ticket, events: list[Event]) -> dict[Root, str]:
        """The roots that events changed on a page, as they are now, in the order they changed."""
        followed = {ticket.team_id: set(ticket.topics)}
        latest: dict[tuple[Key | Root, int], Push] = {}
        for event in events:
            for push in self._wanted(event, followed):
                row = event.id if push.fragment.adds_row else 0
                slot = (self.roots.get(push.key, push.key), row)
                latest.pop(slot, None)
                latest[slot] = push
        drawn: dict[Root, str] = {}
        for push in latest.values():
            if html := self._rendered_or_nothing(push.fragment, push.event, push.whom):
                root = push.root(html)
                drawn.pop(root, None)
                drawn[root] = html
        return drawn

    def _close_ended(self, event: Event) -> None:
        """A session that ended or a member who left loses the sockets at once."""
        if event.name == "session.revoked":
            session_id = event.subject_id
            self.hub.close_where(lambda ticket: ticket.session_id == session_id)
        elif event.name == "membership.removed":
            gone = (event.data["user_id"], event.team_id)
            self.hub.close_where(lambda ticket: (ticket.user_id, ticket.team_id) == gone)
        elif event.name == "share.revoked":
            share_id = event.subject_id
            self._end_shares(lambda ticket: ticket.share_id == share_id)
        elif event.name == "share.edited":
            self.ends_at = clock.now()  # it may end earlier now: look in this pass
        elif event.name == "campaign.trashed":
            campaign_id = event.campaign_id
            self._end_shares(lambda ticket: ticket.campaign_id == campaign_id)

    def _end_shares(self, are_over: Callable[[Ticket], bool]) -> None:
        """Shared pages load once more, and find what a stranger finds."""
        self.hub.close_where(lambda ticket: ticket.share_id > 0 and are_over(ticket), last=RELOAD)

    def _recheck(self) -> None:
        """Every minute, and when a followed link ends: sessions and links that ended without an
        event (they expired) lose their sockets too.
        """
        is_time = self.steady() - self.rechecked_at >= RECHECK_SECONDS
        if not is_time and (self.ends_at is None or clock.now() < self.ends_at):
            return
        self.rechecked_at = self.steady()
        tickets = self.hub.tickets()
        sessions = {ticket.session_id for ticket in tickets if not ticket.share_id}
        if ended := sessions - self.live(sessions):
            self.hub.close_where(lambda ticket: ticket.session_id in ended)
        shares = {ticket.share_id for ticket in tickets if ticket.share_id}
        still_open = self.open_links(shares)
        self.ends_at = min(still_open.values(), default=None)
        if over := shares - still_open.keys():
            self._end_shares(lambda ticket: ticket.share_id in over)

    def live(self, sessions: set[int]) -> set[int]:
        """Which of these sessions are still live, read in a session of its own."""
        with self.app.app_context():
            return live_sessions(sessions)

    def open_links(self, share_ids: set[int]) -> dict[int, datetime]:
        """Which of these shared links are still open, and until when, read in a session of its
        own.
        """
        with self.app.app_context():
            return live_links(share_ids)
