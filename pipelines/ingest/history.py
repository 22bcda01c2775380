"""Snapshots become history: intervals in which a row stood unchanged, folded in a day at a time.

A table of mode `history` gets whole snapshots again and again, each under the name of its document
(a provider, say). Kept are the rows that the newest snapshot shows (`open`) and those that a later
one changed or dropped (`closed`, one file per month). Folding in a snapshot reads the open rows and
that snapshot, whatever came before; only a change in what was folded already starts anew.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.files import (
    get_temporary_path,
    hash_bytes,
    hash_file,
    replace_file,
    write_json,
)
from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.model import Table
from pipelines.ingest.records import Load, TableLoad
from pipelines.ingest.whole_files import WholeFiles

HISTORY_COLUMNS = {
    "document": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "last_observed_on": "DATE",
}


@dataclass(frozen=True)
class Snapshot:
    """What one document showed on one day: its raw file, and what that file was made from."""

    day: str
    sha256: str
    loader: str
    file: str
    file_sha256: str


@dataclass
class Folded:
    """What has become history of one document: how many snapshots, their digest, and the files.

    `sha256` are the digests of the files by name.
    """

    snapshots: int = 0
    digest: str = ""
    open_file: str | None = None
    closed_files: dict[str, str] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)

    def list_files(self) -> list[str]:
        """Return the names of all files, closed rows first."""
        files = [self.closed_files[month] for month in sorted(self.closed_files)]
        return [*files, self.open_file] if self.open_file else files


def fold_history(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    loads: list[Load],
    sightings: dict[str, dict[date, str]],
    folder: Path,
    root: Path,
    whole_files: WholeFiles,
) -> list[str]:
    """Fold the snapshots that are not history yet into the files of a table's history.

    Args:
        connection: a session with memory and thread limits.
        table: the contract's table.
        loads: all loaded documents.
        sightings: by document and day the SHA-256 of what its address served. A day counts for
            every day on which the same bytes were seen, and once: its last snapshot stands.
        folder: where the history of the table is kept.
        root: the warehouse; files are named relative to it.
        whole_files: tells whether a file is still what was written; else all is folded anew.

    Returns:
        The files, whose rows have the columns of a raw file and `document`, `valid_from`,
        `valid_to` (exclusive, null while open) and `last_observed_on`.
    """
    files: list[Path] = []
    for document, snapshots in sorted(_list_snapshots(table, loads, sightings).items()):
        state = folder / f"{document}.json"
        folded = _read_state(state)
        if folded.digest != _digest(snapshots[: folded.snapshots]) or not all(
            whole_files.is_whole(
                str((folder / name).relative_to(root)), folded.sha256.get(name, "")
            )
            for name in folded.list_files()
        ):
            folded = Folded()
        for number, snapshot in enumerate(snapshots[folded.snapshots :], folded.snapshots + 1):
            _fold_snapshot(connection, table, document, folded, snapshot, root, folder)
            folded.snapshots = number
            folded.digest = _digest(snapshots[:number])
            folded.sha256 = {
                name: folded.sha256.get(name) or hash_file(folder / name)
                for name in folded.list_files()
            }
            write_json(state, asdict(folded))
            _remove_superseded(folder, document, folded.list_files())
        files += [folder / name for name in folded.list_files()]
    return [str(path.relative_to(root)) for path in files]


def _read_state(path: Path) -> Folded:
    """Return what has been folded of a document; nothing where the note of it cannot be read."""
    try:
        return Folded(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, UnicodeDecodeError, ValueError, TypeError):
        return Folded()


def _list_snapshots(
    table: Table, loads: list[Load], sightings: dict[str, dict[date, str]]
) -> dict[str, list[Snapshot]]:
    """Return by document what was seen of it, one snapshot per day, in order of days."""
    by_bytes: dict[str, dict[str, tuple[Load, TableLoad]]] = {}
    # of equal bytes that were recorded and fetched either will do
    for load in sorted(loads, key=lambda load: (load.document_on, load.fetched_at, load.sha256)):
        if counted := load.get_table(table.table):
            by_bytes.setdefault(load.document, {})[load.sha256] = (load, counted)
    found: dict[str, dict[date, tuple[Load, TableLoad]]] = {}
    for document, loaded in by_bytes.items():
        seen = sightings.get(document, {})
        by_day = {day: loaded[sha256] for day, sha256 in seen.items() if sha256 in loaded}
        for load, counted in loaded.values():
            by_day.setdefault(load.document_on, (load, counted))
        found[document] = by_day
    return {
        document: [
            Snapshot(str(day), load.sha256, load.loader, counted.file, counted.sha256)
            for day, (load, counted) in sorted(by_day.items(), key=lambda item: item[0])
        ]
        for document, by_day in found.items()
    }


def _digest(snapshots: list[Snapshot]) -> str:
    return hash_bytes("\n".join(str(snapshot) for snapshot in snapshots).encode())


def _remove_superseded(folder: Path, document: str, kept: list[str]) -> None:
    """Delete a document's files that a fold has replaced, or that a killed one has left."""
    for path in (folder / document).glob("*.parquet"):
        if f"{document}/{path.name}" not in kept:
            path.unlink()


def _fold_snapshot(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    document: str,
    folded: Folded,
    snapshot: Snapshot,
    root: Path,
    folder: Path,
) -> None:
    """Compare one snapshot with the open rows; unchanged rows stay, others close or begin."""
    today = f"date {quote_text(snapshot.day)}"
    same = " and ".join(
        f"o.{quote_name(name)} is not distinct from n.{quote_name(name)}" for name in table.columns
    )
    begun = f"""
        select
            * exclude (file_row_number)
            replace (coalesce(document_row, file_row_number + 1) as document_row),
            {quote_text(document)} as document,
            {today} as valid_from,
            null::date as valid_to,
            {today} as last_observed_on
        from read_parquet({quote_text(str(root / snapshot.file))}, file_row_number = true)
    """
    con.execute(f"create or replace temp view snapshot_rows as {begun}")
    opened = f"read_parquet({quote_text(str(folder / str(folded.open_file)))})"
    opened = opened if folded.open_file else "(from snapshot_rows limit 0)"
    con.execute(f"create or replace temp view open_rows as from {opened}")
    stem = f"{snapshot.day}-{snapshot.sha256[:12]}"
    closing = f"""
        select o.* replace ({today} as valid_to) from open_rows as o
        where not exists (select 1 from snapshot_rows as n where {same})
    """
    if fetch_value(con, f"select count(*) from ({closing})"):
        month = snapshot.day[:7]
        earlier = folded.closed_files.get(month)
        others = f"union all from read_parquet({quote_text(str(folder / str(earlier)))})"
        folded.closed_files[month] = f"{document}/closed-{stem}.parquet"
        _copy(con, folder / folded.closed_files[month], f"{closing} {others if earlier else ''}")
    staying = f"""
        select o.* replace ({today} as last_observed_on) from open_rows as o
        where exists (select 1 from snapshot_rows as n where {same})
    """
    beginning = f"""
        select n.* from snapshot_rows as n
        where not exists (select 1 from open_rows as o where {same})
    """
    folded.open_file = f"{document}/open-{stem}.parquet"
    _copy(con, folder / folded.open_file, f"{staying} union all {beginning}")


def _copy(con: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    temporary = get_temporary_path(path)
    con.execute(f"copy ({query}) to {quote_text(str(temporary))} (format parquet)")
    replace_file(temporary, path)
