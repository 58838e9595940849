"""The log in words: each event as a line with an icon, who did it, and the reason when somebody
gave one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.accounts import queries as accounts
from webapp.ads import queries as ads
from webapp.ads.platforms import PLATFORM_WORDS
from webapp.approvals import guests
from webapp.approvals.kinds import kind_of
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Transition
from webapp.core import money
from webapp.events.models import Event
from webapp.timelines import queries as timelines
from webapp.web.words import STATES

#: What a feed may be narrowed to: its key in the URL and its words.
FILTERS = (("all", "Everything"), ("people", "People"), ("automatic", "Automatic"))
#: The actors each of them shows; none means all.
ACTORS: dict[str, tuple[str, ...]] = {
    "all": (),
    "people": ("user", "guest"),
    "automatic": ("timer", "event", "rule"),
}

#: event → (icon, mark, words)
WORDS: dict[str, tuple[str, str, str]] = {
    "campaign.created": ("flag", "", "Created the campaign"),
    "campaign.changed": ("copy", "", "Edited the campaign"),
    "campaign.budget_set": ("coins", "", "Set the budget"),
    "campaign.submitted": ("s-in_progress", "in_progress", "Asked for approval to launch"),
    "campaign.returned": ("s-pending", "pending", "Back to draft"),
    "campaign.scheduled": ("clock", "pending", "Scheduled"),
    "campaign.start_deferred": ("clock", "attention", "Its start waits: the day is closed"),
    "campaign.launched": ("s-active", "active", "Launched"),
    "campaign.paused": ("pause", "attention", "Paused"),
    "campaign.resumed": ("play", "active", "Resumed"),
    "campaign.completed": ("s-completed", "completed", "Completed"),
    "campaign.cancelled": ("s-failed", "failed", "Cancelled"),
    "campaign.failed": ("s-failed", "failed", "Failed"),
    "campaign.archived": ("down-l", "", "Archived"),
    "campaign.restored": ("up-l", "", "Taken out of the archive"),
    "campaign.trashed": ("x", "", "Moved to the trash"),
    "campaign.untrashed": ("up-l", "", "Taken out of the trash"),
    "campaign.purged": ("x", "", "Deleted for good"),
    "proposal.asked": ("check", "in_progress", "Asked for a decision"),
    "proposal.reopened": ("swap", "in_progress", "Edited meanwhile, so asked again"),
    "proposal.approved": ("check", "completed", "Approved the request"),
    "proposal.applied": ("s-completed", "completed", "The change was made"),
    "proposal.rejected": ("s-failed", "failed", "Rejected the request"),
    "proposal.dismissed": ("x", "", "Took the request back"),
    "proposal.staled": ("s-attention", "attention", "The request was out of date"),
    "proposal.agreed": ("check", "in_progress", "Agreed, others are asked too"),
    "proposal.stage_passed": ("check", "in_progress", "A stage agreed"),
    "proposal.delegated": ("user", "", "Handed the decision on"),
    "proposal.reminded": ("clock", "attention", "The decision is late"),
    "proposal.rerouted": ("user", "attention", "Late: whoever steps in is asked"),
    "proposal.escalated": ("up-l", "attention", "Late: any manager or owner may decide"),
    "proposal.expired": ("s-failed", "failed", "Nobody decided in time"),
    "proposal.undone": ("swap", "pending", "Undid the change"),
    "proposal.guest_invited": ("link", "", "Invited a guest to a request"),
    "proposal.guest_revoked": ("x", "", "Closed a guest's link"),
    "proposal.guest_commented": ("talk", "", "Said something about a request"),
    "timeline.made": ("cal", "", "Began a plan"),
    "timeline.changed": ("cal", "", "Changed the plan's settings"),
    "timeline.recalculated": ("cal", "", "Recalculated the plan"),
    "timeline.shifted": ("cal", "", "Moved dates of the plan"),
    "timeline.agreed": ("s-completed", "completed", "The plan was agreed"),
    "timeline.replanned": ("cal", "", "The plan followed a change"),
    "ad_campaign.created": ("plus", "", "Added an ad platform"),
    "ad_campaign.allocated": ("coins", "", "Changed a platform's share"),
    "ad_campaign.started": ("play", "active", "Ads may run"),
    "ad_campaign.paused": ("pause", "attention", "Ads paused"),
    "ad_campaign.resumed": ("play", "active", "Ads resumed"),
    "ad_campaign.ended": ("s-completed", "completed", "Ads ended"),
    "import_batch.staged": ("up-l", "", "Read a report"),
    "import_batch.committed": ("up-l", "completed", "Imported a report"),
    "import_batch.discarded": ("x", "", "Discarded an import"),
    "import_batch.refused": ("s-failed", "failed", "A report could not be imported"),
    "import_batch.returned": ("s-attention", "attention", "An import needs another look"),
    "import_batch.undone": ("swap", "pending", "Took an import back"),
    "calendar_feed.made": ("cal", "", "Made a calendar address"),
    "calendar_feed.revoked": ("x", "", "Revoked a calendar address"),
    "share.created": ("share", "", "Shared the campaign by link"),
    "share.edited": ("share", "", "Changed a shared link"),
    "share.revoked": ("x", "", "Revoked a shared link"),
    "blackout.added": ("cal", "", "Closed some days"),
    "blackout.removed": ("cal", "", "Opened closed days again"),
    "plan_run.asked": ("user", "", "Looked for a better plan"),
    "plan_run.failed": ("s-attention", "attention", "The search for a plan broke off"),
    "campaign.outlined": ("cal", "", "Began the plan from another one"),
    "results.recorded": ("chart", "", "Recorded results"),
    "comment.added": ("talk", "", "Said something"),
    "file.added": ("link", "", "Attached a file"),
    "file.described": ("link", "", "Said what a picture shows"),
    "file.removed": ("x", "", "Removed a file"),
    "time_entry.logged": ("clock", "", "Logged time"),
    "time_entry.removed": ("x", "", "Took logged time back"),
    "task.added": ("plus", "", "Added a task"),
    "task.changed": ("copy", "", "Edited a task"),
    "task.started": ("s-in_progress", "in_progress", "Started a task"),
    "task.review_asked": ("s-active", "active", "Asked for a task's review"),
    "task.finished": ("s-completed", "completed", "Finished a task"),
    "task.put_back": ("s-pending", "pending", "Put a task back to To do"),
    "task.cancelled": ("s-failed", "failed", "Cancelled a task"),
    "task.revived": ("up-l", "pending", "Took up a cancelled task again"),
    "task.blocked": ("s-attention", "attention", "Marked a task as blocked"),
    "task.unblocked": ("play", "", "A task can go on"),
    "task.assigned": ("user", "", "Assigned a task"),
    "task.linked": ("dep", "", "Made a task wait for another"),
    "task.unlinked": ("dep", "", "Made a task wait no longer"),
    "task.trashed": ("x", "", "Moved a task to the trash"),
    "task.restored": ("up-l", "", "Took a task out of the trash"),
    "task.purged": ("x", "", "Deleted a task for good"),
    "escalation.reminded": ("clock", "attention", "Reminded"),
    "escalation.passed_to_backup": ("user", "attention", "Told whoever steps in"),
    "escalation.passed_to_manager": ("up-l", "attention", "Told a manager"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an activity feed; `zone` is the team's, for the time in words."""

    event_id: int
    icon: str
    mark: str
    words: str
    who: str
    detail: str
    created_at: datetime
    zone: str
    #: The event that made it happen, where no person did.
    cause_id: int | None = None


def lines(events: Sequence[Event], *, own_task: int | None = None) -> list[Line]:
    """The events people care about, in words; the others are left out. On a task's own page its
    title is not said again.
    """
    shown = [event for event in events if event.name in WORDS]
    if not shown:
        return []
    reasons = campaigns.reasons({event.id for event in shown if event.name.startswith("campaign.")})
    whos = who_did([event.by for event in shown])
    platforms = ads.platforms_of(
        {event.subject_id for event in shown if event.subject_kind == "ad_campaign"}
    )
    zone = accounts.team().zone
    tasks = _of_tasks(shown, own_task) | _of_escalations(shown)
    return [
        Line(
            event.id,
            *WORDS[event.name][:2],
            tasks.get(event.id) or _words(event, platforms),
            who,
            reasons.get(event.id, ""),
            event.created_at,
            zone,
            event.caused_by,
        )
        for event, who in zip(shown, whos, strict=True)
    ]


def _words(event: Event, platforms: dict[int, str]) -> str:
    words = WORDS[event.name][2]
    if event.subject_kind == "ad_campaign" and event.subject_id in platforms:
        words += f": {PLATFORM_WORDS[platforms[event.subject_id]]}"
    if event.name.startswith("proposal.") and "kind" in event.data:
        words += f": {kind_of(event.data['kind']).words.lower()}"
    if event.name in ("campaign.budget_set", "ad_campaign.allocated"):
        words += f", {_amounts(event)}"
    was, to = event.data.get("was"), event.data.get("to")
    if event.subject_kind == "campaign" and was and to:
        known = STATES["campaign"]
        words += f": {known[was][1]} to {known[to][1]}"
    if event.data.get("is_self_approved"):
        words += " (self-approved)"
    return words


def _of_tasks(events: Sequence[Event], own_task: int | None) -> dict[int, str]:
    """Lines about tasks, by event: which task, and whom or which other one it names."""
    mine = [event for event in events if event.subject_kind == "task"]
    ids = {event.subject_id for event in mine}
    ids |= {event.data["waits_for_id"] for event in mine if "waits_for_id" in event.data}
    titles = timelines.titles(ids)
    names = accounts.names({one for event in mine if (one := event.data.get("assignee_id"))})
    found = {}
    for event in mine:
        words = WORDS[event.name][2]
        if event.subject_id != own_task:
            words += f": “{titles.get(event.subject_id, 'a deleted one')}”"
        if event.name == "task.assigned":
            words += f" to {names.get(event.data['assignee_id'] or 0, 'nobody')}"
        elif "waits_for_id" in event.data:
            words += f", “{titles.get(event.data['waits_for_id'], 'a deleted one')}”"
        found[event.id] = words
    return found


def _of_escalations(events: Sequence[Event]) -> dict[int, str]:
    """Lines about late and blocked work, by event: who was told, of which task, and why."""
    found = [event for event in events if event.subject_kind == "escalation"]
    titles = timelines.titles({event.data["task_id"] for event in found})
    names = accounts.names({event.data["user_id"] for event in found})
    return {
        event.id: f"{WORDS[event.name][2]}: {names.get(event.data['user_id'], 'somebody')}, "
        f"“{titles.get(event.data['task_id'], 'a deleted one')}” is {event.data['cause']}"
        for event in found
    }


def _amounts(event: Event) -> str:
    """Before and after of an event about money, to the minor unit."""
    assert event.campaign_id is not None
    currency = campaigns.campaign(event.campaign_id).currency
    after = event.data["budget_cents" if event.subject_kind == "campaign" else "allocated_cents"]
    pair = event.data["was_cents"], after
    return " to ".join(money.words(cents, currency, cents=True) for cents in pair)


def steps(transitions: Sequence[Transition]) -> list[dict[str, Any]]:
    """Lines of the transition log with names: who, why, when."""
    whos = who_did([one.by for one in transitions])
    zone = accounts.team().zone
    return [
        {
            "was": one.was,
            "became": one.became,
            "who": who,
            "reason": one.reason,
            "created_at": one.created_at,
            "event_id": one.event_id,
            "zone": zone,
        }
        for one, who in zip(transitions, whos, strict=True)
    ]


def who_did(actors: Sequence[str]) -> list[str]:
    """Names for `user:12` and `guest:7`, `Automatic` for timers, events and rules."""
    known = {
        "user": accounts.names(_ids("user", actors)),
        "guest": guests.names(_ids("guest", actors)),
    }
    found = []
    for one in actors:
        kind, _, number = one.partition(":")
        found.append(known[kind].get(int(number), "Somebody") if kind in known else "Automatic")
    return found


def _ids(kind: str, actors: Sequence[str]) -> set[int]:
    return {int(one.partition(":")[2]) for one in actors if one.startswith(f"{kind}:")}
