"""Pushed is reloaded: every registered fragment, rendered as the hub does, is a piece of the page
that shows it, to the byte.

A fragment without a case in CASES fails, so a new one is covered the day it is registered.
"""

import importlib
import pkgutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from tests import people
from tests.clients import signed_in
from tests.escalations import late
from tests.files import uploads
from tests.imports import staged
from tests.people import Team
from tests.timelines import plans
from webapp import views
from webapp.ads.commands import change_budget
from webapp.ads.queries import planned_parts
from webapp.ads.results import Day, record_results
from webapp.assignments.commands import ask_for_plan
from webapp.campaigns.commands import edit_campaign, move_campaign
from webapp.campaigns.models import Campaign
from webapp.comments.commands import add_comment
from webapp.core import clock, tokens
from webapp.db import db
from webapp.demo.commands import ask_for_demo
from webapp.events.models import Event
from webapp.sharing.commands import edit_link
from webapp.timelines.tasks import block_task
from webapp.timelines.time_spent import log_time
from webapp.web.fragments import Fragment, all_fragments


def paused(team: Team) -> Campaign:
    """Alice paused a running campaign and said why."""
    campaign = people.active(team, name="Tidal <Lines> & more")
    by = team.alice.actor
    move_campaign(campaign_id=campaign.id, move="pause", reason='"Later"', version=4, by=by)
    return campaign


def overview(team: Team) -> str:
    return f"/campaigns/{paused(team).id}"


def feed(team: Team) -> str:
    return f"/campaigns/{paused(team).id}/activity"


def read_report(team: Team) -> str:
    campaign = people.draft(team, currency="EUR")
    batch = staged.stage(campaign, team.alice, staged.report())
    return f"/campaigns/{campaign.id}/imports/{batch.id}"


def searched(team: Team) -> str:
    campaign = people.draft(team)
    plans.task(team, campaign, "Artwork")
    ask_for_plan(campaign_id=campaign.id, by=team.mia.actor)
    return f"/campaigns/{campaign.id}/assignments"


def campaign_list(team: Team) -> str:
    people.draft(team, name="Another")
    paused(team)
    return "/campaigns"


def renamed(team: Team) -> str:
    campaign = people.draft(team)
    words = {
        name: getattr(campaign, name)
        for name in ("type", "objective", "target_audience", "owner_id")
    }
    edit_campaign(
        campaign_id=campaign.id,
        name="Ebb",
        description="Two\nlines <b>",
        version=1,
        by=team.alice.actor,
        **words,
    )
    return f"/campaigns/{campaign.id}"


def new_split(team: Team) -> str:
    campaign = people.draft(team)
    change_budget(
        campaign_id=campaign.id, budget="1,000.01", evenly=True, version=1, by=team.alice.actor
    )
    return f"/campaigns/{campaign.id}/budget"


def spend(team: Team) -> str:
    """Results arrived for two platforms of a running campaign."""
    campaign = people.active(team, name="Tidal <Lines> & more")
    part_ids = [part.id for part in planned_parts(campaign.id)]
    today = clock.now().date()
    for part_id in part_ids[:2]:
        days = [
            Day(on=today - timedelta(back), spend="20.50", impressions=900, clicks=9, value="41")
            for back in range(3)
        ]
        record_results(ad_campaign_id=part_id, days=days, by=team.mia.actor)
    return f"/campaigns/{campaign.id}/spend"


def waiting(team: Team) -> str:
    campaign, _ = people.submitted(team)
    return f"/campaigns/{campaign.id}"


def inbox(team: Team) -> str:
    people.submitted(team)
    return "/approvals"


def request_page(team: Team) -> str:
    _, proposal = people.submitted(team)
    return f"/approvals/{proposal.id}"


def two_tasks(team: Team) -> Campaign:
    """Two tasks of which one waits for the other, blocked with a reason and half done."""
    campaign = people.draft(team, name="Tidal <Lines> & more")
    words = {"skills": "Video & more, German", "priority": "urgent"}
    first = plans.task(team, campaign, "Cut <teasers>", assignee_id=team.mia.id, **words)
    later = plans.task(team, campaign, "Subtitle them", waits_for_id=first.id)
    block_task(task_id=later.id, reason='No "still"', version=1, by=team.mia.actor)
    plans.move(team, first, "start")
    return campaign


def board(team: Team) -> str:
    return f"/campaigns/{two_tasks(team).id}/tasks"


def given(team: Team) -> str:
    plans.assign(team, plans.task(team, two_tasks(team), "Look <over>"), team.bob.id)
    return "/tasks"


def task_page(team: Team) -> str:
    two_tasks(team)
    add_comment(subject_kind="task", subject_id=1, body="@Bob <look>", by=team.mia.actor)
    uploads.attach(team.mia, "task", 1)
    log_time(task_id=1, minutes=90, by=team.mia.actor)
    return "/tasks/1"


def home(team: Team) -> str:
    people.submitted(team)
    return "/"


def home_while_running(team: Team) -> str:
    paused(team)
    return "/"


def linked(team: Team) -> str:
    campaign = paused(team)
    people.shared(team, campaign, name="Label <partners> & more")
    return f"/campaigns/{campaign.id}"


def planned(team: Team) -> str:
    """A plan that was agreed and slipped since, with a link, a milestone and a phase."""
    campaign = people.draft(team, name="Tidal <Lines> & more")
    art = plans.task(team, campaign, "Art <work>", 2, phase="Prepare", assignee_id=team.mia.id)
    release = plans.task(team, campaign, "Release", is_milestone=True, phase="Launch")
    plans.after(team, release, art)
    return f"/campaigns/{campaign.id}/timeline"


TOKEN = tokens.new_token()


def shared_page(team: Team) -> str:
    """An import into a campaign that is shared with everything there is."""
    campaign = people.draft(team, name="Tidal <Lines> & more", currency="EUR")
    people.shared(team, campaign, TOKEN)
    staged.commit(staged.stage(campaign, team.alice, staged.report()), team.alice)
    return f"/s/{TOKEN}"


def shared_plan(team: Team) -> str:
    """A plan, shared."""
    campaign = people.draft(team, name="Tidal <Lines> & more")
    people.shared(team, campaign, TOKEN, sections=["overview", "timeline", "schedule"])
    art = plans.task(team, campaign, "Art <work>", 2, phase="Prepare", assignee_id=team.mia.id)
    release = plans.task(team, campaign, "Release", is_milestone=True, phase="Launch")
    plans.after(team, release, art)
    return f"/s/{TOKEN}"


def railed(team: Team) -> str:
    return planned(team).removesuffix("/timeline")


def longer_shared(team: Team) -> str:
    """The end of a shared link was moved."""
    link = people.shared(team, people.draft(team), TOKEN)
    edit_link(
        share_link_id=link.id,
        version=link.version,
        name=link.name,
        ends_on=(link.expires_at + timedelta(days=3)).date(),
        by=team.bob.actor,
    )
    return f"/s/{TOKEN}"


def schedule(team: Team) -> str:
    paused(team)
    return "/schedule"


def late_for_bob(team: Team) -> str:
    """Mia's work is late, she was reminded, and Bob steps in."""
    monday = plans.monday()
    campaign = people.draft(team, name="Tidal <Lines> & more")
    late.artwork(team, campaign, monday)
    late.until(monday + timedelta(days=1), 14, 1)
    return "/"


def home_of_a_worker(team: Team) -> str:
    given(team)
    return "/"


def welcome(team: Team) -> str:
    ask_for_demo(by=team.alice.actor)
    return "/welcome/"


def told_bob(team: Team) -> str:
    plans.task(team, people.draft(team), "Artwork", assignee_id=team.bob.id)
    return "/inbox"


#: fragment → an act that redraws it, answering the page that shows it (to Bob, a manager).
CASES: dict[str, Callable[[Team], str]] = {
    "import_state": read_report,
    "activity_row": feed,
    "approvals_badge": overview,
    "approvals_tab_badge": overview,
    "campaign_details": renamed,
    "campaign_links": linked,
    "campaign_log": overview,
    "campaign_next": waiting,
    "campaign_numbers": overview,
    "campaign_parts": new_split,
    "campaign_requests": waiting,
    "campaign_rail": railed,
    "campaign_ready": renamed,
    "campaign_row": campaign_list,
    "campaign_status": overview,
    "comment_count": task_page,
    "demo_progress": welcome,
    "file_count": task_page,
    "headline": home,
    "inbox_badge": told_bob,
    "inbox_list": inbox,
    "inbox_top_badge": told_bob,
    "live_campaigns": home_while_running,
    "my_tasks": given,
    "needs_you": late_for_bob,
    "numbers": home,
    "plan_chart": planned,
    "plan_finding": planned,
    "plan_list": planned,
    "planner_run": searched,
    "proposal_state": request_page,
    "schedule_mark": schedule,
    "share_lead": shared_page,
    "share_numbers": shared_page,
    "share_results": shared_page,
    "share_schedule": shared_plan,
    "share_spend": shared_page,
    "share_timeline": shared_plan,
    "share_until": longer_shared,
    "spend_numbers": spend,
    "spend_pace": spend,
    "spend_per_day": spend,
    "spend_platforms": spend,
    "spend_table": spend,
    "task_board": board,
    "task_count": board,
    "task_state": task_page,
    "time_on_task": task_page,
    "your_tasks": home_of_a_worker,
}

for module in pkgutil.iter_modules(views.__path__):  # fragments register when they are imported
    importlib.import_module(f"webapp.views.{module.name}")
every_fragment = pytest.mark.parametrize("fragment", all_fragments(), ids=lambda one: one.name)


def pushed_after(app, fragment: Fragment, team: Team) -> str:
    """What the hub sends Bob, or the viewers of the one shared link, for the newest event that
    redraws the fragment: by the hub's own function, on a thread that has no request.
    """
    people.run_background()
    events = list(db.session.scalars(select(Event).order_by(Event.position.desc())))
    db.session.expunge_all()
    db.session.rollback()
    whom = {"user": team.bob.id, "share": 1, "member": None}[fragment.audience]
    with ThreadPoolExecutor(1) as pool:
        for event in events:
            if fragment.wants(event.name) and fragment.topic_for(event):
                render = app.extensions["live"].pushes.rendered
                if html := pool.submit(render, fragment, event, whom).result():
                    return html
    raise AssertionError(f"no event redrew {fragment.name}")


@every_fragment
def test_the_pushed_fragment_is_the_piece_of_the_page(app, team, fragment):
    assert fragment.name in CASES, f"{fragment.name} needs a case: an act and the page it is on"
    path = CASES[fragment.name](team)

    pushed = pushed_after(app, fragment, team)
    page = signed_in(app, team.bob).get(path)

    assert page.status_code == 200
    assert pushed in page.text


@every_fragment
def test_a_fragment_is_one_element_with_its_id_and_nothing_to_press(app, team, fragment):
    CASES[fragment.name](team)

    pushed = pushed_after(app, fragment, team)
    root = Root(pushed)

    assert root.count == 1
    # Pages read the id without parsing: it is the first thing in the tag.
    assert pushed.lstrip().split(maxsplit=1)[1].startswith(f'id="{root.id}"')
    assert not root.tags & {"form", "button", "input", "select", "textarea", "script"}


class Root(HTMLParser):
    """How many elements stand at the top, the first one's id, every tag inside."""

    VOID = frozenset({"br", "hr", "img", "input", "line", "meta", "path", "rect", "use"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.count, self.depth, self.id = 0, 0, ""
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if self.depth == 0:
            self.count += 1
            self.id = self.id or dict(attrs).get("id", "")
        if tag not in self.VOID:
            self.depth += 1

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.depth -= 1
