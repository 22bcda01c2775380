"""What the columns of a release hold: how many cells are filled, and from what to what they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.base.rows import fetch_row
from pipelines.base.sql import quote_name
from pipelines.pages.reader import Reader, Row

COLUMNS = """
    select c.table_name, c.column_name, v.view_name is not null as is_view
    from duckdb_columns() as c
    left join duckdb_views() as v on v.schema_name = c.schema_name and v.view_name = c.table_name
    where c.schema_name = 'marts'
    order by c.table_name, c.column_index
"""
# a view of millions of rows is read at its beginning only: for examples, not for shares
SAMPLE_ROWS = 2000
LONGEST = 40


@dataclass(frozen=True)
class ColumnFacts:
    """Of a column: the share of filled cells (None: not counted), least and greatest value."""

    filled_share: float | None
    least: str
    greatest: str

    @property
    def filled(self) -> str:
        """The share in per cent, empty where it was not counted."""
        if self.filled_share is None:
            return ""
        if 0 < self.filled_share < 1:
            return f"{min(max(100 * self.filled_share, 1), 99):.0f} %"
        return f"{100 * self.filled_share:.0f} %"

    @property
    def example(self) -> str:
        """One value, or two ends."""
        if not self.least or self.least == self.greatest:
            return f"`{self.least}`" if self.least else ""
        return f"`{self.least}` to `{self.greatest}`"


def read_column_facts(reader: Reader) -> dict[str, dict[str, ColumnFacts]]:
    """Return table -> column -> facts of all marts of a release."""
    tables: dict[str, list[Row]] = {}
    for row in reader.ask(COLUMNS):
        tables.setdefault(row["table_name"], []).append(row)
    return {table: _read_table(reader, table, columns) for table, columns in tables.items()}


def _read_table(reader: Reader, table: str, columns: list[Row]) -> dict[str, ColumnFacts]:
    is_view = columns[0]["is_view"]
    names = [row["column_name"] for row in columns]
    source = f"marts.{quote_name(table)}"
    if is_view:
        source = f"(select * from {source} limit {SAMPLE_ROWS})"
    asked = ", ".join(
        f"count({quote_name(name)}), min({quote_name(name)}), max({quote_name(name)})"
        for name in names
    )
    count, *found = fetch_row(reader.connection, f"select count(*), {asked} from {source}")
    return {
        name: ColumnFacts(
            None if is_view or not count else found[3 * place] / count,
            _show(found[3 * place + 1]),
            _show(found[3 * place + 2]),
        )
        for place, name in enumerate(names)
    }


def _show(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:,.6g}" if isinstance(value, float) else str(value)
    text = " ".join(text.replace("`", "").split())
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
