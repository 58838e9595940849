"""Who is told what of an event: each function re-reads the rows and answers for whom there is news,
in words. Nobody is told of what they did themselves.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from webapp.accounts import queries as accounts
from webapp.approvals import guests
from webapp.approvals import queries as approvals
from webapp.approvals.kinds import kind_of
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import Campaign
from webapp.comments.models import Comment
from webapp.core.errors import NotFound
from webapp.db import find
from webapp.escalations.models import Escalation
from webapp.events.models import Event
from webapp.imports.models import ImportBatch
from webapp.notifications.kinds import Urgency
from webapp.timelines.models import Task

#: Of a comment, as much as a line holds.
EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Story:
    """What people are told. `path` is the page it leads to, `about` the campaign's name."""

    kind: str
    user_ids: tuple[int, ...]
    title: str
    path: str
    detail: str = ""
    about: str = ""
    urgency: Urgency = "normal"


Tell = Callable[[Event], Iterable[Story]]
_tellers: dict[str, Tell] = {}


def _of(*event_names: str) -> Callable[[Tell], Tell]:
    def register(tell: Tell) -> Tell:
        _tellers.update(dict.fromkeys(event_names, tell))
        return tell

    return register


def stories(event: Event) -> list[Story]:
    """What an event is to people, whoever did it left out; each person once, by the first story
    that names them. What is gone meanwhile is no story.
    """
    known = {_user_in(event.by)}
    found = []
    try:
        told = list(_tellers[event.name](event))
    except NotFound:
        return []
    for story in told:
        new = tuple(sorted(set(story.user_ids) - known - {0}))
        known.update(new)
        if new:
            found.append(_for(story, new))
    return found


def _for(story: Story, user_ids: tuple[int, ...]) -> Story:
    return Story(
        story.kind, user_ids, story.title, story.path, story.detail, story.about, story.urgency
    )


def _user_in(by: str) -> int:
    """The person an actor is, as the log writes them; 0 for everything else.

    >>> _user_in("user:12"), _user_in("timer:3")
    (12, 0)
    """
    kind, _, number = by.partition(":")
    return int(number) if kind == "user" else 0


def _who(event: Event) -> str:
    """Who did it, in a sentence."""
    if event.by.startswith("guest:"):
        link_id = int(event.by.removeprefix("guest:"))
        return guests.names({link_id}).get(link_id, "A guest")
    user_id = _user_in(event.by)
    return accounts.names({user_id}).get(user_id, "Somebody") if user_id else "Drumbeat"


@_of(
    "proposal.asked",
    "proposal.reopened",
    "proposal.stage_passed",
    "proposal.delegated",
    "proposal.rerouted",
    "proposal.escalated",
    "proposal.reminded",
)
def _a_request_waits(event: Event) -> Iterable[Story]:
    proposal = approvals.proposal(event.subject_id)
    if proposal is None or proposal.state != "in_review":
        return
    shown = kind_of(proposal.kind).present(proposal)
    asker = _user_in(proposal.by)
    late = event.name in ("proposal.rerouted", "proposal.escalated", "proposal.reminded")
    name = accounts.names({asker}).get(asker, "Somebody") if asker else "Drumbeat"
    instead = _user_in(event.by) if event.name == "proposal.delegated" else None
    again = " again" if event.name == "proposal.reopened" else ""
    yield Story(
        "late_request" if late else "request",
        approvals.waits_for(proposal, instead_of=instead),
        f"Late: {shown.title}" if late else f"{name} asks{again}: {shown.title}",
        f"/approvals/{proposal.id}",
        proposal.why[:EXCERPT],
        shown.about,
        "urgent" if late else "normal",
    )


_DECIDED = {
    "proposal.approved": "Approved",
    "proposal.expired": "Nobody decided in time",
    "proposal.staled": "Out of date, ask again",
    "proposal.failed": "It could not be done",
    "proposal.undone": "Undone",
    "proposal.dismissed": "Taken back",
}


@_of("proposal.rejected", *_DECIDED)
def _a_request_was_decided(event: Event) -> Iterable[Story]:
    proposal = approvals.proposal(event.subject_id)
    if proposal is None or proposal.acted:
        return
    shown = kind_of(proposal.kind).present(proposal)
    words, note = _DECIDED.get(event.name, ""), ""
    if event.name == "proposal.rejected":
        said = approvals.last_word(proposal)
        asks = said is not None and said.state == "changes_requested"
        words, note = "Changes wanted" if asks else "Rejected", said.comment if said else ""
    urgent = event.name in ("proposal.failed",)
    yield Story(
        "decision",
        (_user_in(proposal.by),),
        f"{words}: {shown.title}",
        f"/approvals/{proposal.id}",
        note[:EXCERPT],
        shown.about,
        "urgent" if urgent else "normal",
    )


@_of("proposal.guest_commented")
def _a_guest_said_something(event: Event) -> Iterable[Story]:
    """Whoever asked and whoever invited them."""
    proposal, link_id = approvals.proposal(event.subject_id), int(event.by.removeprefix("guest:"))
    if proposal is None:
        return
    shown = kind_of(proposal.kind).present(proposal)
    yield Story(
        "comment",
        (_user_in(proposal.by), guests.invited_by(link_id)),
        f"{_who(event)} said something: {shown.title}",
        f"/approvals/{proposal.id}",
        guests.last_comment(link_id)[:EXCERPT],
        shown.about,
        "low",
    )


@_of("task.assigned", "task.added")
def _work_became_somebodys(event: Event) -> Iterable[Story]:
    task = find(Task, event.subject_id)
    if task.assignee_id is None or not task.is_open or task.trashed_at is not None:
        return
    if event.data.get("assignee_id") != task.assignee_id:
        return  # it went on to somebody else meanwhile
    due = f"Due {task.due_on:%a %-d %b}" if task.due_on else ""
    yield Story(
        "assigned",
        (task.assignee_id,),
        f"Yours now: {task.title}",
        f"/tasks/{task.id}",
        due,
        _name_of(task.campaign_id),
    )


@_of("escalation.reminded", "escalation.passed_to_backup", "escalation.passed_to_manager")
def _work_is_late_or_blocked(event: Event) -> Iterable[Story]:
    escalation = find(Escalation, event.subject_id)
    told = event.data.get("user_id")
    if not escalation.is_open or told is None:
        return
    task = find(Task, escalation.task_id)
    overdue = escalation.cause == "overdue"
    passed = event.name != "escalation.reminded"
    details = {
        "escalation.reminded": task.blocked_reason,
        "escalation.passed_to_backup": "You step in for whoever has it",
        "escalation.passed_to_manager": "Whoever has it did not take it up",
    }
    yield Story(
        "late_work",
        (told,),
        f"{'Overdue' if overdue else 'Blocked'}: {task.title}",
        f"/tasks/{task.id}",
        details[event.name][:EXCERPT],
        _name_of(task.campaign_id),
        "urgent" if passed else "normal",
    )


@_of("comment.added")
def _somebody_said_something(event: Event) -> Iterable[Story]:
    comment = find(Comment, event.subject_id)
    if comment.deleted_at is not None:
        return
    who, about = _who(event), _name_of(comment.campaign_id)
    title, path, whose = _subject_of(comment)
    said = comment.body[:EXCERPT]
    mentioned = tuple(event.data.get("mentioned_ids", ()))
    yield Story("mention", mentioned, f"{who} named you: {title}", path, said, about)
    yield Story("comment", whose, f"{who} said something: {title}", path, said, about, "low")


def _subject_of(comment: Comment) -> tuple[str, str, tuple[int, ...]]:
    """What a comment is about: its title, its page, and whose it is."""
    if comment.subject_kind == "task":
        task = find(Task, comment.subject_id)
        return task.title, f"/tasks/{task.id}", (task.assignee_id or 0,)
    if comment.subject_kind == "proposal":
        proposal = approvals.proposal(comment.subject_id)
        if proposal is None:
            raise NotFound()
        shown = kind_of(proposal.kind).present(proposal)
        return shown.title, f"/approvals/{proposal.id}", (_user_in(proposal.by),)
    campaign = find(Campaign, comment.campaign_id)
    return campaign.name, f"/campaigns/{campaign.id}", (campaign.owner_id,)


_MOVED = {
    "campaign.launched": "Launched",
    "campaign.paused": "Paused",
    "campaign.resumed": "Resumed",
    "campaign.completed": "Completed",
    "campaign.cancelled": "Cancelled",
    "campaign.failed": "Failed",
}


@_of(*_MOVED)
def _a_campaign_moved(event: Event) -> Iterable[Story]:
    campaign = find(Campaign, event.subject_id)
    yield Story(
        "campaign",
        (campaign.owner_id,),
        f"{_MOVED[event.name]}: {campaign.name}",
        f"/campaigns/{campaign.id}",
        "",
        campaign.name,
        "urgent" if event.name == "campaign.failed" else "low",
    )


_READ = {
    "import_batch.asked": "Needs an answer",
    "import_batch.staged": "Ready to look at",
    "import_batch.committed": "Imported",
    "import_batch.returned": "Needs another look",
    "import_batch.refused": "Could not be imported",
}


@_of(*_READ)
def _a_report_was_read(event: Event) -> Iterable[Story]:
    batch = find(ImportBatch, event.subject_id)
    yield Story(
        "report",
        (batch.created_by,),
        f"{_READ[event.name]}: {batch.file_name}",
        f"/campaigns/{batch.campaign_id}/imports/{batch.id}",
        about=_name_of(batch.campaign_id),
        urgency="low",
    )


def _name_of(campaign_id: int) -> str:
    return campaigns.names({campaign_id}).get(campaign_id, "")


#: Every event somebody may be told of.
EVENTS = tuple(sorted(_tellers))
