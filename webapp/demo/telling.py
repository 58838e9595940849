"""Telling one campaign of a demo: its story becomes commands, each at its moment. What comes by
itself (launch, end, the ads that follow) is left to timers and policies.

A campaign is one unit of work, told once: a second telling finds its key taken.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.ads.commands import change_budget, plan_campaign
from webapp.ads.queries import planned_parts
from webapp.approvals.commands import decide
from webapp.approvals.models import Proposal
from webapp.campaigns.commands import archive_campaign, move_campaign, submit_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock, fault, zones
from webapp.core.actor import Actor
from webapp.db import current_team, db, find, unit_of_work
from webapp.demo import numbers, results, work
from webapp.demo.numbers import Day
from webapp.demo.story import DAYS, Plan, Step
from webapp.events.history import history_loading
from webapp.operations import UsedKey

#: When results come in: Monday mornings, for the days before.
RESULTS_AT = time(8, 30)
#: When a working day begins and is over.
BEGINS, ENDS = time(9), time(17, 30)
#: How fresh the newest numbers are.
FRESH = timedelta(minutes=40)

AFTER_CAMPAIGN = fault.point("demo.after_campaign")

Moment = tuple[datetime, Callable[[], object]]


def tell(plan: Plan, cast: Mapping[str, Actor]) -> None:
    """Everything that happened in one campaign until now, unless it was told before."""
    with history_loading() as history, unit_of_work():
        if not _first_time(plan.key):
            return
        now = clock.now()
        teller = _Teller(plan, cast, accounts.team().zone, now)
        for moment, act in teller.moments():
            history.tell(moment, act)
        history.until(now)
    AFTER_CAMPAIGN()


def tell_work(cast: Mapping[str, Actor]) -> None:
    """How the people work, and who is away soon, unless it was told before."""
    with history_loading() as history, unit_of_work():
        if not _first_time("people"):
            return
        now = clock.now()
        today = zones.today(now, accounts.team().zone)
        history.tell(now - timedelta(days=DAYS - 0.2), lambda: work.introduce(cast))
        history.tell(now - timedelta(days=3), lambda: work.go_away(cast, today))
        history.until(now)


def _first_time(key: str) -> bool:
    key = f"demo:{key}"
    taken = select(UsedKey.id).where(UsedKey.team_id == current_team(), UsedKey.key == key)
    if db.session.scalar(taken) is not None:
        return False
    db.session.add(UsedKey(team_id=current_team(), key=key, operation="demo.tell", result_id=1))
    return True


class _Teller:
    """One campaign on its way; every method but `moments` is something somebody did."""

    def __init__(self, plan: Plan, cast: Mapping[str, Actor], zone: str, now: datetime) -> None:
        self.plan, self.cast, self.zone, self.now = plan, cast, zone, now
        self.today = zones.today(now, zone)
        self.campaign_id = self.proposal_id = 0
        self.written_until = self.today + timedelta(days=plan.start - 1)

    def moments(self) -> list[Moment]:
        """What happened, in order."""
        told: list[Moment] = [(self._on(self.plan.made, 9), self.make)]
        told += [(self._when(step), self._act(step)) for step in self.plan.steps]
        told += [(moment, self.write_results) for moment in self._mornings()]
        if self.plan.playbook:
            told += self._workdays()
        return sorted((one for one in told if one[0] <= self.now), key=lambda one: one[0])

    def _on(self, day: int, hour: int) -> datetime:
        wall = datetime.combine(self.today + timedelta(days=day), time(hour))
        return zones.to_utc(wall, self.zone)

    def _when(self, step: Step) -> datetime:
        if step.day > -1:
            return self.now + timedelta(days=step.day)
        return self._on(int(step.day), step.hour)

    def _mornings(self) -> list[datetime]:
        first = self.today + timedelta(days=self.plan.start)
        last = min(self.today, self.today + timedelta(days=self.plan.end + 7))
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        mondays = [datetime.combine(day, RESULTS_AT) for day in days if day.weekday() == 0]
        return [*(zones.to_utc(wall, self.zone) for wall in mondays), self.now - FRESH]

    def _workdays(self) -> list[Moment]:
        """Mornings and evenings of the team's working days, from the day after it was made."""
        days = (self.today + timedelta(days=n) for n in range(self.plan.made + 1, 1))
        return [
            (zones.to_utc(datetime.combine(day, hour), self.zone), act)
            for day in days
            if day.weekday() < work.WORKDAYS
            for hour, act in ((BEGINS, self._morning), (ENDS, self._evening))
        ]

    def _morning(self) -> None:
        self.work.morning()

    def _evening(self) -> None:
        self.work.evening()

    def _act(self, step: Step) -> Callable[[], object]:
        return lambda: getattr(self, f"_{step.verb}")(step, self.cast[step.who])

    def make(self) -> None:
        plan, by = self.plan, self.cast[self.plan.owner]
        assert by.user_id is not None
        self.campaign_id = plan_campaign(
            name=plan.name,
            type=plan.type,
            objective=plan.objective,
            description=plan.description,
            target_audience=plan.audience,
            owner_id=by.user_id,
            start_on=self.today + timedelta(days=plan.start),
            target_on=self.today + timedelta(days=plan.target),
            end_on=self.today + timedelta(days=plan.end),
            currency=accounts.team().currency,
            budget=plan.budget,
            platforms=list(plan.platforms),
            by=by,
        )
        self.work = work.Work(plan, self.cast, self.campaign_id)
        if plan.playbook:
            self.work.begin()

    @property
    def _campaign(self) -> Campaign:
        return find(Campaign, self.campaign_id)

    def _ask(self, step: Step, by: Actor) -> None:
        self.proposal_id = submit_campaign(
            campaign_id=self.campaign_id, note=step.words, version=self._campaign.version, by=by
        )

    def _decide(self, decision: str, step: Step, by: Actor) -> None:
        version = find(Proposal, self.proposal_id).version
        decide(
            proposal_id=self.proposal_id, decision=decision, note=step.words, version=version, by=by
        )

    def _approve(self, step: Step, by: Actor) -> None:
        self._decide("approve", step, by)

    def _changes(self, step: Step, by: Actor) -> None:
        self._decide("changes", step, by)

    def _split(self, step: Step, by: Actor) -> None:
        parts = {part.platform: part.id for part in planned_parts(self.campaign_id)}
        change_budget(
            campaign_id=self.campaign_id,
            budget=self.plan.budget,
            ad_campaign_ids=[parts[platform] for platform, _ in step.shares],
            shares=[amount for _, amount in step.shares],
            version=self._campaign.version,
            by=by,
        )

    def _raise(self, step: Step, by: Actor) -> None:
        self.proposal_id = change_budget(
            campaign_id=self.campaign_id,
            budget=step.budget,
            why=step.words,
            version=self._campaign.version,
            by=by,
        )

    def _move(self, move: str, step: Step, by: Actor) -> None:
        move_campaign(
            campaign_id=self.campaign_id,
            move=move,
            reason=step.words,
            version=self._campaign.version,
            by=by,
        )

    def _pause(self, step: Step, by: Actor) -> None:
        self._move("pause", step, by)

    def _resume(self, step: Step, by: Actor) -> None:
        self._move("resume", step, by)

    def _cancel(self, step: Step, by: Actor) -> None:
        self._move("cancel", step, by)

    def _archive(self, step: Step, by: Actor) -> None:
        version = self._campaign.version
        archive_campaign(campaign_id=self.campaign_id, archived=True, version=version, by=by)

    def write_results(self) -> None:
        """Each part's days since the last time."""
        known = self.today if clock.now() >= self.now - FRESH else self._yesterday()
        by = self.cast[self.plan.owner]
        for part in planned_parts(self.campaign_id):
            days = [
                day
                for day in self._days(part.platform, part.allocated_cents)
                if self.written_until < day.on <= known
            ]
            results.record_days(part, days, currency=self._campaign.currency, by=by)
        self.written_until = known

    def _yesterday(self) -> date:
        return zones.today(clock.now(), self.zone) - timedelta(days=1)

    def _days(self, platform: str, share_cents: int) -> list[Day]:
        """The days a part ran, as the whole story knows them."""
        plan = self.plan
        first = self.today + timedelta(days=plan.start)
        last = min(self.today, self.today + timedelta(days=plan.end))
        found = numbers.days(
            plan.key,
            platform=platform,
            objective=plan.objective,
            per_day_cents=plan.pace * share_cents / (plan.end - plan.start + 1),
            first=first,
            last=last,
            today=self.today,
        )
        return [day for day in found if self._ran(day.on)]

    def _ran(self, on: date) -> bool:
        """Whether ads were out that day: not between a pause and its resume, nor after a cancel."""
        day, running = (on - self.today).days, True
        for step in self.plan.steps:
            if step.day < day and step.verb in ("pause", "cancel", "resume"):
                running = step.verb == "resume"
        return running
