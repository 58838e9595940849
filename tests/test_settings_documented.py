"""The operators' page lists every variable with its default and its purpose, and no other."""

import re

from tests.walls import ROOT, program
from webapp.config import Settings

PAGE = (ROOT / "docs" / "operations.md").read_text()
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|empty) \| (.*) \|$", re.M)


def documented() -> dict[str, tuple[str, str]]:
    return {name: (default, words) for name, default, words in ROW.findall(PAGE)}


def declared() -> dict[str, tuple[str, str]]:
    return {
        one.metadata["variable"]: (one.metadata["default"], one.metadata["help"])
        for one in Settings.__dataclass_fields__.values()
    }


def test_the_table_is_the_settings():
    assert documented() == declared()


def test_every_variable_says_what_it_is_for():
    assert all(len(words) > 10 for _, words in declared().values())


def test_the_environment_is_read_by_the_settings_alone():
    readers = [one.module for one in program() if re.search(r"\bos\.(environ|getenv)\b", one.text)]

    assert readers == ["webapp.config"]


def test_the_defaults_are_settings_that_work():
    assert Settings.from_environ({"SECRET_KEY": "something long"}).secret_key == "something long"
