"""Comparing two releases by key: which rows came, went and changed, and in which columns."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.rows import fetch_row
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.release.manifest import Manifest, list_releases, read_manifest_file
from pipelines.release.publish import find_release, read_current_id
from pipelines.release.whole import DATABASE_FILE


@dataclass(frozen=True)
class OpenRelease:
    """A release that takes part in a comparison."""

    label: str
    path: Path
    manifest: Manifest


@dataclass(frozen=True)
class TableChange:
    """What changed in one mart between two releases."""

    table: str
    rows_before: int | None
    rows_after: int | None
    added: int
    removed: int
    changed: int
    columns: str  # the columns that are new or gone, and those in which rows changed, with counts


def open_release(settings: Settings, name: str) -> OpenRelease:
    """Find a release by id, as-of build's day or what-if's name, or as `current`.

    Raises:
        ReleaseError: there is no such release.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
        folder = settings.as_of_dir / name
        manifest = read_manifest_file(folder)
        if manifest is None:
            raise ReleaseError(
                f"no build as of {name} is kept; make one with: compute-balance run --as-of {name}"
            )
        return OpenRelease(f"as of {name}", folder / DATABASE_FILE, manifest)
    if name.startswith("what-if-"):
        private = settings.model_copy(update={"warehouse_dir": settings.what_if_dir / name})
        kept = list_releases(private.releases_dir)
        if not kept:
            raise ReleaseError(f"no what-if {name} is kept in {settings.what_if_dir}")
        return OpenRelease(name, private.current_path, kept[0])
    if name == "current":
        name = read_current_id(settings) or ""
        if not name:
            raise ReleaseError("nothing is published yet; run: make warehouse")
    manifest = find_release(settings, name)
    path = settings.releases_dir / manifest.release_id / DATABASE_FILE
    return OpenRelease(manifest.release_id, path, manifest)


def connect(first: OpenRelease, second: OpenRelease) -> duckdb.DuckDBPyConnection:
    """Attach two releases as `before` and `after`, read-only; the caller closes the connection."""
    connection = duckdb.connect(":memory:")
    connection.execute("set enable_progress_bar = false")
    for name, item in (("before", first), ("after", second)):
        connection.execute(f"attach {quote_text(str(item.path))} as {name} (read_only)")
    return connection


def _list_columns(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> list[str]:
    return [
        row[0]
        for row in connection.execute(
            "select column_name from duckdb_columns() where database_name = ? "
            "and schema_name = 'marts' and table_name = ? order by column_index",
            [database, table],
        ).fetchall()
    ]


def diff_releases(
    first: OpenRelease, second: OpenRelease, left_out: Collection[str] = ()
) -> list[TableChange]:
    """Compare the marts of two releases but for those left out; equal ones have no entry."""
    changes = []
    connection = connect(first, second)
    try:
        tables = first.manifest.rows.keys() | second.manifest.rows.keys()
        for table in sorted(tables - set(left_out)):
            before = first.manifest.table_hashes.get(table)
            if before is not None and before == second.manifest.table_hashes.get(table):
                continue
            changes.append(_diff_table(connection, table, first, second))
    finally:
        connection.close()
    return changes


def _diff_table(
    connection: duckdb.DuckDBPyConnection, table: str, first: OpenRelease, second: OpenRelease
) -> TableChange:
    rows_before = first.manifest.rows.get(table)
    rows_after = second.manifest.rows.get(table)
    if rows_before is None or rows_after is None:
        return TableChange(
            table, rows_before, rows_after, rows_after or 0, rows_before or 0, 0, "whole table"
        )
    joined, _, shared = _write_join(connection, table, second)
    in_before = _list_columns(connection, "before", table)
    in_after = _list_columns(connection, "after", table)
    moved = [f"{c} (new)" for c in in_after if c not in in_before]
    moved += [f"{c} (gone)" for c in in_before if c not in in_after]
    differs = {c: f"a.{quote_name(c)} is distinct from b.{quote_name(c)}" for c in shared}
    any_differs = " or ".join(differs.values()) or "false"
    counts = ", ".join(f"count(*) filter (in_b and in_a and {d})" for d in differs.values())
    row = fetch_row(
        connection,
        f"select count(*) filter (not in_b), count(*) filter (not in_a), "
        f"count(*) filter (in_a and in_b and ({any_differs})){', ' + counts if counts else ''} "
        f"from {joined}",
    )
    moved += [f"{name} ({count})" for name, count in zip(differs, row[3:], strict=True) if count]
    return TableChange(table, rows_before, rows_after, row[0], row[1], row[2], ", ".join(moved))


def _write_join(
    connection: duckdb.DuckDBPyConnection, table: str, second: OpenRelease
) -> tuple[str, list[str], list[str]]:
    key = second.manifest.keys[table]
    in_before = _list_columns(connection, "before", table)
    in_after = _list_columns(connection, "after", table)
    shared = [c for c in in_after if c in in_before and c not in key]
    on = " and ".join(f"a.{quote_name(c)} is not distinct from b.{quote_name(c)}" for c in key)
    name = quote_name(table)
    joined = (
        f"(select *, true as in_b from before.marts.{name}) as b full join "
        f"(select *, true as in_a from after.marts.{name}) as a on {on}"
    )
    select = ", ".join(
        [
            "coalesce(in_b, false) as in_b",
            "coalesce(in_a, false) as in_a",
            "a",
            "b",
        ]
    )
    return f"(select {select} from {joined})", key, shared


def diff_rows(
    first: OpenRelease, second: OpenRelease, table: str, limit: int
) -> tuple[list[str], list[tuple]]:
    """List changed values of one mart: key, column, before, after; added and removed rows too.

    Raises:
        ReleaseError: one of the releases has no such mart.
    """
    for item in (first, second):
        if table not in item.manifest.rows:
            known = ", ".join(sorted(item.manifest.rows))
            raise ReleaseError(f"{item.label} has no mart {table!r}; it has {known}")
    connection = connect(first, second)
    try:
        joined, key, shared = _write_join(connection, table, second)
        shown = ", ".join(
            f"coalesce(a.{quote_name(c)}, b.{quote_name(c)}) as {quote_name(c)}" for c in key
        )
        parts = [
            f"select {shown}, case when in_a then 'row added' else 'row removed' end "
            f"as change, null::varchar as before, null::varchar as after "
            f"from {joined} where in_a <> in_b"
        ]
        parts += [
            f"select {shown}, {quote_text(c)}, b.{quote_name(c)}::varchar, "
            f"a.{quote_name(c)}::varchar from {joined} "
            f"where in_a and in_b and a.{quote_name(c)} is distinct from b.{quote_name(c)}"
            for c in shared
        ]
        found = connection.execute(f"{' union all '.join(parts)} order by all limit {int(limit)}")
        return [c[0] for c in found.description], found.fetchall()
    finally:
        connection.close()
