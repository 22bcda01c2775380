"""The open edition of a release: a database that holds only what may be passed on.

Every table stands in it, so that queries run alike; rows that may not be passed on are left out, as
`meta.table_terms` says for each table. What each row may is decided in `terms.py`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.files import get_temporary_path
from pipelines.base.sql import quote_name, quote_text
from pipelines.release.bridges import FOR_PEOPLE
from pipelines.release.content import copy_comments
from pipelines.release.database import BLOCK_SIZE, STORAGE_VERSION
from pipelines.release.descriptors import write_descriptors
from pipelines.release.exports import OPEN_FOLDER, write_checksums, write_exports
from pipelines.release.meta_tables import META_TABLES

OPEN_FILE = "compute_balance_open.duckdb"
READ_ONLY = 0o444
SCHEMAS = ("marts", FOR_PEOPLE)
OPEN_TERMS = (
    "May be passed on, changed and republished by anybody, with the attribution of each table "
    "(meta.table_terms) beside its figures. Rows of publishers who allow quotation only are left "
    "out."
)
# Rows of sources stand in these tables of meta as well; the column names the source.
WITH_ROWS = {"correction": "source_id", "quarantine": "source_id"}
ALLOWED = "(select source_id from {full}.meta.source where redistribution = 'allowed')"


def write_open_edition(folder: Path, database: Path) -> Path:
    """Write the open edition beside a release: database, Parquet, CSV, descriptions, checksums.

    Args:
        folder: folder of the release; the edition becomes its `open/`, in one step.
        database: database of the release.

    Returns:
        The edition's database. One that is there already stays.

    Raises:
        ReleaseError: the release is older than the table of terms.
    """
    target = folder / OPEN_FOLDER
    if target.exists():
        return target / OPEN_FILE
    with duckdb.connect(str(database), read_only=True) as connection:
        known = connection.execute(
            "select 1 from duckdb_tables() "
            "where schema_name = 'meta' and table_name = 'table_terms'"
        ).fetchall()
    if not known:
        raise ReleaseError(
            f"{folder.name}: found no meta.table_terms, so nobody can say which rows may be passed "
            "on; build the release again: compute-balance run --rebuild --open"
        )
    # beside the release's folder, where the next run clears what a killed one leaves
    staged = get_temporary_path(folder.with_name(f"{folder.name}-{OPEN_FOLDER}"))
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    write_open_database(database, staged / OPEN_FILE)
    (staged / OPEN_FILE).chmod(READ_ONLY)
    write_descriptors(staged, staged / OPEN_FILE, write_exports(staged, staged / OPEN_FILE))
    write_checksums(staged)
    staged.rename(target)
    return target / OPEN_FILE


def write_open_database(release: Path, path: Path) -> None:
    """Write the open edition of a release into a new file of the old storage version.

    Args:
        release: database of the release.
        path: file to write, which must not exist.

    Raises:
        duckdb.Error: the release has no `meta.table_terms`, or a view reads what is not there.
    """
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach {quote_text(str(release))} as full_edition (read_only)")
        connection.execute(
            f"attach {quote_text(str(path))} as open_edition "
            f"(storage_version '{STORAGE_VERSION}', block_size {BLOCK_SIZE})"
        )
        connection.execute("begin")
        for schema in (*SCHEMAS, "meta"):
            connection.execute(f"create schema open_edition.{schema}")
        conditions = connection.execute(
            "select schema_name, terms.table_name, open_condition "
            "from full_edition.meta.table_terms as terms inner join duckdb_tables() as tables "
            "using (schema_name, table_name) where tables.database_name = 'full_edition' "
            "order by all"
        ).fetchall()
        for schema, table, condition in conditions:
            name = f"{schema}.{quote_name(table)}"
            connection.execute(
                f"create table open_edition.{name} as from full_edition.{name} where {condition}"
            )
        _copy_views(connection)
        for table in META_TABLES:
            _copy_meta(connection, table)
        for schema in (*SCHEMAS, "meta"):
            copy_comments(connection, "full_edition", "open_edition", schema)
        connection.execute("commit")
        connection.execute("checkpoint open_edition")
        connection.execute("detach open_edition")


def _copy_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views of the release again, each after those that it reads."""
    waiting = {
        (schema, view): sql.split(" AS ", 1)[1]
        for schema, view, sql in connection.execute(
            "select schema_name, view_name, sql from duckdb_views() "
            "where database_name = 'full_edition' and schema_name in ('marts', 'bi') order by all"
        ).fetchall()
    }
    connection.execute("use open_edition")
    while waiting:
        ready = [
            name
            for name, sql in waiting.items()
            if not any(_reads(sql, other) for other in waiting if other != name)
        ]
        for schema, view in ready:
            query = waiting.pop((schema, view))
            connection.execute(f"create view {schema}.{quote_name(view)} as {query}")
    connection.execute("use memory")


def _reads(sql: str, relation: tuple[str, str]) -> bool:
    schema, name = relation
    return re.search(rf'\b{schema}"?\."?{name}\b', sql) is not None


def _copy_meta(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    allowed = ALLOWED.format(full="full_edition")
    columns, where = "*", "true"
    if table in WITH_ROWS:
        where = f"{WITH_ROWS[table]} in {allowed}"
    elif table == "assumption":
        # the registry is a source like others
        where = f"'assumptions' in {allowed}"
    elif table == "release":
        columns = f"* replace ('open' as edition, {quote_text(OPEN_TERMS)} as terms)"
    connection.execute(
        f"create table open_edition.meta.{table} as "
        f"select {columns} from full_edition.meta.{table} where {where}"
    )
