"""Loading a demo from its founding to this minute; and what a request for one does. A load that
broke off goes on where it was: everybody and every campaign is told once.
"""

from collections.abc import Callable

from webapp.accounts import queries as accounts
from webapp.core.actor import Actor
from webapp.db import acting_for, find
from webapp.demo import cast, commands, founding
from webapp.demo.models import Demo
from webapp.demo.story import CAMPAIGNS
from webapp.demo.telling import tell, tell_work
from webapp.demo.workflow import State


def load(
    domain: str, *, zone: str, password: str = "", told: Callable[[int], None] | None = None
) -> int:
    """The demo team of a domain, whole; answers its id. `told` hears how many campaigns are there.

    Call it with no team set. Without a password nobody can sign in as its owner.
    """
    team_id, people = founding.found(domain, zone=zone, password=password)
    with acting_for(team_id):
        tell_work(people)
    for number, plan in enumerate(CAMPAIGNS, start=1):
        with acting_for(team_id):
            tell(plan, people)
        if told is not None:
            told(number)
    return team_id


def load_asked(team_id: int, demo_id: int, *, by: Actor) -> None:
    """The demo a team asked for; its asker owns it. Call it with no team set."""
    with acting_for(team_id):
        demo = find(Demo, demo_id)
        state, user_id, zone = demo.state, demo.asked_by, accounts.team().zone
    if state != State.LOADING:
        return
    domain = cast.domain_of(demo_id)

    def told(number: int) -> None:
        with acting_for(team_id):
            commands.advance(demo_id, number, by=by)

    demo_team_id = load(domain, zone=zone, told=told)
    founding.hand_over(demo_team_id, user_id, domain)
    with acting_for(team_id):
        commands.finish(demo_id, demo_team_id, by=by)


def delete_removed(team_id: int, demo_id: int, *, by: Actor) -> None:
    """The team of a demo that was removed, and everything in it. Call it with no team set."""
    with acting_for(team_id):
        demo = find(Demo, demo_id)
        state, demo_team_id = demo.state, demo.demo_team_id
    if state == State.REMOVED and demo_team_id is not None:
        founding.delete_demo(demo_team_id, cast.domain_of(demo_id), by=by)
