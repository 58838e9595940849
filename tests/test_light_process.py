"""Processes stay light: the web loads nothing that only jobs, charts and spreadsheets need, and the
process that reads a file loads no web and no database.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.walls import ROOT

HEAVY = {
    "numpy", "sklearn", "scipy", "pandas", "openpyxl", "plotly", "ortools", "fpdf", "mcp",
    "xlsxwriter", "icalendar", "httpx2",
}  # fmt: skip


def modules_after(script: str, **environ: str) -> set[str]:
    """Every module a fresh process has after a script, alone."""
    environ |= {"PATH": os.environ["PATH"]}
    script = f"import json, sys; {script}; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=True,
    )
    return set(json.loads(answer.stdout))


def packages_of(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every module the web has after `create_app()`."""
    folder = tmp_path_factory.mktemp("light")
    return modules_after(
        "from webapp import create_app; create_app()",
        ENV="test",
        SECRET_KEY="for tests only",
        DATABASE_URL=f"sqlite:///{folder}/drumbeat.db",
    )


@pytest.fixture
def loaded(modules: set[str]) -> set[str]:
    """The packages of these."""
    return packages_of(modules)


def test_the_application_was_loaded(loaded):
    assert {"flask", "sqlalchemy", "webapp"} <= loaded


def test_nothing_heavy_is_loaded(loaded):
    assert loaded & HEAVY == set()


def test_the_web_half_alone_loads_no_jobs(loaded):
    assert loaded & {"dramatiq", "tasks", "ml"} == set()


def test_the_rules_of_holidays_wait_until_somebody_keeps_some(modules):
    assert "holidays" in modules
    assert "holidays.countries" not in modules


def test_the_process_that_reads_a_file_loads_the_standard_library_and_what_is_ours():
    loaded = packages_of(modules_after("import tasks.reading, webapp.ads.reports.content"))

    assert {"tasks", "webapp"} <= loaded
    assert loaded & {"flask", "sqlalchemy", "psycopg", "dramatiq", "redis", "openpyxl"} == set()
