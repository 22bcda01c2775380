"""Metadata that a materialization shows: rows, newest known day, columns, and a few rows."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
import duckdb
from dagster._core.definitions.metadata import RawMetadataValue  # has no public name

from pipelines.base.rows import fetch_row
from pipelines.quality.freshness import ALWAYS_KNOWN_ON

PREVIEW_ROWS = 5
PREVIEW_CELL_LENGTH = 60


def describe_relation(
    connection: duckdb.DuckDBPyConnection, relation: str, has_preview: bool
) -> dict[str, RawMetadataValue]:
    """Return row count, newest known day and perhaps a few rows of a table, view or query.

    Columns with their descriptions are said once, where the asset is defined.

    Args:
        connection: connection that sees the relation.
        relation: its quoted name, or a query in brackets.
        has_preview: add a few rows.

    Returns:
        Metadata for Dagster; `newest_known_on` only for relations with a column `known_on`.
    """
    described = connection.execute(f"describe select * from {relation}").fetchall()
    names = [name for name, *_ in described]
    newest = ", max(known_on)" if "known_on" in names else ", null"
    rows, known_on = fetch_row(connection, f"select count(*){newest} from {relation}")
    metadata: dict[str, RawMetadataValue] = {"dagster/row_count": rows}
    if has_preview:
        sample = connection.execute(f"select * from {relation} limit {PREVIEW_ROWS}").fetchall()
        metadata["preview"] = dg.MetadataValue.md(write_markdown_table(names, sample))
    if known_on is not None:
        metadata["newest_known_on"] = describe_day(known_on)
    return metadata


def describe_day(day: date | None) -> str:
    """Return a day of knowledge as text."""
    if day is None:
        return "no row"
    return "always known" if day == ALWAYS_KNOWN_ON else day.isoformat()


def write_markdown_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as a Markdown table; long cells are cut, missing ones stay empty."""
    lines = [_write_line(columns), _write_line(["---"] * len(columns))]
    return "\n".join([*lines, *(_write_line(row) for row in rows)])


def _write_line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(_show(cell) for cell in cells) + " |"


def _show(cell: object) -> str:
    text = "" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= PREVIEW_CELL_LENGTH else text[: PREVIEW_CELL_LENGTH - 1] + "…"
