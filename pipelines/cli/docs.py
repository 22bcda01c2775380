"""`compute-balance docs`: the pages about the current release under `warehouse/docs`."""

from __future__ import annotations

import click

from pipelines.base.settings import Settings


@click.command()
def docs() -> None:
    """Write the pages of the current release: claims, checks, dictionary, terms, from one index."""
    from pipelines.pages.site import write_site

    path, count = write_site(Settings())
    click.echo(f"{count} pages written; open {path}")
