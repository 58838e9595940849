"""Commands for operators: `flask --app wsgi …`."""

import click
from flask import Flask

from webapp.accounts.queries import every_team
from webapp.ads.results import rebuild_rollups
from webapp.config import documented
from webapp.db import acting_for
from webapp.demo import cast, loading
from webapp.web import vendor

#: For a demo on one's own machine; anywhere else nobody can sign in as its people.
DEMO_PASSWORD = "quiet harbour lanterns"  # noqa: S105 (printed to whoever loads it)


def init_app(app: Flask) -> None:
    """Register the commands."""

    @app.cli.command("vendor")
    def fetch_scripts() -> None:
        """Fetch the two pinned scripts from the npm registry into static/vendor, checked by their
        hashes.
        """
        for line in vendor.fetch(app.config["SETTINGS"].npm_registry):
            click.echo(line)

    @app.cli.command("demo")
    @click.option("--zone", default="UTC", help="The time zone of its team.")
    def load_demo(zone: str) -> None:
        """Load a made-up team with three months of history. A second time changes nothing."""
        settings = app.config["SETTINGS"]
        if settings.is_production and not settings.demo:
            raise click.ClickException("In production a demo is for strangers to see: set DEMO=1.")
        password = "" if settings.is_production else DEMO_PASSWORD
        loading.load(cast.PUBLIC_DOMAIN, zone=zone, password=password)
        click.echo("The demo is loaded. Everything in it is made up.")
        if password:
            owner = next(one for one in cast.CAST if one.key == cast.OWNER)
            click.echo(f"Sign in as {owner.address(cast.PUBLIC_DOMAIN)}, password: {password}")

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
