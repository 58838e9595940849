"""Browsers for tests of what stands around every view."""

from dataclasses import replace

import pytest

from tests import people
from webapp import create_app
from webapp.db import db
from webapp.web.guards import Guard


@pytest.fixture
def made(bare_app):
    """Alice's team and Charlie's, with no application context left open."""
    with bare_app.app_context():
        return people.found_team(bare_app)


@pytest.fixture
def another_app(bare_app):
    """Another application on the same database, with other settings."""
    apps = []

    def make(**changes):
        settings = replace(bare_app.config["SETTINGS"], **changes)
        quiet = {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
        apps.append(create_app(settings, **quiet))
        return apps[-1]

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def replace_view(bare_app, monkeypatch):
    """Let an endpoint do something else for one test; open to strangers."""

    def put(endpoint, view, permission=""):
        view.guard = Guard(permission)
        monkeypatch.setitem(bare_app.view_functions, endpoint, view)

    return put
