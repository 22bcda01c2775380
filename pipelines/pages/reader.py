"""Reading a release for its pages: each question is asked once, whatever the languages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.rows import Parameters, fetch_dicts, fetch_row
from pipelines.pages.frame import ReleaseNote
from pipelines.pages.page import Table
from pipelines.pages.texts import Texts

Row = dict[str, Any]
SOURCES = """
    select distinct s.source_id, s.title, s.publisher, s.redistribution
    from meta.lineage as l
    join meta.source as s using (source_id)
    where list_contains($tables, l.table_name)
    order by s.source_id
"""


@dataclass
class Reader:
    """An open release."""

    connection: duckdb.DuckDBPyConnection
    _answers: dict[str, list[Row]] = field(default_factory=dict)
    _groups: dict[str, dict[str, list[Row]]] = field(default_factory=dict)

    def ask(self, query: str, parameters: Parameters | None = None) -> list[Row]:
        """Return the rows of a query by column name; a second time from memory.

        Whoever asks leaves the rows as they are.
        """
        key = f"{query}{parameters}"
        if key not in self._answers:
            self._answers[key] = fetch_dicts(self.connection, query, parameters)
        return self._answers[key]

    def group(
        self, query: str, key: str, parameters: Parameters | None = None
    ) -> dict[str, list[Row]]:
        """Return the rows of a query by the value of a column; a second time from memory."""
        name = f"{query}{parameters}{key}"
        if name not in self._groups:
            groups: dict[str, list[Row]] = {}
            for row in self.ask(query, parameters):
                groups.setdefault(row[key], []).append(row)
            self._groups[name] = groups
        return self._groups[name]

    def has(self, *tables: str) -> bool:
        """Tell whether the release has all of these marts, views included."""
        return set(tables) <= self.marts

    @cached_property
    def marts(self) -> set[str]:
        """The names of all tables and views of schema `marts`."""
        rows = self.ask(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        )
        return {row["table_name"] for row in rows}

    @cached_property
    def release(self) -> ReleaseNote:
        """What the release says about itself."""
        return ReleaseNote(
            *fetch_row(
                self.connection,
                "select release_id, as_of, created_at, content_hash, contract_version "
                "from meta.release",
            )
        )

    def list_sources(self, *tables: str) -> list[Row]:
        """Return the sources of marts: source_id, title, publisher, redistribution."""
        return self.ask(SOURCES, {"tables": list(tables)})

    def name_regions(self, texts: Texts) -> dict[str, str]:
        """Return the short name of each region by its id."""
        rows = self.ask("select region_id from marts.dim_region order by region_id")
        return {row["region_id"]: texts.word("region", row["region_id"]) for row in rows}


@contextmanager
def open_reader(path: Path) -> Iterator[Reader]:
    """Open a release file, read-only."""
    with duckdb.connect(str(path), read_only=True) as connection:
        yield Reader(connection)


def write_csv(rows: list[Row]) -> str:
    """Return rows as CSV with one header line; nothing known is an empty cell."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def make_sources_table(reader: Reader, texts: Texts, tables: tuple[str, ...]) -> Table | None:
    """Return the table of all sources that marts rest on, with links to their pages; or None."""
    sources = reader.list_sources(*tables)
    if not sources:
        return None
    return Table(
        tuple(texts(f"sources.{name}") for name in ("column", "publisher", "terms")),
        tuple(
            (
                f"[{row['title']}](../dictionary/source-{row['source_id']}.html)",
                row["publisher"],
                texts.word("terms", row["redistribution"]),
            )
            for row in sources
        ),
        caption=texts("sources.caption", count=len(sources)),
        language="en",
        is_folded=True,
    )
