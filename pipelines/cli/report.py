"""`compute-balance report`: what the current release says about a quarter, on one page."""

import re
from dataclasses import asdict
from datetime import date

import click

from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json
from pipelines.release.publish import find_readable


@click.command()
@click.argument("quarter", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print title and blocks as JSON.")
def report(quarter: str | None, as_json: bool) -> None:
    """Print the report on a QUARTER such as 2025Q4 as Markdown; by default the last counted one.

    The same page stands among those of `compute-balance docs`.
    """
    from pipelines.base.errors import ReleaseError
    from pipelines.pages.page import write_markdown
    from pipelines.pages.report import make_report

    settings = Settings()
    if not settings.current_path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    page = make_report(find_readable(settings), read_quarter(quarter) if quarter else None)
    if as_json:
        print_json(asdict(page))
    else:
        click.echo(write_markdown(page, ""), nl=False)


def read_quarter(text: str) -> date:
    """Return the first day of a quarter written like 2023Q4 or 2023-Q4.

    Raises:
        UsageError: the text has another form.
    """
    match = re.fullmatch(r"(\d{4})[- ]?[qQ]([1-4])", text)
    if not match:
        raise click.UsageError(f"{text!r} is no quarter; expected one like 2023Q4")
    return date(int(match[1]), 3 * int(match[2]) - 2, 1)
