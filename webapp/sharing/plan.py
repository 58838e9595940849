"""The sections that timelines fill: milestones and bars with their days, and what comes next. Never
people, reasons or what is blocked.
"""

from datetime import date, timedelta

from webapp.availability import queries as working
from webapp.campaigns import queries as campaigns
from webapp.campaigns.workflow import OPEN as OPEN_CAMPAIGN
from webapp.core import clock, zones
from webapp.sharing.sections import Numbers, share_section
from webapp.timelines import queries as timelines
from webapp.timelines.queries import Line
from webapp.timelines.workflow import OPEN, State

#: Days off are named so far beyond the plan, for the edges of its chart.
BEYOND = timedelta(days=60)
#: Dates that are told; of those further ahead a frozen link keeps none either.
MOST_AHEAD = 8


@share_section("timeline", words="Timeline", hint="Milestones and tasks with their days, no names")
def timeline(campaign_id: int) -> Numbers:
    zone = campaigns.campaign(campaign_id).zone
    lines = [line for line in timelines.lines(campaign_id) if line.state != State.CANCELLED]
    tasks = [_task(line, zone) for line in lines if line.starts_at is not None]
    if not tasks:
        return {"tasks": [], "weekdays": [], "closed": []}
    first = date.fromisoformat(min(one["starts_on"] for one in tasks)) - BEYOND
    last = date.fromisoformat(max(one["ends_on"] for one in tasks)) + BEYOND
    return {
        "tasks": tasks,
        "weekdays": sorted(working.working_week().weekdays),
        "closed": [day.isoformat() for day in working.closed_days(first, last, campaign_id)],
    }


def _task(line: Line, zone: str) -> Numbers:
    assert line.starts_at is not None
    assert line.finishes_at is not None
    return {
        "title": line.title,
        "phase": line.phase,
        "starts_on": zones.today(line.starts_at, zone).isoformat(),
        "ends_on": zones.today(line.finishes_at, zone).isoformat(),
        "state": line.state,
        "is_milestone": line.is_milestone,
        "is_critical": line.is_critical,
    }


@share_section("schedule", words="Coming up", hint="The next dates of the plan, no names")
def schedule(campaign_id: int) -> Numbers:
    """The next days on which open work ends, while the campaign is not over; a plan with milestones
    is told by them alone.
    """
    campaign = campaigns.campaign(campaign_id)
    if campaign.state not in OPEN_CAMPAIGN:
        return {"dates": []}
    lines = [line for line in timelines.lines(campaign_id) if line.state in OPEN]
    told = [line for line in lines if line.is_milestone] or lines
    zone = campaign.zone
    dates = sorted((zones.today(at, zone), one.title) for one in told if (at := one.finishes_at))
    today = zones.today(clock.now(), campaign.zone)
    ahead = [(on.isoformat(), title) for on, title in dates if on >= today]
    return {"dates": ahead[:MOST_AHEAD]}
