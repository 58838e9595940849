"""Results over a period: numbers that choose the chart, the period before, bars by platform and
campaign. Everything that is chosen is in the address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, current_app, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.ads.platforms import PLATFORM_WORDS
from webapp.ads.rates import Totals
from webapp.ads.results import RESULT_EVENTS
from webapp.analytics import queries
from webapp.analytics.queries import MOST_LINES, Wanted
from webapp.campaigns import queries as campaigns
from webapp.core import clock, money, tokens, zones
from webapp.core.errors import Invalid
from webapp.core.text import number_of_row
from webapp.views import figures, result_lines
from webapp.views.measures import BY_KEY, MEASURES, Measure
from webapp.views.spend_chart import in_order
from webapp.views.trend_chart import Period, Trend, total_of, trend
from webapp.web.export import csv_file
from webapp.web.guards import guard
from webapp.web.marks import mark_of_team
from webapp.web.panels import NUMBERS_SECONDS, kept
from webapp.web.render import page, path_for
from webapp.web.security import with_charts
from webapp.web.words import change

bp = Blueprint("analytics", __name__)

#: Days back from today. A year is whole weeks, as its chart is drawn by week.
PERIODS = {"7": "Last 7 days", "28": "Last 28 days", "90": "Last 90 days", "364": "Last 52 weeks"}
DEFAULT_PERIOD, DEFAULT_MEASURE = "28", "spend"
#: What redraws a panel: results, and what campaigns are called and whether they count.
CHANGES = ("campaign.*", "team.*", *RESULT_EVENTS)
#: Campaigns a list shows, and offers to choose from.
MOST_BARS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for; what is unknown counts as not set."""

    period: str
    measure: str
    platform: str
    campaign_id: int | None
    campaign_name: str
    compares: bool

    def href(self, **changes: Any) -> str:
        """The page's address with some of the choice changed; what is not set is left out."""
        return path_for("analytics.index", **self.values(**changes))

    def values(self, **changes: Any) -> dict[str, Any]:
        """The choice as arguments of an address."""
        own = {
            "period": self.period if self.period != DEFAULT_PERIOD else None,
            "measure": self.measure if self.measure != DEFAULT_MEASURE else None,
            "platform": self.platform or None,
            "campaign": self.campaign_id,
            "compare": None if self.compares else "none",
        }
        return own | changes


@dataclass(frozen=True, slots=True)
class Number:
    """One of the numbers over the chart."""

    measure: Measure
    words: str
    exact: str
    change: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a list of bars; `share` is its part of the longest, in percent."""

    words: str
    href: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything of one currency."""

    currency: str
    numbers: list[Number]
    trend: Trend
    before: Period | None
    platforms: list[Bar]
    campaigns: list[Bar]


@bp.get("/analytics")
@with_charts
@guard("see")
def index() -> Response:
    choice, period = _choice(), _period()
    return page(
        "analytics/analytics.html",
        choice=choice,
        panels=Markup(_kept("panels", choice, period, _drawn)),  # noqa: S704 (our own templates)
        period=period,
        today=period.last,
        periods=PERIODS,
        platforms=[(key, words) for key, words in PLATFORM_WORDS.items()],
        campaigns=_campaigns(choice),
    )


@bp.get("/analytics/figure.json")
@guard("see")
def figure() -> Response:
    """The chart of one currency, for the plotting library."""
    currency = request.args.get("currency", "")
    currency = currency if currency in money.CURRENCIES else ""

    def line(choice: Choice, period: Period) -> str:
        wanted, measure = (
            _wanted(choice, period, with_before=choice.compares),
            BY_KEY[choice.measure],
        )
        days = queries.per_day(wanted).get(currency, {})
        found = trend(days, period, measure, currency, compare=choice.compares)
        return current_app.json.dumps(figures.line(found, measure, currency))

    figure = _kept(f"figure-{currency}", _choice(), _period(), line)
    return current_app.response_class(figure, mimetype="application/json")


def _kept(name: str, choice: Choice, period: Period, draw: Callable[[Choice, Period], str]) -> str:
    """A drawn piece of the page, the same for everybody of the team, until their results change."""
    team = accounts.team()
    return kept(
        f"analytics-{name}",
        team.id,
        tokens.hashed(current_app.config["DASHBOARD_SECRET"]),  # another installation's are others
        mark_of_team(*CHANGES),
        *(period.first, period.last, choice.measure, choice.platform, choice.campaign_id),
        choice.compares,
        seconds=NUMBERS_SECONDS,
        draw=partial(draw, choice, period),
    )


def _drawn(choice: Choice, period: Period) -> str:
    """The panels of all currencies; '' when there are no results."""
    panels = panels_of(choice, period)
    template = current_app.jinja_env.get_template("analytics/_panel.html")
    seen = {"choice": choice, "panels": panels, "measure": BY_KEY[choice.measure]}
    return "\n".join(template.render(panel=panel, today=period.last, **seen) for panel in panels)


@bp.get("/analytics.csv")
@guard("export")
def export() -> Response:
    """Every day, campaign and platform that the page adds up."""
    choice, period = _choice(), _period()
    found = queries.lines(_wanted(choice, period))
    if len(found) > MOST_LINES:
        raise Invalid({"": f"That is more than {MOST_LINES:,} lines. Choose a shorter period."})
    rows = (
        result_lines.cells(
            one.on, (one.campaign, PLATFORM_WORDS[one.platform]), one.totals, one.currency
        )
        for one in found
    )
    name = f"analytics-{period.first}-to-{period.last}"
    return csv_file(name, result_lines.header("Campaign", "Platform"), rows)


def panels_of(choice: Choice, period: Period) -> list[Panel]:
    """A panel for each currency with results in the period, the team's own first."""
    days = queries.per_day(_wanted(choice, period, with_before=choice.compares))
    platforms = queries.per_platform(_wanted(choice, period))
    spenders = queries.per_campaign(_wanted(choice, period))
    own = accounts.team().currency
    shown = sorted(spenders, key=lambda one: (one != own, one))
    measure = BY_KEY[choice.measure]
    panels = []
    for currency in shown:
        reached = period.until(max(on for on in days[currency] if on <= period.last))
        before = _same_days(period, reached) if choice.compares else None
        panels.append(
            Panel(
                currency,
                _numbers(days[currency], reached, before, currency),
                trend(days[currency], period, measure, currency, compare=choice.compares),
                before,
                _platform_bars(choice, platforms.get(currency, []), currency),
                _campaign_bars(choice, spenders[currency], currency),
            )
        )
    return panels


def _choice() -> Choice:
    args = request.args
    period, measure = args.get("period", ""), args.get("measure", "")
    platform, campaign_id = args.get("platform", ""), number_of_row(args.get("campaign", ""))
    campaign = campaigns.known(campaign_id) if campaign_id is not None else None
    return Choice(
        period if period in PERIODS else DEFAULT_PERIOD,
        measure if measure in BY_KEY else DEFAULT_MEASURE,
        platform if platform in PLATFORM_WORDS else "",
        campaign.id if campaign else None,
        campaign.name if campaign else "",
        args.get("compare") != "none",
    )


def _period() -> Period:
    """The days the address asks for, up to the team's today."""
    today = zones.today(clock.now(), accounts.team().zone)
    length = request.args.get("period", "")
    days = int(length if length in PERIODS else DEFAULT_PERIOD)
    return Period(today - timedelta(days=days - 1), today)


def _wanted(choice: Choice, period: Period, *, with_before: bool = False) -> Wanted:
    first = period.before.first if with_before else period.first
    return Wanted(first, period.last, choice.platform, choice.campaign_id)


def _same_days(period: Period, reached: Period) -> Period:
    """The period before, only as far into it as results reach into this one."""
    before = period.before
    return Period(before.first, before.first + timedelta(days=reached.days - 1))


def _numbers(
    days: dict[date, Totals], reached: Period, before: Period | None, currency: str
) -> list[Number]:
    now = total_of(days, reached)
    then = total_of(days, before) if before else None
    found = []
    for one in MEASURES:
        value = one.read(now)
        moved = change(value, one.read(then)) if then else ""
        found.append(Number(one, one.say(value, currency), one.exact(value, currency), moved))
    return found


def _platform_bars(choice: Choice, found: list[tuple[str, Totals]], currency: str) -> list[Bar]:
    places = {name: index for index, name in enumerate(in_order({name for name, _ in found}))}
    ordered = sorted(found, key=lambda one: places[one[0]])

    def link(name: str) -> tuple[str, str]:
        chosen = name == choice.platform
        return PLATFORM_WORDS[name], choice.href(platform=None if chosen else name)

    return _bars(choice, ordered, currency, link)


def _campaign_bars(choice: Choice, found: list[tuple[int, Totals]], currency: str) -> list[Bar]:
    shown = _highest(choice, found)[:MOST_BARS]
    names = campaigns.names({campaign_id for campaign_id, _ in shown})

    def link(campaign_id: int) -> tuple[str, str]:
        chosen = campaign_id == choice.campaign_id
        return names[campaign_id], choice.href(campaign=None if chosen else campaign_id)

    return _bars(choice, shown, currency, link)


def _highest(choice: Choice, found: list[tuple[Any, Totals]]) -> list[tuple[Any, Totals]]:
    """Those of which the number is known, the highest first."""
    read = BY_KEY[choice.measure].read
    known = [one for one in found if read(one[1]) is not None]
    return sorted(known, key=lambda one: read(one[1]), reverse=True)


def _bars(
    choice: Choice,
    found: list[tuple[Any, Totals]],
    currency: str,
    link: Callable[[Any], tuple[str, str]],
) -> list[Bar]:
    measure = BY_KEY[choice.measure]
    ordered = _highest(choice, found)
    most = float(measure.read(ordered[0][1])) if ordered else 0.0
    return [
        Bar(
            *link(key),
            measure.say(value := measure.read(one), currency),
            round(100 * float(value) / most, 1) if most else 0.0,
        )
        for key, one in ordered
    ]


def _campaigns(choice: Choice) -> list[tuple[int, str]]:
    """Campaigns to choose from: those that run, and the one that is chosen."""
    found = [(row.id, row.name) for row in campaigns.running_names(50)]
    if choice.campaign_id is not None and choice.campaign_id not in dict(found):
        found.insert(0, (choice.campaign_id, choice.campaign_name))
    return found
