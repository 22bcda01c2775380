"""`compute-balance dagster`: Dagster's programs on the warehouse's own home."""

from __future__ import annotations

import os

import click

from pipelines.base.settings import PROJECT_DIR, Settings


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dagster(arguments: tuple[str, ...]) -> None:
    """Run Dagster with ARGUMENTS on the home of this warehouse.

    `daemon` and `webserver` are its two services, `dev` is both for a person; all else goes to
    Dagster's own command line, for example: compute-balance dagster schedule start daily.
    `purge` deletes records of runs that are older than the setting `dagster_days`. With
    COMPUTE_BALANCE_DAGSTER_POSTGRES the home is that database, else SQLite files below
    warehouse/dagster.
    """
    from pipelines.assets.home import make_command, prepare_home, purge_runs

    settings = Settings()
    home = prepare_home(settings, os.environ)
    os.environ["DAGSTER_HOME"] = str(home)
    # the modules that the settings name, and those of the code location, are found from here
    os.chdir(PROJECT_DIR)
    if list(arguments) == ["purge"]:
        from dagster import DagsterInstance

        with DagsterInstance.get() as instance:
            count = purge_runs(instance, settings.dagster_days)
        click.echo(f"deleted the records of {count} runs older than {settings.dagster_days} days")
        return
    command = make_command(list(arguments))
    os.execv(command[0], command)
