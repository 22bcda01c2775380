"""Snapshots become history: intervals in which a row stood unchanged, folded in a day at a time.

A table of mode `history` gets whole snapshots again and again, each under the name of its document
(a provider, say). Kept are the rows that the newest snapshot shows (`open`) and those that a later
one changed or dropped (`closed`, one file per month). Folding in a snapshot reads the open rows and
that snapshot, whatever came before; only a change in what was folded already starts anew.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from pipelines.contracts.model import Table
from pipelines.files import get_temporary_path, replace_file, write_json
from pipelines.ingest.records import Load
from pipelines.sql import quote_name, quote_text

HISTORY_COLUMNS = {"valid_from": "DATE", "valid_to": "DATE", "last_observed_on": "DATE"}
STATE_FILE = "state.json"


@dataclass
class Folded:
    """What has become history of one document: its snapshots in order, and the files."""

    snapshots: list[list[str]] = field(default_factory=list)
    open_file: str | None = None
    closed_files: dict[str, str] = field(default_factory=dict)

    def list_files(self) -> list[str]:
        """Return the names of all files, closed rows first."""
        files = [self.closed_files[month] for month in sorted(self.closed_files)]
        return [*files, self.open_file] if self.open_file else files


def fold_history(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    loads: list[Load],
    folder: Path,
    root: Path,
) -> list[str]:
    """Fold the snapshots that are not history yet into the files of a table's history.

    Args:
        connection: a session with memory and thread limits.
        table: the contract's table; its key says which rows of two snapshots are the same.
        loads: all loaded snapshots. Of several of one day and document the last one counts.
        folder: where the history of the table is kept.
        root: the warehouse; files are named relative to it.

    Returns:
        The files, whose rows have the columns of a raw file and `valid_from`, `valid_to`
        (exclusive, null while open) and `last_observed_on`.
    """
    state = _read_state(folder)
    wanted: dict[str, dict[str, Load]] = {}
    for load in sorted(loads, key=lambda load: (load.document_on, load.fetched_at, load.sha256)):
        if load.get_table(table.table):
            wanted.setdefault(load.document, {})[load.document_on.isoformat()] = load
    before = json.dumps({name: asdict(folded) for name, folded in state.items()})
    kept: dict[str, Folded] = {}
    for document, by_day in sorted(wanted.items()):
        folded = state.get(document, Folded())
        snapshots = [[day, load.sha256, load.loader] for day, load in by_day.items()]
        if snapshots[: len(folded.snapshots)] != folded.snapshots:
            folded = Folded()
        for snapshot, load in zip(snapshots, by_day.values(), strict=True):
            if snapshot not in folded.snapshots:
                file = load.get_table(table.table).file
                _fold_snapshot(connection, table, document, folded, snapshot, root / file, folder)
        kept[document] = folded
    after = {name: asdict(folded) for name, folded in kept.items()}
    if json.dumps(after) != before:
        write_json(folder / STATE_FILE, after)
    files = [name for folded in kept.values() for name in folded.list_files()]
    _remove_superseded(folder, set(files))
    return [str((folder / name).relative_to(root)) for name in files]


def _read_state(folder: Path) -> dict[str, Folded]:
    path = folder / STATE_FILE
    if not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {name: Folded(**folded) for name, folded in content.items()}


def _remove_superseded(folder: Path, files: set[str]) -> None:
    """Delete files that a later fold has replaced, or that a killed one has left."""
    for path in folder.glob("*.parquet"):
        if path.name not in files:
            path.unlink()


def _fold_snapshot(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    document: str,
    folded: Folded,
    snapshot: list[str],
    raw_file: Path,
    folder: Path,
) -> None:
    """Compare one snapshot with the open rows; unchanged rows stay, others close or begin."""
    day, sha256, _ = snapshot
    today = f"date {quote_text(day)}"
    same = " and ".join(
        f"o.{quote_name(name)} is not distinct from n.{quote_name(name)}" for name in table.columns
    )
    con.execute(
        "create or replace temp view snapshot_rows as "
        "select * exclude (file_row_number) "
        "replace (coalesce(document_row, file_row_number + 1) as document_row) "
        f"from read_parquet({quote_text(str(raw_file))}, file_row_number = true)"
    )
    begun = f"select *, {today} as valid_from, null::date as valid_to, {today} as last_observed_on"
    if folded.open_file is None:
        open_rows = f"({begun} from snapshot_rows limit 0)"
    else:
        open_rows = f"read_parquet({quote_text(str(folder / folded.open_file))})"
    closing = (
        f"select o.* replace ({today} as valid_to) from {open_rows} as o "
        f"where not exists (select 1 from snapshot_rows as n where {same})"
    )
    month = day[:7]
    stem = f"{document}-{day}-{sha256[:12]}"
    earlier = folded.closed_files.get(month)
    closed = f"closed-{stem}.parquet"
    union = f" union all from read_parquet({quote_text(str(folder / earlier))})" if earlier else ""
    if con.execute(f"select count(*) from ({closing})").fetchone()[0]:
        _copy(con, folder / closed, closing + union)
        folded.closed_files[month] = closed
    _copy(
        con,
        folder / f"open-{stem}.parquet",
        f"""
        select o.* replace ({today} as last_observed_on) from {open_rows} as o
        where exists (select 1 from snapshot_rows as n where {same})
        union all
        {begun} from snapshot_rows as n
        where not exists (select 1 from {open_rows} as o where {same})
        """,
    )
    folded.open_file = f"open-{stem}.parquet"
    folded.snapshots.append(snapshot)


def _copy(con: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    temporary = get_temporary_path(path)
    con.execute(f"copy ({query}) to {quote_text(str(temporary))} (format parquet)")
    replace_file(temporary, path)
