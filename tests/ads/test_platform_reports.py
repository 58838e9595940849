"""A report of every platform, as the platform writes it, comes out to its own total; what is no
report of days is refused with the reason.
"""

import io
from decimal import Decimal

import pytest

from tests.ads import platform_files as files
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.layout import mapped
from webapp.ads.reports.report import Choices, Report, UnknownColumns, opened, read_report
from webapp.imports.decoding import Unreadable

FORMATS = {
    "google, tabs": lambda: files.google("utf-16"),
    "google, commas": lambda: files.google("utf-8"),
    "meta, by placement": files.meta,
    "linkedin": files.linkedin,
    "linkedin, dutch": lambda: files.linkedin("nl"),
    "tiktok": files.tiktok,
    "microsoft": files.microsoft,
}


def read(content: bytes, **choices) -> Report:
    return read_report(lambda: opened(io.BytesIO(content)), Choices(**choices))


def refusal(content: bytes) -> str:
    try:
        return read(content).refusal
    except Unreadable as error:
        return str(error)


def by_day(report: Report) -> dict[tuple[str, object], tuple[object, ...]]:
    """Impressions, clicks and spend by campaign and day, over the platforms."""
    found: dict[tuple[str, object], list[Decimal]] = {}
    for fact in report.facts:
        if not fact.grain:
            sums = found.setdefault((fact.campaign, fact.on), [Decimal(0)] * 3)
            numbers = (fact.impressions or 0, fact.clicks or 0, fact.spend)
            found[fact.campaign, fact.on] = [a + b for a, b in zip(sums, numbers, strict=True)]
    return {key: tuple(sums) for key, sums in found.items()}


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_every_day_of_every_campaign_comes_out(content):
    report = read(content())

    assert report.refusal == ""
    assert by_day(report) == {(f[0], f[1]): (f[2], f[3], f[4]) for f in files.facts()}
    assert report.currency == "EUR"


@pytest.mark.parametrize("name", ["google, tabs", "google, commas", "meta, by placement", "tiktok"])
def test_the_files_own_total_is_what_the_rows_make(name):
    report = read(FORMATS[name]())

    assert report.total is not None
    assert (report.total.spend, report.total.clicks) == (files.SPEND, files.CLICKS)
    assert report.sums.spend == files.SPEND


@pytest.mark.parametrize("name", ["google, tabs", "meta, by placement", "tiktok"])
def test_one_row_missing_refuses_the_file_with_both_sums(name):
    content = FORMATS[name]()
    encoding = "utf-16" if name == "google, tabs" else "utf-8"
    lines = content.decode(encoding).splitlines(keepends=True)
    gone = "".join(line for number, line in enumerate(lines) if number != 5).encode(encoding)

    words = refusal(gone)

    assert "do not add up" in words
    assert str(files.SPEND.normalize()) in words


def test_what_the_account_spent_beside_the_rows_is_told_and_not_imported():
    report = read(files.google())

    assert report.sorted.gap == 7
    assert report.sums.spend == files.SPEND


def test_totals_of_each_day_are_totals_too():
    lines = files.google("utf-8").decode().splitlines()
    own = [f for f in files.facts() if f[1] == files.FIRST]
    clicks, shown = sum(f[3] for f in own), sum(f[2] for f in own)
    spend = sum(f[4] for f in own)
    daily = f'2026-03-01,Total: Campaigns, --, --,EUR,{clicks},"{shown:,}",,,{spend},,'
    content = "\n".join([*lines[:11], daily, *lines[11:]]).encode()

    assert by_day(read(content)) == by_day(read(files.google()))


def test_linkedin_stamping_a_period_with_its_first_day_is_seen():
    content = files.linkedin().decode("utf-16")
    header = next(n for n, line in enumerate(content.split("\n")) if line.startswith("Start Date"))
    lines = content.split("\n")
    stamped = "\n".join([*lines[: header + 3], ""]).replace("3/2/2026", "3/1/2026")

    words = refusal(stamped.encode("utf-16"))

    assert "stamps it with its first day" in words
    assert "Time breakdown: Daily" in words


def test_microsoft_counts_its_own_rows():
    content = files.microsoft().replace(b'"Rows: 8"', b'"Rows: 9"')

    assert "says that it has 9 rows and has 8" in refusal(content)


def test_hours_of_one_day_add_up_to_the_day():
    lines = [b'"CampaignName","TimePeriod","CurrencyCode","Impressions","Clicks","Spend"']
    lines += [
        b'"Winter","3/13/2026 12:00:00 AM|%d","EUR","10","1","0.50"' % hour for hour in range(24)
    ]

    (fact,) = read(b"\n".join(lines)).facts

    assert (fact.impressions, fact.spend) == (240, 12)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Hour,Clicks,Impressions,Avg. CPC,Cost", "00 - 01,1,2,$1.00,$1.00"], "by hours"),
        (["Device,Avg. CPC,Cost,Impressions,Clicks", "TV,$1,$1,2,1"], "sums up a whole period"),
        (
            [
                "Search terms report",
                "1 May 2026 - 8 May 2026",
                "Search term,Campaign,Currency code,Clicks,Impr.,Cost,Day",
                "tow truck,Near me,CAD,1,21,0.12,2026-05-01",
                "Total: Search terms,,CAD,1,21,0.12,",
                "Total: Account,,CAD,54,999,164.11,",
            ],
            "only a part of what the campaigns spent",
        ),
        (["Ad name,Ad start time,Ad status,Impressions", "a,b,c,1"], "bulk-edit"),
        (["Email Address,First Name,OPTIN_TIME", "a@example.com,A,x"], "audience of Mailchimp"),
        (["Amount,Fee,Converted Amount,Currency", "1,1,1,usd"], "payments of Stripe"),
        (["Campaign,Clicks,Currency code,Impr.,Cost,Day"], "no results in it"),
        (
            [
                "Day,Campaign,Currency code,Impr.,Cost",
                "2026-05-01,A,USD,1,1",
                "2026-05-01,B,CAD,1,1",
            ],
            "several currencies",
        ),
        (
            ["Day,Campaign,Currency code,Impr.,Cost,Cost", "2026-05-01,A,USD,1,1,2"],
            "Two columns are called “Cost” and differ",
        ),
        (
            ["Day,Campaign,Currency code,Impr.,Cost", "03/04/2026,A,USD,1,1.50"],
            "3 April or 4 March",
        ),
        (
            ["Day,Campaign,Currency code,Impr.,Cost", "2026-05-01,A,USD,1,1.234"],
            "a thousand or a little more than one",
        ),
    ],
)
def test_what_is_no_report_of_days_is_refused_with_what_it_is(lines, words):
    assert words in refusal("\n".join(lines).encode())


def test_a_column_that_is_there_twice_and_agrees_is_one_column():
    content = b"Day,Campaign,Currency code,Impr.,Cost,Cost\n2026-05-01,A,USD,1,1.50,1.50\n"

    assert read(content).sums.spend == Decimal("1.5")


def test_the_order_of_day_and_month_is_told_by_any_cell_of_the_column():
    head = "Day,Campaign,Currency code,Impr.,Cost\n"
    rows = "03/04/2026,A,USD,1,1.50\n13/04/2026,A,USD,1,1.50\n"

    assert [str(fact.on) for fact in read((head + rows).encode()).facts] == [
        "2026-04-03",
        "2026-04-13",
    ]


def test_a_table_nobody_knows_is_read_as_a_person_says():
    with pytest.raises(UnknownColumns):
        read(files.own_table())

    columns = {Role(name): index for name, index in files.OWN_COLUMNS.items()}
    report = read(
        files.own_table(),
        layout=lambda header: mapped(header, columns, platform="x", order="dmy"),
    )

    assert by_day(report) == {(f[0], f[1]): (f[2], f[3], f[4]) for f in files.facts()}
    assert {fact.platform for fact in report.facts} == {"x"}


def test_too_many_rows_are_not_spread_over_too_many_days():
    head = "Campaign report\n1 May 2025 - 30 April 2026\nCampaign,Currency code,Clicks,Impr.,Cost\n"
    rows = "".join(f"Part {n},USD,5,100,10.00\n" for n in range(700))

    assert "too many rows" in read((head + rows).encode(), spread=True).refusal


def test_a_period_is_spread_over_its_days_only_when_asked():
    head = "Campaign report\n1 May 2026 - 3 May 2026\n"
    content = (head + "Campaign,Currency code,Clicks,Impr.,Cost\nA,USD,5,100,10.00\n").encode()

    facts = read(content, spread=True).facts

    assert "sums up a whole period" in refusal(content)
    assert [(str(f.on), f.impressions, f.clicks, f.spend) for f in facts] == [
        ("2026-05-01", 34, 2, Decimal("3.34")),
        ("2026-05-02", 33, 2, Decimal("3.33")),
        ("2026-05-03", 33, 1, Decimal("3.33")),
    ]
