"""What happens by itself when work is overdue or blocked: it is seen, whoever has it is reminded,
then it goes to their backup and to a manager, until it is over. Each policy looks at what is true
now, so that a late or doubled event changes nothing.

Nobody is told while their campaign is on hold: its timers stand still.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.availability import queries as availability
from webapp.availability.week import Slot
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM, Actor
from webapp.db import current_team, db, unit_of_work
from webapp.escalations import queries
from webapp.escalations.ladder import (
    FRESH_MINUTES,
    WAITS,
    Crew,
    Rung,
    later,
    next_rung,
)
from webapp.escalations.models import Escalation
from webapp.escalations.workflow import lifecycle
from webapp.events import timers
from webapp.events.log import Payload, record
from webapp.events.models import Event
from webapp.events.subscriptions import on

LOOK_DUE, STEP_DUE = "escalation.look_due", "escalation.step_due"
#: How many a look opens; the rest is looked at again at once.
MOST = 50
#: How far ahead a person's working hours are read.
DAYS_AHEAD = 21


@dataclass(frozen=True)
class About(Payload):
    """Which task, why, and who was told, if anybody."""

    task_id: int
    cause: str
    user_id: int | None = None


@dataclass
class _Look:
    """One campaign looked at: who is there, read once, and who did it."""

    campaign: Campaign
    by: Actor
    now: datetime = field(default_factory=clock.now)
    _crew: Crew | None = None
    _slots: dict[int, list[Slot]] | None = None

    @property
    def crew(self) -> Crew:
        if self._crew is None:
            members = sorted(accounts.members(), key=lambda row: row[0].id)
            self._crew = Crew(
                {one.user_id: one.role for one, _ in members},
                availability.stand_ins(self.now),
                availability.away(self.now),
            )
        return self._crew

    def next_rung(self, row: Escalation) -> Rung | None:
        """Whoever is there; when nobody is, whoever comes back, so that the ladder does not end
        with a day on which its last rung is away.
        """
        return self._rung(row, self.crew) or self._rung(row, replace(self.crew, away=()))

    def _rung(self, row: Escalation, crew: Crew) -> Rung | None:
        return next_rung(
            row.state,
            row.told_id,
            assignee_id=row.assignee_id,
            owner_id=self.campaign.owner_id,
            crew=crew,
        )

    def is_left(self, row: Escalation) -> bool:
        """Whether it stays with somebody who takes no part any more, and nobody comes after."""
        is_last = row.told_id is not None and row.next_at is None
        return is_last and not self.crew.takes_part(row.told_id)

    def when(self, rung: Rung, minutes: int) -> datetime:
        """So many working minutes from now, of whoever is to be told; of the team's where they have
        none.
        """
        today = self.now.date()
        first, last = today - timedelta(days=1), today + timedelta(days=DAYS_AHEAD)
        if self._slots is None:
            self._slots = availability.slots_of(set(self.crew.roles), first, last)
        found = later(self._slots.get(rung.user_id, ()), self.now, minutes)
        if found is None:
            team = availability.working_time(accounts.team().zone, first)
            found = later(team.slots(first, last), self.now, minutes)
        return found or self.now + timedelta(minutes=minutes)


@on(
    "task.added",
    "task.changed",
    "task.started",
    "task.review_asked",
    "task.finished",
    "task.put_back",
    "task.cancelled",
    "task.revived",
    "task.blocked",
    "task.unblocked",
    "task.assigned",
    "task.linked",
    "task.unlinked",
    "task.trashed",
    "task.restored",
    "timeline.made",
    "timeline.outlined",
    "timeline.changed",
    "timeline.recalculated",
    "timeline.shifted",
    "timeline.agreed",
    "timeline.replanned",
    "campaign.cancelled",
    "campaign.completed",
    "campaign.failed",
    "campaign.archived",
    "campaign.restored",
    "campaign.trashed",
    "campaign.untrashed",
    LOOK_DUE,
)
def follow_what_is_overdue_or_blocked(event: Event) -> None:
    with unit_of_work():
        _look_at(event.campaign_id, _by(event))


@on("membership.removed", "membership.changed")
def look_at_what_somebody_who_left_was_told_of(event: Event) -> None:
    """A timer a campaign, due at once: each look holds one campaign, never several."""
    with unit_of_work():
        for campaign_id in queries.campaigns_told(event.data["user_id"]):
            _arm(campaign_id, event.team_id, clock.now())


@on(STEP_DUE)
def tell_the_next_one(event: Event) -> None:
    with unit_of_work():
        query = select(Escalation).where(
            Escalation.team_id == current_team(), Escalation.id == event.subject_id
        )
        row = db.session.scalars(query).one_or_none()
        if row is None:
            return
        look = _look_at(row.campaign_id, _by(event))
        db.session.refresh(row)
        if look is not None and row.is_open and row.state == event.data["state"]:
            _climb(row, look)


def _look_at(campaign_id: int | None, by: Actor) -> _Look | None:
    """Open what is in trouble, settle what is not any more, and arm the next look; None when the
    campaign was purged.
    """
    campaign = _locked(campaign_id)
    if campaign is None:
        return None
    look = _Look(campaign, by)
    is_over = campaign.is_closed or campaign.trashed_at or campaign.archived_at
    found = {} if is_over else queries.troubles(campaign.id)
    for row in queries.open_of(campaign.id):
        key = row.task_id, row.cause
        if key in found and found[key] == row.assignee_id and not look.is_left(row):
            del found[key]
            continue
        _settle(row, look)
        if key in found:  # with somebody else now, who gets time to take it up
            _open(*key, found.pop(key), look, minutes=FRESH_MINUTES)
    for key in list(found)[:MOST]:
        _open(*key, found[key], look)
    _arm_look(look, at_once=len(found) > MOST, is_over=bool(is_over))
    return look


def _open(
    task_id: int, cause: str, assignee_id: int | None, look: _Look, minutes: int | None = None
) -> None:
    row = Escalation(
        team_id=look.campaign.team_id,
        campaign_id=look.campaign.id,
        task_id=task_id,
        cause=cause,
        assignee_id=assignee_id,
    )
    rung = _set_next(row, look, minutes)
    db.session.add(row)
    record("escalation.opened", subject=row, by=look.by, data=About(task_id, cause))
    _arm_step(row, rung, look.by)


def _climb(row: Escalation, look: _Look) -> None:
    rung = look.next_rung(row)
    if rung is None:
        return
    step = lifecycle.fire(rung.move, row.state)
    row.state, row.told_id, row.told_at = step.to, rung.user_id, look.now
    following = _set_next(row, look)
    record(step.event, subject=row, by=look.by, data=About(row.task_id, row.cause, rung.user_id))
    _arm_step(row, following, look.by)


def _settle(row: Escalation, look: _Look) -> None:
    step = lifecycle.fire("settle", row.state)
    row.state, row.settled_at, row.next_at = step.to, look.now, None
    record(step.event, subject=row, by=look.by, data=About(row.task_id, row.cause))
    timers.cancel(_step_key(row))


def _set_next(row: Escalation, look: _Look, minutes: int | None = None) -> Rung | None:
    rung = look.next_rung(row)
    if rung is None:
        row.next_at = None
        return None
    if minutes is None:
        minutes = WAITS[row.cause]["remind" if row.told_id is None else rung.move]
    row.next_at = look.when(rung, minutes)
    return rung


def _arm_step(row: Escalation, rung: Rung | None, by: Actor) -> None:
    if rung is None or row.next_at is None:
        return
    timers.arm(
        _step_key(row),
        STEP_DUE,
        due_at=row.next_at,
        team_id=row.team_id,
        campaign_id=row.campaign_id,
        data={"state": row.state},
        label_key=f"timer.{row.cause}_{rung.move}",
        by=by,
    )


def _arm_look(look: _Look, *, at_once: bool, is_over: bool) -> None:
    """When the next work falls due, it is looked at again; with no label, as nobody is told yet."""
    due_at = None if is_over else queries.next_deadline(look.campaign.id)
    if at_once:
        due_at = look.now
    if due_at is None:
        timers.cancel(_look_key(look.campaign.id))
    else:
        _arm(look.campaign.id, look.campaign.team_id, due_at)


def _arm(campaign_id: int, team_id: int | None, due_at: datetime) -> None:
    timers.arm(
        _look_key(campaign_id),
        LOOK_DUE,
        due_at=due_at,
        team_id=team_id,
        campaign_id=campaign_id,
        by=SYSTEM,
    )


def _look_key(campaign_id: int) -> str:
    return f"campaign:{campaign_id}:deadline"


def _step_key(row: Escalation) -> str:
    return f"escalation:{row.id}:step"


def _locked(campaign_id: int | None) -> Campaign | None:
    """The campaign, so that two looks at it come one after the other; None when it was purged."""
    query = select(Campaign).where(Campaign.team_id == current_team(), Campaign.id == campaign_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(query).one_or_none()


def _by(event: Event) -> Actor:
    return Actor.event(event.id, team_id=event.team_id)
