"""What happened in a demo, as data: its campaigns, and who did what on which day. Days count from
today, negative is past. Launches and ends are not told: their timers make them.
"""

from dataclasses import dataclass
from typing import Literal

#: How far back a demo reaches.
DAYS = 92

Verb = Literal[
    "ask", "approve", "changes", "split", "raise", "decline", "pause", "resume", "cancel", "archive"
]


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody did something on a day at an hour of the team's zone; on the last day only the
    fraction of the day counts. `raise` asks for a `budget`, `split` gives each platform its share.
    """

    day: float
    who: str
    verb: Verb
    words: str = ""
    budget: str = ""
    shares: tuple[tuple[str, str], ...] = ()
    hour: int = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """One campaign: what its form said, and its steps. `pace` is spend against an even plan.

    Its plan is laid out from `playbook`; the task `left` was never begun, those `blocked` stand
    still for a reason.
    """

    key: str
    name: str
    type: str
    objective: str
    description: str
    audience: str
    owner: str
    made: int
    start: int
    target: int
    end: int
    budget: str
    platforms: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    pace: float = 0.92
    playbook: str = ""
    left: str = ""
    blocked: tuple[tuple[str, str], ...] = ()


CAMPAIGNS = (
    Plan(
        "glasshouse",
        "Glasshouse single",
        "music_release",
        "streams",
        "First single of the record, with a film shot in one take.",
        "Listeners of quiet electronic music, 20 to 40",
        "noor",
        *(-91, -86, -58, -52),
        "7,500",
        ("google", "instagram", "tiktok"),
        (
            Step(-90, "noor", "ask", "The song is out on the Friday"),
            Step(-89, "maya", "changes", "Please move some of Google's share to TikTok first"),
            Step(
                -89,
                "noor",
                "split",
                shares=(("google", "1,500"), ("instagram", "2,500"), ("tiktok", "3,500")),
                hour=14,
            ),
            Step(-88, "noor", "ask", "Split as we said", hour=9),
            Step(-88, "maya", "approve", "Good to go", hour=11),
        ),
        playbook="music-release",
    ),
    Plan(
        "summer",
        "Summer store sale",
        "merch",
        "sales",
        "What is left of last year's shirts and prints.",
        "People who bought before",
        "kei",
        *(-84, -80, -62, -60),
        "2,400",
        ("facebook", "instagram"),
        (
            Step(-83, "kei", "ask", "Only while stock lasts"),
            Step(-82, "tomas", "approve", "Fine, small"),
            Step(-41, "tomas", "archive"),
        ),
        0.9,
    ),
    Plan(
        "harbour",
        "Harbour Lights festival",
        "event",
        "tickets",
        "Two evenings on the old pier.",
        "People within an hour of the harbour",
        "tomas",
        *(-66, -55, -6, -4),
        "8,000",
        ("google", "facebook", "instagram"),
        (
            Step(-62, "tomas", "ask", "Early tickets go on sale with it"),
            Step(-61, "maya", "approve", "Let us watch the first week closely"),
            Step(-33, "maya", "cancel", "The venue withdrew; tickets are refunded"),
        ),
    ),
    Plan(
        "tidal",
        "Tidal Lines EP",
        "music_release",
        "streams",
        "Five songs and a short film. Pre-saves first, then the release week.",
        "Listeners of Glasshouse, and people near them",
        "noor",
        *(-47, -38, 12, 14),
        "7,500",
        ("google", "instagram", "tiktok"),
        (
            Step(-44, "noor", "ask", "Pre-saves open with the first ad"),
            Step(-43, "maya", "approve"),
            Step(-20, "noor", "raise", "Pre-saves cost half of what we planned", "9,000"),
            Step(-19, "tomas", "approve", "Worth it", hour=15),
        ),
        playbook="music-release",
        left="Write the release-day mail",
    ),
    Plan(
        "field",
        "Field Notes hoodie drop",
        "merch",
        "sales",
        "300 pieces, numbered.",
        "Newsletter readers and store visitors",
        "kei",
        *(-36, -30, 8, 10),
        "6,000",
        ("instagram", "tiktok"),
        (
            Step(-34, "kei", "ask", "The shop is ready"),
            Step(-33, "maya", "approve"),
            Step(-2, "kei", "pause", "Spending faster than planned, and size M is gone", hour=16),
        ),
        1.2,
    ),
    Plan(
        "winter",
        "Winter Sessions tour",
        "tour",
        "tickets",
        "Nine evenings in small rooms.",
        "People in the nine cities who heard a song this year",
        "tomas",
        *(-29, -24, 38, 40),
        "14,000",
        ("google", "facebook", "instagram"),
        (
            Step(-27, "tomas", "ask", "Rooms are booked, tickets are on sale"),
            Step(-26, "maya", "approve"),
            Step(-12, "kei", "pause", "Two dates move: new artwork first"),
            Step(-10, "tomas", "resume", "Artwork is in", hour=9),
            Step(-0.04, "tomas", "raise", "Three rooms sold out; two more nights", "16,500"),
        ),
        playbook="tour",
        blocked=(("Trailer", "The venues have not sent their footage yet"),),
    ),
    Plan(
        "nightbus",
        "Nightbus radio push",
        "radio_press",
        "awareness",
        "Four weeks beside the radio dates.",
        "Night listeners and people who write about music",
        "maya",
        *(-21, -17, 18, 20),
        "3,200",
        ("facebook", "x", "linkedin"),
        (
            Step(-20, "noor", "ask", "Radio dates are confirmed"),
            Step(-19, "maya", "approve"),
        ),
    ),
    Plan(
        "lanterns",
        "Paper Lanterns video",
        "paid_social",
        "engagement",
        "The video, cut three ways.",
        "People who watched half of the last one",
        "noor",
        *(-9, 6, 24, 27),
        "5,000",
        ("instagram", "tiktok"),
        (
            Step(-3, "noor", "ask", "Three cuts are ready"),
            Step(-1, "maya", "approve", "Lovely", hour=12),
        ),
        playbook="paid-social",
    ),
    Plan(
        "remix",
        "Second Skin remix",
        "music_release",
        "streams",
        "One remix, one week, then the playlist people.",
        "Listeners of the original",
        "noor",
        *(-4, 9, 30, 33),
        "4,800",
        ("google", "instagram", "tiktok"),
        (Step(-0.12, "noor", "ask", "The label signed it off this morning"),),
        playbook="music-release",
    ),
    Plan(
        "residency",
        "Spring club residency",
        "tour",
        "tickets",
        "A Thursday a month, if the room agrees.",
        "People within the city",
        "kei",
        *(-2, 60, 150, 152),
        "6,400",
        ("facebook", "instagram"),
    ),
)

#: What is still undecided when a demo is opened: asked within the last day.
WAITING = [s for plan in CAMPAIGNS for s in plan.steps if s.day > -1 and s.verb in ("ask", "raise")]
