"""Load records: what became of each document; the record is what makes its raw files count."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pipelines.archive.documents import Origin
from pipelines.base.files import write_json


@dataclass(frozen=True)
class TableLoad:
    """Counts of one table of one document; all but `read` add up to `read`.

    `rows_waiting` and `rows_unlabelled` are among those quarantined. `sha256` and
    `quarantine_sha256` are those of the files as they were written. On `waits_until` the first of
    the rows whose day has not come yet may enter. `filled` counts by column the accepted rows with
    a value, of a document of the upstream.
    """

    table: str
    file: str
    quarantine_file: str | None
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_left_out: int
    rows_corrected: int
    rows_unverified: int
    newest_published_on: date | None = None
    unexpected_columns: list[str] = field(default_factory=list)
    rows_waiting: int = 0
    rows_unlabelled: int = 0
    sha256: str = ""
    quarantine_sha256: str | None = None
    waits_until: date | None = None
    filled: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """One document taken in (or refused) under one version of contract, parser and corrections."""

    source_id: str
    document: str
    sha256: str
    loader: str
    loaded_at: datetime
    status: Literal["accepted", "refused"]
    origin: Origin
    address: str
    document_on: date
    fetched_at: datetime
    contract_version: str
    reason: str | None = None
    tables: list[TableLoad] = field(default_factory=list)
    waits_until: date | None = None

    def get_table(self, name: str) -> TableLoad | None:
        """Return the counts of a table, or None if the document does not hold it."""
        return next((table for table in self.tables if table.table == name), None)


def get_stem(document: str, origin: str, sha256: str, loader: str) -> str:
    """Return the name, without ending, of what a document under a loader version is kept in."""
    return f"{document}-{origin}-{sha256[:16]}-{loader[:16]}"


def get_record_path(loads_dir: Path, load: Load | None = None, **parts: str) -> Path:
    """Return where the record of a document under a loader version is kept."""
    if load is not None:
        names = ("document", "origin", "sha256", "loader")
        parts = {name: getattr(load, name) for name in names} | {"source_id": load.source_id}
    source_id = parts.pop("source_id")
    return loads_dir / source_id / f"{get_stem(**parts)}.json"


def write_load(loads_dir: Path, load: Load) -> None:
    """Write a record; the last act of loading a document."""
    write_json(get_record_path(loads_dir, load), asdict(load))


def read_load(path: Path) -> Load | None:
    """Read one record back; None if it is missing, cut or of an older form."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        for name in ("loaded_at", "fetched_at"):
            content[name] = datetime.fromisoformat(content[name])
        content["document_on"] = date.fromisoformat(content["document_on"])
        content["waits_until"] = _read_day(content["waits_until"])
        for table in content["tables"]:
            for name in ("newest_published_on", "waits_until"):
                table[name] = _read_day(table[name])
        content["tables"] = [TableLoad(**table) for table in content["tables"]]
        return Load(**content)
    except (FileNotFoundError, UnicodeDecodeError, ValueError, KeyError, TypeError):
        return None


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def list_loads(loads_dir: Path, source_id: str) -> list[Load]:
    """Return all records of a source that can be read, in the order of loading."""
    found = [read_load(path) for path in sorted((loads_dir / source_id).glob("*.json"))]
    loads = [load for load in found if load is not None]
    return sorted(loads, key=lambda load: (load.loaded_at, load.document, load.sha256))
