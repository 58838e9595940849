"""Charts as figures for the plotting library: plain values, which `static/charts.js` dresses in the
page's colours.
"""

from typing import Any

from webapp.core import money
from webapp.views.measures import Measure
from webapp.views.spend_chart import Chart
from webapp.views.trend_chart import Trend


def stacked_bars(chart: Chart | None, currency: str) -> dict[str, Any]:
    """Spend per day, a trace per platform, and the plan as a dashed line."""
    if chart is None:
        return {"traces": [], "prefix": "", "format": ""}
    days = [line.on.isoformat() for line in chart.lines]
    traces: list[dict[str, Any]] = [
        {
            "kind": "bar",
            "name": words,
            "colour": colour,
            "x": days,
            "y": [_major(line.spent[index], currency) for line in chart.lines],
        }
        for index, (words, colour) in enumerate(chart.platforms)
    ]
    if chart.plan_cents:
        plan = [_major(chart.plan_cents, currency)] * len(days)
        traces.append({"kind": "plan", "name": "Plan", "x": days, "y": plan})
    prefix = money.SYMBOLS.get(currency, f"{currency} ")
    return {"traces": traces, "prefix": prefix, "format": ""}


def line(trend: Trend, measure: Measure, currency: str) -> dict[str, Any]:
    """One number over a period, and the period before it as a dashed line."""
    days = [point.on.isoformat() for point in trend.points]
    now = [measure.plain(point.value, currency) for point in trend.points]
    traces: list[dict[str, Any]] = [
        {"kind": "line", "name": measure.words, "colour": 1, "x": days, "y": now}
    ]
    if trend.before:
        before = [measure.plain(point.before, currency) for point in trend.points]
        traces.append({"kind": "plan", "name": "Before", "x": days, "y": before})
    figure: dict[str, Any] = {"traces": traces, "prefix": "", "end": trend.end and trend.end[2]}
    if measure.kind == "money":
        figure["prefix"] = money.SYMBOLS.get(currency, f"{currency} ")
    return figure | {"format": {"percent": ".2%", "times": ".1f"}.get(measure.kind, "")}


def _major(cents: int, currency: str) -> float:
    return float(money.to_major(cents, currency))
