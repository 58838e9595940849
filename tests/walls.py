"""The walls of the house, read from the source with `ast`: each checker takes sources and answers
complaints, so that a test can feed it a bad one.

The numbers and the lists of exceptions are in `tests/house.py`.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests import house

ROOT = Path(__file__).resolve().parent.parent
Complaints = list[str]


@dataclass(frozen=True)
class Source:
    """One module: its dotted name and its text."""

    module: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def feature(self) -> str:
        """The part of the house it stands in: `webapp.ads`, `tasks`, `wsgi`."""
        parts = self.module.split(".")
        return ".".join(parts[:2]) if parts[0] == "webapp" else parts[0]

    @cached_property
    def nodes(self) -> list[tuple[ast.AST, str]]:
        """Every node with the function it stands in ('' at the top)."""
        return list(_walk(self.tree, ""))

    @property
    def lines(self) -> int:
        return self.text.count("\n")


@dataclass(frozen=True)
class Import:
    """`source` names `target`, inside `function` when it is deferred."""

    source: str
    target: str
    function: str


def _walk(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = f"{function}.{child.name}".lstrip(".")
        yield child, function
        yield from _walk(child, inside)


def sources(*folders: str) -> list[Source]:
    """Every module under these folders or with these file names."""
    found = []
    for folder in folders:
        path = ROOT / folder
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            found.append(Source(name.removesuffix(".__init__"), file.read_text()))
    return found


def program() -> list[Source]:
    return sources("webapp", "tasks", "ml", "wsgi.py", "gunicorn.conf.py")


def imports(source: Source, known: Iterable[str]) -> list[Import]:
    """What a module names, to the module where we know it; strings count where `importlib` is at
    work.
    """
    modules, found = set(known), []

    def add(target: str, function: str) -> None:
        while target not in modules and target.rpartition(".")[0] in modules:
            target = target.rpartition(".")[0]
        found.append(Import(source.module, target, function))

    for node, function in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                add(alias.name, function)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                add(f"{node.module}.{alias.name}" if node.module else alias.name, function)
        elif (
            "importlib" in source.text
            and isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in modules
        ):
            add(node.value, function)
    return found


def tier_order(all_sources: list[Source]) -> Complaints:
    """Down is free, sideways is listed, up never."""
    known = {one.module for one in all_sources}
    found = []
    for source in all_sources:
        level = house.level_of(source.feature)
        if level is None:
            found.append(f"{source.feature} is not in the list of tiers")
            continue
        for one in imports(source, known):
            target = Source(one.target, "").feature
            below = house.level_of(target)
            if target == source.feature or target.split(".")[0] not in house.OURS:
                continue
            if below is None:
                found.append(f"{source.module} names {one.target}, which is in no tier")
            elif below >= level and (source.feature, target) not in house.SIDEWAYS:
                found.append(f"{source.module} names {one.target}, which is not below it")
    return found


def cycles(all_sources: list[Source]) -> Complaints:
    """Modules that import each other, deferred imports counted."""
    known = {one.module for one in all_sources}
    edges = {
        one.module: {i.target for i in imports(one, known)} & known - {one.module}
        for one in all_sources
    }

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(edges[start])
        while waiting:
            if (one := waiting.pop()) not in seen:
                seen.add(one)
                waiting += edges[one]
        return seen

    reached = {module: reach(module) for module in edges}
    return [f"{module} is in a cycle" for module in sorted(edges) if module in reached[module]]


def deferred(all_sources: list[Source]) -> Complaints:
    """Imports inside functions, but for the factory's."""
    known = {one.module for one in all_sources}
    return [
        f"{one.source}:{one.function} imports {one.target} late"
        for source in all_sources
        for one in imports(source, known)
        if one.function and f"{one.source}:{one.function}" not in house.LATE_IMPORTS
    ]


def purity(all_sources: list[Source]) -> Complaints:
    """core: the standard library and itself; ml: numbers and itself, no input, no output but for
    the judges of a data folder.
    """
    found = []
    for source in all_sources:
        for one in imports(source, []):
            root = one.target.split(".")[0]
            if source.feature == "webapp.core" and not (
                root in sys.stdlib_module_names or one.target.startswith("webapp.core")
            ):
                found.append(f"{source.module} names {one.target}")
            is_reader = root == "pathlib" and source.module in house.READS_FILES
            if source.feature == "ml" and not (
                root in {"ml", *house.NUMBERS}
                or (root in sys.stdlib_module_names and root not in house.READS_OR_WRITES)
                or is_reader
            ):
                found.append(f"{source.module} names {one.target}")
    return found


def flask_stays_above(all_sources: list[Source]) -> Complaints:
    """Below the pages nobody knows Flask; only the doors see the request."""
    found = []
    for source in all_sources:
        level = house.level_of(source.feature) or 0
        for one in imports(source, []):
            knows = (source.module, one.target.split(".")[0]) in house.KNOWS_FLASK
            is_below = level < house.TIERS["webapp.web"]
            if re.match(r"(flask|werkzeug)", one.target) and is_below and not knows:
                found.append(f"{source.module} names {one.target}")
            is_door = source.feature in house.SEES_THE_REQUEST
            if one.target in ("flask.request", "flask.session", "flask.g") and not is_door:
                found.append(f"{source.module} sees the request")
        for node, _ in source.nodes:
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and (node.value.id, node.attr) == ("flask", "request")
                and source.feature not in house.SEES_THE_REQUEST
            ):
                found.append(f"{source.module} sees the request")
    return found


def sockets(all_sources: list[Source]) -> Complaints:
    """Only adapters speak to the world."""
    return [
        f"{source.module} names {one.target}"
        for source in all_sources
        if source.feature != "webapp.adapters" and source.module not in house.OPENS_SOCKETS
        for one in imports(source, [])
        if any(one.target == name or one.target.startswith(f"{name}.") for name in house.SOCKETS)
    ]


def compositions(all_sources: list[Source]) -> Complaints:
    """Only tasks names ml; only wsgi names both webapp and tasks."""
    found = []
    for source in all_sources:
        roots = {one.target.split(".")[0] for one in imports(source, [])}
        if "ml" in roots and source.feature not in ("tasks", "ml"):
            found.append(f"{source.module} names ml")
        if "tasks" in roots and source.feature not in ("tasks", "wsgi"):
            found.append(f"{source.module} names tasks")
    return found


def writers(all_sources: list[Source]) -> Complaints:
    """Who opens a unit of work."""
    return [
        f"{source.module} opens a unit of work"
        for source in all_sources
        if not house.may_write(source.module)
        and any(
            isinstance(node, ast.Name) and node.id == "unit_of_work" for node, _ in source.nodes
        )
    ]


def acts_for_all(all_sources: list[Source]) -> set[str]:
    """`module:function` of every place that may act for all teams."""
    return {
        f"{source.module}:{function}"
        for source in all_sources
        if any(isinstance(n, ast.Name) and n.id == "acting_for" for n, _ in source.nodes)
        for node, function in source.nodes
        if isinstance(node, ast.Constant) and node.value == "all"
    }


def walls_by_hand(all_sources: list[Source]) -> Complaints:
    """The team of a transaction is set in one place."""
    return [
        f"{source.module} sets the team itself"
        for source in all_sources
        if source.module != "webapp.db"
        for node, _ in source.nodes
        if isinstance(node, ast.Constant) and "app.team_id" in str(node.value)
    ]


def functions(source: Source) -> Iterator[tuple[str, int]]:
    """Name and length of every function."""
    for node, function in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{function}.{node.name}".lstrip(".")
            yield f"{source.module}:{name}", (node.end_lineno or node.lineno) - node.lineno + 1


def house_numbers(all_sources: list[Source]) -> Complaints:
    """The hard stops."""
    found = []
    for source in all_sources:
        if source.lines > house.MODULE_STOP and source.module not in house.LONG:
            found.append(f"{source.module} has {source.lines} lines")
        for name, length in functions(source):
            if length > house.FUNCTION_STOP and name not in house.LONG:
                found.append(f"{name} has {length} lines")
    return found


def annotations(all_sources: list[Source]) -> Complaints:
    """Every function says what it answers; every module says what lives in it."""
    found = []
    for source in all_sources:
        if source.text.strip() and not ast.get_docstring(source.tree):
            found.append(f"{source.module} has no docstring")
        for node, _ in source.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is None:
                found.append(f"{source.module}:{node.name} does not say what it answers")
    return found


def unfinished(named_texts: Iterable[tuple[str, str]]) -> Complaints:
    """What somebody meant to come back to."""
    return [
        f"{name} says {match[0]}"
        for name, text in named_texts
        for match in house.UNFINISHED.finditer(text)
    ]


def spread(values: Iterable[int]) -> tuple[int, int]:
    """(median, 95th of a hundred)"""
    ordered = sorted(values) or [0]
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]


def summary() -> list[str]:
    """What lies between aim and stop, for the end of a test run."""
    ours = program()
    modules = {one.module: one.lines for one in ours if one.lines}
    lengths = dict(pair for one in ours for pair in functions(one))
    pages = {
        str(path.relative_to(ROOT)): path.read_text().count("\n")
        for path in (ROOT / "templates").rglob("*.html")
    }
    lines = []
    for what, sizes, aims, stop in (
        ("modules", modules, house.MODULE_AIM, house.MODULE_STOP),
        ("functions", lengths, house.FUNCTION_AIM, house.FUNCTION_STOP),
        ("templates", pages, house.TEMPLATE_AIM, house.TEMPLATE_STOP),
    ):
        median, high = spread(sizes.values())
        lines.append(
            f"{what}: median {median} (aim {aims[0]}), 95% {high} (aim {aims[1]}), stop {stop}"
        )
        lines += [
            f"  {name}: {size}"
            for name, size in sorted(sizes.items(), key=lambda pair: -pair[1])
            if aims[1] < size
        ]
    own, tests = sum(modules.values()), sum(one.lines for one in sources("tests"))
    lines.append(f"tests / source: {tests} / {own} = {tests / own:.2f} (aim 1.0 to 1.5)")
    return lines
