"""`compute-balance docs`: the pages about the current release under `warehouse/docs`."""

from __future__ import annotations

import click

from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def docs(as_json: bool) -> None:
    """Write the pages of the current release: claims, checks, dictionary, terms, from one index."""
    from pipelines.pages.site import write_site

    path, count = write_site(Settings())
    if as_json:
        print_json({"pages": count, "path": path})
    else:
        click.echo(f"{count} pages written; open {path}")
