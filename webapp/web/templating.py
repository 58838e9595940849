"""How templates run here: values are escaped without detours, and what depends on its
arguments alone is drawn once per argument.
"""

import re
from collections.abc import Callable, Hashable, MutableMapping
from functools import lru_cache
from types import CodeType
from typing import Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.environment import Environment as AnyEnvironment
from markupsafe import Markup, escape

#: Pieces kept per macro; the ones used longest ago go first.
MOST_KEPT = 4096
#: Drawn rows kept; about two kilobytes each.
ROWS_KEPT = 4096

_needs_escaping = re.compile("[&<>'\"]").search


def shown(value: Any) -> str:
    """What `markupsafe.escape` says, for a page to join: most values are text without any markup
    character, numbers, or safe already, and building another safe string of each took longer than
    the rest of a list page.

    >>> shown("a < b"), shown(12), shown(Markup("<b>"))
    (Markup('a &lt; b'), '12', Markup('<b>'))
    """
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return value if _needs_escaping(value) is None else escape(value)
    if kind is int:
        return str(value)
    return escape(value)


class Quick(Template):
    """A template whose code finds `shown` where it says `escape`."""

    @classmethod
    def from_code(
        cls,
        environment: AnyEnvironment,
        code: CodeType,
        globals: MutableMapping[str, Any],
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        made = super().from_code(environment, code, globals, uptodate)
        # The generated code only yields what it escaped; every function of it shares these names.
        made.root_render_func.__globals__["escape"] = shown
        return made


class Pages(Environment):
    """The environment of pages; fragments overlay it."""

    template_class = Quick


def remembered(macro: Callable[..., str]) -> Callable[..., str]:
    """The macro, drawn once per arguments. Only for one that needs nothing else, not even a name
    of its file that may change.
    """
    return lru_cache(MOST_KEPT, typed=True)(macro)


def once(env: AnyEnvironment) -> Callable[[str, Hashable], Markup]:
    """Answers a function that draws a live file of a row, for the same row once: the same person's
    next page and everybody else's of the team show most of the same rows. The row is all such a
    file knows, so what is drawn of it cannot become old. Files that change while developing are
    drawn each time.
    """

    def drawn(name: str, row: Hashable) -> Markup:
        return Markup(env.get_template(name).render(row=row))  # noqa: S704 (a template escaped it)

    return drawn if env.auto_reload else lru_cache(ROWS_KEPT)(drawn)
