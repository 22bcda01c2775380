"""`compute-balance prometheus`: the last runs, release, sources and disk as text for Prometheus."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.base.settings import Settings


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to a file, whole or not at all, instead of printing.",
)
def prometheus(output: Path | None) -> None:
    """Print metrics in Prometheus' text format.

    Every run also writes them to warehouse/status/metrics.prom, beside the status page.
    """
    from pipelines.base.files import write_bytes
    from pipelines.run.history import collect_metrics, write_prometheus

    text = write_prometheus(collect_metrics(Settings()))
    if output:
        write_bytes(output, text.encode())
    else:
        click.echo(text, nl=False)
