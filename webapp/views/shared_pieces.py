"""How the numbers of a shared page read: each function puts stored or present numbers into the
shape its template draws. It never sees more than a link's sections, and never who looks.
"""

from datetime import date
from typing import Any

from webapp.ads.platforms import PLATFORM_WORDS
from webapp.sharing.sections import Numbers
from webapp.views.gantt import Bar, gantt
from webapp.views.spend_chart import spend_chart
from webapp.web.words import day, state

Pieces = dict[str, Any]
#: States in which a campaign has begun.
BEGUN = ("active", "paused", "completed")


def lead_of(shown: dict[str, Numbers]) -> Pieces:
    """The name, and with the overview its status, a sentence and its dates."""
    heading, overview = shown["heading"], shown.get("overview")
    if overview is None:
        return {"heading": heading, "overview": None}
    today = date.fromisoformat(heading["today"])
    return {
        "heading": heading,
        "overview": overview,
        "target": _target(overview, today),
        "sentence": _sentence(overview, today),
        "beats": _beats(overview, today),
    }


def _target(overview: Numbers, today: date) -> str:
    on = date.fromisoformat(overview["target_on"])
    ahead = (on - today).days
    if ahead == 0:
        return "Target date today"
    days = f"{abs(ahead)} day{'s' * (abs(ahead) != 1)}"
    return f"Target date {day(on, today)}, {f'in {days}' if ahead > 0 else f'{days} ago'}"


def _sentence(overview: Numbers, today: date) -> str:
    """Where it stands, from its dates and its state alone."""
    start = day(date.fromisoformat(overview["start_on"]), today)
    last = day(date.fromisoformat(overview["last_on"]), today)
    words = {
        "draft": f"In preparation, planned from {start} to {last}.",
        "in_review": f"Planned from {start} to {last}, waiting for approval.",
        "scheduled": f"Ready. It starts {start} and runs to {last}.",
        "active": f"Running since {start}, to {last}.",
        "paused": f"Paused. It began {start} and is planned to {last}.",
        "completed": f"Completed. It was planned from {start} to {last}.",
        "cancelled": f"Cancelled. It was planned from {start} to {last}.",
        "failed": f"It could not be carried out. It was planned from {start} to {last}.",
    }
    return words[overview["state"]]


def _beats(overview: Numbers, today: date) -> list[Pieces]:
    """Start, target date and end in their order, each with the mark of how far it is; an end on the
    target date is no beat of its own.
    """
    has_begun, is_over = overview["state"] in BEGUN, overview["state"] == "completed"
    beats = []
    for words, key in (("Start", "start_on"), ("Target date", "target_on"), ("End", "last_on")):
        on = date.fromisoformat(overview[key])
        if key == "last_on" and overview[key] == overview["target_on"]:
            continue
        reached = has_begun and (on <= today if key == "start_on" else on < today)
        mark = "completed" if reached or is_over else "pending"
        if mark == "pending" and has_begun and on == today:
            mark = "active"
        beats.append({"words": words, "mark": mark, "on": on, "day": day(on, today)})
    return sorted(beats, key=lambda beat: beat["on"])


def timeline_of(shown: dict[str, Numbers]) -> Pieces:
    """The plan as a chart, without people."""
    plan, today = shown["timeline"], date.fromisoformat(shown["heading"]["today"])
    closed = {date.fromisoformat(day) for day in plan["closed"]}
    bars = [_bar(number, one) for number, one in enumerate(plan["tasks"], 1)]
    chart = gantt(
        bars,
        today=today,
        now=today.toordinal() + 0.5,
        is_working=lambda day: day.weekday() in plan["weekdays"] and day not in closed,
    )
    return {"chart": chart, "said": _reached(plan["tasks"], today), "today": today}


def _bar(number: int, task: Numbers) -> Bar:
    first, last = date.fromisoformat(task["starts_on"]), date.fromisoformat(task["ends_on"])
    mark, said = state(task["state"], "task")
    start = last if task["is_milestone"] else first
    return Bar(
        number,
        task["title"],
        start.toordinal(),
        last.toordinal() + 1,
        task["phase"],
        mark,
        said,
        task["is_milestone"],
        task["is_critical"],
    )


def _reached(tasks: list[Numbers], today: date) -> str:
    """How many milestones (of tasks, where there are none) are done, and what is next."""
    points = [task for task in tasks if task["is_milestone"]]
    counted, noun = (points, "milestone") if points else (tasks, "task")
    done = sum(task["state"] == "done" for task in counted)
    words = f"{done} of {len(counted)} {noun}{'s' * (len(counted) > 1)} done."
    ahead = next((task for task in counted if task["state"] != "done"), None)
    if ahead is not None:
        words += f" Next: {ahead['title']}, {day(date.fromisoformat(ahead['ends_on']), today)}."
    return words


def schedule_of(shown: dict[str, Numbers]) -> Pieces:
    """What comes next, day by day."""
    dates = [(date.fromisoformat(on), title) for on, title in shown["schedule"]["dates"]]
    return _base(shown) | {"dates": dates}


def numbers_of(shown: dict[str, Numbers]) -> Pieces:
    """The row of headline numbers; what is not shared is None."""
    return _base(shown) | {"spend": shown.get("spend"), "results": shown.get("results")}


def spend_of(shown: dict[str, Numbers]) -> Pieces:
    """Spend per day and platform."""
    spend = shown["spend"]
    rows = [(date.fromisoformat(on), platform, cents) for on, platform, cents in spend["daily"]]
    return _base(shown) | {
        "spend": spend,
        "last_on": _day_or_none(spend["last_on"]),
        "chart": spend_chart(rows, shown["heading"]["currency"]),
    }


def results_of(shown: dict[str, Numbers]) -> Pieces:
    """Results by platform, the largest first, measured in the best count there is."""
    results = shown["results"]
    lines = [line | {"words": PLATFORM_WORDS[line["platform"]]} for line in results["platforms"]]
    counted = next(
        (one for one in ("conversions", "clicks") if results[one]),
        "impressions",
    )
    most = max((line[counted] or 0 for line in lines), default=0)
    for line in lines:
        line["share"] = round(100 * (line[counted] or 0) / most, 1) if most else 0
    lines.sort(key=lambda line: -line["share"])
    return _base(shown) | {"results": results, "lines": lines, "counted": counted}


def _base(shown: dict[str, Numbers]) -> Pieces:
    heading = shown["heading"]
    return {"currency": heading["currency"], "today": date.fromisoformat(heading["today"])}


def _day_or_none(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
