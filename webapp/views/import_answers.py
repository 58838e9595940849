"""What an import asks of the person who chose the file, and what they answered: which column is
which, or in what currency its amounts are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.ads.platforms import PLATFORM_WORDS
from webapp.ads.reports.dialects import Role
from webapp.ads.reports.source import ASKED
from webapp.core import money
from webapp.core.errors import Invalid
from webapp.imports.models import ImportBatch
from webapp.imports.workflow import State

ROLE_WORDS = {
    Role.DAY: "Day",
    Role.CAMPAIGN: "Campaign name",
    Role.SPEND: "Amount spent",
    Role.IMPRESSIONS: "Impressions",
    Role.CLICKS: "Clicks",
    Role.CONVERSIONS: "Conversions",
    Role.VALUE: "Conversion value",
    Role.CURRENCY: "Currency",
}
#: A table of Meta's own is recognised; what a person has of it is one of the two networks.
PLATFORMS_ASKED = {key: words for key, words in PLATFORM_WORDS.items() if key != "meta"}
#: What cannot be left out.
NEEDED = (Role.DAY, Role.SPEND, Role.IMPRESSIONS)
ORDERS = {
    "": "As the file shows",
    "dmy": "Day first, 31/12/2026",
    "mdy": "Month first, 12/31/2026",
}
DECIMALS = {"": "As the file shows", ".": "Point, 1,234.56", ",": "Comma, 1.234,56"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its name, some of its cells, and the role it might have."""

    index: int
    name: str
    examples: list[str]
    role: str


def asked(batch: ImportBatch, told: Mapping[str, str]) -> dict[str, Any] | None:
    """What the page shows to ask, with what was told already; None when nothing is asked."""
    if batch.state != State.ASKING:
        return None
    question = batch.facts["question"]
    if question["kind"] == "currency":
        return dict(question) | {
            "currencies": [(one, one) for one in money.CURRENCIES],
            "suggested": told.get("currency", question["suggested"]),
        }
    roles = {index: role for role, index in question["suggested"].items()}
    columns = [
        Column(
            i,
            name or f"Column {i + 1}",
            _examples(question["rows"], i),
            told.get(f"column_{i}", roles.get(i, "")),
        )
        for i, name in enumerate(question["names"])
    ]
    return {
        "kind": "columns",
        "columns": columns,
        "roles": [(str(role), ROLE_WORDS[role]) for role in ASKED],
        "platforms": [("", "Choose the platform"), *PLATFORMS_ASKED.items()],
        "orders": ORDERS.items(),
        "decimals": DECIMALS.items(),
        "told": told,
    }


def _examples(rows: list[list[str]], index: int) -> list[str]:
    cells = [row[index].strip() for row in rows if index < len(row)]
    return list(dict.fromkeys(cell for cell in cells if cell))[:3]


def given(batch: ImportBatch, form: Mapping[str, str]) -> dict[str, Any]:
    """The answers of the posted form. Raises Invalid with the field that lacks one."""
    question = batch.facts.get("question", {})
    if question.get("kind") == "currency":
        return {"currency": _one_of("currency", form, dict.fromkeys(money.CURRENCIES))}
    count = len(question.get("names", ()))
    columns: dict[str, int] = {}
    for index in range(count):
        role = form.get(f"column_{index}", "")
        if not role:
            continue
        if role not in ASKED:
            raise Invalid({f"column_{index}": "Choose one of the list."})
        if role in columns:
            words = ROLE_WORDS[Role(role)]
            raise Invalid({f"column_{index}": f"Two columns are “{words}”: choose one of them."})
        columns[role] = index
    for needed in NEEDED:
        if needed not in columns:
            raise Invalid({"columns": f"Say which column is “{ROLE_WORDS[needed]}”."})
    return {
        "columns": columns,
        "platform": _one_of("platform", form, PLATFORM_WORDS),
        "order": _one_of("order", form, ORDERS),
        "decimal": _one_of("decimal", form, DECIMALS),
    }


def _one_of(name: str, form: Mapping[str, str], choices: Mapping[str, Any]) -> str:
    value = form.get(name, "")
    if value not in choices:
        raise Invalid({name: "Choose one of the list."})
    return value
