"""Stages as a form writes them: typed lists into rules, or what is wrong with them."""

from collections.abc import Sequence

from webapp.accounts import queries as accounts
from webapp.accounts.permissions import holds
from webapp.approvals.stages import MOST, StageRule
from webapp.core.errors import Invalid
from webapp.core.text import clean_line

NEEDS = {"any": "Any one", "all": "All of them", **{str(n): f"{n} of them" for n in range(2, 6)}}
LATE = {
    "remind": "Remind, again every day",
    "escalate": "Let any manager or owner decide",
    "reroute": "Ask whoever steps in",
    "reject": "Reject it",
}


def rules_typed(
    typed: Sequence[tuple[str, str, str, str]], approvers: Sequence[str]
) -> list[StageRule]:
    """The stages of a form's rows (name, needs, hours, what happens when late); a row without a
    name is none. Raises Invalid with the field `stage-<place>`.
    """
    roles = {member.user_id: member.role for member, _ in accounts.members()}
    found = []
    for place, (name, needs, hours, late) in enumerate(typed):
        if not (name := clean_line(name)):
            continue
        asked = [int(one.partition(":")[2]) for one in approvers if _belongs(one, place)]
        problem = _problem(name, needs, hours, late, asked, roles)
        if problem:
            raise Invalid({f"stage-{place}": problem})
        found.append(
            StageRule(
                name=name,
                needs=needs,
                approvers=asked,
                hours=int(hours) if hours.strip() else None,
                late=late,  # type: ignore[arg-type]
            )
        )
    if len(found) > MOST:
        raise Invalid({"": f"At most {MOST} stages."})
    return found


def _belongs(typed: str, place: int) -> bool:
    at, _, user_id = typed.partition(":")
    return at == str(place) and user_id.isdigit()


def _problem(
    name: str, needs: str, hours: str, late: str, asked: list[int], roles: dict[int, str]
) -> str:
    if len(name) > 40:
        return "A stage's name has at most 40 letters."
    if needs not in NEEDS or late not in LATE:
        return "Choose one of the list."
    if any(not holds(roles.get(one, ""), "proposals.decide") for one in asked):
        return "Choose people of this team who take part."
    if needs != "any" and not asked:
        return "Choose who has to agree, or let any one manager or owner do."
    if needs.isdigit() and int(needs) > len(asked):
        return f"{needs} have to agree, but only {len(asked)} are asked."
    if hours.strip() and not (hours.strip().isdigit() and 1 <= int(hours) <= 2000):
        return "Working hours are a whole number from 1 to 2000, or empty."
    return ""
