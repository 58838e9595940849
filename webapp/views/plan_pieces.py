"""A campaign's plan as its pages show it: the chart, the list and the sentence, each redrawn while
somebody looks. Everything is read in the same few statements for ten tasks or a thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from webapp.accounts import queries as accounts
from webapp.availability.working_time import WorkingTime
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.timelines import planning, queries
from webapp.timelines.critical_path import Link
from webapp.timelines.finding import Finding, finding_of
from webapp.timelines.models import Timeline
from webapp.timelines.queries import Line
from webapp.timelines.workflow import State
from webapp.views import plan_words
from webapp.views.gantt import Bar, Gantt, Tie, gantt
from webapp.web import words
from webapp.web.fragments import fragment

#: What changes a plan, or what it is measured against.
PLAN_EVENTS = ("task.*", "timeline.*", "campaign.*")
#: The buffer's row is no task's.
BUFFER = 0
#: What has no place comes last.
NEVER = (datetime.max.replace(tzinfo=UTC),) * 2


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the list, in words."""

    line: Line
    mark: str
    state: str
    starts_on: date | None
    ends_on: date | None
    estimate: str
    after: str
    slack: str
    is_critical: bool
    agreed_on: date | None
    slip: str
    owner: str


@dataclass(frozen=True)
class Plan:
    """A campaign's plan, read once: what is stored, and how it is laid now.

    `spans` are from when to when each task is planned as of now: what is stored was laid at the
    last change, and work that takes too long has gone on since.
    """

    campaign: Campaign
    timeline: Timeline
    laid: planning.Laid
    spans: Mapping[int, tuple[datetime, datetime]]
    lines: Sequence[Line]
    names: Mapping[int, str]
    today: date

    @property
    def times(self) -> WorkingTime:
        return self.laid.times

    @cached_property
    def titles(self) -> dict[int, str]:
        return {line.id: line.title for line in self.lines}

    @cached_property
    def slips(self) -> dict[int, int]:
        """Working minutes each task ends later than was agreed."""
        minute_of = self.times.minute_of
        return {
            line.id: minute_of(span[1]) - minute_of(line.baseline_finishes_at)
            for line in self.lines
            if line.baseline_finishes_at is not None and (span := self.span_of(line)) is not None
        }

    @cached_property
    def finding(self) -> Finding:
        return finding_of(self.laid, self.timeline.buffer_minutes, self.slips)

    @property
    def target(self) -> str:
        return words.day(self.campaign.target_on, self.today)

    def sentence(self, finding: Finding | None = None) -> str:
        """How it stands, or would."""
        return plan_words.sentence(finding or self.finding, self.titles, self.target)

    @cached_property
    def critical(self) -> set[int]:
        """The tasks that decide the target."""
        return self.laid.critical()

    def span_of(self, line: Line) -> tuple[datetime, datetime] | None:
        """From when to when it is planned as of now; None for what has no place."""
        return self.spans.get(line.id)

    @cached_property
    def statuses(self) -> dict[int, tuple[str, str]]:
        """Each task's mark and word."""
        return {line.id: status_of(self, line) for line in self.lines}

    def on(self, instant: datetime | None) -> date | None:
        return zones.today(instant, self.campaign.zone) if instant is not None else None

    def place(self, instant: datetime) -> float:
        """Where an instant is drawn: its day, and how much of the working day is over."""
        wall = zones.local(instant, self.campaign.zone)
        into = (wall.hour * 60 + wall.minute - self.times.starts) / self.times.day_minutes
        return wall.toordinal() + min(1.0, max(0.0, into))


def plan_of(campaign_id: int) -> Plan | None:
    """A campaign's plan; None before its first task."""
    campaign = campaigns.campaign(campaign_id)
    timeline = queries.timeline_of(campaign_id)
    if timeline is None:
        return None
    laid, lines = planning.lay(timeline), queries.lines(campaign_id)
    spans = {key: (laid.starts_at(key), laid.finishes_at(key)) for key in laid.tasks}
    lines.sort(key=lambda line: (spans.get(line.id, NEVER), line.id))
    names = accounts.names({line.assignee_id for line in lines if line.assignee_id is not None})
    today = zones.today(clock.now(), campaign.zone)
    return Plan(campaign, timeline, laid, spans, lines, names, today)


def status_of(plan: Plan, line: Line) -> tuple[str, str]:
    """A task's mark and word: its state, unless something needs a person first. A milestone has the
    whole of its day.
    """
    if line.is_blocked:
        return "attention", "Blocked"
    is_today = line.is_milestone and plan.on(line.deadline) == plan.today
    if line.is_overdue and not is_today:
        return "attention", "Overdue"
    return words.state(line.state, "task")


#: The live parts of the page.
PARTS = ("findings", "chart", "items")


def pieces_of(campaign_id: int, parts: Sequence[str] = PARTS) -> dict[str, Any]:
    """What the live parts of the page show; only those that are named are drawn."""
    plan = plan_of(campaign_id)
    campaign = plan.campaign if plan else campaigns.campaign(campaign_id)
    return {
        "campaign": campaign,
        "today": zones.today(clock.now(), campaign.zone),
        "chart": chart_of(plan) if plan and "chart" in parts else None,
        "items": items_of(plan) if plan and "items" in parts else [],
        "findings": findings_of(plan) if plan and "findings" in parts else [],
        "has_baseline": bool(plan and plan.slips),
    }


def findings_of(plan: Plan) -> list[str]:
    """The sentence, and what is to be known beside it."""
    if not plan.laid.tasks:
        return []
    found = [plan.sentence()]
    zone = plan.campaign.zone
    if why := plan_words.constraint(plan.finding, plan.titles, zone, plan.today):
        found.append(why)
    missed = [line for line in plan.lines if line.misses_its_date]
    found += [
        f"“{line.title}” is planned to end {words.day(plan.on(line.finishes_at), plan.today)},"
        f" after its due date {words.day(line.due_on, plan.today)}."
        for line in missed[:3]
    ]
    if len(missed) > 3:
        found.append(f"{len(missed) - 3} more miss their due dates.")
    if plan.finding.kind in ("on_track", "eats"):
        leading = plan.critical & plan.laid.before_target()
        titles = [line.title for line in plan.lines if line.is_open and line.id in leading]
        reserve = plan.finding.reserve_minutes
        found.append(plan_words.critical_path(titles, reserve, plan.times.day_minutes))
    return [one for one in found if one]


def chart_of(plan: Plan) -> Gantt | None:
    """The chart of everything that has a place in the plan."""
    bars = [_bar(plan, line, *span) for line in plan.lines if (span := plan.span_of(line))]
    ties = [
        Tie(link.before, link.after, link.kind, _decides(plan, link)) for link in plan.laid.links
    ]
    return gantt(
        _with_buffer(plan, bars),
        ties,
        today=plan.today,
        now=plan.place(clock.now()),
        is_working=plan.times.is_working,
    )


def _bar(plan: Plan, line: Line, starts_at: datetime, finishes_at: datetime) -> Bar:
    mark, state = plan.statuses[line.id]
    start, end = plan.place(starts_at), plan.place(finishes_at)
    was = None
    agreed = line.baseline_starts_at, line.baseline_finishes_at
    if agreed[0] and agreed[1] and plan.slips.get(line.id) and not line.is_milestone:
        was = plan.place(agreed[0]), plan.place(agreed[1])
    if line.is_milestone:
        start = float(zones.today(finishes_at, plan.campaign.zone).toordinal())
        end = start + 1
    return Bar(
        line.id,
        line.title,
        start,
        end,
        line.phase,
        mark,
        state,
        line.is_milestone,
        line.id in plan.critical,
        used=_used(plan, line),
        was=was,
        owner=plan.names.get(line.assignee_id or 0, ""),
    )


def _used(plan: Plan, line: Line) -> int | None:
    """How much of its time work in hand has had, in percent."""
    if line.started_at is None or line.state not in (State.IN_PROGRESS, State.IN_REVIEW):
        return None
    if line.is_milestone or not line.estimate_minutes:
        return None
    worked = plan.times.minute_of(clock.now()) - plan.times.minute_of(line.started_at)
    return min(100, max(0, round(100 * worked / line.estimate_minutes)))


def _decides(plan: Plan, link: Link) -> bool:
    """Whether a link is what holds its task where it is, on the critical path."""
    both = link.before in plan.critical and link.after in plan.critical
    return both and plan.laid.network.why(link.after).link == link


def _with_buffer(plan: Plan, bars: list[Bar]) -> list[Bar]:
    """The buffer has a row before the target's, else at the end of what comes before it."""
    minutes = plan.timeline.buffer_minutes
    if not minutes or not bars:
        return bars
    target = plan.laid.target_minute
    start = plan.place(plan.times.start_at(target - minutes))
    end = plan.place(plan.times.finish_at(target))
    spot = next((n for n, bar in enumerate(bars) if bar.key == plan.laid.target_id), len(bars))
    phase = bars[spot if spot < len(bars) else -1].phase
    title = f"Buffer, {plan_words.length(minutes, plan.times.day_minutes)}"
    return [*bars[:spot], Bar(BUFFER, title, start, end, phase, is_buffer=True), *bars[spot:]]


def items_of(plan: Plan) -> list[Item]:
    """The list: everything of the chart, and what was cancelled."""
    into: dict[int, list[Link]] = {}
    for link in plan.laid.links:
        into.setdefault(link.after, []).append(link)
    return [_item(plan, line, into.get(line.id, [])) for line in plan.lines]


def _item(plan: Plan, line: Line, links: Sequence[Link]) -> Item:
    mark, state = plan.statuses[line.id]
    span = plan.times.day_minutes
    starts_at, finishes_at = plan.span_of(line) or (None, None)
    slip, slack = plan.slips.get(line.id), ""
    if finishes_at is not None and line.is_open:
        minutes = plan.laid.network.slot(line.id).float
        slack = plan_words.length(minutes, span) if minutes > 0 else "None"
    return Item(
        line,
        mark,
        state,
        plan.on(starts_at),
        plan.on(finishes_at),
        "" if line.is_milestone else plan_words.length(line.estimate_minutes, span),
        ", ".join(tie_words(link, plan.titles, span) for link in links),
        slack,
        line.id in plan.critical and line.is_open,
        plan.on(line.baseline_finishes_at),
        plan_words.slip(slip, span) if slip is not None else "",
        plan.names.get(line.assignee_id or 0, ""),
    )


def tie_words(link: Link, titles: Mapping[int, str], day_minutes: int) -> str:
    """What a task waits for: another's end or start, and how long after."""
    words_ = titles.get(link.before, "a task")
    if link.kind == "ss":
        words_ += " has begun"
    if link.lag:
        sign = "+" if link.lag > 0 else "−"
        words_ += f" {sign} {plan_words.length(abs(link.lag), day_minutes)}"
    return words_


@fragment("timelines/_finding.html", on=PLAN_EVENTS, topic="campaign:{campaign_id}")
def plan_finding(event: Event) -> dict[str, Any]:
    return _pieces(event, "findings")


@fragment("timelines/_gantt.html", on=PLAN_EVENTS, topic="campaign:{campaign_id}")
def plan_chart(event: Event) -> dict[str, Any]:
    return _pieces(event, "chart")


@fragment("timelines/_plan.html", on=PLAN_EVENTS, topic="campaign:{campaign_id}")
def plan_list(event: Event) -> dict[str, Any]:
    return _pieces(event, "items")


def _pieces(event: Event, part: str) -> dict[str, Any]:
    assert event.campaign_id is not None  # the topic names it
    return pieces_of(event.campaign_id, [part])
