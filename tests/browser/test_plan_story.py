"""A plan that holds: a release is begun from a playbook, its critical path is there to see,
somebody is away, the plan that was found for it is accepted, and the calendar shows it.
"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar, Event
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.desk import Desk, fill, press
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHORTLIST = "Curator shortlist"


def next_friday(weeks: int) -> date:
    today = datetime.now(UTC).date()
    return today + timedelta(days=(4 - today.weekday()) % 7, weeks=weeks)


@pytest.mark.parametrize("javascript", [True, False], ids=["live", "without_javascript"])
def test_a_release_is_planned_and_planned_anew_when_somebody_is_away(
    visitors: Visitors, product: Served, javascript: bool
) -> None:
    alice = Desk(visitors("Alice", javascript=javascript), live=javascript)
    alice.sign_up("Alice Arden", "alice@example.com", "Northlight")
    bob = Desk(visitors("Bob", javascript=javascript), live=javascript)
    bob.join(alice.invites("manager"), "Bob Brook", "bob@example.com")

    # From a playbook, laid out backwards from the release day; the page shows the plan before.
    target = next_friday(10)
    path = begun(alice, target)
    timeline = alice.open(f"{path}/timeline")
    alice.sees(timeline, "figcaption", "On track")
    alice.sees(timeline, "main", "Release day")
    assert SHORTLIST in critical_titles(timeline)

    # The shortlist is Bob's, and Bob will be away while it is planned.
    owners = alice.open(f"{path}/assignments")
    given(owners, SHORTLIST, "Bob Brook")
    calendar = subscribed(alice, path)
    before = found(alice, calendar, SHORTLIST)
    first, last = days_of(before)
    fill_absence(bob.open("/settings/work"), first, last)
    alice.sees(alice.open(f"{path}/assignments"), "main", "was proposed")

    # Another plan is found by itself; Alice accepts it.
    owners = alice.open(f"{path}/assignments")
    press(owners, "a:has-text('Look at it')")
    request = owners
    alice.sees(request, "main", SHORTLIST)
    accepted(request)
    alice.sees(alice.open(f"{path}/assignments"), "main", "approved and applied")

    # It is nobody's who is away, and the calendars say the same.
    after = found(alice, calendar, SHORTLIST)
    is_bobs = "Bob Brook" in row_of(alice, path, SHORTLIST)
    assert not is_bobs or days_of(after)[0] > last
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) >= int(before["SEQUENCE"])
    year, week, _ = days_of(after)[0].isocalendar()
    alice.sees(alice.open(f"/schedule?week={year}-W{week:02}"), "main", SHORTLIST)
    assert alice.visitor.complaints == []
    assert bob.visitor.complaints == []


def begun(alice: Desk, target: date) -> str:
    """A campaign from the playbook of releases; answers its path."""
    page = alice.open("/campaigns/new")
    fill(
        page,
        name="Tidal Lines EP",
        type="music_release",
        objective="streams",
        budget="9,000",
        start_on=(target - timedelta(days=7)).isoformat(),
        target_on=target.isoformat(),
    )
    page.locator("[name=playbook][value=music-release]").check()
    if alice.live:
        alice.sees(page, "main", SHORTLIST)  # the plan it would make comes by itself
    press(page, "main form[action$='/campaigns'] button.primary")
    page.wait_for_url(re.compile(r"/campaigns/\d+$"))
    return page.url.removeprefix(alice.visitor.product.url)


def critical_titles(page: Page) -> str:
    """The text of what the list marks as critical."""
    marked = page.locator("#list li:has-text('Critical'), #list tr:has-text('Critical')")
    return " ".join(marked.all_inner_texts())


def given(page: Page, title: str, person: str) -> None:
    row = page.locator(f".note:has-text('{title}')").first
    press(row, f"button:has-text('{person}')")
    page.wait_for_url("**/assignments")


def row_of(desk: Desk, path: str, title: str) -> str:
    """What the plan's list says of a task."""
    page = desk.open(f"{path}/timeline?view=list")
    return page.locator(f"#list :is(li, tr):has-text('{title}')").first.inner_text()


def fill_absence(page: Page, first: date, last: date) -> None:
    form = page.locator("form[action$='/absences']")
    form.locator("[name=starts_on]").fill(first.isoformat())
    form.locator("[name=ends_on]").fill(last.isoformat())
    press(form, "button:not([type=button])")
    expect(page.locator("main")).to_contain_text("Remove")


def accepted(page: Page) -> None:
    page.locator("[name=decision][value=approve]").check()
    press(page, "main form[action$='/decision'] button:not([type=button])")


def subscribed(alice: Desk, path: str) -> str:
    """Make an address for the campaign's calendar; answers it."""
    page = alice.open(f"{path}/calendar")
    press(page, "main form[action$='/calendar'] button")
    return page.locator("#new-feed").inner_text()


def found(alice: Desk, address: str, title: str) -> Event:
    """A task as a calendar program gets it."""
    answer = alice.open("/").request.get(address)
    assert answer.status == 200
    events = Calendar.from_ical(answer.text()).walk("VEVENT")
    return next(one for one in events if title in str(one["SUMMARY"]))


def days_of(event: Event) -> tuple[date, date]:
    """The first and the last day of an event."""
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    if isinstance(start, datetime):
        return start.date(), end.date()
    return start, end - timedelta(days=1)
