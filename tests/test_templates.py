"""Every template is linted, and the lint itself is tried with bad ones; the files a page loads have
their hashes and stay light.
"""

import gzip
import os
import re

import pytest

from tests import lint
from tests.walls import ROOT
from webapp.web import vendor
from webapp.web.assets import SCRIPTS, STATIC
from webapp.web.fragments import all_fragments

FOLDER = ROOT / "templates"
TEMPLATES = {
    path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(FOLDER.rglob("*.html"))
}
KB = 1024


def packed(*names: str) -> int:
    """Bytes over the wire."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_keeps_the_rules(name):
    assert lint.lint(name, TEMPLATES[name]) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_names_only_what_exists(name):
    for target, macro in lint.references(TEMPLATES[name]):
        assert target in TEMPLATES
        assert macro is None or macro in lint.macros(TEMPLATES[target])


def test_every_icon_is_in_the_sprite():
    drawn = set(re.findall(r'id="i-([^"]+)"', (STATIC / "icons.svg").read_text()))
    used = {icon for text in TEMPLATES.values() for icon in lint.icons(text)}

    assert used - drawn == set()


def test_every_live_fragment_is_one_root_with_an_id_and_without_a_form(whole_app):
    live = sorted({one.template for one in all_fragments()})

    assert [problem for name in live for problem in lint.lint_live(name, TEMPLATES[name])] == []


def test_every_live_fragment_is_a_file_of_its_own(whole_app):
    names = [one.template.rpartition("/")[2] for one in all_fragments()]

    assert all(name.startswith("_") for name in names)


GOOD = "{#- Needs: nothing. -#}\n"


@pytest.mark.parametrize(
    "bad",
    [
        "<p>no comment</p>",
        GOOD + '<a hx-on:click="x">',
        GOOD + '<a hx-trigger="click[ctrlKey]">',
        GOOD + "<a hx-trigger='keyup[key==1]'>",
        GOOD + "<a hx-vals='js:{a: 1}'>",
        GOOD + '<a hx-vars="a:1">',
        GOOD + '<a href="javascript:x">',
        GOOD + '<a onclick="x()">',
        GOOD + '<p hx-swap-oob="true">',
        GOOD + "<script>x()</script>",
        GOOD + '<script nonce="{{ n }}">x()</script>',
        GOOD + "<style>p{}</style>",
        GOOD + "{{ name | safe }}",
        GOOD + "{{ name|trim|safe }}",
        GOOD + '<form method="post"><button>Go</button></form>',
        GOOD + '<form method=post action="/x">',
        GOOD + "{% extends 'base.html' %}{% from 'm.html' import a %}{% block b %}{% endblock %}",
    ],
)
def test_the_lint_refuses(bad):
    assert lint.lint("bad.html", bad)


@pytest.mark.parametrize(
    "good",
    [
        GOOD + '<script src="x.js" defer></script>',
        GOOD + '<script type="application/json">{}</script>',
        GOOD + '<form method="post">{{ csrf(csrf_token(), form_token()) }}</form>',
        GOOD + '<form method="get"><input name="q"></form>',
        GOOD + '<a hx-trigger="follow delay:1s">',
        GOOD + "{% extends 'base.html' %}{% block b %}{% from 'm.html' import a %}{% endblock %}",
    ],
)
def test_the_lint_lets_through(good):
    assert lint.lint("good.html", good) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p id="a"></p><p id="b"></p>',
        "<p>no id</p>",
        "",
        'words <p id="a"></p>',
        '<div id="a"><form></form></div>',
        '<div id="a">{{ viewer.name }}</div>',
        '<div id="a">{{ csrf_token() }}</div>',
        '{% block a %}<p id="a"></p>{% endblock %}',
    ],
)
def test_the_lint_refuses_as_live(bad):
    assert lint.lint_live("bad.html", bad)


@pytest.mark.parametrize(
    "good",
    [
        '{#- Live. -#}\n{% from "m.html" import ic %}<p id="c-{{ id }}">{{ ic(1) }}<br>x</p>\n',
        '{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}<p id="a">{{ m(1) }}</p>',
        '{% for one in rows %}<li id="e-{{ one }}"><img src="x"></li>\n{% endfor %}',
        '<tr id="a"{% if x %} class="b"{% endif %}><td>{% if x %}1{% else %}2{% endif %}</td></tr>',
    ],
)
def test_the_lint_lets_through_as_live(good):
    assert lint.lint_live("good.html", good) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.package)
def test_a_local_script_is_the_one_its_hash_names(script):
    path = STATIC / script.local_name
    if not path.exists():
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail("static/vendor is empty: run `flask --app wsgi vendor`")
        pytest.skip("static/vendor is empty: the hashes of the two scripts were not compared")

    assert vendor.integrity_of(path.read_bytes()) == script.integrity


def test_another_files_hash_is_another():
    assert vendor.integrity_of(b"other bytes") not in {one.integrity for one in SCRIPTS}


def test_the_style_sheet_stays_light():
    assert packed("app.css") <= 14 * KB
    assert (STATIC / "app.css").read_text().count("\n") <= 900


def test_what_is_only_for_paper_stays_light():
    assert packed("print.css") <= 2 * KB


def test_our_script_stays_short():
    assert (STATIC / "app.js").read_text().count("\n") <= 150


@pytest.mark.parametrize("name", ["charts.js", "board.js"])
def test_the_scripts_of_single_pages_stay_short(name):
    assert (STATIC / name).read_text().count("\n") <= 150


def test_the_icons_stay_light():
    assert packed("icons.svg") <= 3 * KB


def test_what_every_page_loads_stays_light():
    scripts = [one.local_name for one in SCRIPTS if (STATIC / one.local_name).exists()]

    assert packed(*scripts) <= 20 * KB
    assert packed("app.css", "print.css", "app.js", "icons.svg", "favicon.svg", *scripts) <= 45 * KB
