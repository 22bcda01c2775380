"""The command line, `compute-balance`: one module per verb; this one only assembles them."""

from __future__ import annotations

import logging
import sys

import click

from pipelines import __version__
from pipelines.base.errors import ComputeBalanceError
from pipelines.base.faults import FAULTS, describe_fault
from pipelines.base.log import make_formatter
from pipelines.base.settings import Settings
from pipelines.cli.alerts import alerts
from pipelines.cli.ask import ask
from pipelines.cli.chip import chip
from pipelines.cli.completion import completion
from pipelines.cli.dagster import dagster
from pipelines.cli.dbt import dbt
from pipelines.cli.docs import docs
from pipelines.cli.explain import explain
from pipelines.cli.metric import metric
from pipelines.cli.outlook import outlook
from pipelines.cli.policy import policy
from pipelines.cli.prometheus import prometheus
from pipelines.cli.release import release
from pipelines.cli.report import report
from pipelines.cli.run import run
from pipelines.cli.source import source
from pipelines.cli.status import status
from pipelines.cli.upkeep import backup, doctor, housekeeping, repair, restore

logger = logging.getLogger(__name__)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="compute-balance")
@click.option("-v", "--verbose", is_flag=True, help="Also show the log messages of every stage.")
def cli(verbose: bool) -> None:
    """Build, check, publish and question the warehouse of AI compute supply and demand.

    Paths and limits come from COMPUTE_BALANCE_* environment variables; the defaults fit this
    repository.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(make_formatter(Settings().log_format))
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, handlers=[handler])


COMMANDS = (
    *(run, status, ask, metric, chip, explain, outlook, report),
    *(source, policy, release, docs, dbt, dagster, alerts, prometheus, completion),
    *(doctor, repair, housekeeping, backup, restore),
)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; the project's own errors become messages and exit codes."""
    try:
        cli()
    except ComputeBalanceError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(error.exit_code)
    except FAULTS as error:
        # the machine's or a damaged file's, not the project's: -v shows where it came up
        logger.info("where it came up", exc_info=error)
        click.echo(f"{type(error).__name__}: {describe_fault(error, Settings())}", err=True)
        sys.exit(1)
