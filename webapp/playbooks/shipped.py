"""The playbooks that come with the product: four plans as teams of two to twenty make them. They
are data; a team changes one by beginning a campaign from it and keeping that as its own.

`before` counts working days to the target, as `webapp.timelines.backwards.Step` says; a step
without it follows what it waits for. Estimates are working days of eight hours.
"""

from dataclasses import dataclass
from typing import Any

from webapp.timelines.backwards import Outline, Step, Wait

DAY = 480


@dataclass(frozen=True, slots=True)
class Shipped:
    """One of them; `key` is its reference and never changes."""

    key: str
    name: str
    type: str
    description: str
    plan: Outline


def _plan(buffer_days: int, phases: dict[str, list[dict[str, Any]]]) -> Outline:
    """An outline from its phases; steps wait for each other by their titles."""
    flat = [(phase, one) for phase, ones in phases.items() for one in ones]
    keys = {one["title"]: key for key, (_, one) in enumerate(flat, start=1)}
    steps = [
        Step(
            key=keys[one["title"]],
            title=one["title"],
            phase=phase,
            is_milestone=one.get("milestone", False),
            estimate_minutes=int(one.get("days", 0) * DAY),
            priority=one.get("priority", "normal"),
            skills=one.get("skills", []),
            days_before=one.get("before"),
            waits_for=[Wait(key=keys[title]) for title in one.get("after", [])],
        )
        for phase, one in flat
    ]
    return Outline(buffer_minutes=buffer_days * DAY, steps=steps)


MUSIC_RELEASE = _plan(
    2,
    {
        "Prepare": [
            {"title": "Artwork and masters", "days": 5, "before": 32, "skills": ["Design"]},
            {"title": "Press kit and one-sheet", "days": 4, "before": 27, "skills": ["Copy"]},
            {"title": "Upload to the distributor", "days": 1, "after": ["Artwork and masters"],
             "before": 22, "priority": "high"},
            {"title": "Tracking links", "days": 2, "after": ["Upload to the distributor"],
             "skills": ["Tracking"]},
            {"title": "Masters delivered", "milestone": True, "before": 20,
             "after": ["Upload to the distributor"]},
        ],
        "Warm up": [
            {"title": "Curator shortlist", "days": 5, "after": ["Press kit and one-sheet"],
             "before": 12, "skills": ["Outreach"]},
            {"title": "Pre-save page", "days": 3, "after": ["Masters delivered"],
             "skills": ["Web"]},
            {"title": "Cut two short teasers", "days": 4, "after": ["Artwork and masters"],
             "skills": ["Video"]},
            {"title": "Outreach, first wave", "days": 4, "after": ["Curator shortlist"],
             "skills": ["Outreach"]},
            {"title": "Pre-save opens", "milestone": True, "after": ["Pre-save page"],
             "before": 14},
        ],
        "Launch": [
            {"title": "Brand and legal check", "days": 1, "priority": "high",
             "after": ["Outreach, first wave", "Cut two short teasers"], "skills": ["Legal"]},
            {"title": "Paid social set up", "days": 2, "after": ["Cut two short teasers"],
             "skills": ["Ads"]},
            {"title": "Write the release-day mail", "days": 1, "skills": ["Copy"],
             "after": ["Press kit and one-sheet"]},
            {"title": "Release day", "milestone": True, "before": 0,
             "after": ["Brand and legal check", "Paid social set up",
                       "Write the release-day mail", "Pre-save opens", "Tracking links"]},
        ],
        "Sustain": [
            {"title": "Answer replies", "days": 3, "after": ["Release day"],
             "skills": ["Outreach"]},
            {"title": "Outreach, second wave", "days": 4, "after": ["Release day"],
             "skills": ["Outreach"]},
            {"title": "Wrap-up report", "days": 2,
             "after": ["Outreach, second wave", "Answer replies"], "skills": ["Analysis"]},
        ],
    },
)  # fmt: skip

TOUR = _plan(
    3,
    {
        "Book": [
            {"title": "Routing and venue holds", "days": 8, "before": 70, "skills": ["Booking"]},
            {"title": "Venue contracts", "days": 6, "after": ["Routing and venue holds"],
             "skills": ["Legal"]},
            {"title": "Ticket links of every date", "days": 2, "after": ["Venue contracts"],
             "skills": ["Tracking"]},
            {"title": "Dates confirmed", "milestone": True, "after": ["Venue contracts"],
             "before": 50},
        ],
        "Announce": [
            {"title": "Tour artwork and dates poster", "days": 4,
             "after": ["Routing and venue holds"], "skills": ["Design"]},
            {"title": "Trailer", "days": 5, "after": ["Tour artwork and dates poster"],
             "skills": ["Video"]},
            {"title": "Announcement mail and posts", "days": 2, "skills": ["Copy"],
             "after": ["Tour artwork and dates poster", "Ticket links of every date"]},
            {"title": "Tickets on sale", "milestone": True, "before": 40, "priority": "high",
             "after": ["Announcement mail and posts", "Dates confirmed", "Trailer"]},
        ],
        "Sell": [
            {"title": "Ads around each city", "days": 3, "after": ["Tickets on sale"],
             "skills": ["Ads"]},
            {"title": "Local press and radio", "days": 6, "after": ["Tickets on sale"],
             "skills": ["Outreach"]},
            {"title": "Sales check, move budget to slow dates", "days": 1, "before": 20,
             "after": ["Ads around each city"], "skills": ["Analysis"]},
            {"title": "Guest lists and advance sheets", "days": 3, "before": 8,
             "after": ["Local press and radio"], "skills": ["Booking"]},
        ],
        "On the road": [
            {"title": "First show", "milestone": True, "before": 0,
             "after": ["Guest lists and advance sheets",
                       "Sales check, move budget to slow dates"]},
            {"title": "Clips after each show", "days": 10, "after": ["First show"],
             "skills": ["Video"]},
            {"title": "Settlement and wrap-up", "days": 3, "after": ["Clips after each show"],
             "skills": ["Analysis"]},
        ],
    },
)  # fmt: skip

PRODUCT_LAUNCH = _plan(
    3,
    {
        "Shape": [
            {"title": "Positioning and audience", "days": 4, "before": 29, "skills": ["Copy"]},
            {"title": "Prices and stock", "days": 3, "after": ["Positioning and audience"],
             "skills": ["Operations"]},
            {"title": "Message agreed", "milestone": True, "after": ["Positioning and audience"]},
        ],
        "Make": [
            {"title": "Product photos", "days": 4, "after": ["Message agreed"],
             "skills": ["Photo"]},
            {"title": "Landing page", "days": 6, "after": ["Message agreed", "Product photos"],
             "skills": ["Web"]},
            {"title": "Launch mails", "days": 3, "after": ["Message agreed"],
             "skills": ["Copy"]},
            {"title": "Ad creatives, three variants", "days": 4, "after": ["Product photos"],
             "skills": ["Design"]},
            {"title": "Tracking and test orders", "days": 2,
             "after": ["Landing page", "Prices and stock"], "skills": ["Tracking"]},
        ],
        "Warm up": [
            {"title": "Waiting list opens", "milestone": True, "after": ["Landing page"]},
            {"title": "Early access for press and friends", "days": 3,
             "after": ["Tracking and test orders"], "skills": ["Outreach"]},
            {"title": "Final check of everything", "days": 1, "priority": "high",
             "after": ["Launch mails", "Ad creatives, three variants",
                       "Early access for press and friends"]},
        ],
        "Launch": [
            {"title": "Launch day", "milestone": True, "before": 0,
             "after": ["Final check of everything", "Waiting list opens"]},
            {"title": "Answer every question of the first days", "days": 5,
             "after": ["Launch day"], "skills": ["Support"]},
            {"title": "What worked, in one page", "days": 2,
             "after": ["Answer every question of the first days"], "skills": ["Analysis"]},
        ],
    },
)  # fmt: skip

PAID_SOCIAL = _plan(
    1,
    {
        "Brief": [
            {"title": "Goal, audience and budget split", "days": 1, "before": 12,
             "skills": ["Ads"]},
            {"title": "Creative brief", "days": 1, "after": ["Goal, audience and budget split"],
             "skills": ["Copy"]},
        ],
        "Make": [
            {"title": "Creatives for each placement", "days": 4, "after": ["Creative brief"],
             "skills": ["Design"]},
            {"title": "Texts and variants", "days": 2, "after": ["Creative brief"],
             "skills": ["Copy"]},
            {"title": "Pixels, events and tracking links", "days": 2,
             "after": ["Goal, audience and budget split"], "skills": ["Tracking"]},
        ],
        "Set up": [
            {"title": "Campaigns and audiences in each ad account", "days": 2,
             "after": ["Creatives for each placement", "Texts and variants",
                       "Pixels, events and tracking links"], "skills": ["Ads"]},
            {"title": "Second pair of eyes", "days": 1, "priority": "high",
             "after": ["Campaigns and audiences in each ad account"]},
        ],
        "Run": [
            {"title": "Flight starts", "milestone": True, "before": 0,
             "after": ["Second pair of eyes"]},
            {"title": "First read, stop what loses", "days": 1, "before": -3,
             "after": ["Flight starts"], "skills": ["Analysis"]},
            {"title": "Move budget to what wins", "days": 1, "before": -7,
             "after": ["First read, stop what loses"], "skills": ["Ads"]},
            {"title": "Report", "days": 2, "before": -15, "after": ["Move budget to what wins"],
             "skills": ["Analysis"]},
        ],
    },
)  # fmt: skip

PLAYBOOKS = (
    Shipped(
        "music-release",
        "Music release",
        "music_release",
        "Six weeks from masters to release day, outreach in two waves, and a wrap-up.",
        MUSIC_RELEASE,
    ),
    Shipped(
        "tour",
        "Tour",
        "tour",
        "From holds to the first show: announce, sell, and move budget to the slow dates.",
        TOUR,
    ),
    Shipped(
        "product-launch",
        "Product launch",
        "product_launch",
        "Six weeks: message, page, mails and ads, early access, launch day.",
        PRODUCT_LAUNCH,
    ),
    Shipped(
        "paid-social",
        "Paid social flight",
        "paid_social",
        "Three weeks of preparing one flight, then a first read, a shift and a report.",
        PAID_SOCIAL,
    ),
)
