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
SIGNED_OUT = ("accounts.login", "accounts.signup", "accounts.join", "shared.look")


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
    _import(alice, path, today - timedelta(days=4), commit=True)  # so that there is what to chart
    batch_id = _import(alice, path, today)
    task_id = _task(alice, path)
    shared = alice.shares(path, name="Label partners").rsplit("/", 1)[1]
    page = alice.open(path)
    press(page, "form[action$='/submit'] button:not([type=button])")
    inbox = alice.open("/approvals")
    found = re.search(r"/approvals/(\d+)/decision", inbox.content())
    assert found, "the request is not in the inbox"
    members = alice.open("/settings/members").content()
    found_member = re.search(r"/settings/members/(\d+)/work", members)
    assert found_member, "the members' work is not linked"
    objects = {
        "membership_id": found_member.group(1),
        "campaign_id": campaign_id,
        "proposal_id": found.group(1),
        "import_batch_id": batch_id,
        "task_id": task_id,
        "token": link.rsplit("/", 1)[1],
    }
    answers = {}
    for endpoint, rule in routes().items():
        if endpoint not in left_out:
            known = objects | ({"token": shared} if endpoint == "shared.look" else {})
            answers[endpoint] = _filled(rule, known)
    return answers


def _filled(rule: str, objects: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(objects[m.group(1)]), rule)


def _task(alice: Desk, path: str) -> str:
    """Two tasks, one waiting for the other; answers the second one's id."""
    page = alice.open(f"{path}/tasks/new")
    fill(page, title="Artwork", skills="Photo, print", description="As agreed.")
    press(page, "main form[action$='/tasks'] button[name=another]")
    page.wait_for_url("**/tasks/new")
    fill(page, title="Masters", waits_for_id="1", priority="urgent")
    press(page, "main form[action$='/tasks'] button.primary")
    page.wait_for_url("**/tasks")
    return "2"


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
