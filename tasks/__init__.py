"""Background work: the broker, the actors, the clockwork. Nothing in webapp imports this package;
work starts from events.

The modules that hold effects are listed here once; `load()` imports them all in every process that
runs jobs.
"""

import importlib

from tasks import broker, context, deliver

EFFECT_MODULES: tuple[str, ...] = ("tasks.imports", "tasks.files", "tasks.demo")


def load() -> None:
    """Make the bound application's broker and its actors, and import every module with effects."""
    deliver.declare(broker.connect(context.app().config["SETTINGS"].redis_url))
    for module in EFFECT_MODULES:
        importlib.import_module(module)
