"""Live fragments: files `_name.html` with one root element that pages include and the hub renders
to the same bytes.

A fragment function names what an event redraws. It reads, never writes; it sees no request, no
user, no CSRF token.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from flask import Flask
from jinja2 import Environment

from webapp.events.models import Event
from webapp.web.templating import once

Context = dict[str, Any]
#: member: everybody of the team who follows the topic; user: rendered for each person, on their own
#: topic; share: rendered for each shared link of the event's campaign, for all who look at it.
Audience = Literal["member", "user", "share"]


@dataclass(frozen=True, slots=True)
class Fragment:
    """One live piece of a page.

    `topic` is a template over the event's fields (`campaign:{campaign_id}`). `context` answers what
    the template needs, or None when there is nothing to show; for the audiences `user` and `share`
    it is called with the person's or the link's id too. `adds_row` marks rows that come on top
    instead of replacing one root. `about` names the row an event redraws, where a campaign has
    many of its roots; without it there is one a campaign.
    """

    name: str
    template: str
    events: tuple[str, ...]
    topic: str
    audience: Audience
    context: Callable[..., Context | None]
    adds_row: bool = False
    about: Callable[[Event], int] | None = None

    def wants(self, event_name: str) -> bool:
        """Whether the event redraws it; `noun.*` means every event of the noun, `*` all."""
        noun = event_name.split(".")[0]
        return any(one in (event_name, f"{noun}.*", "*") for one in self.events)

    def topic_for(self, event: Event) -> str | None:
        """The topic this event's rendering goes to, or None when the event lacks what the topic
        needs.
        """
        values = {
            "team_id": event.team_id,
            "campaign_id": event.campaign_id,
            "subject_id": event.subject_id,
        }
        wanted = [name for name in values if "{" + name + "}" in self.topic]
        if any(values[name] is None for name in wanted):
            return None
        return self.topic.format(**values)


_fragments: dict[str, Fragment] = {}


def fragment(
    template: str,
    *,
    on: Iterable[str],
    topic: str,
    audience: Audience = "member",
    adds_row: bool = False,
    about: Callable[[Event], int] | None = None,
) -> Callable[[Callable[..., Context | None]], Callable[..., Context | None]]:
    """Register a live fragment."""

    def register(context: Callable[..., Context | None]) -> Callable[..., Context | None]:
        found = Fragment(
            context.__name__, template, tuple(on), topic, audience, context, adds_row, about
        )
        if _fragments.get(found.name, found).context is not context:
            raise RuntimeError(f"two fragments are called {found.name!r}")
        _fragments[found.name] = found
        return context

    return register


def all_fragments() -> list[Fragment]:
    """Every registered fragment, by name."""
    return [_fragments[name] for name in sorted(_fragments)]


def environment(app: Flask) -> Environment:
    """Templates as the hub sees them: the pages' loader, filters and strictness, but none of a
    request's names.
    """
    made: Environment = app.jinja_env.overlay()
    allowed = ("path_for", "range", "dict", "namespace", "icon_href", "remembered")
    made.globals = {
        name: app.jinja_env.globals[name] for name in allowed if name in app.jinja_env.globals
    }
    made.globals["once"] = once(made)
    return made


def render(env: Environment, fragment: Fragment, context: Context) -> str:
    """The bytes a page has where it includes the file."""
    return env.get_template(fragment.template).render(**context)
