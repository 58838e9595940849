"""Plans in sentences: lengths of work, how a plan stands against its target, and what decides
it.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from webapp.core import zones
from webapp.timelines.finding import Finding
from webapp.web.words import day

#: Tasks of a chain that are named; of more, the ends.
NAMED = 6


def length(minutes: int, day_minutes: int) -> str:
    """Working time as people say it: days from one day on, below that hours.

    >>> length(960, 480), length(480, 480), length(720, 480), length(240, 480), length(100, 480)
    ('2 days', '1 day', '1.5 days', '4 h', '1 h 40 min')
    >>> length(0, 480), length(20, 480)
    ('no time', '20 min')
    """
    if minutes >= day_minutes:
        days = f"{minutes / day_minutes:.1f}".removesuffix(".0")
        return f"{days} day{'s' * (days != '1')}"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min" if rest else "no time"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def slip(minutes: int, day_minutes: int) -> str:
    """How much later or sooner than agreed.

    >>> slip(960, 480), slip(-240, 480), slip(0, 480)
    ('2 days later', '4 h sooner', 'as agreed')
    """
    if not minutes:
        return "as agreed"
    return f"{length(abs(minutes), day_minutes)} {'later' if minutes > 0 else 'sooner'}"


def sentence(finding: Finding, titles: Mapping[int, str], target: str) -> str:
    """How the plan stands; `target` is the day in words."""
    span = finding.day_minutes
    reserve, buffer = finding.reserve_minutes, finding.buffer_minutes
    if finding.kind == "empty":
        return f"Nothing has to happen before {target} yet."
    if finding.kind == "done":
        return f"Everything before {target} is done."
    if finding.kind == "late":
        cause = titles.get(finding.cause_id or 0, "its tasks")
        return f"{_capital(length(-reserve, span))} late for {target} because of “{cause}”."
    if finding.kind == "eats":
        left = length(reserve, span) if reserve else "nothing"
        return f"Eats its buffer: {left} of {length(buffer, span)} is left before {target}."
    if not reserve:
        return f"On track for {target}, with no time to spare."
    return f"On track for {target} with {length(reserve, span)} of buffer."


def constraint(finding: Finding, titles: Mapping[int, str], zone: str, today: date) -> str:
    """Which constraint makes a plan late, and what would help; '' when it is not late."""
    if finding.kind != "late" or finding.begins_at is None:
        return ""
    begins = day(zones.today(finding.begins_at, zone), today)
    first = f"“{titles.get(finding.chain[0], 'The first task')}”"
    why = {
        "began": f"{first} began {begins}.",
        "pinned": f"{first} was set to begin {begins}, no sooner.",
        "recalculated": f"The plan was recalculated, so what had not begun begins {begins}.",
        "start": f"Work begins {begins}.",
    }[finding.bound]
    span = length(finding.chain_minutes, finding.day_minutes)
    off = ""
    if finding.days_off:
        off = f", with {finding.days_off} day{'s' * (finding.days_off > 1)} off in between"
    chain = named([titles.get(key, "a task") for key in finding.chain])
    takes = "take" if len(finding.chain) > 1 else "takes"
    return (
        f"{why} From there {chain} {takes} {span} of work{off}. "
        "Shorten one of them, begin sooner, or move the target."
    )


def critical_path(titles: Sequence[str], reserve_minutes: int, day_minutes: int) -> str:
    """The tasks without room, in order, and what a slip of them does."""
    if not titles:
        return ""
    words = f"Critical path: {named(list(titles))}."
    if reserve_minutes > 0:
        words += (
            f" A slip of more than {length(reserve_minutes, day_minutes)} on any of these "
            "misses the target."
        )
    elif reserve_minutes == 0:
        words += " Any slip on these misses the target."
    return words


def named(titles: Sequence[str]) -> str:
    """Titles in a row, the ends of many.

    >>> named(["A"]), named(["A", "B"]), named(list("ABCDEFGH"))
    ('A', 'A, then B', 'A, B, C, 3 more, G, then H')
    """
    shown = list(titles)
    if len(shown) > NAMED:
        shown = [*shown[:3], f"{len(shown) - NAMED + 1} more", *shown[-2:]]
    return ", ".join([*shown[:-1], f"then {shown[-1]}"]) if len(shown) > 1 else shown[0]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
