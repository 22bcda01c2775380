"""The build file that a published run leaves behind, for the next one to carry on from.

Tables of dbt's incremental models stay in it; everything else is made anew. Which months they make
anew, the models find by themselves: they compare what each month rests on with what it rested on
when the tables were made. That holds for the SQL that made them, so a file counts as kept only
while a note beside it says that its run was published, with which code and which engine, and while
nobody else has written to it since: the note holds the file's state and digest as they were then.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.files import hash_file, write_json
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name
from pipelines.ingest.whole_files import get_state

FINGERPRINTS = "intermediate.int_prices__month_fingerprints"
CARRIED = "raw.carried_fingerprints"
CREATE_CARRIED = f"create table {CARRIED} (input varchar, month_start date, fingerprint hugeint)"


def get_note_path(settings: Settings) -> Path:
    """Return the note that the build file may be carried on from."""
    return settings.build_dir / "kept.json"


def keep_build(settings: Settings, code_version: str, manifest: dict) -> None:
    """Note that the build was published, and which of its tables the next one may keep.

    Args:
        settings: where the build file is.
        code_version: hash of the code that made it.
        manifest: dbt's manifest of the build.
    """
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    tables = [
        [node["schema"], node["name"]]
        for node in models
        if node["config"]["materialized"] == "incremental"
    ]
    if tables:
        note = {
            "code_version": code_version,
            "engine": duckdb.__version__,
            "tables": tables,
            "state": get_state(settings.build_path),
            "sha256": hash_file(settings.build_path),
        }
        write_json(get_note_path(settings), note)


def forget_build(settings: Settings) -> None:
    """Make the next build begin with an empty file."""
    get_note_path(settings).unlink(missing_ok=True)


def reopen_build(settings: Settings, code_version: str) -> bool:
    """Empty the build file of all but kept tables, or remove it where it may not be kept.

    From here on the file is no longer that of a published run: the note goes first, so that a run
    that fails or is killed leaves nothing to carry on from.

    Returns:
        Whether there is a file, with kept tables and `raw.carried_fingerprints`.
    """
    path = get_note_path(settings)
    note = _read_note(path)
    path.unlink(missing_ok=True)
    is_same = (note.get("code_version"), note.get("engine")) == (code_version, duckdb.__version__)
    if not is_same or not _is_untouched(settings, note):
        for file in settings.build_dir.glob(f"{settings.build_path.name}*"):
            file.unlink()
        return False
    with duckdb.connect(str(settings.build_path)) as connection:
        connection.execute("drop schema if exists raw cascade")
        connection.execute("create schema raw")
        connection.execute(f"create table {CARRIED} as from {FINGERPRINTS}")
        kept = {(schema, name) for schema, name in note["tables"]} | {tuple(CARRIED.split("."))}
        for schema, name, kind in _list_relations(connection):
            if (schema, name) not in kept:
                connection.execute(f"drop {kind} {quote_name(schema)}.{quote_name(name)} cascade")
    return True


def _read_note(path: Path) -> dict[str, Any]:
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _is_untouched(settings: Settings, note: dict[str, Any]) -> bool:
    """Tell whether the build file is the one that the note is about, and nobody wrote to it."""
    path = settings.build_path
    if not path.exists() or path.with_name(f"{path.name}.wal").exists():
        return False
    if get_state(path) == note.get("state"):
        return True
    # a copy in another place has other times and the same bytes
    return "sha256" in note and hash_file(path) == note["sha256"]


def _list_relations(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return schema, name and kind (view or table) of everything in a build file, views first."""
    return connection.execute(
        """
        select schema_name, view_name, 'view' from duckdb_views() where not internal
        union all
        select schema_name, table_name, 'table' from duckdb_tables() where not internal
        """
    ).fetchall()
