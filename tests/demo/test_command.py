"""`flask --app wsgi demo`, as `./dev run --demo` calls it."""

from dataclasses import replace

import pytest

from tests.clients import stranger
from webapp.cli import DEMO_PASSWORD
from webapp.demo.queries import public_viewer


@pytest.fixture
def run(bare_app):
    return lambda: bare_app.test_cli_runner().invoke(args=["demo"])


@pytest.fixture
def in_production(bare_app, monkeypatch):
    def settings(**changes):
        made = replace(bare_app.config["SETTINGS"], env="production", **changes)
        monkeypatch.setitem(bare_app.config, "SETTINGS", made)

    return settings


def sign_in(app):
    form = {"email": "maya@demo.example", "password": DEMO_PASSWORD}
    with app.app_context():
        return stranger(app).post("/login", data=form).status_code


def test_it_prints_whom_to_sign_in_as(bare_app, run):
    answer = run()

    assert answer.exit_code == 0, answer.output
    assert "maya@demo.example" in answer.output
    assert DEMO_PASSWORD in answer.output
    assert sign_in(bare_app) == 303


def test_a_second_time_it_says_the_same(bare_app, run):
    assert run().output == run().output


def test_in_production_it_needs_the_setting(bare_app, run, in_production):
    in_production()

    answer = run()

    assert answer.exit_code == 1
    assert "DEMO=1" in answer.output
    with bare_app.app_context():
        assert public_viewer() is None


def test_in_production_it_has_no_password(bare_app, run, in_production):
    in_production(demo="1")

    answer = run()

    assert answer.exit_code == 0, answer.output
    assert "password" not in answer.output
    assert sign_in(bare_app) == 422
