"""What every template keeps to: each check takes a template's name and text and answers
complaints.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

FORBIDDEN = {
    r"\bhx-on\b": "hx-on is dead with eval off",
    r"\bhx-vars\b": "hx-vars evaluates",
    r"\bhx-vals\s*=\s*['\"]\s*js:": "js: evaluates",
    r"\bhx-headers\s*=\s*['\"]\s*js:": "js: evaluates",
    r"\bjavascript:": "the policy forbids it",
    r"\bhx-swap-oob\b": "the socket's extension swaps by id",
    r"\bhx-trigger\s*=\s*\"[^\"]*\[": "a trigger filter fires unfiltered with eval off",
    r"\bhx-trigger\s*=\s*'[^']*\[": "a trigger filter fires unfiltered with eval off",
    r"<style\b": "the policy forbids it",
    r"\son[a-z]+\s*=\s*[\"']": "inline handlers are forbidden by the policy",
}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
#: Names only a page has.
OF_PAGES = {"viewer", "request", "session", "csrf_token", "form_token", "shell", "theme", "url_for"}

_env = Environment(autoescape=True)


def lint(name: str, text: str) -> list[str]:
    """What is wrong with any template."""
    found = [*_words(text), *_scripts(text), *_forms(text), *_syntax(text)]
    if not text.startswith("{#-"):
        found.append("its first line does not say what it needs")
    return [f"{name}: {one}" for one in found]


def lint_live(name: str, text: str) -> list[str]:
    """What is wrong with a live fragment."""
    bare = without_jinja(text)
    outline = Outline(bare)
    found = []
    if len(outline.roots) != 1:
        found.append(f"it has {len(outline.roots)} roots")
    if not all("id" in attributes for _, attributes in outline.roots):
        found.append("its root has no id")
    if outline.loose:
        found.append("there is text beside its root")
    if re.search(r"<form\b", bare):
        found.append("a form stands inside a live root")
    tree = _env.parse(text)
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    found += [f"it names {one}, which only a page has" for one in sorted(used & OF_PAGES)]
    if any(True for _ in tree.find_all((nodes.Block, nodes.Extends))):
        found.append("it is a page: it extends or has blocks")
    return [f"{name}: {one}" for one in found]


def _words(text: str) -> Iterator[str]:
    bare = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    for pattern, reason in FORBIDDEN.items():
        if match := re.search(pattern, bare):
            yield f"{match[0].strip()!r}: {reason}"


def _scripts(text: str) -> Iterator[str]:
    for tag in re.findall(r"<script\b[^>]*>", without_jinja(text)):
        if " src=" not in tag and 'type="application/json"' not in tag:
            yield "a script stands in the page"


def _forms(text: str) -> Iterator[str]:
    for form in re.findall(r"<form\b.*?(?:</form>|\Z)", text, flags=re.S):
        is_post = re.search(r"method\s*=\s*[\"']?post", form, flags=re.I)
        if is_post and "csrf(" not in form and "csrf_token" not in form:
            yield "a form posts without its token"


def _syntax(text: str) -> Iterator[str]:
    tree = _env.parse(text)
    if any(one.name == "safe" for one in tree.find_all(nodes.Filter)):
        yield "it says safe"
    if not any(True for _ in tree.find_all(nodes.Extends)):
        return
    inside = {
        id(one)
        for block in tree.find_all(nodes.Block)
        for one in block.find_all((nodes.FromImport, nodes.Import))
    }
    for one in tree.find_all((nodes.FromImport, nodes.Import)):
        if id(one) not in inside:
            yield f"line {one.lineno} imports outside a block: a block alone does not see it"


def references(text: str) -> Iterator[tuple[str, str | None]]:
    """(template, macro or None) for everything a template extends, includes or imports by name."""
    tree = _env.parse(text)
    for one in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        if not isinstance(one.template, nodes.Const):  # type: ignore[attr-defined]
            continue
        target = one.template.value  # type: ignore[attr-defined]
        yield target, None
        if isinstance(one, nodes.FromImport):
            for name in one.names:
                yield target, name[0] if isinstance(name, tuple) else name


def macros(text: str) -> set[str]:
    """What a template offers to import: its macros, and the names it sets at its top."""
    tree = _env.parse(text)
    names = {one.target.name for one in tree.body if isinstance(one, nodes.Assign)}
    return names | {one.name for one in tree.find_all(nodes.Macro)}


def icons(text: str) -> set[str]:
    """Names of icons written out in `ic('…')`."""
    return set(re.findall(r"\bic\(\s*'([a-z0-9-]+)'\s*[,)]", text))


def without_jinja(text: str) -> str:
    """The HTML as written: comments and statements gone, expressions a letter."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    text = re.sub(r"\{%-?\s*macro\b.*?\bendmacro\s*-?%\}", "", text, flags=re.S)
    text = re.sub(r"\{%-?\s*(set|from|import)\b.*?%\}", "", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}", "x", text, flags=re.S)
    return re.sub(r"\{%.*?%\}", "", text, flags=re.S)


class Outline(HTMLParser):
    """The elements at the top of a piece of HTML, and whether text stands beside them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.roots: list[tuple[str, dict[str, str | None]]] = []
        self.depth = 0
        self.loose = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.roots.append((tag, dict(attrs)))
        if tag not in VOID:
            self.depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.roots.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.loose = self.loose or (self.depth == 0 and bool(data.strip()))
