"""The house's numbers, tiers and exceptions. An exception is a line with its reason."""

import re

OURS = {"webapp", "tasks", "ml", "wsgi"}

#: Who stands on whom: a module may name what has a lower number.
TIERS = {
    "ml": 0,
    "webapp.core": 0,
    "webapp.config": 1,
    "webapp.sql": 1,
    "webapp.db": 2,
    "webapp.operations": 3,
    "webapp.sealing": 3,
    "webapp.adapters": 4,
    "webapp.events": 5,
    "webapp.accounts": 10,
    "webapp.links": 10,
    "webapp.availability": 11,
    "webapp.approvals": 12,
    "webapp.campaigns": 20,
    "webapp.imports": 20,
    "webapp.comments": 21,
    "webapp.files": 21,
    "webapp.timelines": 30,
    "webapp.artists": 30,
    "webapp.ads": 30,
    "webapp.finance": 30,
    "webapp.social": 30,
    "webapp.assignments": 40,
    "webapp.calendars": 40,
    "webapp.escalations": 40,
    "webapp.outreach": 40,
    "webapp.optimizer": 40,
    "webapp.rewards": 40,
    "webapp.analytics": 50,
    "webapp.notifications": 50,
    "webapp.sharing": 50,
    "webapp.reports": 50,
    "webapp.webhooks": 50,
    "webapp.demo": 60,
    "webapp.playbooks": 60,
    "webapp.run": 60,
    "webapp.web": 70,
    "webapp.live": 80,
    "webapp.views": 90,
    "webapp.api": 90,
    "webapp.mcp": 90,
    "webapp.registry": 100,
    "webapp.schema": 100,
    "webapp.cli": 100,
    "webapp.factory": 105,
    "webapp": 110,
    "tasks": 120,
    "wsgi": 130,
    "gunicorn": 140,
}


def level_of(part: str) -> int | None:
    """The height of a part of the house; None when it stands nowhere."""
    return TIERS.get(part)


SIDEWAYS = {
    ("webapp.assignments", "webapp.timelines"),
    ("webapp.outreach", "webapp.artists"),
    ("webapp.demo", "webapp.playbooks"),
    ("webapp.optimizer", "webapp.ads"),
    ("webapp.rewards", "webapp.social"),
}

LATE_IMPORTS = {
    "webapp.calendars.ics:written": "the library is large, and few processes are ever asked",
    "webapp:create_app": "the package loads nothing: a process that reads a file needs no web",
    "tasks:load": "the same: the reader of files is a module of this package",
    "tasks.workbook:_book": "few files are workbooks, and what reads them takes 23 MB",
    "gunicorn.conf:post_worker_init": "the application belongs to the worker, not to the arbiter",
    "gunicorn.conf:worker_exit": "the same",
}

NUMBERS = {"numpy", "sklearn"}
READS_OR_WRITES = {
    "os", "io", "pathlib", "shutil", "tempfile", "pickle", "shelve", "sqlite3", "socket",
    "urllib", "http", "subprocess", "smtplib", "ssl", "asyncio", "threading", "multiprocessing",
}  # fmt: skip

#: Modules of ml that read the files named on their command line.
READS_FILES = {"ml.evaluate.schedule"}

#: (module, package): who below the pages may name a Flask package.
KNOWS_FLASK = {
    ("webapp.db", "flask_sqlalchemy"): "the session is the application context's",
}
SEES_THE_REQUEST = {"webapp.views", "webapp.web", "webapp.live", "webapp.api", "webapp.mcp"}

SOCKETS = (
    "socket", "ssl", "http.client", "urllib.request", "smtplib", "ftplib", "xmlrpc", "asyncio",
    "httpx", "httpx2", "requests", "redis", "websockets", "simple_websocket", "dramatiq.brokers",
)  # fmt: skip
OPENS_SOCKETS = {
    "webapp.live.handover": "takes a browser's socket over",
    "webapp.live.hub": "owns the browsers' sockets",
    "webapp.live.selftest": "tries the hand-over on a loopback pair",
    "webapp.live.route": "answers the handshake",
    "webapp.events.bus": "rings through Redis",
    "webapp.views.health": "asks Redis how long its queues are",
    "webapp.web.panels": "keeps rendered panels in Redis",
    "tasks.broker": "the queue is in Redis",
    "tasks.doorbell": "an idle consumer sleeps on a list in Redis",
    "tasks.clock": "names Redis's errors, to survive them",
    "webapp.web.vendor": "fetches two hash-checked files when an operator asks for it",
}

MAY_WRITE = {
    "webapp.db": "defines it",
    "webapp.operations": "a form's key and its command are one unit",
    "webapp.accounts.joining": "sign-up, sign-in and joining: no team or actor yet, so no command",
    "webapp.accounts.password_change": "the command of a password, beside its wrong tries",
    "webapp.accounts.resets": "who forgot a password is nobody yet: no actor, so no command",
    "webapp.accounts.notices": "marks of letters about an account, on both sides of sending",
    "webapp.accounts.throttle": "counts failed sign-ins, outside any team",
    "webapp.imports.staging": "the commands of a batch's background half, in many small units",
    "webapp.demo.founding": "a demo team begins and ends: no actor of it yet, or no more",
    "webapp.demo.telling": "a campaign of a demo is told by its commands, in one unit",
    "webapp.approvals.guest_commands": "the commands of guests, beside those of the team",
    "webapp.approvals.stage_commands": "the commands of stages, beside those of requests",
    "webapp.campaigns.links": "the command and the policy of its links",
    "webapp.campaigns.trash": "the commands of the trash, beside those of a campaign at work",
    "webapp.notifications.sending": "the commands of handing over, in many small units",
    "webapp.notifications.slack_commands": "the commands of a team's Slack, beside those of people",
    "webapp.playbooks.trash": "the commands of the trash, beside those of a playbook in use",
    "webapp.timelines.tasks": "the commands of tasks, beside those of the plan as a whole",
    "webapp.timelines.time_spent": "the commands of time spent, beside those of tasks",
    "webapp.ads.results": "the commands of daily results, beside those of budgets",
}


def may_write(module: str) -> bool:
    """Commands and policies write, and the ledger itself."""
    return (
        module.rpartition(".")[2] in ("commands", "policies")
        or module.startswith("webapp.events.")
        or module in MAY_WRITE
    )


#: `module:function` of everything that may act for all teams at once.
FOR_ALL_TEAMS = {
    "webapp.accounts.resets:ask": "a stranger's question, in no team whether known or not",
    "webapp.events.relay:relay_batch": "positions are one order over all teams",
    "webapp.events.relay:unrelayed": "how far behind it is, for the health page",
    "webapp.events.timers:fire_due": "the clock fires what is due, whose it is",
    "webapp.events.timers:lag_seconds": "how late the clock is, for the health page",
    "webapp.events.timers:seconds_until_next": "how long the clock may sleep",
    "webapp.events.receipts:sweep": "offers what every team's queue forgot",
    "webapp.events.receipts:forget_offers": "an embedded start: the queue died with its process",
    "webapp.events.receipts:unfinished": "numbers of the whole installation, for the health page",
    "webapp.events.receipts:settle": "only for events without a team (system and identity facts)",
    "webapp.events.receipts:perform": "the same",
    "webapp.live.pushes:newest": "the hub follows one order over all teams",
    "webapp.live.pushes:_new_events": "the same",
}

MODULE_AIM, MODULE_STOP = (90, 300), 400
#: It knows the insides of three libraries: whoever updates one has to read it whole.
HANDOVER_STOP = 80
FUNCTION_AIM, FUNCTION_STOP = (9, 35), 60
TEMPLATE_AIM, TEMPLATE_STOP = (35, 120), 150

#: Modules, functions and templates over the stop, each with its reason.
LONG: dict[str, str] = {}

UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|Not" r"ImplementedError)\b")
