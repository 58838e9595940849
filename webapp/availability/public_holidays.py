"""Public holidays of countries and their regions, from the package `holidays`: which there are, and
the days of a year with their names.

Importing the package is light. The rules of all countries are read with the first one that is asked
for, once per process. Nothing here fails when a release no longer knows a country: such a team has
no holidays, and its settings say so.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from types import MappingProxyType

from holidays import country_holidays
from holidays.registry import COUNTRIES

#: Names are asked for in it and come in the country's own language where there is no such list.
LANGUAGE = "en_US"

#: What does not follow from the package's own names.
_NAMES = {
    "CI": "Côte d'Ivoire",
    "CD": "DR Congo",
    "CW": "Curaçao",
    "GW": "Guinea-Bissau",
    "RE": "Réunion",
    "BL": "Saint Barthélemy",
    "ST": "São Tomé and Príncipe",
    "SY": "Syria",
    "TL": "Timor-Leste",
    "AX": "Åland Islands",
}
_WORDS = re.compile(r"[A-Z][a-z]*")
_SMALL = {"And": "and", "The": "the", "Of": "of"}


@cache
def countries() -> Mapping[str, str]:
    """Code → name of every country there are rules for, by name."""
    named = {code: _NAMES.get(code) or _spaced(name) for name, code, *_ in COUNTRIES.values()}
    return MappingProxyType(dict(sorted(named.items(), key=lambda pair: _by_name(pair[1]))))


def _spaced(name: str) -> str:
    """`IsleOfMan` as people write it."""
    return " ".join(_SMALL.get(word, word) for word in _WORDS.findall(name))


def _by_name(name: str) -> str:
    return name.replace("Å", "A").replace("ô", "o").casefold()


@lru_cache(64)
def regions(country: str) -> Mapping[str, str]:
    """Code → name of a country's regions, by name; empty when its holidays are the same everywhere
    or the country is not known.
    """
    if country not in countries():
        return MappingProxyType({})
    rules = country_holidays(country)
    named = {code: code for code in rules.subdivisions}
    for alias, code in getattr(rules, "subdivisions_aliases", {}).items():
        if named.get(code) == code and not alias.isupper():  # those are other codes
            named[code] = alias
    return MappingProxyType(dict(sorted(named.items(), key=lambda pair: pair[1].casefold())))


@lru_cache(256)
def of_year(country: str, region: str, year: int) -> Mapping[date, str]:
    """A year's public holidays with their names, in order; none for '' or what is not known."""
    if country not in countries() or (region and region not in regions(country)):
        return MappingProxyType({})
    found = country_holidays(
        country, subdiv=region or None, years=year, expand=False, language=LANGUAGE
    )
    return MappingProxyType({day: name.replace(";", ",") for day, name in sorted(found.items())})


def between(country: str, region: str, first: date, last: date) -> Iterator[tuple[date, str]]:
    """The holidays from one day to another, both included, in order."""
    for year in range(first.year, last.year + 1):
        for day, name in of_year(country, region, year).items():
            if first <= day <= last:
                yield day, name


def upcoming(country: str, region: str, today: date, most: int) -> list[tuple[date, str]]:
    """The next holidays, within a year."""
    return list(between(country, region, today, today + timedelta(days=365)))[:most]
