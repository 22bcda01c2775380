"""`compute-balance alerts`: whether alerts reach somebody."""

import os

import click

from pipelines.base.settings import Settings
from pipelines.cli.status import FAILED
from pipelines.run.alerts import ADDRESSES, send_trial


@click.group()
def alerts() -> None:
    """Tell somebody of failed runs, open checks, stale sources and new rule documents."""


@alerts.command()
def test() -> None:
    """Send a trial message to the addresses of COMPUTE_BALANCE_ALERTS.

    Exit code 1 if none is set, or if the message did not arrive everywhere.
    """
    if not os.environ.get(ADDRESSES):
        click.echo(f"{ADDRESSES} is not set: nobody is told. See docs/operations.md", err=True)
        raise SystemExit(FAILED)
    if not send_trial(Settings()):
        raise SystemExit(FAILED)
    click.echo("the message was taken by every address")
