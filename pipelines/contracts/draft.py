"""Drafting a contract from a CSV file, so that adding a source begins with one command."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.errors import ContractError
from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.model import AREAS, PROVENANCE

_TYPES = {"DATE": "DATE", "BOOLEAN": "BOOLEAN", "BIGINT": "BIGINT", "DOUBLE": "DOUBLE"}


def draft_source(sources_dir: Path, source_id: str, csv_path: Path, area: str, kind: str) -> Path:
    """Make a source's folder with its data and a contract that waits for descriptions.

    Args:
        sources_dir: where sources live.
        source_id: name of the new source, snake_case.
        csv_path: a UTF-8 CSV with a header; its stem names the table.
        area: one of the areas of the warehouse.
        kind: registry or connector.

    Returns:
        The new folder.

    Raises:
        ContractError: the name is taken or malformed, or the area unknown.
    """
    folder = sources_dir / source_id
    if not re.fullmatch(r"[a-z][a-z0-9_]*", source_id):
        raise ContractError(f"source id {source_id!r}: expected snake_case")
    if area not in AREAS:
        raise ContractError(f"area {area!r}: expected one of {', '.join(AREAS)}")
    if folder.exists():
        raise ContractError(f"{folder}: exists already; expected a new source id")
    table = re.sub(r"[^a-z0-9]+", "_", csv_path.stem.lower()).strip("_")
    content = write_draft(source_id, table, csv_path, area, kind)
    (folder / "data").mkdir(parents=True)
    shutil.copyfile(csv_path, folder / "data" / f"{table}.csv")
    (folder / "contract.yml").write_text(content, encoding="utf-8")
    return folder


def write_draft(source_id: str, table: str, csv_path: Path, area: str, kind: str) -> str:
    """Return the text of a drafted contract: columns typed from the whole file."""
    with duckdb.connect(":memory:") as connection:
        described = connection.execute(
            f"describe select * from read_csv({quote_text(str(csv_path))}, header = true, "
            "sample_size = -1, nullstr = '')"
        ).fetchall()
        columns = {name: _TYPES.get(type_, "VARCHAR") for name, type_, *_ in described}
        filled = {
            name
            for name in columns
            if fetch_value(
                connection,
                f"select count(*) filter ({quote_name(name)} is null) = 0 "
                f"from read_csv({quote_text(str(csv_path))}, header = true, all_varchar = true)",
            )
        }
    own = {name: type_ for name, type_ in columns.items() if name not in PROVENANCE}
    has_provenance = set(PROVENANCE) <= set(columns)
    lines = [
        f"source_id: {source_id}",
        "title: DESCRIBE",
        f"area: {area}",
        f"kind: {kind}",
        "description: DESCRIBE what the source is and how its figures come about.",
        "cadence: irregular",
        "fresh_for_days: 365",
        f"embedded_on: {date.today()}",
        "publishers:",
        "  - {name: DESCRIBE, licence: DESCRIBE, attribution: DESCRIBE, redistribution: unknown}",
        "max_rejected_share: 0.02",
        "tables:",
        f"  - table: {table}",
        "    description: One row per DESCRIBE the grain.",
        f"    key: [{next(iter(own))}]",
        "    document_mode: snapshot",
    ]
    if not has_provenance:
        lines += ["    provenance: false", "    known_on: DESCRIBE the day a row became known"]
    lines.append("    columns:")
    for name, type_ in (own if has_provenance else columns).items():
        unit = ", unit: DESCRIBE" if type_ in ("DOUBLE", "BIGINT") else ""
        required = ", required: true" if name in filled else ""
        lines.append(f"      {name}: {{type: {type_}{unit}{required}, description: DESCRIBE}}")
    return "\n".join(lines) + "\n"
