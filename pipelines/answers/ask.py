"""Asking a release in SQL: a connection that can only read, and what a query answers with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.base.errors import QueryError, ReleaseError

# the tables that people ask for stand first; `meta` says where they come from
SEARCH_PATH = ("marts", "meta", "bi")
NEXT = 'tables are listed by "show tables", columns by "describe TABLE"'
# a release of an older version has fewer
SCHEMAS = "select schema_name from duckdb_schemas() where database_name = current_database()"


@dataclass(frozen=True)
class Answer:
    """Rows of a query with the names of their columns, in the order of the query."""

    columns: list[str]
    rows: list[tuple]


def open_for_questions(path: Path, may_read_files: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a published file for questions; the caller closes the connection.

    Tables of `marts`, `meta` and `bi` need no schema before their names. Nothing can be written,
    neither the database nor another file, and no file but the database is read.

    Args:
        path: the file.
        may_read_files: leave the engine its files, for a build, whose views read raw Parquet.

    Raises:
        ReleaseError: there is no such file.
    """
    if not path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("set enable_progress_bar = false")
    there = {name for (name,) in connection.execute(SCHEMAS).fetchall()}
    path_text = ",".join(name for name in SEARCH_PATH if name in there)
    connection.execute(f"set search_path = '{path_text}'")
    if not may_read_files:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    return connection


def ask(path: Path, query: str, may_read_files: bool = False) -> Answer:
    """Return what a query finds in a published file.

    Raises:
        QueryError: the engine refuses the query; says why in its words.
        ReleaseError: there is no such file.
    """
    with open_for_questions(path, may_read_files) as connection:
        try:
            found = connection.execute(query)
            columns = [column[0] for column in found.description or []]
            return Answer(columns, found.fetchall())
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise QueryError(f"{error}\n{NEXT}") from error
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
