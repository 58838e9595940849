"""Which column of one report is which, by its names alone. Pure.

A role answers to the column with exactly its name before one whose name goes on in a bracket
("Cost" before "Cost (Converted currency)"). Two columns of one name are one column only while all
their cells agree, which the reading checks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.ads.reports.dialects import ADDITIVE, BREAKDOWNS, PARTS_OF_CAMPAIGNS, Dialect, Role
from webapp.imports.decoding import Unreadable
from webapp.imports.tabular import Header

_ID = re.compile(r"(^|[\s_-])(id|ids)$|-id$|^id\s")
#: Amounts in millionths, as programs' interfaces write them.
_MICROS = re.compile(r"(^|[\s_.])micros?($|[\s_])")
#: Roles of which a report has one column, or nobody knows which counts.
ONE_ONLY = frozenset({Role.DAY, Role.CAMPAIGN, *ADDITIVE})
#: What comes after "Purchases" in the names of rates and amounts.
_NO_COUNT = frozenset({"conversion", "value", "rate", "rates", "roas", "cost", "per", "average"})


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a report by role. `twins` are columns that must agree cell by cell;
    `breakdowns` are columns that split a day, by the name the split is stored under.
    """

    platform: str
    roles: Mapping[Role, int]
    dialect: Dialect | None = None
    currency: str = ""
    order: str = ""
    decimal: str = ""
    twins: tuple[tuple[int, int], ...] = ()
    breakdowns: Mapping[int, str] = field(default_factory=dict)
    ids: frozenset[int] = frozenset()
    partial: tuple[int, ...] = ()
    has_parts_of_campaigns: bool = False
    millionths: frozenset[int] = frozenset()

    def where(self, role: Role) -> int | None:
        return self.roles.get(role)

    @property
    def words(self) -> str:
        """Whose report it is, for people."""
        return self.dialect.words if self.dialect else "this table"


def layout_of(header: Header, dialect: Dialect) -> Layout:
    """The layout of a platform's own report."""
    roles: dict[Role, int] = {}
    twins: list[tuple[int, int]] = []
    for role, words in dialect.roles.items():
        found = _columns(header, words, dialect.ignores)
        if len({header.full[i] for i in found}) > 1 and role in (Role.CONVERSIONS, Role.VALUE):
            continue  # which of them is meant is not known, and the rest is
        if role in ONE_ONLY and len({header.full[i] for i in found}) > 1:
            names = " and ".join(f"“{header.cells[i]}”" for i in found[:3])
            raise Unreadable(
                f"The columns {names} could both be meant. Export it with one of them."
            )
        if found:
            roles[role] = found[0]
            twins += [
                (found[0], other) for other in found[1:] if _same_name(header, found[0], other)
            ]
    if dialect.name == "meta_report":
        _settle_purchases(header, roles)
    if dialect.name == "linkedin_report":
        _settle_levels(header, roles)
    return Layout(
        platform=dialect.platform,
        roles=roles,
        dialect=dialect,
        currency=_bracket_currency(header, roles.get(Role.SPEND)),
        order=dialect.order if _is_ordered(header, roles.get(Role.DAY), dialect) else "",
        decimal=dialect.decimal,
        twins=tuple(twins),
        breakdowns=_breakdowns(header, roles),
        ids=ids_of(header),
        partial=tuple(i for i, name in enumerate(header.bases) if name in dialect.partial),
        has_parts_of_campaigns=bool(PARTS_OF_CAMPAIGNS & set(header.bases)),
    )


def mapped(
    header: Header, roles: Mapping[Role, int], *, platform: str, order: str = "", decimal: str = ""
) -> Layout:
    """The layout a person gave for a table nobody recognises."""
    return Layout(
        platform=platform,
        roles=dict(roles),
        currency=_bracket_currency(header, roles.get(Role.SPEND)),
        order=order,
        decimal=decimal,
        breakdowns=_breakdowns(header, roles),
        ids=ids_of(header),
        millionths=frozenset(i for i, name in enumerate(header.bases) if _MICROS.search(name)),
    )


def _is_ordered(header: Header, day: int | None, dialect: Dialect) -> bool:
    return day is not None and header.full[day] in dialect.ordered


def ids_of(header: Header) -> frozenset[int]:
    """Columns of numbers that only name things."""
    return frozenset(i for i, name in enumerate(header.bases) if _ID.search(name))


def _columns(header: Header, words: frozenset[str], ignores: frozenset[str]) -> list[int]:
    exact = [i for i, name in enumerate(header.full) if name in words]
    based = [
        i
        for i, name in enumerate(header.bases)
        if name in words and header.full[i] not in ignores and i not in exact
    ]
    return exact or based


def _same_name(header: Header, one: int, other: int) -> bool:
    return header.full[one] == header.full[other]


def _settle_purchases(header: Header, roles: dict[Role, int]) -> None:
    """The one column that counts purchases ("Purchases with shared items" is one too); Results is
    never it: its meaning changes by row.
    """
    if Role.CONVERSIONS in roles:
        return
    found = [
        i
        for i, name in enumerate(header.bases)
        if (words := name.split()) and words[0] == "purchases" and not _NO_COUNT.intersection(words)
    ]
    if len(found) == 1:
        roles[Role.CONVERSIONS] = found[0]


def _settle_levels(header: Header, roles: dict[Role, int]) -> None:
    """LinkedIn moved its words up a level: what was a campaign group is a campaign since there are
    ad sets.
    """
    group = [i for i, name in enumerate(header.bases) if name == "campaign group name"]
    has_ad_sets = any(name.startswith(("ad set", "advertentieset")) for name in header.bases)
    if group and not has_ad_sets:
        roles[Role.CAMPAIGN] = group[0]


def _breakdowns(header: Header, roles: Mapping[Role, int]) -> dict[int, str]:
    taken = {i for role, i in roles.items() if role != Role.PLATFORM}
    found = {}
    for i, (full, base) in enumerate(zip(header.full, header.bases, strict=True)):
        name = BREAKDOWNS.get(full) or BREAKDOWNS.get(base)
        if name and i not in taken:
            found[i] = name
    return found


def _bracket_currency(header: Header, spend: int | None) -> str:
    """The currency in the bracket of the amount's name: “Amount spent (USD)”."""
    code = header.bracket(spend).upper() if spend is not None else ""
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""
