"""Background work: the broker, the actors, the clockwork. Nothing in webapp imports this package;
work starts from events.

The modules that hold effects are listed here once; `load()` imports them all in every process that
runs jobs.
"""

import importlib

EFFECT_MODULES: tuple[str, ...] = (
    "tasks.accounts",
    "tasks.imports",
    "tasks.assignments",
    "tasks.files",
    "tasks.links",
    "tasks.demo",
    "tasks.notifications",
)


def load() -> None:
    """Make the bound application's broker and its actors, and import every module with effects."""
    # Import here, not above: the reader of files is a module of this package and needs no broker.
    from tasks import broker, context, deliver

    deliver.declare(broker.connect(context.app().config["SETTINGS"].redis_url))
    for module in EFFECT_MODULES:
        importlib.import_module(module)
