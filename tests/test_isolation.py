"""Every route against every kind of visitor: the role table walked through the url map, and no row
of another team seen or changed.

A new route fails here until it has a line in `tests/routes.py`; a new kind of id until `OBJECTS`
makes one.
"""

import hashlib
from datetime import date

import pytest
from sqlalchemy import select

from tests import people
from tests.files import uploads
from tests.imports import staged
from tests.people import Person, Team
from tests.routes import FINER, NOT_CALLED, PUBLIC, ROUTES
from tests.timelines import plans
from webapp.accounts import commands as accounts
from webapp.accounts.permissions import LEAST, ROLES
from webapp.accounts.queries import membership_of, open_invites, sessions_of
from webapp.approvals.guest_commands import invite_guest
from webapp.approvals.models import Proposal
from webapp.availability.commands import add_absence, add_blackout
from webapp.calendars.commands import make_campaign_feed
from webapp.campaigns.models import Campaign
from webapp.comments.commands import add_comment
from webapp.core import clock, tokens
from webapp.db import acting_for, db, find, unit_of_work
from webapp.demo.commands import ask_for_demo
from webapp.events.models import Receipt
from webapp.notifications.models import Notification
from webapp.playbooks.commands import save_playbook, start_campaign
from webapp.timelines.time_spent import log_time
from webapp.web.guards import guard_of

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


#: Arguments that name no row of a team.
NAMES_NOTHING = {"token", "rest", "number", "on", "days", "key"}


def demo(team: Team) -> int:
    return ask_for_demo(by=team.alice.actor)


def blackout(team: Team) -> int:
    return add_blackout(starts_on=date(2026, 12, 24), reason="Quiet week", by=team.bob.actor)


def absence(team: Team) -> int:
    """Of somebody a manager may speak for."""
    return add_absence(user_id=team.mia.id, starts_on=date(2026, 12, 24), by=team.mia.actor)


def playbook(team: Team) -> int:
    campaign_id = start_campaign(playbook="tour", by=team.alice.actor, **people.plan(team))
    return save_playbook(
        campaign_id=campaign_id, name="As last time", description="", by=team.bob.actor
    )


def calendar_feed(team: Team) -> int:
    """One that everybody's request to revoke reaches: a campaign's."""
    return make_campaign_feed(campaign_id=CAMPAIGN, token=tokens.new_token(), by=team.bob.actor)


def guest_link(team: Team) -> int:
    """A link to the request that waits, whichever is its number."""
    query = select(Proposal.id).where(Proposal.state == "in_review").order_by(Proposal.id)
    proposal_id = db.session.scalars(query.limit(1)).one()
    return invite_guest(proposal_id=proposal_id, token=tokens.new_token(), by=team.bob.actor)


def notification(team: Team) -> int:
    with unit_of_work():
        words = {"title": "Yours now", "path": "/tasks/1", "detail": "", "about": ""}
        row = Notification(
            team_id=team.id,
            event_id=1,
            user_id=team.alice.id,
            channel="in_app",
            kind="assigned",
            urgency="normal",
            payload=words,
            scheduled_for=clock.now(),
            state="sent",
        )
        db.session.add(row)
        db.session.flush()
        return row.id


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
    "playbook_id": playbook,
    "key": lambda _team: "music-release",
    "calendar_feed_id": calendar_feed,
    "notification_id": notification,
    "guest_link_id": guest_link,
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

    names = {rule.endpoint for rule in rules if rule.arguments - NAMES_NOTHING}
    for endpoint, method, path in calls(bare_app, rules, objects):
        if ROUTES[endpoint] == PUBLIC or endpoint not in names:
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
