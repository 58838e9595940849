"""Settings: profile, team, members and invitations, signed-in browsers, approval rules, shared
links, failed work.
"""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, request, session
from werkzeug.wrappers import Response

from webapp.accounts import commands, joining, password_change, queries, resets
from webapp.accounts.models import Invite, Membership
from webapp.accounts.permissions import ROLE_WORDS, ROLES, holds
from webapp.ads.commands import BUDGET_CHANGE
from webapp.approvals import commands as gate
from webapp.approvals import stage_commands
from webapp.approvals.kinds import Kind, all_kinds
from webapp.approvals.queries import policy_of
from webapp.approvals.stage_rules import LATE, NEEDS
from webapp.approvals.stages import MOST
from webapp.approvals.verdicts import rules_of
from webapp.core import money, tokens, zones
from webapp.core.errors import Invalid, StaleVersion, TooMany
from webapp.events import receipts
from webapp.events.models import Receipt
from webapp.views.accounts import join_link, start_session
from webapp.views.password_reset import reset_link
from webapp.views.settings_frame import refused, tab_page
from webapp.views.sharing import links_in_words
from webapp.web.forms import submitted
from webapp.web.guards import browser, guard, leave_team_wall, viewer
from webapp.web.letters import letters_leave
from webapp.web.render import path_for, see_other
from webapp.web.security import limiter

bp = Blueprint("settings", __name__, url_prefix="/settings")


def _tab(tab: str, status: int = 200, **context: Any) -> Response:
    return tab_page(f"settings.{tab}", f"settings/{tab}.html", status, **context)


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are their own words."""
    return [(value, value) for value in values]


@bp.get("/")
@guard("see")
def index() -> Response:
    return see_other(path_for("settings.profile"))


@bp.get("/profile")
@guard("see")
def profile(status: int = 200, **again: Any) -> Response:
    person = viewer()
    assert person is not None
    teams = [{"id": team.id, "name": team.name} for team in queries.teams_of(person.user_id)]
    user = queries.person(person.user_id)
    return _tab(
        "profile", status, user=user, zones=_same(sorted(zones.names())), teams=teams, **again
    )


@bp.post("/profile")
@guard("see")
def edit_profile() -> Response:
    try:
        submitted(commands.edit_profile)
    except (Invalid, StaleVersion) as error:
        return profile(error.status, **refused(error))
    return see_other(path_for("settings.profile"), toast="Profile saved")


@bp.post("/password")
@guard("see")
@limiter.limit("30 per minute")
def change_password() -> Response:
    """Another password for this person: the other browsers are signed out."""
    person = viewer()
    assert person is not None
    fixed = {"session_id": person.session_id, "address": browser().address}
    try:
        submitted(password_change.change_password, **fixed)
    except Invalid as error:
        return profile(error.status, password_errors=error.fields)
    except TooMany as error:
        response = profile(error.status, password_errors={"present_password": error.message})
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    toast = "Password changed. Other browsers are signed out."
    return see_other(path_for("settings.profile"), toast=toast)


@bp.post("/switch-team")
@guard("see")
def switch_team() -> Response:
    """Another team of the same person: a new session in place of this one."""
    person = viewer()
    assert person is not None
    wanted = request.form.get("team_id", "")
    teams = {str(team.id): team.id for team in queries.teams_of(person.user_id)}
    if wanted in teams and teams[wanted] != person.team_id:
        leave_team_wall()
        start_session(
            joining.open_session(person.user_id, browser(), remember=True, team_id=teams[wanted]),
            remember=True,
        )
    return see_other("/")


@bp.get("/team")
@guard("see")
def team(status: int = 200, **again: Any) -> Response:
    return _tab(
        "team",
        status,
        team=queries.team(),
        zones=_same(sorted(zones.names())),
        currencies=_same(money.CURRENCIES),
        **again,
    )


@bp.post("/team")
@guard("team.manage")
def edit_team() -> Response:
    try:
        submitted(commands.edit_team)
    except (Invalid, StaleVersion) as error:
        return team(error.status, **refused(error))
    return see_other(path_for("settings.team"), toast="Team saved")


@bp.get("/members")
@guard("see")
def members(status: int = 200, **again: Any) -> Response:
    own = queries.team()
    rows = [
        {
            "member": member,
            "user": user,
            "limit_cents": member.approve_limit_cents,
            "limit": _typed_limit(member.approve_limit_cents, own.currency),
        }
        for member, user in queries.members()
    ]
    token = session.pop("invite_token", None)
    reset = session.pop("reset_token", None)
    return _tab(
        "members",
        status,
        rows=rows,
        invites=queries.open_invites(),
        roles=ROLES,
        role_words=ROLE_WORDS,
        currency=own.currency,
        new_link=join_link(token) if token else None,
        reset_link=reset_link(reset) if reset else None,
        **{"no_link": {}} | again,
    )


def _typed_limit(cents: int | None, currency: str) -> str:
    return "" if cents is None else money.typed(cents, currency)


@bp.post("/members/invites")
@guard("members.manage")
def invite() -> Response:
    """Make a link; it is shown once, on the next page."""
    token = tokens.new_token()
    try:
        submitted(commands.invite, token=token)
    except Invalid as error:
        return members(error.status, **refused(error))
    if any(one.token_hash == tokens.hashed(token) for one in queries.open_invites()):
        session["invite_token"] = token
    return see_other(path_for("settings.members"))


@bp.post("/members/invites/<int:invite_id>/revoke")
@guard("members.manage", loads=Invite)
def revoke_invite(invite_id: int) -> Response:
    submitted(commands.revoke_invite, invite_id=invite_id)
    return see_other(path_for("settings.members"), toast="Link revoked")


@bp.post("/members/<int:membership_id>")
@guard("members.manage", loads=Membership)
def change_member(membership_id: int) -> Response:
    try:
        submitted(commands.change_member, membership_id=membership_id)
    except (Invalid, StaleVersion) as error:
        return members(error.status, **refused(error), failed_id=membership_id)
    return see_other(path_for("settings.members"), toast="Member saved")


@bp.post("/members/<int:membership_id>/remove")
@guard("members.manage", loads=Membership)
def remove_member(membership_id: int) -> Response:
    submitted(commands.remove_member, membership_id=membership_id)
    return see_other(path_for("settings.members"), toast="Removed from the team")


@bp.post("/members/<int:membership_id>/reset-link")
@guard("members.manage", loads=Membership)
def make_reset_link(membership_id: int) -> Response:
    """A link with which a member sets a new password; it is shown once, on the next page."""
    token = tokens.new_token()
    try:
        reset_id = submitted(resets.make_reset_link, membership_id=membership_id, token=token)
    except Invalid as error:
        return members(error.status, no_link={membership_id: error.fields.get("", error.message)})
    if resets.is_of(reset_id, token):
        session["reset_token"] = token
    return see_other(path_for("settings.members"))


@bp.get("/sessions")
@guard("see")
def sessions() -> Response:
    person = viewer()
    assert person is not None
    return _tab(
        "sessions",
        sessions=queries.sessions_of(person.user_id),
        this_id=person.session_id,
        letters_leave=letters_leave(),
    )


@bp.post("/sessions/<int:session_id>/revoke")
@guard("see")
def revoke_session(session_id: int) -> Response:
    submitted(commands.revoke_session, session_id=session_id)
    return see_other(path_for("settings.sessions"), toast="Signed out there")


@bp.get("/rules")
@guard("see")
def rules(status: int = 200, **again: Any) -> Response:
    policy = policy_of(BUDGET_CHANGE)
    own = queries.team()
    # An amount in a currency the team left counts for nothing until it is set again.
    counts = policy is not None and policy.currency == own.currency
    limit = (policy.guard.get("max_amount_cents") if policy and counts else 0) or 0
    return _tab(
        "rules",
        status,
        kind=BUDGET_CHANGE,
        limit=money.typed(limit, own.currency),
        limit_cents=limit,
        currency=own.currency,
        version=policy.version if policy else 1,
        kinds=[_stages_of(one) for one in all_kinds()],
        people=[
            (member.user_id, user.name)
            for member, user in queries.members()
            if holds(member.role, "proposals.decide")
        ],
        needs_words=NEEDS,
        late_words=LATE,
        **again,
    )


def _stages_of(kind: Kind) -> dict[str, Any]:
    """A kind with its stages and one empty row more, as its form shows them."""
    policy = policy_of(kind.name)
    rows = rules_of(policy) if policy else []
    shown = [one.model_dump() for one in rows] + [None] * (len(rows) < MOST)
    return {
        "name": kind.name,
        "words": kind.words,
        "rows": shown,
        "count": len(rows),
        "version": policy.version if policy else 1,
    }


@bp.post("/rules/stages")
@guard("policies.manage")
def set_stages() -> Response:
    lists = ("names", "needs", "hours", "late", "approvers")
    try:
        submitted(stage_commands.set_stages)
    except (Invalid, StaleVersion) as error:
        return rules(error.status, **refused(error, *lists), failed_id=request.form.get("kind"))
    return see_other(path_for("settings.rules"), toast="Stages saved")


@bp.post("/rules")
@guard("policies.manage")
def set_limit() -> Response:
    try:
        submitted(gate.set_limit)
    except (Invalid, StaleVersion) as error:
        return rules(error.status, **refused(error))
    return see_other(path_for("settings.rules"), toast="Limit saved")


@bp.get("/links")
@guard("see")
def links() -> Response:
    return _tab("links", links=links_in_words())


@bp.get("/failed")
@guard("see")
def failed() -> Response:
    return _tab("failed", receipts=receipts.dead_receipts(queries.team().id))


@bp.post("/failed/<int:receipt_id>/retry")
@guard("receipts.retry", loads=Receipt)
def retry(receipt_id: int) -> Response:
    submitted(receipts.retry_dead, receipt_id=receipt_id)
    return see_other(path_for("settings.failed"), toast="Trying again")
