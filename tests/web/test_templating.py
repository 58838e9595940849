"""How templates run: what is escaped, what is refused, and what is drawn once."""

from typing import NamedTuple

import pytest
from jinja2 import DictLoader, Environment, UndefinedError
from markupsafe import Markup, escape

from tests import people
from webapp.core.money import words
from webapp.db import acting_for
from webapp.web.templating import once, remembered, shown

VALUES = [
    *("", "plain words", "a < b", "Tom & Jerry", "it's", 'say "yes"', "x > y", "ünïcode — ✓"),
    *(0, -12, 1240, 3.5, True, None, ("<i>",)),
    *(Markup("<b>safe</b>"), escape("<b>"), words(1240_00, "USD")),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_shown_as_it_is_escaped_elsewhere(value):
    assert shown(value) == escape(value)


def test_what_somebody_typed_is_text_on_a_page(bare_app):
    typed = "<script>alert('\"&')</script>"

    drawn = bare_app.jinja_env.from_string('<p title="{{ typed }}">{{ typed }}</p>').render(
        typed=typed
    )

    assert drawn == Markup('<p title="{0}">{0}</p>').format(typed)


def test_text_put_together_on_a_page_is_still_text(bare_app):
    drawn = bare_app.jinja_env.from_string(
        "{% set both %}<i>{{ a }}</i>{% endset %}{{ both ~ a }}{{ [a, a] | join('<') }}"
    ).render(a="<b>")

    assert drawn == "<i>&lt;b&gt;</i>&lt;b&gt;&lt;b&gt;&lt;&lt;b&gt;"


def test_a_name_the_template_was_not_given_is_refused(bare_app):
    with pytest.raises(UndefinedError):
        bare_app.jinja_env.from_string("{{ nobody }}").render()


def test_a_remembered_macro_is_drawn_once_for_each_value_of_each_type():
    drawn = []
    macro = remembered(lambda value: drawn.append(value) or f"<{value}>")

    answers = [macro(value) for value in ("a", "a", 1, True, Markup("a"))]

    assert answers == ["<a>", "<a>", "<1>", "<True>", "<a>"]
    assert drawn == ["a", 1, True, Markup("a")]
    assert [type(value) for value in drawn] == [str, int, bool, Markup]


def test_a_name_in_a_remembered_piece_is_escaped(bare_app):
    drawn = bare_app.jinja_env.from_string(
        '{% from "macros/ui.html" import who %}{{ who("<b> Ann") }}'
    ).render()

    assert "&lt;b&gt; Ann" in drawn
    assert "<b>" not in drawn


class Row(NamedTuple):
    """What a row's file knows."""

    id: int
    name: str


@pytest.fixture
def files():
    """An environment with one row's file, and how often it was drawn."""
    drawn = []
    env = Environment(
        autoescape=True,
        auto_reload=False,
        loader=DictLoader({"_row.html": "<tr>{{ note(row.id) }}{{ row.name }}</tr>"}),
    )
    env.globals["note"] = lambda one: drawn.append(one) or ""
    return env, drawn


def test_a_row_is_drawn_once_as_long_as_it_says_the_same(files):
    env, drawn = files
    draw = once(env)

    rows = [Row(1, "<b>"), Row(2, "Two"), Row(1, "<b>"), Row(1, "Renamed")]

    assert [draw("_row.html", row) for row in rows] == [
        *("<tr>&lt;b&gt;</tr>", "<tr>Two</tr>", "<tr>&lt;b&gt;</tr>", "<tr>Renamed</tr>")
    ]
    assert drawn == [1, 2, 1]


def test_a_drawn_row_is_not_escaped_again(files):
    env, _ = files

    page = env.from_string("{{ draw('_row.html', row) }}").render(draw=once(env), row=Row(1, "One"))

    assert page == "<tr>One</tr>"


def test_where_files_change_a_row_is_drawn_each_time(files):
    env, drawn = files
    env.auto_reload = True
    draw = once(env)

    draw("_row.html", Row(1, "One"))
    draw("_row.html", Row(1, "One"))

    assert drawn == [1, 1]


def test_a_changed_campaign_is_another_row_on_everybodys_page(bare_app, made):
    alice, bob = made.alice.sign_in(bare_app), made.bob.sign_in(bare_app)
    with bare_app.app_context(), acting_for(made.id):
        campaign_id = people.draft(made, name="First name").id
    assert "First name" in alice.get("/campaigns").text

    form = {"name": "Second name", "version": 1, "owner_id": made.alice.id, "type": "tour"}
    form |= {"objective": "awareness", "description": "", "target_audience": ""}
    assert bob.post(f"/campaigns/{campaign_id}/edit", data=form).status_code == 303

    assert "Second name" in alice.get("/campaigns").text
    assert "First name" not in alice.get("/campaigns").text
