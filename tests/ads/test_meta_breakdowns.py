"""Meta's breakdowns: the day is their sum, the networks are platforms of their own."""

from decimal import Decimal

from tests.ads.meta_files import HEADER, as_bytes, read_bytes


def test_a_breakdown_adds_up_to_the_day_and_is_kept_apart():
    header = ("Campaign name", "Day", "Region", *HEADER[2:])
    rows = [
        ("Winter", "2026-03-01", "Bali", "10", "1", "1.10", "2026-03-01", "2026-03-01"),
        ("Winter", "2026-03-01", "Java", "20", "2", "2.20", "2026-03-01", "2026-03-01"),
    ]

    facts = read_bytes(as_bytes(rows, header=header)).facts

    assert {fact.grain: fact.spend for fact in facts} == {
        "": Decimal("3.30"),
        "region=bali": Decimal("1.10"),
        "region=java": Decimal("2.20"),
    }


def test_the_networks_of_meta_are_told_apart_where_the_report_does():
    header = ("Campaign name", "Day", "Platform", "Placement", *HEADER[2:])
    day = ("2026-03-01", "2026-03-01")
    rows = [
        ("Winter", "2026-03-01", "facebook", "Feed", "10", "1", "1", *day),
        ("Winter", "2026-03-01", "instagram", "Feed", "20", "2", "2", *day),
        ("Winter", "2026-03-01", "instagram", "Stories", "30", "3", "3", *day),
        ("Winter", "2026-03-01", "unknown", "Feed", "40", "4", "4", *day),
    ]

    facts = read_bytes(as_bytes(rows, header=header)).facts

    assert {fact.platform: fact.spend for fact in facts if not fact.grain} == {
        "facebook": 1,
        "instagram": 5,
        "meta": 4,
    }
