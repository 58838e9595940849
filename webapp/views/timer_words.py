"""What happens by itself, in words: timers for the overview and for Home."""

from datetime import datetime
from typing import Any

from webapp.campaigns import queries as campaigns
from webapp.campaigns.timing import PURGE_DUE
from webapp.events import timers
from webapp.files.commands import SWEEP_DUE
from webapp.timelines.tasks import PURGE_DUE as TASK_PURGE_DUE

#: label → (what happens, what comes of it)
WORDS = {
    "timer.plan_laid_anew": ("The plan is laid anew", "Days off changed"),
    "timer.campaign_starts": ("Starts", "The campaign goes live and its ads may run"),
    "timer.campaign_ends": ("Ends", "The campaign is completed and its ads end"),
    "timer.campaign_purged": ("Deleted for good", "Its numbers and its imports go with it"),
    "timer.playbook_purged": (
        "A playbook is deleted for good",
        "It stayed in the trash for 30 days",
    ),
    "timer.task_purged": ("A task is deleted for good", "It stayed in the trash for 30 days"),
    "timer.overdue_remind": ("Reminds of late work", "A task is past its date"),
    "timer.overdue_pass_to_backup": ("Late work goes on", "Whoever steps in is told"),
    "timer.overdue_pass_to_manager": ("Late work goes up", "A manager is told"),
    "timer.stage_remind": ("Decision due", "Late, it is reminded of"),
    "timer.stage_escalate": ("Decision due", "Late, any manager or owner decides"),
    "timer.stage_reroute": ("Decision due", "Late, whoever steps in is asked"),
    "timer.stage_reject": ("Decision due", "Late, it is rejected"),
    "timer.blocked_remind": ("Reminds of blocked work", "A task still cannot go on"),
    "timer.blocked_pass_to_backup": ("Blocked work goes on", "Whoever steps in is told"),
    "timer.blocked_pass_to_manager": ("Blocked work goes up", "A manager is told"),
}


def what_happens_next(campaign_id: int) -> list[dict[str, Any]]:
    """A campaign's pending timers, soonest first."""
    return [
        _words(timer.label_key, timer.event_name) | {"due_at": timer.due_at}
        for timer in timers.pending_for(campaign_id)
    ]


def coming_up(limit: int = 6) -> list[dict[str, Any]]:
    """The team's next timers with their campaigns; the trash is out of sight."""
    found = timers.pending(limit, without=(PURGE_DUE, TASK_PURGE_DUE, SWEEP_DUE))
    names = campaigns.names({timer.campaign_id for timer in found if timer.campaign_id is not None})
    return [
        _words(timer.label_key, timer.event_name)
        | {
            "due_at": timer.due_at,
            "campaign_id": timer.campaign_id,
            "name": names.get(timer.campaign_id or 0, ""),
        }
        for timer in found
    ]


def timers_between(
    begins: datetime, ends: datetime, campaign_id: int | None = None
) -> list[dict[str, Any]]:
    """The team's timers of a stretch of time, those that fired too; the trash is out of sight."""
    found = [
        timer
        for timer in timers.between(begins, ends, without=(PURGE_DUE,))
        if timer.label_key in WORDS and campaign_id in (None, timer.campaign_id)
    ]
    names = campaigns.names({timer.campaign_id for timer in found if timer.campaign_id is not None})
    return [
        _words(timer.label_key, timer.event_name)
        | {
            "due_at": timer.due_at,
            "campaign_id": timer.campaign_id,
            "name": names[timer.campaign_id],
            "fired": timer.state == "fired",
        }
        for timer in found
        if timer.campaign_id in names
    ]


def _words(label: str, event_name: str) -> dict[str, Any]:
    words, detail = WORDS.get(label, (event_name, ""))
    return {"words": words, "detail": detail}
