"""What a playbook is made of: parts that features above register, each of which can say what a
campaign has of it, and lay that out again in another campaign, with dates counted from its target.

The playbook itself (`webapp.playbooks`) stands above all features and names none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.core.actor import Actor

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    export(campaign_id)           plain JSON of what the campaign has, dates relative to its
    target; empty when it has nothing
    check(data)                   the data as it is kept; raises ValueError on what is none
    lay(campaign_id, data, by)    makes it in a campaign that has nothing of it, in the caller's
    unit of work
    words(data)                   how much it is, for a list ('' when nothing)
    """

    name: str
    export: Callable[[int], Data]
    check: Callable[[Data], Data]
    lay: Callable[[int, Data, Actor], None]
    words: Callable[[Data], str]


_parts: dict[str, Part] = {}


def playbook_part(part: Part) -> None:
    """Make a part known in this process."""
    if _parts.get(part.name, part) != part:
        raise RuntimeError(f"the playbook part {part.name!r} is registered twice")
    _parts[part.name] = part


def parts() -> list[Part]:
    """Every part, by name."""
    return [_parts[name] for name in sorted(_parts)]


def part_named(name: str) -> Part | None:
    """The part of that name; None when a release took it away."""
    return _parts.get(name)
