"""`compute-balance alerts`: whether alerts reach somebody."""

import os

import click

from pipelines.base.settings import Settings
from pipelines.cli.status import FAILED, NEVER_RUN, collect_status, find_exit_code
from pipelines.run.alerts import ADDRESSES, Event, is_failure_told, send_trial, tell_event


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


@alerts.command()
def check() -> None:
    """Tell if the warehouse is not well by `compute-balance status`; ends with its exit code.

    For a timer beside the run's: it tells also of a run that was killed, or that never began.
    What was told is not told again until a run has ended well.
    """
    settings = Settings()
    content = collect_status(settings)
    code = find_exit_code(content)
    if code:
        text = describe_state(content, code)
        if not is_failure_told(settings):
            tell_event(settings, "check", Event(f"failed: status {code}", text))
        click.echo(text, err=True)
        raise SystemExit(code)


def describe_state(content: dict, code: int) -> str:
    """Return what is wrong with a warehouse, in one sentence."""
    if code == FAILED:
        return f"the last run failed: {str(content['last_run']['message']).splitlines()[0]}"
    if code == NEVER_RUN:
        return "nothing has been published yet"
    return "the release is stale: " + "; ".join(content["stale_because"])
