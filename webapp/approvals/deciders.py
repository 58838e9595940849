"""Who may decide a proposal: pure rules over plain values, so that lists and the decision itself
agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Answer = Literal["yes", "self", "own", "limit", "role", "named", "done"]
#: How a person stands to the stage that is open: anybody's with the right role (''), asked by name,
#: asked of others by name, or answered already.
Standing = Literal["", "mine", "named", "done"]


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the rule sees them; `limit_cents` None is no limit."""

    user_id: int
    role: str
    limit_cents: int | None


def may_decide(
    person: Person, others: Sequence[Person], *, proposer: str, amount_cents: int
) -> Answer:
    """Whether this person may decide.

    `yes`; `self`: their own request, and nobody else may (a typed confirmation, marked); `own`:
    their own, somebody else decides; `limit`: above what they may decide alone; `role`: not theirs
    to decide.

    >>> bob, alice = Person(2, "manager", 50_000), Person(1, "owner", None)
    >>> may_decide(bob, [alice], proposer="user:1", amount_cents=40_000)
    'yes'
    >>> may_decide(bob, [alice], proposer="user:1", amount_cents=60_000)
    'limit'
    >>> may_decide(alice, [bob], proposer="user:1", amount_cents=60_000)
    'self'
    """
    answer = _by_role(person, amount_cents)
    if answer != "yes" or proposer != f"user:{person.user_id}":
        return answer
    if any(
        _by_role(other, amount_cents) == "yes"
        for other in others
        if other.user_id != person.user_id
    ):
        return "own"
    return "self"


def may_decide_stage(
    person: Person,
    others: Sequence[Person],
    *,
    standing: Standing,
    proposer: str,
    amount_cents: int,
) -> Answer:
    """Whether this person may decide the stage that is open.

    As `may_decide`, where nobody is asked by name. Else `yes` for those who are and for owners;
    `named`: others are asked; `done`: they gave their word on this stage.

    >>> bob, alice = Person(2, "manager", 50_000), Person(1, "owner", None)
    >>> may_decide_stage(bob, [alice], standing="named", proposer="user:3", amount_cents=0)
    'named'
    >>> may_decide_stage(alice, [bob], standing="named", proposer="user:3", amount_cents=0)
    'yes'
    """
    if standing == "done":
        return "done"
    if standing == "mine":
        return "yes"
    if standing == "named":
        if person.role != "owner":
            return "named"
        return "own" if proposer == f"user:{person.user_id}" else "yes"
    return may_decide(person, others, proposer=proposer, amount_cents=amount_cents)


def has_authority(person: Person, amount_cents: int) -> bool:
    """Whether a person may decide on that much by their role alone."""
    return _by_role(person, amount_cents) == "yes"


def _by_role(person: Person, amount_cents: int) -> Answer:
    if person.role == "owner":
        return "yes"
    if person.role != "manager":
        return "role"
    if person.limit_cents is not None and amount_cents > person.limit_cents:
        return "limit"
    return "yes"
