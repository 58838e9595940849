"""Whom a text names: `@` and the name of somebody of the team."""

from collections.abc import Iterable

from webapp.core.text import fold


def mentioned(body: str, people: Iterable[tuple[int, str]]) -> list[int]:
    """The ids of the people a text names, each once. A first name does where only one has it; the
    longest name that fits is meant, and an address is no mention.

    >>> people = [(1, "Ann Lee"), (2, "Ann Leeds"), (3, "Björk Ó")]
    >>> mentioned("@ann leeds, ask @bjork or a@ann lee", people), mentioned("@Ann", people)
    ([2, 3], [])
    """
    keys = _keys(people)
    text = fold(body)
    found: list[int] = []
    for place, char in enumerate(text):
        if char != "@" or (place and text[place - 1].isalnum()):
            continue
        rest = text[place + 1 :]
        for key, user_id in keys:
            if rest.startswith(key) and not rest[len(key) : len(key) + 1].isalnum():
                if user_id not in found:
                    found.append(user_id)
                break
    return found


def _keys(people: Iterable[tuple[int, str]]) -> list[tuple[str, int]]:
    """Names and first names that mean one person, longest first."""
    owners: dict[str, set[int]] = {}
    for user_id, name in people:
        whole = fold(name)
        if whole:
            owners.setdefault(whole, set()).add(user_id)
            owners.setdefault(whole.split()[0], set()).add(user_id)
    single = [(key, ids.pop()) for key, ids in owners.items() if len(ids) == 1]
    return sorted(single, key=lambda one: -len(one[0]))
