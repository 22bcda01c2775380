"""`compute-balance run`: the main job, and the summary that it ends with."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.base.errors import StoreFault
from pipelines.base.settings import Settings
from pipelines.cli.status import STALE
from pipelines.cli.tables import print_json, print_table, show_progress
from pipelines.cli.what_if import ask_what_if

if TYPE_CHECKING:
    from pipelines.run.state import Outcome

# A few lines of one mart, so that one sees at once that there is something to query.
SAMPLE_QUERY = """
    select quarter_start, region_id, workload_id, supply_h100e_p50, policy_regime, is_provisional
    from marts.fct_compute_balance
    where access = 'all' and scenario_id = 'baseline' and workload_id = 'training_large'
      and supply_h100e_p50 is not null
      and quarter_start <= coalesce(
          (select max(quarter_start) from marts.fct_compute_supply where not is_nowcast),
          quarter_start
      )
    order by quarter_start desc, region_id
    limit 8
"""


@click.command()
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Build what the public knew on that day (UTC), beside the current release.",
)
@click.option("--live", is_flag=True, help="Fetch the connectors' documents first.")
@click.option(
    "--only",
    multiple=True,
    metavar="SOURCE|AREA",
    help="With --live: fetch only these sources or areas (may be repeated).",
)
@click.option(
    "--due",
    is_flag=True,
    help="With --live: fetch only the sources that are due by the cadence of their contracts.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another run to end, instead of giving up at once.",
)
@click.option(
    "--set",
    "assumptions",
    multiple=True,
    metavar="ASSUMPTION=VALUE",
    help="What-if: give an assumption a value, or LOW/CENTRAL/HIGH (may be repeated).",
)
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What-if: add the scenario of a CSV file with the columns of the scenarios' registry.",
)
@click.option(
    "--rebuild",
    is_flag=True,
    help="Build everything from nothing, even if that would only repeat the current release.",
)
@click.option(
    "--open",
    "is_open",
    is_flag=True,
    help="Also write the open edition, which holds only what anybody may pass on.",
)
@click.option("--draws", type=click.IntRange(min=1), help="Number of Monte Carlo draws.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What builds the models; Apache Spark needs `make spark` once.",
)
@click.option(
    "--master",
    metavar="URL",
    help="With --engine spark: address of a cluster; by default the threads of this machine.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the manifest as JSON and nothing else."
)
def run(
    as_of: datetime | None,
    live: bool,
    only: tuple[str, ...],
    due: bool,
    wait_s: float,
    assumptions: tuple[str, ...],
    scenario: Path | None,
    rebuild: bool,
    is_open: bool,
    draws: int | None,
    engine: str,
    master: str | None,
    as_json: bool,
) -> None:
    """Build, audit and publish the warehouse.

    A run that would only repeat the current release ends at once. One that follows a published run
    carries on from its build: of the prices only the months that changed are made anew. With
    --set or --scenario the build is private: it stands under `warehouse/what_if`, never replaces
    the current release, and the run ends with what changed. Exit codes: 0 published or unchanged,
    1 a build or audit failed, 2 wrong input, 4 published or unchanged, but no address of a live
    run answered, 5 the same, but its object storage is behind (or nothing was done, as it says), 75
    another run holds the lock.
    """
    from pipelines.run.pipeline import run_pipeline
    from pipelines.upkeep.housekeeping import tidy_up

    settings = Settings(draws=draws) if draws else Settings()
    if only and not live:
        raise click.UsageError("--only says what to fetch; use it with --live")
    if master and engine != "spark":
        raise click.UsageError("--master says where Spark runs; use it with --engine spark")
    if engine == "spark":
        master = master or f"local[{settings.threads}]"
    if due and not live:
        raise click.UsageError("--due says what to fetch; use it with --live")

    if assumptions or scenario:
        if live or is_open or master:
            raise click.UsageError(
                "a what-if fetches and passes on nothing, and DuckDB builds it; leave out --live, "
                "--open and --engine"
            )
        ask_what_if(settings, assumptions, scenario, as_of, as_json)
        return
    day = as_of.date() if as_of else None
    with show_progress(is_quiet=as_json) as progress:
        outcome = run_pipeline(
            settings, day, live, list(only), progress, rebuild, due, wait_s, master
        )
        open_path = write_open(settings, outcome) if is_open else None
        for item in tidy_up(settings):
            progress(f"removed {item.kind} {item.path.name}: {item.why}")
    if as_json:
        print_json(
            {
                "status": outcome.status,
                "path": outcome.path,
                "open_path": open_path,
                **asdict(outcome.manifest),
            }
        )
    else:
        print_summary(outcome)
        if open_path:
            click.echo(f"\nopen edition  {open_path}")
    if outcome.run.store_fault:
        click.echo(f"StoreFault: {outcome.run.store_fault}", err=True)
        raise SystemExit(StoreFault.exit_code)
    if outcome.run.fetched and set(outcome.run.fetched) == {"failed"}:
        click.echo("no address answered: the data stands where it stood", err=True)
        raise SystemExit(STALE)


def write_open(settings: Settings, outcome: "Outcome") -> Path:
    """Write the open edition beside what a run published or found unchanged."""
    from pipelines.release.lock import hold_lock
    from pipelines.release.open_release import write_open_edition
    from pipelines.release.whole import DATABASE_FILE

    folder = settings.releases_dir / outcome.manifest.release_id
    if outcome.path != settings.current_path:
        folder = outcome.path.parent
    with hold_lock(settings.lock_path, "open edition"):
        return write_open_edition(folder, folder / DATABASE_FILE)


def print_summary(outcome: "Outcome") -> None:
    """Print what was published: path, release, rows, checks, seconds, and a few rows of a mart."""
    manifest = outcome.manifest
    click.echo()
    click.echo(f"{outcome.message}")
    click.echo(f"  database      {outcome.path}")
    click.echo(f"  release       {manifest.release_id}")
    click.echo(f"  as of         {manifest.as_of}")
    click.echo(f"  content hash  {manifest.content_hash[:16]}")
    counts = manifest.checks
    click.echo(
        f"  checks        {counts['passed']} passed, {counts['warned']} warned, "
        f"{counts['failed']} failed"
    )
    if outcome.status == "published":
        stages = outcome.run.record.stages
        click.echo(
            "  seconds       "
            + ", ".join(f"{stage.stage} {stage.seconds:.1f}" for stage in stages)
            + f" (peak {max(stage.peak_mib for stage in stages):.0f} MiB)"
        )
    for warning in manifest.warnings:
        click.echo(f"  warning       {warning}")
    if manifest.empty_tables:
        click.echo(
            f"  empty         {', '.join(manifest.empty_tables)}: nothing was known on "
            f"{manifest.as_of}"
        )
    click.echo()
    print_table(["mart", "rows"], sorted(manifest.rows.items()))
    _print_sample(outcome)


def _print_sample(outcome: "Outcome") -> None:
    import duckdb

    if not {"fct_compute_balance", "fct_compute_supply"} <= outcome.manifest.rows.keys():
        return
    with duckdb.connect(str(outcome.path), read_only=True) as connection:
        found = connection.execute(SAMPLE_QUERY)
        rows, columns = found.fetchall(), [column[0] for column in found.description]
    if rows:
        click.echo("\nmarts.fct_compute_balance, the last counted rows for large training:")
        print_table(columns, rows)
