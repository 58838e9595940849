"""Every route against every kind of visitor: the role table walked through the url map, and no row
of another team seen or changed.

A new route fails here until it has a line in `ROUTES`; a new kind of id until `OBJECTS` makes one.
"""

import hashlib
from datetime import date

import pytest
from sqlalchemy import select

from tests import people
from tests.files import uploads
from tests.imports import staged
from tests.people import Person, Team
from tests.timelines import plans
from webapp.accounts import commands as accounts
from webapp.accounts.permissions import LEAST, ROLES
from webapp.accounts.queries import membership_of, open_invites, sessions_of
from webapp.availability.commands import add_absence, add_blackout
from webapp.campaigns.models import Campaign
from webapp.comments.commands import add_comment
from webapp.core import tokens
from webapp.db import acting_for, db, find, unit_of_work
from webapp.demo.commands import ask_for_demo
from webapp.events.models import Receipt
from webapp.timelines.time_spent import log_time
from webapp.web.guards import guard_of

PUBLIC = "public"
#: endpoint → who may open it at least.
ROUTES = {
    "accounts.login": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "accounts.signup": PUBLIC,
    "accounts.sign_up": PUBLIC,
    "accounts.join": PUBLIC,
    "accounts.accept": PUBLIC,
    "accounts.theme": PUBLIC,
    "accounts.look_around": PUBLIC,
    "accounts.logout": "viewer",
    "home.home": "viewer",
    "welcome.welcome": "viewer",
    "welcome.start": "member",
    "welcome.open_demo": "owner",
    "welcome.remove": "owner",
    "welcome.leave": "viewer",
    "health.health": PUBLIC,
    "health.detailed": PUBLIC,
    "__flask_sock.socket": PUBLIC,
    "__flask_sock.dashboard_socket": PUBLIC,
    "settings.index": "viewer",
    "settings.profile": "viewer",
    "settings.edit_profile": "viewer",
    "settings.switch_team": "viewer",
    "settings.team": "viewer",
    "settings.edit_team": "owner",
    "settings.members": "viewer",
    "settings.invite": "owner",
    "settings.revoke_invite": "owner",
    "settings.change_member": "owner",
    "settings.remove_member": "owner",
    "settings.sessions": "viewer",
    "settings.revoke_session": "viewer",
    "settings.rules": "viewer",
    "settings.set_limit": "owner",
    "settings.failed": "viewer",
    "settings.retry": "manager",
    "availability.week": "viewer",
    "availability.set_week": "owner",
    "availability.add_blackout": "manager",
    "availability.remove_blackout": "manager",
    "availability.own": "member",
    "availability.save_own": "member",
    "availability.add_own_absence": "member",
    "availability.remove_absence": "member",
    "availability.member": "manager",
    "availability.save_member": "manager",
    "availability.add_absence": "manager",
    "availability.set_cost_rate": "owner",
    "campaigns.index": "viewer",
    "campaigns.new": "member",
    "campaigns.create": "member",
    "campaigns.detail": "viewer",
    "campaigns.actions": "viewer",
    "campaigns.edit": "member",
    "campaigns.save": "member",
    "campaigns.save_dates": "member",
    "campaigns.submit": "member",
    "campaigns.move": "viewer",
    "campaigns.confirm_cancel": "manager",
    "campaigns.archive": "manager",
    "campaigns.trash": "member",
    "campaigns.restore": "member",
    "campaigns.activity": "viewer",
    "spend.spend": "viewer",
    "spend.figure": "viewer",
    "spend.export": "viewer",
    "analytics.index": "viewer",
    "analytics.figure": "viewer",
    "analytics.export": "viewer",
    "tasks.index": "viewer",
    "tasks.mine": "viewer",
    "tasks.new": "member",
    "tasks.create": "member",
    "tasks.menu": "viewer",
    "tasks.move": "member",
    "tasks.trash": "member",
    "tasks.restore": "member",
    "tasks.unblock": "member",
    "task_page.detail": "viewer",
    "task_page.edit": "member",
    "task_page.save": "member",
    "task_page.assign": "member",
    "task_page.block": "member",
    "task_page.link": "member",
    "task_page.unlink": "member",
    "task_page.comment": "member",
    "task_page.attach": "member",
    "task_page.log": "member",
    "time_spent.remove": "member",
    "files.assets": "viewer",
    "files.add_asset": "member",
    "files.download": "viewer",
    "files.remove": "member",
    "comments.edit": "member",
    "comments.save": "member",
    "comments.delete": "member",
    "budget.budget": "viewer",
    "budget.change": "member",
    "budget.add_platform": "member",
    "approvals.index": "viewer",
    "approvals.detail": "viewer",
    "approvals.decision": "viewer",
    "approvals.decide": "member",
    "approvals.withdraw": "member",
    "approvals.undo": "manager",
    "imports.index": "viewer",
    "imports.upload": "member",
    "imports.review": "viewer",
    "imports.rejects": "viewer",
    "imports.answer": "member",
    "imports.undo": "manager",
    "imports.commit": "member",
    "imports.discard": "member",
    "settings.links": "viewer",
    "sharing.new": "manager",
    "sharing.create": "manager",
    "sharing.revoke": "manager",
    "shared.look": PUBLIC,
    "shared.unlock": PUBLIC,
    "dashboard.home": PUBLIC,
    "dashboard.schedule": PUBLIC,
    "dashboard.week": PUBLIC,
    "dashboard.day": PUBLIC,
    "dashboard.campaigns": PUBLIC,
    "dashboard.campaign": PUBLIC,
    "dashboard.timeline": PUBLIC,
    "dashboard.metrics": PUBLIC,
    "dashboard.metrics_of": PUBLIC,
    "dashboard.enter": PUBLIC,
    "dashboard.api": PUBLIC,
}
#: Routes whose own rule is finer than their guard's, and the test that holds it.
FINER = {
    "campaigns.move": "each move has its own permission: tests/campaigns/test_moves.py",
    "approvals.decide": "the gate asks for more than the role: tests/approvals/test_decisions.py",
    "approvals.withdraw": "who asked, or a manager: tests/approvals/test_decisions.py",
    "welcome.start": "a demo is the owners' to ask for: tests/demo/test_welcome.py",
    "settings.revoke_session": "only one's own: tests/accounts/test_sessions.py",
    "time_spent.remove": "only one's own: tests/timelines/test_time_spent.py",
    "availability.remove_absence": "one's own, or a manager: tests/availability/test_absences.py",
}
#: Not called by the matrix, and why.
NOT_CALLED = {
    "accounts.logout": "ends the session that would go on: tests/web/test_addresses.py",
    "settings.switch_team": "changes the session that would go on",
    "welcome.open_demo": "changes the session that would go on: tests/demo/test_welcome.py",
    "welcome.leave": "changes the session that would go on: tests/demo/test_welcome.py",
    "__flask_sock.socket": "is no HTTP answer: tests/live",
    "__flask_sock.dashboard_socket": "is no HTTP answer: tests/live",
}
VISITORS = {"viewer": "vera", "member": "mia", "manager": "bob", "owner": "alice"}


def campaign_of(team: Team) -> int:
    return people.draft(team, currency="EUR").id  # as the report of `import_batch` is


def dead_receipt(team: Team) -> int:
    with unit_of_work():
        receipt = Receipt(team_id=team.id, event_id=1, subscriber="nobody", state="dead")
        db.session.add(receipt)
        db.session.flush()
        return receipt.id


def invite(team: Team) -> int:
    accounts.invite(role="member", label="", token=tokens.new_token(), by=team.alice.actor)
    return open_invites()[0].id


def import_batch(team: Team) -> int:
    return staged.stage(find(Campaign, CAMPAIGN), team.alice, staged.report()).id


def share_link(team: Team) -> int:
    return people.shared(team, find(Campaign, CAMPAIGN)).id


#: Arguments of public addresses that name no row.
NAMES_NOTHING = {"token", "rest", "number", "on", "days"}


def demo(team: Team) -> int:
    return ask_for_demo(by=team.alice.actor)


def blackout(team: Team) -> int:
    return add_blackout(starts_on=date(2026, 12, 24), reason="Quiet week", by=team.bob.actor)


def absence(team: Team) -> int:
    """Of somebody a manager may speak for."""
    return add_absence(user_id=team.mia.id, starts_on=date(2026, 12, 24), by=team.mia.actor)


#: The first campaign made; what hangs on a campaign in an address hangs on this one.
CAMPAIGN = 1
#: argument of a URL → one object of Alice's team, in this order.
OBJECTS = {
    "campaign_id": campaign_of,
    "import_batch_id": import_batch,
    "proposal_id": lambda team: people.submitted(team)[1].id,
    "invite_id": invite,
    "membership_id": lambda team: membership_of(team.mia.id).id,
    "session_id": lambda team: sessions_of(team.alice.id)[0].id,
    "receipt_id": dead_receipt,
    "share_link_id": share_link,
    "task_id": lambda team: plans.task(team, find(Campaign, CAMPAIGN), "Artwork").id,
    "comment_id": lambda team: add_comment(
        subject_kind="task", subject_id=1, body="Nice", by=team.mia.actor
    ),
    "time_entry_id": lambda team: log_time(task_id=1, minutes=30, by=team.mia.actor),
    "stored_file_id": lambda team: uploads.attach(team.mia, "task", 1),
    "demo_id": demo,
    "blackout_id": blackout,
    "absence_id": absence,
    "token": lambda _team: "not-a-token",
    "rest": lambda _team: "schedule",
    "number": lambda _team: 7,
    "on": lambda _team: "2026-11-20",
    "days": lambda _team: "last-7",
}


@pytest.fixture
def rules(whole_app):
    """Every rule of the application but the static files."""
    return [rule for rule in whole_app.url_map.iter_rules() if rule.endpoint != "static"]


@pytest.fixture
def made(bare_app):
    with bare_app.app_context():
        return people.found_team(bare_app)


@pytest.fixture
def objects(bare_app, made):
    """One object of Alice's team for each argument a URL may have; she is signed in somewhere."""
    made.alice.sign_in(bare_app)
    with bare_app.app_context(), acting_for(made.id):
        return {name: make(made) for name, make in OBJECTS.items()}


def calls(app, rules, objects):
    """(endpoint, method, path) of everything the matrix calls."""
    paths = app.url_map.bind("localhost")
    for rule in rules:
        if rule.endpoint in NOT_CALLED:
            continue
        values = {name: objects[name] for name in rule.arguments}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, method, paths.build(rule.endpoint, values, method=method)


def fingerprint(app) -> str:
    """Every row of every table."""
    with app.app_context(), acting_for("all"):
        digest = hashlib.sha256()
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(select(table).order_by(*table.primary_key)):
                digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()


def test_every_route_is_classified(rules):
    assert {rule.endpoint for rule in rules} - ROUTES.keys() == set()
    assert ROUTES.keys() >= FINER.keys() | NOT_CALLED.keys()


def test_every_guard_is_what_the_table_says(whole_app, rules):
    for endpoint in {rule.endpoint for rule in rules}:
        least, guard = ROUTES[endpoint], guard_of(whole_app, endpoint)
        assert (LEAST[guard.permission] if guard.permission else PUBLIC) == least, endpoint


def test_every_row_in_an_address_is_looked_up_in_the_team(whole_app, rules):
    own = {
        "settings.revoke_session": "a person's, not a team's: refused by the command",
    }
    for rule in rules:
        if not rule.arguments or rule.endpoint in own or rule.arguments <= NAMES_NOTHING:
            continue
        loads = guard_of(whole_app, rule.endpoint).loads
        assert loads is not None, rule.endpoint
        assert f"{loads.__tablename__}_id" in rule.arguments, rule.endpoint


def test_strangers_are_sent_to_sign_in_and_change_nothing(bare_app, rules, objects):
    client, before = bare_app.test_client(), fingerprint(bare_app)

    wrong = [
        (call, answer.status_code)
        for call in calls(bare_app, rules, objects)
        if ROUTES[call[0]] != PUBLIC
        and not (
            (answer := client.open(call[2], method=call[1])).status_code == 303
            and answer.headers["Location"].startswith("/login")
        )
    ]

    assert wrong == []
    assert fingerprint(bare_app) == before


def test_another_team_finds_nothing_and_changes_nothing(bare_app, rules, made, objects):
    client = made.charlie.sign_in(bare_app)
    before, leaks, checked = fingerprint(bare_app), [], 0

    for endpoint, method, path in calls(bare_app, rules, objects):
        if ROUTES[endpoint] == PUBLIC or not any(str(one) in path for one in objects.values()):
            continue
        checked += 1
        answer = client.open(path, method=method)
        if answer.status_code != 404:
            leaks.append((endpoint, method, answer.status_code))

    assert leaks == [], f"routes_checked={checked}"
    assert checked > 15
    assert fingerprint(bare_app) == before


def test_no_unsafe_route_takes_a_form_without_its_pages_token(
    bare_app, rules, made, objects, monkeypatch
):
    client = made.alice.sign_in(bare_app)
    monkeypatch.setitem(bare_app.config, "WTF_CSRF_ENABLED", True)
    before = fingerprint(bare_app)
    unsafe = [call for call in calls(bare_app, rules, objects) if call[1] == "POST"]
    unsafe += [
        ("", "POST", path)
        for path in (
            "/logout",
            "/settings/switch-team",
            "/welcome/leave",
            f"/welcome/demo/{objects['demo_id']}/open",
        )
    ]

    answers = {path: client.post(path) for _, _, path in unsafe}

    assert {path: a.status_code for path, a in answers.items() if a.status_code != 400} == {}
    assert all("too old" in answer.text for answer in answers.values())
    assert len({r.endpoint for r in rules if "POST" in r.methods}) == len(unsafe)
    assert fingerprint(bare_app) == before


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_the_table_says_and_nothing_else(bare_app, rules, made, objects, role):
    person: Person = getattr(made, VISITORS[role])
    client, wrong = person.sign_in(bare_app), []

    for endpoint, method, path in calls(bare_app, rules, objects):
        if ROUTES[endpoint] == PUBLIC:
            continue
        status = client.open(path, method=method).status_code
        allowed = ROLES.index(role) >= ROLES.index(ROUTES[endpoint])
        refused = status == 403
        if (refused and allowed and endpoint not in FINER) or (not refused and not allowed):
            wrong.append((endpoint, method, status))
        if status >= 500 or (method == "GET" and allowed and status not in (200, 303)):
            wrong.append((endpoint, method, status))

    assert wrong == []
