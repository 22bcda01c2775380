"""`compute-balance metric`: a metric of a release, split by columns, with its filters kept."""

from __future__ import annotations

import click

from pipelines.base.settings import Settings
from pipelines.cli.completion import ReleaseName
from pipelines.cli.tables import print_found, print_json, print_table


@click.command()
@click.argument("name", required=False, type=ReleaseName("metric"))
@click.option("--by", multiple=True, metavar="COLUMN", help="Split by this column (repeatable).")
@click.option("--where", metavar="SQL", help="Condition on the metric's columns.")
@click.option("--sql", "shows_sql", is_flag=True, help="Print the query instead of its answer.")
@click.option(
    "--release",
    "release_name",
    default="current",
    show_default=True,
    help="A kept release by id, a build as of a day, or a what-if by name.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print all rows as CSV.")
def metric(
    name: str | None,
    by: tuple[str, ...],
    where: str | None,
    shows_sql: bool,
    release_name: str,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Answer a metric NAME of a release; without one, list them.

    A metric keeps its filters (what happened, no world beside its parts), and refuses to be added
    over what overlaps: compute-balance metric coverage --by workload_id --by region_id
    """
    from pipelines.answers.metrics import ask_metric, compile_metric, read_metrics
    from pipelines.release.diff import open_release

    path = open_release(Settings(), release_name).path
    if name is None:
        metrics = read_metrics(path).values()
        if as_json:
            print_json([vars(item) for item in metrics])
        else:
            print_table(
                ["metric", "unit", "dimensions", "what it is"],
                [[m.metric, m.unit, m.dimensions, m.description] for m in metrics],
            )
    elif shows_sql:
        click.echo(compile_metric(read_metrics(path), name, by, where))
    else:
        print_found(ask_metric(path, name, by, where), as_json, as_csv)
