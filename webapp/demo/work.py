"""How the people of a demo work: what they can do, and a plan that goes on day by day.

They begin in the morning what is due to begin and has nothing left to wait for, and finish in the
evening what is due by then; a few tasks stay behind, as the story says.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from webapp.availability.commands import add_absence, edit_work
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.db import find
from webapp.demo.story import Plan
from webapp.playbooks.commands import use_playbook
from webapp.timelines import queries
from webapp.timelines.models import Task
from webapp.timelines.queries import Line
from webapp.timelines.tasks import assign_task, block_task, move_task
from webapp.timelines.workflow import IN_HAND, State

#: Who can do what, the best first; 3 leads it.
SKILLS: dict[str, dict[str, int]] = {
    "maya": {"Legal": 3, "Analysis": 3, "Copy": 1},
    "tomas": {"Ads": 3, "Booking": 3, "Analysis": 2},
    "noor": {"Copy": 3, "Outreach": 3, "Video": 2},
    "kei": {"Design": 3, "Tracking": 3, "Video": 3, "Web": 2, "Photo": 2},
}
#: Who steps in for whom.
BACKUPS = {"maya": "tomas", "tomas": "maya", "noor": "kei", "kei": "noor"}
#: Who comes later in the day than the team.
LATE_HOURS = {"kei": ("10:00", "18:00")}
#: (who, days from today until the first day away, how many days)
AWAY = ("kei", 18, 4)
WORKDAYS = 5


def introduce(cast: Mapping[str, Actor]) -> None:
    """Everybody says how they work."""
    for key, skills in SKILLS.items():
        by, backup = cast[key], cast[BACKUPS[key]]
        assert by.user_id is not None
        starts, ends = LATE_HOURS.get(key, ("", ""))
        free = [""] * (7 - WORKDAYS)
        edit_work(
            user_id=by.user_id,
            skills=list(skills),
            levels=list(skills.values()),
            hours="own" if starts else "team",
            starts=[starts] * WORKDAYS + free,
            ends=[ends] * WORKDAYS + free,
            backup_id=backup.user_id,
            version=0,
            by=by,
        )


def go_away(cast: Mapping[str, Actor], today: date) -> None:
    """One of them is away soon."""
    key, ahead, days = AWAY
    by = cast[key]
    assert by.user_id is not None
    first = today + timedelta(days=ahead)
    last = first + timedelta(days=days - 1)
    add_absence(user_id=by.user_id, starts_on=first, ends_on=last, reason="Holiday", by=by)


class Work:
    """The work of one campaign."""

    def __init__(self, plan: Plan, cast: Mapping[str, Actor], campaign_id: int) -> None:
        self.plan, self.cast, self.campaign_id = plan, cast, campaign_id
        self.owner = cast[plan.owner]

    def begin(self) -> None:
        """Lay the plan out and say whose each task is, but for the one nobody took."""
        use_playbook(campaign_id=self.campaign_id, playbook=self.plan.playbook, by=self.owner)
        for line in queries.lines(self.campaign_id):
            if line.is_milestone or line.title == self.plan.left:
                continue
            person_id = self.cast[self._best(line)].user_id
            assign_task(
                task_id=line.id, assignee_id=person_id, version=self._version(line), by=self.owner
            )

    def morning(self) -> None:
        """What is to begin begins, unless something before it is not done."""
        for line in self._ready():
            if line.state == State.TO_DO and not line.is_milestone:
                self._move(line, "start")
                if (reason := dict(self.plan.blocked).get(line.title)) is not None:
                    version = self._version(line)
                    block_task(task_id=line.id, reason=reason, version=version, by=self.owner)

    def evening(self) -> None:
        """What is to be done by now is done, but for what is blocked; then the milestones that
        it led to are there.
        """
        for line in self._ready():
            due = line.finishes_at is not None and line.finishes_at <= clock.now()
            if line.state in IN_HAND and due and not line.is_blocked:
                self._move(line, "finish")
        for line in self._ready():
            if line.is_milestone and line.is_open:
                self._move(line, "finish")

    def _ready(self) -> list[Line]:
        """Open work whose time has come, and nothing before it is left."""
        lines = {line.id: line for line in queries.lines(self.campaign_id)}
        waits = {
            link.task_id
            for link in queries.links(self.campaign_id)
            if not lines[link.waits_for_id].is_done
        }
        return [
            line
            for line in lines.values()
            if line.is_open
            and line.id not in waits
            and line.title != self.plan.left
            and line.starts_at is not None
            and line.starts_at <= clock.now()
        ]

    def _best(self, line: Line) -> str:
        """Who does it best; who owns the campaign where nobody says so."""
        levels = {
            key: max((own.get(s, 0) for s in line.skills), default=0) for key, own in SKILLS.items()
        }
        best = max(levels, key=lambda key: (levels[key], key == self.plan.owner))
        return best if levels[best] else self.plan.owner

    def _move(self, line: Line, move: str) -> None:
        by = next(
            (one for one in self.cast.values() if one.user_id == line.assignee_id), self.owner
        )
        move_task(task_id=line.id, move=move, version=self._version(line), by=by)

    @staticmethod
    def _version(line: Line) -> int:
        return find(Task, line.id).version
