"""The web process stays light: what only jobs, charts and spreadsheets need is not loaded."""

import json
import os
import subprocess
import sys

import pytest

from tests.walls import ROOT

HEAVY = {
    "numpy", "sklearn", "scipy", "pandas", "openpyxl", "plotly", "ortools", "fpdf", "mcp",
    "xlsxwriter", "icalendar",
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every package a fresh process has after `create_app()`, alone."""
    folder = tmp_path_factory.mktemp("light")
    environ = {
        "PATH": os.environ["PATH"],
        "ENV": "test",
        "SECRET_KEY": "for tests only",
        "DATABASE_URL": f"sqlite:///{folder}/drumbeat.db",
    }
    script = (
        "import json, sys; from webapp import create_app; create_app();"
        " print(json.dumps(sorted(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=True,
    )
    return {name.split(".")[0] for name in json.loads(answer.stdout)}


def test_the_application_was_loaded(loaded):
    assert {"flask", "sqlalchemy", "webapp"} <= loaded


def test_nothing_heavy_is_loaded(loaded):
    assert loaded & HEAVY == set()


def test_the_web_half_alone_loads_no_jobs(loaded):
    assert loaded & {"dramatiq", "tasks", "ml"} == set()
