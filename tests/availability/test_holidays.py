"""Public holidays: of countries and regions, with their names, once per year."""

from datetime import date

import pytest

from tests.availability.work import set_week
from webapp.availability import public_holidays, queries


def test_countries_have_names_people_write():
    names = public_holidays.countries()

    assert names["US"] == "United States"
    assert names["BA"] == "Bosnia and Herzegovina"
    assert names["CI"] == "Côte d'Ivoire"
    assert list(names)[:3] == ["AF", "AX", "AL"]


def test_every_country_that_can_be_chosen_has_named_days_and_regions():
    for country in public_holidays.countries():
        named = public_holidays.of_year(country, "", 2027).values()
        assert all(named), country
        assert all(public_holidays.regions(country).values()), country


def test_a_region_keeps_more_days_than_its_country():
    everywhere = public_holidays.of_year("DE", "", 2026)
    bavaria = public_holidays.of_year("DE", "BY", 2026)

    assert everywhere[date(2026, 10, 3)] == "German Unity Day"
    assert date(2026, 1, 6) not in everywhere
    assert bavaria[date(2026, 1, 6)] == "Epiphany"


def test_regions_are_named_when_they_have_a_name():
    assert public_holidays.regions("GB")["SCT"] == "Scotland"
    assert public_holidays.regions("IN")["GA"] == "Goa"
    assert public_holidays.regions("FR")["6AE"] == "Alsace"


@pytest.mark.parametrize(("country", "region"), [("", ""), ("XX", ""), ("DE", "XX"), ("XX", "BY")])
def test_what_is_not_known_has_no_holidays(country, region):
    assert public_holidays.of_year(country, region, 2026) == {}


def test_the_days_of_several_years_come_in_order_within_their_bounds():
    found = list(public_holidays.between("DE", "", date(2026, 12, 26), date(2027, 1, 1)))

    assert found == [
        (date(2026, 12, 26), "Second Day of Christmas"),
        (date(2027, 1, 1), "New Year's Day"),
    ]


def test_two_holidays_of_one_day_are_both_named():
    assert (
        public_holidays.of_year("CZ", "", 2027)[date(2027, 1, 1)]
        == "Independent Czech State Restoration Day, New Year's Day"
    )


def test_a_year_is_worked_out_once(monkeypatch):
    public_holidays.of_year("PT", "", 2031)
    monkeypatch.setattr(public_holidays, "country_holidays", None)

    assert date(2031, 6, 10) in public_holidays.of_year("PT", "", 2031)


def test_a_team_keeps_the_holidays_of_its_country(team):
    first, last = date(2026, 12, 20), date(2026, 12, 31)
    none = queries.holidays(first, last)

    set_week(team, country="GB", region="SCT")

    assert none == {}
    assert queries.holidays(first, last) == {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 26): "Boxing Day",
        date(2026, 12, 28): "Boxing Day (observed)",
    }
