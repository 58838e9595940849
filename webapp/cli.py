"""Commands for operators: `flask --app wsgi …`."""

import click
from flask import Flask

from webapp.config import documented
from webapp.web import vendor


def init_app(app: Flask) -> None:
    """Register the commands."""

    @app.cli.command("vendor")
    def fetch_scripts() -> None:
        """Fetch the two pinned scripts from the npm registry into static/vendor, checked by their
        hashes.
        """
        for line in vendor.fetch(app.config["SETTINGS"].npm_registry):
            click.echo(line)

    @app.cli.command("settings")
    def print_settings() -> None:
        """Print every environment variable with its default and what it is for."""
        for name, default, words in documented():
            click.echo(f"{name}={default}  # {words}")
