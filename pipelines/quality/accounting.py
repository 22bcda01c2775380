"""The accounting of all rows: each row of each embedded table has exactly one fate.

Rows are counted twice, by different means: once in the files as they lie there, once in what
loading wrote. The fates are: accepted as found, accepted with a correction, loaded but unverified
(feeds no mart), left out by a correction, and quarantined. They add up to the rows of the file.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.base.errors import ContractError
from pipelines.base.rows import fetch_row
from pipelines.base.sql import quote_text
from pipelines.contracts.model import Contract, Table
from pipelines.ingest.ingest import SourceLoads


@dataclass(frozen=True)
class Fates:
    """What became of the rows of one table; `problem` says why they do not add up, if so."""

    source_id: str
    table: str
    rows_in_file: int
    as_found: int
    corrected: int
    unverified: int
    left_out: int
    quarantined: int
    problem: str | None

    @property
    def accounted(self) -> int:
        """Rows with a fate."""
        return self.as_found + self.corrected + self.unverified + self.left_out + self.quarantined


@dataclass(frozen=True)
class Reason:
    """Why one row was not taken as found."""

    source_id: str
    table: str
    row: int
    fate: str
    field: str | None
    reason: str


def count_file_rows(path: Path) -> int:
    """Count the rows of a CSV file below its header, by the standard library's reader."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.reader(handle)
        next(rows, None)
        return sum(1 for row in rows if row)


def account_for(loads: SourceLoads, root: Path) -> list[Fates]:
    """Account for the embedded tables of one source.

    Args:
        loads: the source as it was loaded.
        root: the warehouse that holds its raw files.
    """
    return [
        _account_table(loads, table, root)
        for table in loads.contract.tables
        if _get_data_path(loads.contract, table).exists()
    ]


def _get_data_path(contract: Contract, table: Table) -> Path:
    return contract.folder / "data" / table.file_name


def _account_table(loads: SourceLoads, table: Table, root: Path) -> Fates:
    source_id = loads.contract.source_id
    found = next(
        (
            counts
            for load in loads.current
            if load.origin == "embedded" and (counts := load.get_table(table.table))
        ),
        None,
    )
    # other formats have no lines to count: there the reader's own count is taken
    path = _get_data_path(loads.contract, table)
    is_plain = table.reader.is_plain
    in_file = count_file_rows(path) if is_plain else (found.rows_read if found else 0)
    if found is None:
        reasons = "; ".join(load.reason or "" for load in loads.refused) or "no document"
        return Fates(source_id, table.table, in_file, 0, 0, 0, 0, 0, f"refused: {reasons}")
    as_found, corrected, unverified = fetch_row(
        duckdb.default_connection(),
        "select count(*) filter (is_verified and correction_ids is null), "
        "count(*) filter (is_verified and correction_ids is not null), "
        "count(*) filter (not is_verified) "
        f"from read_parquet({quote_text(str(root / found.file))})",
    )
    fates = Fates(
        source_id,
        table.table,
        in_file,
        as_found,
        corrected,
        unverified,
        found.rows_left_out,
        found.rows_quarantined,
        None,
    )
    if fates.accounted != in_file:
        problem = f"{in_file} rows in the file, {fates.accounted} accounted for"
        return Fates(**{**fates.__dict__, "problem": problem})
    return fates


def list_reasons(loads: SourceLoads, root: Path) -> list[Reason]:
    """List every row that was not taken as found, with field and reason.

    Raises:
        ContractError: a row was corrected by an entry that no longer exists.
    """
    from pipelines.contracts.corrections import load_corrections

    contract = loads.contract
    why = {item.id: item for item in load_corrections(contract)}
    reasons: list[Reason] = []
    for load in loads.current:
        for counts in load.tables:
            name = counts.table
            touched = duckdb.execute(
                "select document_row, correction_ids, is_verified from "
                f"read_parquet({quote_text(str(root / counts.file))}) "
                "where correction_ids is not null or not is_verified order by document_row"
            ).fetchall()
            for row, ids, is_verified in touched:
                for correction_id in (ids or "").split(",") if ids else []:
                    if correction_id not in why:
                        raise ContractError(f"{contract.source_id}: no correction {correction_id}")
                    item = why[correction_id]
                    reasons.append(
                        Reason(contract.source_id, name, row, "corrected", item.field, item.reason)
                    )
                if not is_verified:
                    rule = contract.get_table(name).verified_when
                    text = f"recalled or not read in the cited page; verified when {rule}"
                    reasons.append(Reason(contract.source_id, name, row, "unverified", None, text))
            if counts.quarantine_file:
                reasons += [
                    Reason(contract.source_id, name, row, kind.replace("_", " "), field, reason)
                    for row, kind, field, reason in duckdb.execute(
                        "select document_row, kind, field, reason from "
                        f"read_parquet({quote_text(str(root / counts.quarantine_file))}) "
                        "order by document_row, field"
                    ).fetchall()
                ]
    return reasons
