"""The application factory: settings, extensions, every route."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_sock import Sock

from webapp import cli, registry, schema, sealing
from webapp.adapters import addresses, mail, storage
from webapp.config import ROOT, Settings
from webapp.core import clock, fault
from webapp.db import db
from webapp.events import bus
from webapp.live import route
from webapp.views import (
    accounts,
    analytics,
    approvals,
    assignments,
    availability,
    budget,
    calendar_feeds,
    campaigns,
    comments,
    dashboard,
    files,
    guest_review,
    health,
    home,
    imports,
    notification_settings,
    notifications,
    password_reset,
    playbooks,
    schedule,
    settings,
    shared_page,
    sharing,
    spend,
    task_page,
    tasks,
    time_spent,
    timeline_tasks,
    timelines,
    welcome,
)
from webapp.web import errorpages, guards, logs, render, security, shell, static

__all__ = ["build", "schema"]


def build(settings: Settings | None = None, **config: Any) -> Flask:
    """The application; nothing is started and no connection is opened.

    Raises BadSettings for a combination that cannot work, WrongUse for a route without a guard.
    """
    settings = settings or Settings.from_environ()
    app = render.Drumbeat("webapp", template_folder="../templates", static_folder="../static")
    app.config.from_mapping(settings.as_flask())
    app.config.update(config)
    _start_clock(settings)
    logs.init(settings.log_level)
    bus.connect(settings.redis_url)
    addresses.admit(settings.admitted_hosts)
    mail.connect(settings.mail_server, settings.mail_sender, readable=not settings.is_production)
    sealing.connect(settings.seals)
    storage.connect(settings.files_url, settings.files_folder)
    if settings.is_sqlite:
        Path(settings.sqlalchemy_url.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )

    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    registry.load()
    if settings.fault:
        fault.kill_at(settings.fault)  # after everything that declares a point is imported
    security.init_app(app, settings)
    static.init_app(app, settings)
    guards.init_app(app)
    security.protect_forms(app)
    errorpages.init_app(app)
    render.init_app(app)
    shell.init_app(app)
    _register_routes(app)
    render.bind_paths(app)
    guards.check_routes(app)
    return app


def _start_clock(settings: Settings) -> None:
    if settings.is_production:
        clock.fix()
    else:
        clock.follow_file(settings.clock_file or None)


def _register_routes(app: Flask) -> None:
    for module in (
        *(home, welcome, accounts, password_reset, settings, campaigns, budget, spend, approvals),
        *(imports, timelines, timeline_tasks, tasks, task_page, comments, files, time_spent),
        *(schedule, calendar_feeds, notifications, notification_settings),
        *(assignments, playbooks, availability, analytics, sharing, shared_page, guest_review),
        *(dashboard, health),
    ):
        app.register_blueprint(module.bp)
    route.init_app(app, Sock())
    cli.init_app(app)
