"""How templates run: what is escaped, what is refused, and what is drawn once."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup, escape

from webapp.core.money import words
from webapp.web.templating import remembered, shown

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
