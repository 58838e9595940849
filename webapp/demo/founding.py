"""How a demo team begins and ends: its people join as people do; nobody knows their passwords. Its
end takes everything but its events.
"""

from datetime import timedelta

from sqlalchemy import delete, select

from webapp.accounts import commands as accounts
from webapp.accounts import joining, queries
from webapp.accounts.models import Membership, Team, User
from webapp.core import clock, tokens
from webapp.core.actor import Actor
from webapp.core.errors import WrongUse
from webapp.db import acting_for, db, execute, unit_of_work
from webapp.demo import cast
from webapp.demo.cast import Player
from webapp.demo.story import DAYS
from webapp.events.history import history_loading
from webapp.events.log import note

#: Kept for ever: the log, whose newest entry carries the last position.
KEPT = ("event",)


def found(domain: str, *, zone: str, password: str) -> tuple[int, dict[str, Actor]]:
    """The demo team of a domain and its people, as of three months ago; what is there already is
    left as it is.
    """
    owner = next(one for one in cast.CAST if one.key == cast.OWNER)
    if (owner_id := queries.user_at(owner.address(domain))) is None:
        form = joining.SignUp(
            name=owner.name,
            email=owner.address(domain),
            password=password or tokens.new_token(),
            team_name=cast.TEAM,
            zone=zone,
        )
        with clock.at(clock.now() - timedelta(days=DAYS)):
            owner_id = joining.sign_up(form, mode="open", is_demo=True)
    team = queries.teams_of(owner_id)[0]
    if not team.is_demo:
        raise WrongUse("the owner of a demo has a team that is none")
    team_id = team.id
    people = {owner.key: Actor.user(owner_id, team_id=team_id, role=owner.role)}
    for one in cast.CAST:
        if one is not owner:
            people[one.key] = _arrived(one, domain, people[owner.key], team_id, zone)
    return team_id, people


def _arrived(player: Player, domain: str, owner: Actor, team_id: int, zone: str) -> Actor:
    user_id = queries.user_at(player.address(domain))
    if user_id is None:
        form = joining.Person(
            name=player.name,
            email=player.address(domain),
            password=tokens.new_token(),
            zone=zone,
        )
        with acting_for(team_id), history_loading() as history, unit_of_work():
            came = clock.now() - timedelta(days=DAYS - 0.1)
            history.tell(came, lambda: _join(player, form, owner))
        user_id = queries.user_at(player.address(domain))
        assert user_id is not None
    return Actor.user(user_id, team_id=team_id, role=player.role)


def _join(player: Player, form: joining.Person, owner: Actor) -> None:
    token = tokens.new_token()
    accounts.invite(role=player.role, label=player.name, token=token, by=owner)
    user_id = joining.arrive(token, form)
    member = queries.membership_of(user_id)
    if player.limit and member is not None:
        accounts.change_member(
            membership_id=member.id,
            role=player.role,
            approve_limit=player.limit,
            version=member.version,
            by=owner,
        )


def hand_over(team_id: int, user_id: int, domain: str) -> None:
    """A real person owns the demo from now on; the one who owned it in the story decides nothing
    any more, so that nothing waits for somebody who does not exist.
    """
    owner = next(one for one in cast.CAST if one.key == cast.OWNER)
    owner_id = queries.user_at(owner.address(domain))
    assert owner_id is not None
    token, by = tokens.new_token(), Actor.user(owner_id, team_id=team_id, role="owner")
    with acting_for(team_id):
        is_here = queries.membership_of(user_id) is not None
        if not is_here:
            accounts.invite(role="owner", label="", token=token, by=by)
    if not is_here:
        joining.join_signed_in(token, user_id)
    with acting_for(team_id):
        was = queries.membership_of(owner_id)
        if was is not None and was.role == "owner":
            accounts.change_member(
                membership_id=was.id,
                role="member",
                approve_limit="",
                version=was.version,
                by=Actor.user(user_id, team_id=team_id, role="owner"),
            )


def delete_demo(team_id: int, domain: str, *, by: Actor) -> None:
    """Delete a demo team with everything it has; its events stay. A team that is none is refused;
    one that is gone already is gone.
    """
    with acting_for(team_id), unit_of_work():
        team = db.session.get(Team, team_id)
        if team is None:
            return
        if not team.is_demo:
            raise WrongUse("only a demo is deleted whole")
        note("team.deleted", subject=team, by=by)
        members = select(Membership.user_id).where(Membership.team_id == team_id)
        made_up = select(User.id).where(User.id.in_(members), User.email.endswith(f"@{domain}"))
        ids = list(db.session.scalars(made_up))
        db.session.expunge_all()
        for table in reversed(db.metadata.sorted_tables):
            if "team_id" in table.c and table.name not in KEPT:
                execute(delete(table).where(table.c.team_id == team_id))
        execute(delete(User).where(User.id.in_(ids)))
        execute(delete(Team).where(Team.id == team_id))
