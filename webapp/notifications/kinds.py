"""What people can be told of: the kinds of notifications, as the settings list them, with the usual
way each comes.
"""

from dataclasses import dataclass
from typing import Literal

Email = Literal["now", "digest", "off"]
Slack = Literal["now", "off"]
Urgency = Literal["urgent", "normal", "low"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `email` and `slack` are what somebody gets who chose nothing; the inbox has all."""

    name: str
    title: str
    words: str
    email: Email
    slack: Slack


KINDS = (
    Kind(
        "request",
        "Requests for you to decide",
        "A launch, a budget or dates wait for your word",
        "now",
        "now",
    ),
    Kind(
        "late_request",
        "Decisions that are late",
        "A deadline passed, and you can still decide",
        "now",
        "now",
    ),
    Kind(
        "decision",
        "Decisions on your requests",
        "Approved, rejected, asked to change, or nobody decided",
        "now",
        "now",
    ),
    Kind("assigned", "Work given to you", "A task became yours", "now", "now"),
    Kind("late_work", "Late and blocked work", "You have it, or you step in for it", "now", "now"),
    Kind("mention", "Your name in a comment", "Somebody wrote @ and your name", "now", "now"),
    Kind("comment", "Comments on your work", "On your tasks and your requests", "digest", "off"),
    Kind(
        "campaign",
        "Your campaigns",
        "Launched, paused, completed or failed",
        "digest",
        "off",
    ),
    Kind("report", "Reports you imported", "Read, imported or refused", "off", "off"),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> Kind | None:
    """The kind of that name; None when a release took it away."""
    return _BY_NAME.get(name)
