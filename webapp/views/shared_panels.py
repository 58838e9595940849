"""The panels of a shared page: each a live root, drawn once for everybody who looks at its link,
for the page as for the push.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment
from markupsafe import Markup

from webapp.events.log import mark_of
from webapp.events.models import Event
from webapp.sharing import queries
from webapp.sharing.queries import OpenLink
from webapp.sharing.sections import Numbers
from webapp.views import shared_pieces as pieces
from webapp.views.shared_pieces import Pieces
from webapp.web.fragments import fragment
from webapp.web.panels import NUMBERS_SECONDS, STATUS_SECONDS, kept

#: What redraws a shared plan.
PLANS = ("task.*", "timeline.*", "campaign.*")
#: What redraws the rest of a shared page: its campaign and what brings or takes results.
CHANGES = ("campaign.*", "ad_campaign.*", "import_batch.*", "results.*")


@dataclass(frozen=True, slots=True)
class Panel:
    """One live root of a shared page: the sections it is drawn from (it is there when one of them
    is shared, or always), and how old it may be without an event.
    """

    name: str
    sections: tuple[str, ...]
    pieces: Callable[[dict[str, Numbers]], Pieces]
    seconds: int
    is_always_there: bool = False

    @property
    def template(self) -> str:
        return f"sharing/_{self.name}.html"

    def is_on(self, link: OpenLink) -> bool:
        return self.is_always_there or bool(set(self.sections) & set(link.sections))


#: In the order of the page.
LEAD = Panel("lead", ("overview",), pieces.lead_of, STATUS_SECONDS, is_always_there=True)
TIMELINE = Panel("timeline", ("timeline",), pieces.timeline_of, NUMBERS_SECONDS)
NUMBERS = Panel("numbers", ("spend", "results"), pieces.numbers_of, NUMBERS_SECONDS)
SPEND = Panel("spend", ("spend",), pieces.spend_of, NUMBERS_SECONDS)
RESULTS = Panel("results", ("results",), pieces.results_of, NUMBERS_SECONDS)
SCHEDULE = Panel("schedule", ("schedule",), pieces.schedule_of, NUMBERS_SECONDS)


def drawn(env: Environment, link: OpenLink) -> list[Markup]:
    """The panels of a link's page, drawn once for all who look as long as nothing happens."""
    mark = mark_of(link.campaign_id)

    def html(panel: Panel) -> str:
        template = env.get_template(panel.template)
        return template.render(**panel.pieces(queries.shown(link, *panel.sections)))

    return [
        Markup(  # noqa: S704 (our own templates drew it)
            kept(
                panel.name,
                link.team_id,
                link.token_hash,  # not its id: another installation may use the same Redis
                mark,
                seconds=panel.seconds,
                draw=partial(html, panel),
            )
        )
        for panel in (LEAD, NUMBERS, TIMELINE, SPEND, RESULTS, SCHEDULE)
        if panel.is_on(link)
    ]


@fragment(
    "sharing/_until.html", on=("share.edited",), topic="campaign:{campaign_id}", audience="share"
)
def share_until(event: Event, share_id: int) -> Pieces | None:
    """Until when the link is open, on the pages of that link."""
    return {"link": queries.open_link(share_id)} if event.subject_id == share_id else None


def _redrawn(panel: Panel, event: Event, share_id: int) -> Pieces | None:
    """A panel of a live link after an event; None when it is not on its page."""
    link = queries.open_link(share_id)
    if not link.is_live or link.campaign_id != event.campaign_id or not panel.is_on(link):
        return None
    return panel.pieces(queries.shown(link, *panel.sections))


@fragment(LEAD.template, on=CHANGES, topic="campaign:{campaign_id}", audience="share")
def share_lead(event: Event, share_id: int) -> Pieces | None:
    return _redrawn(LEAD, event, share_id)


@fragment(TIMELINE.template, on=PLANS, topic="campaign:{campaign_id}", audience="share")
def share_timeline(event: Event, share_id: int) -> Pieces | None:
    return _redrawn(TIMELINE, event, share_id)


@fragment(NUMBERS.template, on=CHANGES, topic="campaign:{campaign_id}", audience="share")
def share_numbers(event: Event, share_id: int) -> Pieces | None:
    return _redrawn(NUMBERS, event, share_id)


@fragment(SPEND.template, on=CHANGES, topic="campaign:{campaign_id}", audience="share")
def share_spend(event: Event, share_id: int) -> Pieces | None:
    return _redrawn(SPEND, event, share_id)


@fragment(RESULTS.template, on=CHANGES, topic="campaign:{campaign_id}", audience="share")
def share_results(event: Event, share_id: int) -> Pieces | None:
    return _redrawn(RESULTS, event, share_id)


@fragment(SCHEDULE.template, on=PLANS, topic="campaign:{campaign_id}", audience="share")
def share_schedule(event: Event, share_id: int) -> Pieces | None:
    return _redrawn(SCHEDULE, event, share_id)
