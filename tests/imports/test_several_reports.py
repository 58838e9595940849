"""Reports that leave something open, and several reports about the same days: asked once, counted
once.
"""

import pytest

from tests import people
from tests.ads.meta_files import HEADER, as_bytes
from tests.imports.staged import (
    answer,
    by_platform,
    commit,
    report,
    rows_of,
    stage,
    stored,
    verdicts,
)
from webapp.ads import queries as ads


@pytest.fixture
def campaign(team):
    return people.draft(team, currency="EUR")


# --- what a file leaves open --------------------------------------------------------------------

OWN = b"When,What,Shown,Paid\n2026-03-01,Winter,100,1.50\n2026-03-02,Winter,200,2.50\n"
COLUMNS = {"day": 0, "campaign": 1, "impressions": 2, "spend": 3}


def test_columns_nobody_knows_are_asked_about_once(campaign, alice):
    batch = stage(campaign, alice, OWN)
    assert batch.state == "asking"
    assert batch.facts["question"]["names"] == ["When", "What", "Shown", "Paid"]

    told = answer(batch, alice, columns=COLUMNS, platform="x", order="", decimal="")
    assert (told.state, told.facts["question"]["kind"]) == ("asking", "currency")
    commit(answer(told, alice, currency="EUR"), alice)

    again = stage(campaign, alice, OWN.replace(b"2.50", b"2.75"))
    assert again.facts["question"]["kind"] == "currency"
    assert stored()["Winter", "2026-03-01"] == (100, None, 150, "1.5")
    assert by_platform() == {"x": 400}


def test_a_currency_the_file_does_not_name_is_asked_and_must_be_the_campaigns(campaign, alice):
    content = report().replace(b"Amount spent (EUR)", b"Amount spent")
    batch = stage(campaign, alice, content)
    assert (batch.state, batch.facts["question"]["kind"]) == ("asking", "currency")

    refused = answer(batch, alice, currency="USD")

    assert (refused.state, "in USD" in refused.facts["refusal"]) == ("refused", True)


# --- what else is told of the same days ---------------------------------------------------------


def split(*rows: tuple[str, ...]) -> bytes:
    """A Meta report by platform: (platform, impressions, clicks, spend) of one day."""
    header = ("Campaign name", "Day", "Platform", *HEADER[2:])
    day = "2026-03-01"
    lines = [("Winter | video", day, *row, day, day) for row in rows]
    return as_bytes(lines, header=header)


def test_a_report_by_platform_takes_the_place_of_the_unsplit_day(campaign, alice):
    commit(stage(campaign, alice, report(total=None)), alice)

    content = split(("facebook", "300", "6", "6.01"), ("instagram", "100", "4", "4"))
    commit(stage(campaign, alice, content), alice)

    assert by_platform() == {"facebook": 601, "instagram": 400, "meta": 3006 - 1001}
    assert ads.totals(campaign.id).spend_cents == 3006


def test_the_unsplit_report_of_a_split_day_changes_nothing_when_it_says_the_same(campaign, alice):
    content = split(("facebook", "300", "6", "6.01"), ("instagram", "100", "4", "4"))
    commit(stage(campaign, alice, content), alice)

    batch = stage(campaign, alice, report(total=None))

    assert verdicts(batch) == ["skip", "create", "create", "create"]
    commit(batch, alice)
    assert ads.totals(campaign.id).spend_cents == 3006


def test_other_numbers_of_a_split_day_are_rejected_with_what_to_export(campaign, alice):
    content = split(("facebook", "300", "6", "6.01"), ("instagram", "100", "4", "3"))
    commit(stage(campaign, alice, content), alice)

    batch = stage(campaign, alice, report(total=None))

    assert verdicts(batch) == ["reject", "create", "create", "create"]
    assert "breakdown Platform" in rows_of(batch)[0].reason


def test_the_whole_account_and_its_campaigns_are_not_both_counted(campaign, alice):
    account = "Date,Clicks,Impressions,Avg. CPC,Cost\n2026-03-01,2,10,€0.50,€1.00\n".encode()
    named = b"Day,Campaign,Currency code,Clicks,Impr.,Cost\n2026-03-01,Winter,EUR,2,10,1.00\n"
    whole = answer(stage(campaign, alice, account), alice, currency="EUR")
    commit(whole, alice)

    batch = stage(campaign, alice, named)

    assert verdicts(batch) == ["reject"]
    assert "whole account" in rows_of(batch)[0].reason


def test_breakdowns_are_kept_beside_the_day_and_no_total_reads_them(campaign, alice):
    header = ("Campaign name", "Day", "Region", *HEADER[2:])
    day = ("2026-03-01", "2026-03-01")
    rows = [
        ("Winter", "2026-03-01", "Bali", "10", "1", "1.10", *day),
        ("Winter", "2026-03-01", "Java", "20", "2", "2.20", *day),
    ]

    commit(stage(campaign, alice, as_bytes(rows, header=header)), alice)

    assert ads.totals(campaign.id).spend_cents == 330
    assert stored("region=bali") == {("Winter", "2026-03-01"): (10, 1, 110, "1.1")}
