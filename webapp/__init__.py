"""The web application and the features below it. The package itself loads nothing: a process that
only reads a file imports its few modules and no web.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webapp.config import Settings


def create_app(settings: "Settings | None" = None, **config: Any) -> "Flask":
    """Build the application; nothing is started and no connection is opened.

    Raises BadSettings for a combination that cannot work, WrongUse for a route without a guard.
    """
    from webapp.factory import build

    return build(settings, **config)
