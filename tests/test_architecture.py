"""The walls of the house, and for each wall a bad source that it must refuse."""

import ast
from collections.abc import Callable

import pytest

from tests import house, walls
from tests.walls import Complaints, Source

Wall = Callable[[list[Source]], Complaints]


@pytest.fixture(scope="module")
def program() -> list[Source]:
    return walls.program()


WALLS: list[Wall] = [
    walls.tier_order,
    walls.cycles,
    walls.deferred,
    walls.purity,
    walls.flask_stays_above,
    walls.sockets,
    walls.compositions,
    walls.writers,
    walls.walls_by_hand,
    walls.house_numbers,
    walls.annotations,
]


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_the_wall_stands(program, wall):
    assert wall(program) == []


def test_only_these_act_for_all_teams(program):
    assert walls.acts_for_all(program) == set(house.FOR_ALL_TEAMS)


def test_nothing_is_left_for_later():
    written = [(one.module, one.text) for one in [*walls.program(), *walls.sources("tests")]]
    written += [
        (str(path.relative_to(walls.ROOT)), path.read_text())
        for folder, ending in (("templates", "*.html"), ("static", "*.js"), ("static", "*.css"))
        for path in (walls.ROOT / folder).glob(f"**/{ending}")
        if "vendor" not in path.parts
    ]

    assert walls.unfinished(written) == []


def test_no_module_of_the_tests_is_longer_than_the_stop():
    long = {one.module: one.lines for one in walls.sources("tests")}

    assert {name: n for name, n in long.items() if n > house.MODULE_STOP} == {}


def test_the_hand_over_can_be_read_at_once(program):
    (handover,) = [one for one in program if one.module == "webapp.live.handover"]

    assert handover.lines <= house.HANDOVER_STOP


def test_no_template_is_longer_than_the_stop():
    found = {
        str(path.relative_to(walls.ROOT)): path.read_text().count("\n")
        for path in (walls.ROOT / "templates").rglob("*.html")
    }

    assert {
        name: lines
        for name, lines in found.items()
        if lines > house.TEMPLATE_STOP and name not in house.LONG
    } == {}


def test_every_part_of_the_program_has_its_tier(program):
    assert {one.feature for one in program} <= house.TIERS.keys()


@pytest.mark.parametrize("listed", [house.LATE_IMPORTS, house.FOR_ALL_TEAMS])
def test_every_exception_still_names_something(program, listed):
    known = {name for one in program for name, _ in walls.functions(one)}

    assert set(listed) <= known


@pytest.mark.parametrize(
    "listed", [house.OPENS_SOCKETS, house.MAY_WRITE, {one for one, _ in house.KNOWS_FLASK}]
)
def test_every_excepted_module_still_exists(program, listed):
    assert set(listed) <= {one.module for one in program}


# What each wall must refuse. A wall that passes its bad source is a painted one.

FINE = '"""Fine."""\n'
BAD: list[tuple[Wall, list[Source]]] = [
    (
        walls.tier_order,
        [
            Source("webapp.campaigns.policies", "from webapp.ads import queries"),
            Source("webapp.ads.queries", FINE),
        ],
    ),
    (walls.tier_order, [Source("webapp.ads.queries", "from webapp.finance import queries")]),
    (walls.tier_order, [Source("webapp.web.shell", "import webapp.live.hub")]),
    (walls.tier_order, [Source("webapp.views.home", "from webapp.api import rows")]),
    (walls.tier_order, [Source("webapp.events.relay", "from webapp.accounts.models import Team")]),
    (walls.tier_order, [Source("webapp.ads.commands", "def f():\n from tasks import deliver")]),
    (walls.tier_order, [Source("webapp.helpers.text", FINE)]),
    (walls.tier_order, [Source("webapp.ads.queries", "from webapp.helpers import text")]),
    (
        walls.tier_order,
        [
            Source("webapp.events.log", "import importlib\nX = 'webapp.ads.commands'"),
            Source("webapp.ads.commands", FINE),
        ],
    ),
    (
        walls.cycles,
        [
            Source("webapp.ads.queries", "from webapp.ads import models"),
            Source("webapp.ads.models", "def late():\n from webapp.ads.queries import rows"),
        ],
    ),
    (
        walls.cycles,
        [
            Source("webapp.a.x", "import webapp.a.y"),
            Source("webapp.a.y", "import webapp.a.z"),
            Source("webapp.a.z", "from webapp.a.x import thing"),
        ],
    ),
    (walls.deferred, [Source("webapp.ads.queries", "def late():\n import json")]),
    (walls.deferred, [Source("webapp.ads.queries", "class A:\n def b(self):\n  import json")]),
    (walls.deferred, [Source("webapp", "def other():\n from webapp import cli")]),
    (walls.purity, [Source("webapp.core.clock", "import sqlalchemy")]),
    (walls.purity, [Source("webapp.core.clock", "from webapp.db import db")]),
    (walls.purity, [Source("ml.bandit", "from webapp.core import money")]),
    (walls.purity, [Source("ml.bandit", "import socket")]),
    (walls.purity, [Source("ml.bandit", "import pandas")]),
    (walls.flask_stays_above, [Source("webapp.ads.commands", "from flask import current_app")]),
    (walls.flask_stays_above, [Source("webapp.ads.policies", "import flask_login")]),
    (walls.flask_stays_above, [Source("tasks.deliver", "from flask import request")]),
    (walls.flask_stays_above, [Source("tasks.deliver", "import flask\nflask.request.args")]),
    (walls.sockets, [Source("webapp.ads.commands", "import httpx")]),
    (walls.sockets, [Source("webapp.views.home", "from urllib.request import urlopen")]),
    (walls.sockets, [Source("webapp.events.log", "from urllib import request")]),
    (walls.sockets, [Source("tasks.deliver", "def f():\n import redis.client")]),
    (walls.compositions, [Source("webapp.optimizer.commands", "from ml import bandit")]),
    (walls.compositions, [Source("webapp.views.home", "import tasks.deliver")]),
    (walls.writers, [Source("webapp.ads.queries", "with unit_of_work():\n pass")]),
    (walls.writers, [Source("webapp.views.home", "with unit_of_work():\n pass")]),
    (walls.walls_by_hand, [Source("webapp.ads.queries", "SQL = \"SET app.team_id = 'all'\"")]),
    (walls.house_numbers, [Source("webapp.ads.queries", "\n" * (house.MODULE_STOP + 1))]),
    (walls.house_numbers, [Source("ml.x", "def f():\n" + " pass\n" * house.FUNCTION_STOP)]),
    (walls.annotations, [Source("webapp.ads.queries", FINE + "def rows():\n pass")]),
    (walls.annotations, [Source("webapp.ads.queries", FINE + "class A:\n def b(self): pass")]),
    (walls.annotations, [Source("webapp.ads.queries", "X = 1")]),
]


@pytest.mark.parametrize(("wall", "bad"), BAD, ids=[f"{wall.__name__}" for wall, _ in BAD])
def test_the_wall_refuses(wall, bad):
    for one in bad:
        ast.parse(one.text)

    assert wall(bad)


def test_every_wall_was_tried():
    assert {wall.__name__ for wall, _ in BAD} == {wall.__name__ for wall in WALLS}


@pytest.mark.parametrize(
    ("wall", "good"),
    [
        (walls.tier_order, Source("webapp.ads.queries", "from webapp.campaigns import queries")),
        (walls.tier_order, Source("webapp.optimizer.rules", "from webapp.ads import queries")),
        (walls.tier_order, Source("webapp.ads.commands", "from webapp.ads import queries")),
        (walls.deferred, Source("webapp", "def create_app():\n from webapp.views import home")),
        (walls.purity, Source("ml.bandit", "import math\nimport numpy as np")),
        (walls.sockets, Source("webapp.adapters.http", "import httpx2, socket")),
        (walls.writers, Source("webapp.ads.commands", "with unit_of_work():\n pass")),
    ],
)
def test_the_wall_lets_through(wall, good):
    assert wall([good]) == []


def test_acting_for_all_is_found_where_it_stands():
    text = 'from webapp.db import acting_for\ndef peek():\n with acting_for("all"):\n  pass'

    assert walls.acts_for_all([Source("webapp.ads.queries", text)]) == {"webapp.ads.queries:peek"}


def test_a_reminder_is_found():
    assert walls.unfinished([("here", "x = 1  # TO" + "DO: later")])
    assert walls.unfinished([("here", "raise Not" + "ImplementedError")])
