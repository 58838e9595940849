"""Hubs that stop, pages that close, and a render thread whose passes and time a test makes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jinja2 import DictLoader

from tests import people
from tests.live import pages
from tests.live.pages import Page, happened, opened, ticket_of
from webapp.live.hub import Hub
from webapp.live.pushes import Pushes
from webapp.web import fragments
from webapp.web.fragments import fragment

TEMPLATES = {
    "status.html": '<div id="campaign-{{ id }}-status">{{ n }}</div>',
    "row.html": '<li id="event-{{ n }}" data-onto="activity">{{ n }}</li>',
    "part.html": '<p id="part-{{ n }}">{{ n }}</p>',
    "numbers.html": '<div id="team-{{ id }}-numbers">{{ n }}</div>',
    "badge.html": '<span id="user-{{ user_id }}-badge">{{ n }}</span>',
    "broken.html": "{{ nothing_like_it }}",
}


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    yield
    pages.close_all()


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub(100)
    yield made
    made.shutdown(wait=pages.PATIENCE)


class Steady:
    """The thread's own clock: stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
def pushes(app, hub, steady, monkeypatch) -> Pushes:
    """Pushes with no fragment but what the test registers, whose passes the test makes itself."""
    monkeypatch.setattr(fragments, "_fragments", {})
    made = Pushes(app, hub, steady=steady)
    made.environment = app.jinja_env.overlay(loader=DictLoader(TEMPLATES))
    return made


@pytest.fixture
def status(pushes) -> None:
    @fragment("status.html", on=("campaign.*",), topic="campaign:{campaign_id}")
    def campaign_status(event: Any) -> dict[str, Any]:
        return {"id": event.campaign_id, "n": event.id}


@pytest.fixture
def rows(pushes) -> None:
    @fragment("row.html", on=("*",), topic="campaign:{campaign_id}", adds_row=True)
    def activity_row(event: Any) -> dict[str, Any]:
        return {"n": event.id}


@pytest.fixture
def parts(pushes) -> None:
    """A root for each event's own row, of which a campaign has many."""

    @fragment(
        "part.html",
        on=("campaign.*",),
        topic="campaign:{campaign_id}",
        about=lambda event: event.id,
    )
    def campaign_part(event: Any) -> dict[str, Any]:
        return {"n": event.id}


@pytest.fixture
def numbers(pushes) -> None:
    @fragment("numbers.html", on=("*",), topic="team:{team_id}")
    def team_numbers(event: Any) -> dict[str, Any]:
        return {"id": event.team_id, "n": event.id}


@pytest.fixture
def badge(pushes) -> None:
    @fragment("badge.html", on=("campaign.*",), topic="team:{team_id}", audience="user")
    def user_badge(event: Any, user_id: int) -> dict[str, Any]:
        return {"user_id": user_id, "n": event.id}


@pytest.fixture
def following(team, campaign, hub, pushes, turn) -> Page:
    """Alice's page of her campaign, opened after everything so far."""
    people.run_background()
    turn()
    return opened(hub, ticket_of(team, campaign))


@pytest.fixture
def turn(pushes) -> Iterator[Callable[[], None]]:
    """One pass, in a thread of its own: a fresh session, no team."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda: pool.submit(pushes.turn).result()


@pytest.fixture
def happens(team, turn) -> Callable[..., list[int]]:
    """Something happens to a campaign (several times), is relayed and looked at."""

    def happen(campaign: Any, times: int = 1, name: str = "campaign.touched") -> list[int]:
        found = [happened(name, campaign, team) for _ in range(times)]
        people.run_background()
        turn()
        return found

    return happen
