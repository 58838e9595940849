"""A team with something on every page, made in the browser, and the path of every GET route of the
product.
"""

import re
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask

from tests.browser.desk import Desk, fill, press
from tests.imports.reports import Report
from tests.served import Served
from webapp import create_app
from webapp.config import Settings

#: Pages for people who are not signed in.
SIGNED_OUT = (
    *("accounts.login", "accounts.signup", "accounts.join"),
    *("shared.look", "guest_review.look"),
    "password_reset.forgot",
)


def routes() -> dict[str, str]:
    """Endpoint → rule of every GET route."""
    app: Flask = create_app(Settings.from_environ({"ENV": "test", "SECRET_KEY": "x"}))
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return {rule.endpoint: rule.rule for rule in rules}


def paths(alice: Desk, product: Served, left_out: dict[str, str]) -> dict[str, str]:
    """A path for every page, with the objects it needs; raises when a route's object is not known
    here.
    """
    today = datetime.now(UTC).date()
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    link = alice.invites("member").removeprefix(product.url)
    path = alice.plans(
        name="Paper Lanterns",
        type="music_release",
        objective="streams",
        budget="9,000",
        start_on=today + timedelta(days=1),
        target_on=today + timedelta(days=20),
        platforms=["google", "tiktok", "x"],
    )
    campaign_id = path.rsplit("/", 1)[1]
    _import(alice, path, today - timedelta(days=3), commit=True)  # so that there is what to chart
    batch_id = _import(alice, path, today)  # disagrees with it about the day they share
    playbook_id = _playbook(alice, path)
    task_id = _plan(alice, path)
    comment_id = _comment(alice, task_id)
    shared = alice.shares(path, name="Label partners").rsplit("/", 1)[1]
    links = alice.open("/settings/links").content()
    page = alice.open(path)
    press(page, "form[action$='/submit'] button:not([type=button])")
    inbox = alice.open("/approvals")
    proposal_id = _id_in(inbox.content(), r"/approvals/(\d+)/decision")
    guest = alice.asks_a_guest(f"/approvals/{proposal_id}", label="A label", purpose="decide")
    tokens = {"shared.look": shared, "guest_review.look": guest.rsplit("/", 1)[1]}
    members = alice.open("/settings/members").content()
    objects = {
        "playbook_id": playbook_id,
        "key": "music-release",
        "membership_id": _id_in(members, r"/settings/members/(\d+)/work"),
        "campaign_id": campaign_id,
        "task_id": task_id,
        "comment_id": comment_id,
        "proposal_id": proposal_id,
        "import_batch_id": batch_id,
        "share_link_id": _id_in(links, r"/shared-links/(\d+)/edit"),
        "token": link.rsplit("/", 1)[1],
        "on": today.isoformat(),
    }
    answers = {}
    for endpoint, rule in routes().items():
        if endpoint not in left_out:
            token = tokens.get(endpoint, objects["token"])
            answers[endpoint] = _filled(rule, objects | {"token": token})
    return answers


def _id_in(content: str, pattern: str) -> str:
    found = re.search(pattern, content)
    assert found, f"the page has no {pattern}"
    return found.group(1)


def _plan(alice: Desk, path: str) -> str:
    """A task and a milestone of the campaign; answers the task's id."""
    for title, is_milestone in (("Artwork and masters", False), ("Release day", True)):
        page = alice.open(f"{path}/timeline")
        fill(page, title=title, phase="Prepare")
        if is_milestone:
            page.locator("[name=is_milestone]").check()
        press(page, "form[action$='/timeline/tasks'] button:not([type=button])")
        page.wait_for_url("**/timeline#task-*")
    found = re.search(r'id="task-(\d+)"', page.content())
    assert found, "the task is not in the list"
    return found.group(1)


def _playbook(alice: Desk, path: str) -> str:
    """Begin the campaign's plan from a playbook, and keep it as one."""
    page = alice.open(f"{path}/playbook")
    page.locator("[name=playbook][value=paid-social]").check()
    press(page, "form[action$='/playbook'] button:not([type=button])")
    page.wait_for_url(f"**{path}/timeline")
    page = alice.open(f"{path}/save-as-playbook")
    press(page, "form[action$='/save-as-playbook'] button:not([type=button])")
    page.wait_for_url("**/playbooks/*")
    return page.url.rsplit("/", 1)[1]


def _comment(alice: Desk, task_id: str) -> str:
    page = alice.open(f"/tasks/{task_id}")
    fill(page, body="The masters are in")
    press(page, "form[action$='/comments'] button:not([type=button])")
    page.get_by_text("The masters are in").wait_for()
    return _id_in(page.content(), r"/comments/(\d+)/edit")


def _filled(rule: str, objects: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(objects[m.group(1)]), rule)


def _import(alice: Desk, path: str, today: date, *, commit: bool = False) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.csv"
        file.write_bytes(Report(currency="USD", first=today - timedelta(days=6), days=4).as_bytes())
        page = alice.open(f"{path}/imports")
        page.locator("input[type=file]").set_input_files(file)
        press(page, "form[enctype='multipart/form-data'] button:not([type=button])")
        page.wait_for_url("**/imports/*")
        alice.sees(page, "main", "Importing would create")
        batch_id = page.url.rsplit("/", 1)[1]
        if commit:
            press(page, "form[action$='/commit'] button:not([type=button])")
            alice.sees(page, "main", "Imported")
        return batch_id
