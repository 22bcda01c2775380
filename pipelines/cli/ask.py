"""`compute-balance ask`: a question in SQL to a release, answered as a table, CSV or JSON."""

from __future__ import annotations

import sys

import click

from pipelines.base.settings import Settings
from pipelines.cli.tables import print_found


@click.command()
@click.argument("query")
@click.option(
    "--release",
    "release_name",
    default="current",
    show_default=True,
    help="A kept release by id, a build as of a day, or a what-if by name.",
)
@click.option(
    "--copy",
    "of_copy",
    is_flag=True,
    help="Ask the copy on which compute-balance dbt works, with its staging and intermediate.",
)
@click.option("--limit", default=100, show_default=True, help="Rows to show in a table.")
@click.option("--json", "as_json", is_flag=True, help="Print all rows as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print all rows as CSV.")
def ask(
    query: str, release_name: str, of_copy: bool, limit: int, as_json: bool, as_csv: bool
) -> None:
    """Answer a QUERY in SQL from a release, which can only be read; - reads it from standard input.

    Tables of `marts`, `meta` and `bi` need no schema: "from balance limit 3", "show tables",
    "describe fct_compute_balance".
    """
    from pipelines.answers.ask import ask as ask_release
    from pipelines.build.by_hand import get_copy_path
    from pipelines.release.diff import open_release

    text = sys.stdin.read() if query == "-" else query
    settings = Settings()
    path = get_copy_path(settings) if of_copy else open_release(settings, release_name).path
    answer = ask_release(path, text, may_read_files=of_copy)
    print_found(answer, as_json, as_csv, limit)
