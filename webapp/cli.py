"""Commands for operators: `flask --app wsgi …`."""

import click
from flask import Flask

from webapp.accounts.queries import every_team
from webapp.ads.results import rebuild_rollups
from webapp.config import documented
from webapp.db import acting_for
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

    @app.cli.command("rebuild-rollups")
    def sum_again() -> None:
        """Sum every daily result again, team by team; pages stay readable meanwhile."""
        for team_id in every_team():
            with acting_for(team_id):
                click.echo(f"team {team_id}: {rebuild_rollups()} campaigns")
