"""Printing: tables, the progress of a run, and JSON where a program asks.

On a terminal tables fit its width and headings are bold. Elsewhere they are plain text of natural
width, so that what is piped into a file or a program loses nothing.
"""

from __future__ import annotations

import csv
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipelines.base.settings import Settings
from pipelines.run.progress import Count, is_worth_a_line

if TYPE_CHECKING:
    from pipelines.answers.ask import Answer

logger = logging.getLogger(__name__)

# wide enough for any row, where no terminal sets a width
NATURAL_WIDTH = 100_000
# a rule of dashes under the headings and nothing else; eight lines of left, fill, divider, right
RULE = "    \n    \n -  \n    \n    \n    \n    \n    \n"


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings; numbers stand to the right."""
    from rich.box import Box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=Box(RULE, ascii=True), show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for index, name in enumerate(columns):
        is_number = bool(rows) and all(isinstance(row[index], int | float | None) for row in rows)
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_show(value)) for value in row))
    if sys.stdout.isatty():
        Console(highlight=False).print(table)
        return
    console = Console(width=NATURAL_WIDTH, color_system=None)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


@contextmanager
def show_progress(is_quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield what tells the lines of a run.

    On a terminal the stage that goes on is shown moving, with a bar, counts and rates; elsewhere
    each line is printed, and of the counts only the milestones. With the setting `log_format` json
    each is a log line.

    Args:
        is_quiet: tell nothing.
    """
    if is_quiet:
        yield lambda line: None
    elif Settings().log_format == "json":
        logger.setLevel(logging.INFO)
        yield lambda line: logger.info("%s", line.strip()) if is_worth_a_line(line) else None
    elif not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True) if is_worth_a_line(line) else None
    else:
        with _draw_progress() as tell:
            yield tell


@contextmanager
def _draw_progress() -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None, rate="")

        def tell(line: str) -> None:
            if isinstance(line, Count):
                progress.update(task, completed=line.done, total=line.total, rate=line.rate)
            elif line.endswith(" ..."):
                progress.reset(task, description=escape(line.removesuffix(" ...")), total=None)
                progress.update(task, rate="")
            else:
                console.print(escape(line))

        yield tell


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def print_found(answer: Answer, as_json: bool, as_csv: bool, limit: int | None = None) -> None:
    """Print what a query found: as JSON, as CSV, or as a table of at most `limit` rows.

    Raises:
        click.UsageError: two forms were asked for.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        print_table(answer.columns, answer.rows[:limit])
        if limit is not None and len(answer.rows) > limit:
            click.echo(f"... and {len(answer.rows) - limit:,} more rows (--limit, --csv)", err=True)


def print_json(content: object) -> None:
    """Print a value as JSON, days and moments as text."""
    click.echo(json.dumps(content, indent=1, ensure_ascii=False, default=str))
