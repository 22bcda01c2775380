"""Load records: what became of each document; the record is what makes its raw files count."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pipelines.base.files import write_json


@dataclass(frozen=True)
class TableLoad:
    """Counts of one table of one document; all but `read` add up to `read`."""

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


@dataclass(frozen=True)
class Load:
    """One document taken in (or refused) under one version of contract, parser and corrections."""

    source_id: str
    document: str
    sha256: str
    loader: str
    loaded_at: datetime
    status: Literal["accepted", "refused"]
    origin: Literal["embedded", "live"]
    address: str
    document_on: date
    fetched_at: datetime
    contract_version: str
    reason: str | None = None
    tables: list[TableLoad] = field(default_factory=list)

    def get_table(self, name: str) -> TableLoad | None:
        """Return the counts of a table, or None if the document does not hold it."""
        return next((table for table in self.tables if table.table == name), None)


def get_record_path(
    loads_dir: Path, source_id: str, document: str, sha256: str, loader: str
) -> Path:
    """Return where the record of a document under a loader version is kept."""
    return loads_dir / source_id / f"{document}-{sha256[:16]}-{loader[:16]}.json"


def write_load(loads_dir: Path, load: Load) -> None:
    """Write a record; the last act of loading a document."""
    path = get_record_path(loads_dir, load.source_id, load.document, load.sha256, load.loader)
    write_json(path, asdict(load))


def read_load(path: Path) -> Load:
    """Read one record back."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for name in ("loaded_at", "fetched_at"):
        content[name] = datetime.fromisoformat(content[name])
    content["document_on"] = date.fromisoformat(content["document_on"])
    for table in content["tables"]:
        newest = table["newest_published_on"]
        table["newest_published_on"] = date.fromisoformat(newest) if newest else None
    content["tables"] = [TableLoad(**table) for table in content["tables"]]
    return Load(**content)


def list_loads(loads_dir: Path, source_id: str) -> list[Load]:
    """Return all records of a source, in the order of loading."""
    loads = [read_load(path) for path in sorted((loads_dir / source_id).glob("*.json"))]
    return sorted(loads, key=lambda load: (load.loaded_at, load.document, load.sha256))
