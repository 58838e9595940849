"""Reports of every platform in the platform's own format, with invented campaigns: the same two
campaigns over the same days, so that all of them say the same.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

FIRST = date(2026, 3, 1)
CAMPAIGNS = ("Lanterns, video", "Lanterns | story")
DAYS = 4

Fact = tuple[str, date, int, int, Decimal, int]


def facts(days: int = DAYS) -> list[Fact]:
    """(campaign, day, impressions, clicks, spend, conversions)."""
    return [
        (
            name,
            FIRST + timedelta(day),
            1_200 + 310 * day + 75 * index,
            24 + 5 * day + index,
            Decimal("18.37") * (day + 1) + Decimal("4.11") * index,
            3 + day,
        )
        for day in range(days)
        for index, name in enumerate(CAMPAIGNS)
    ]


SPEND = sum((fact[4] for fact in facts()), Decimal())
IMPRESSIONS = sum(fact[2] for fact in facts())
CLICKS = sum(fact[3] for fact in facts())
CONVERSIONS = sum(fact[5] for fact in facts())
LAST = FIRST + timedelta(DAYS - 1)


def text(rows: Sequence[Sequence[str]], *, delimiter: str = ",", end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def grouped(number: int) -> str:
    return f"{number:,}"


def rate(part: Decimal | int, whole: int, scale: int = 1, places: int = 2) -> str:
    return f"{scale * Decimal(part) / whole:.{places}f}"


def google(encoding: str = "utf-16") -> bytes:
    """The campaign table with a Day segment: two lines above, its totals below."""
    header = ["Day", "Campaign status", "Campaign", "Budget name", "Currency code", "Clicks"]
    header += ["Impr.", "CTR", "Avg. CPC", "Cost", "Conversions", "Conv. rate"]
    rows = [
        [
            *(str(on), "Enabled", name, " --", "EUR", str(c), grouped(i)),
            *(f"{rate(c, i, 100)}%", rate(s, c), str(s), f"{v}.00", f"{rate(v, c, 100)}%"),
        ]
        for name, on, i, c, s, v in facts()
    ]
    total = [str(CLICKS), grouped(IMPRESSIONS), f"{rate(CLICKS, IMPRESSIONS, 100)}%"]
    total += [rate(SPEND, CLICKS), str(SPEND), f"{CONVERSIONS}.00", "1.00%"]
    more = [str(CLICKS + 9), grouped(IMPRESSIONS + 500), "2.00%", "1.00"]
    more += [str(SPEND + 7), f"{CONVERSIONS}.00", "1.00%"]
    below = [
        [" --", "Total: Campaigns", " --", " --", "EUR", *total],
        ["", "Total: Account", "", "", "EUR", *more],
        ["", "Total: Search", "", "", "EUR", "0", "0", " --", "0", "0.00", "0.00", "0.00%"],
    ]
    above = "Campaign report\n1 March 2026 - 4 March 2026\n"
    delimiter = "\t" if encoding == "utf-16" else ","
    return (above + text([header, *rows, *below], delimiter=delimiter)).encode(encoding)


def meta() -> bytes:
    """By campaign, day, platform and placement: BOM, the unlabelled total first."""
    header = ["Campaign name", "Day", "Platform", "Placement", "Impressions", "Link clicks"]
    header += ["CPC (cost per link click)", "Purchases", "Amount spent (EUR)"]
    header += ["Reporting starts", "Reporting ends"]
    rows = []
    for name, on, i, c, s, v in facts():
        half = (s / 2).quantize(Decimal("0.01"))
        parts = (
            ("facebook", "Feed", i // 2, c // 2, half, v // 2),
            ("instagram", "Feed", i - i // 2, c - c // 2, s - half, v - v // 2),
        )
        rows += [
            [
                *(name, str(on), *place, str(pi), str(pc), rate(ps, pc, places=8)),
                *(str(pv), str(ps), str(on), str(on)),
            ]
            for *place, pi, pc, ps, pv in parts
        ]
    whole = [str(IMPRESSIONS), str(CLICKS), rate(SPEND, CLICKS, places=8), str(CONVERSIONS)]
    total = ["", "", "", "", *whole, str(SPEND), str(FIRST), str(LAST)]
    return text([header, total, *rows]).encode("utf-8-sig")


def linkedin(language: str = "en") -> bytes:
    """UTF-16, tabs, four lines above and an empty one; no total."""
    dutch = language == "nl"
    if dutch:
        header = ["Begindatum (in UTC)", "Valuta", "Campagnenaam", "Totaal besteed", "Weergaven"]
        header += ["Klikken", "Doorklikfrequentie (CTR)", "Gemiddelde CPC", "Conversies"]
    else:
        header = ["Start Date (in UTC)", "Currency", "Campaign Group Name", "Total Spent"]
        header += ["Impressions", "Clicks", "Click Through Rate", "Average CPC", "Conversions"]

    def number(value: str) -> str:
        return value.replace(".", ",") if dutch else value

    def day(on: date) -> str:
        return f"{on.day}-{on.month}-{on.year}" if dutch else f"{on.month}/{on.day}/{on.year}"

    rows = [
        [
            *(day(on), "EUR", name, number(str(s)), str(i), str(c)),
            *(number(rate(c, i, 100, 3)) + "%", number(rate(s, c)), str(v)),
        ]
        for name, on, i, c, s, v in facts()
    ]
    above = (
        "Rapport met campagneprestaties (in UTC)\nBegindatum van rapport: 1 maart 2026 00:00\n"
        "Einddatum van rapport: 4 maart 2026 23:59\nDatum aangemaakt: 5 maart 2026 07:06\n\n"
        if dutch
        else "Campaign Performance Report (in UTC)\n"
        '"Report Start: March 1, 2026, 12:00 AM"\n"Report End: March 4, 2026, 11:59 PM"\n'
        '"Date Generated: March 5, 2026, 7:06 AM"\n\n'
    )
    return (above + text([header, *rows], delimiter="\t")).encode("utf-16")


def tiktok() -> bytes:
    """By campaign and day, the total last."""
    header = ["Campaign name", "By Day", "Cost", "CPC (destination)", "Impressions"]
    header += ["Clicks (destination)", "CTR (destination)", "Conversions", "Currency"]
    rows = [
        [name, str(on), str(s), rate(s, c), str(i), str(c), f"{rate(c, i, 100)}%", str(v), "EUR"]
        for name, on, i, c, s, v in facts()
    ]
    total = ["Total of 8 results", "-", str(SPEND), rate(SPEND, CLICKS), str(IMPRESSIONS)]
    total += [str(CLICKS), f"{rate(CLICKS, IMPRESSIONS, 100)}%", str(CONVERSIONS), "EUR"]
    return text([header, *rows, total]).encode()


def microsoft() -> bytes:
    """Every cell quoted, lines above that count the rows, a footer below; CRLF."""
    above = ['"Report Name: Lanterns"', '"Report Time: 3/1/2026"', '"Time Zone: (GMT) London"']
    above += ['"Last Completed Available Day: 3/5/2026 1:35:00 PM (GMT)"']
    above += ['"Report Aggregation: Daily"', '"Potential Incomplete Data: true"']
    above += [f'"Rows: {len(facts())}"', ""]
    lines = ['"CampaignName","TimePeriod","CurrencyCode","Impressions","Clicks","Spend"']
    lines += [
        f'"{name}","{on.month}/{on.day}/{on.year}","EUR","{i}","{c}","{s}"'
        for name, on, i, c, s, _ in facts()
    ]
    below = ["", '"©2026 Microsoft Corporation. All rights reserved. "', ""]
    return "\r\n".join([*above, *lines, *below]).encode("utf-8-sig")


def own_table() -> bytes:
    """A table nobody knows, as X Ads has none that was found: columns by other names."""
    header = ["Dag", "Campagne", "Getoond", "Geklikt", "Kosten"]
    rows = [
        [f"{on.day}-{on.month}-{on.year}", name, str(i), str(c), str(s).replace(".", ",")]
        for name, on, i, c, s, _ in facts()
    ]
    return text([header, *rows], delimiter=";").encode("cp1252")


#: The columns of `own_table`, as a person would say.
OWN_COLUMNS = {"day": 0, "campaign": 1, "impressions": 2, "clicks": 3, "spend": 4}
