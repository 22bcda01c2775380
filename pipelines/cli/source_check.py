"""What `source check` shows: contract, rows by reason and label, staging, marts, overlaps, gaps."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import duckdb

from pipelines.base.errors import ContractError
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_text
from pipelines.base.texts import shorten
from pipelines.cli.tables import print_table
from pipelines.contracts.corrections import load_corrections
from pipelines.contracts.load import CONTRACT_FILE, discover_contracts, load_contract
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.sql_check import find_sql_faults
from pipelines.contracts.staging import get_staging_name, list_marts_above
from pipelines.ingest.ingest import SourceLoads
from pipelines.ingest.parsers import has_parser
from pipelines.ingest.trial import (
    find_refusals,
    list_problems,
    trial_settings,
    try_source,
)

SAMPLES = "samples"


def check_source(settings: Settings, source_id: str, file: Path | None, limit: int) -> int:
    """Try a source and print what was found.

    Returns:
        How many documents were refused and rows quarantined.

    Raises:
        ContractError: there is no such source, or its contract is wrong; names file and field.
    """
    path = settings.sources_dir / source_id / CONTRACT_FILE
    contracts, _ = discover_contracts(settings.sources_dir)
    if not path.exists():
        known = ", ".join(sorted(contract.source_id for contract in contracts))
        raise ContractError(f"there is no source {source_id!r}; known are: {known}")
    contract = load_contract(path)
    faults = find_sql_faults(contract, has_parser(contract))
    if faults:
        raise ContractError("\n".join(faults))
    load_corrections(contract)
    bad = _try(settings, contracts, contract, file, limit)
    samples = sorted((contract.folder / SAMPLES).glob("*")) if file is None else []
    for sample in samples:
        click.echo(f"\nsample {sample.name}")
        bad += _try(settings, contracts, contract, sample, limit)
    _print_reach(settings, contract)
    for told in _list_missing(settings, contract):
        click.echo(f"missing: {told}")
    return bad


def _try(
    settings: Settings, contracts: list[Contract], contract: Contract, file: Path | None, limit: int
) -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        trial_settings(settings, Path(folder) / "trial") as trial,
    ):
        loads = try_source(contracts, contract, trial, file)
        shown = loads
        if file is not None:
            live = [load for load in loads.current if load.origin == "live"]
            refused = [load for load in loads.refused if load.origin == "live"]
            shown = SourceLoads(contract, live, refused)
        bad = _print_loads(shown, contract, trial.warehouse_dir, limit)
        for load in shown.current:
            for counted in load.tables:
                table = contract.get_table(counted.table)
                _print_rows(table, trial.warehouse_dir / counted.file)
                if file is not None:
                    _print_overlap(loads, table, trial.warehouse_dir, counted.file)
        return bad


def _print_loads(loads: SourceLoads, contract: Contract, root: Path, limit: int) -> int:
    bad = len(loads.refused)
    for load in loads.refused:
        click.echo(f"REFUSED  {load.reason}")
    for load in loads.current:
        for table in load.tables:
            bad += table.rows_quarantined
            click.echo(
                f"{table.table}: {table.rows_read} read = {table.rows_accepted} accepted + "
                f"{table.rows_quarantined} quarantined + {table.rows_left_out} left out; "
                f"{table.rows_corrected} corrected, {table.rows_unverified} unverified"
            )
            if table.unexpected_columns:
                named = shorten(", ".join(name or "(no name)" for name in table.unexpected_columns))
                click.echo(f"  columns not in the contract: {named}")
    for told in find_refusals(loads, contract):
        click.echo(f"A RUN REFUSES  {told}")
    problems = list_problems(loads, root)
    if problems:
        rows = [
            [p.rows, p.kind, p.table, p.first_row, p.field, shorten(p.value or "", 60), p.reason]
            for p in problems[:limit]
        ]
        print_table(["rows", "kind", "table", "first", "field", "value", "reason"], rows)
    _print_bad_rows(loads, root, limit)
    settled = [p for p in problems if p.kind == "unlabelled"]
    if settled:
        source_id, example = loads.contract.source_id, settled[0]
        columns = loads.contract.get_table(example.table).labelled
        column = next(name for name, item in columns.items() if item.of == example.field)
        click.echo(f"settle a label: compute-balance source label {source_id} {column} LABEL ID")
    return bad


def _print_bad_rows(loads: SourceLoads, root: Path, limit: int) -> None:
    """Show the first bad rows, other than those whose label alone is unknown."""
    for load in loads.current:
        for counted in load.tables:
            if counted.quarantine_file is None:
                continue
            rows = duckdb.execute(
                "select document_row, row_key, field, value, reason from read_parquet(?) "
                "where kind in ('quarantined', 'waiting') order by 1, 3 limit ?",
                [str(root / counted.quarantine_file), limit],
            ).fetchall()
            if rows:
                shown = [[*row[:3], shorten(row[3] or "", 60), row[4]] for row in rows]
                click.echo(f"{load.address}, table {counted.table}; rows without the header:")
                print_table(["row", "key", "field", "value", "reason"], shown)


def _print_rows(table: Table, path: Path) -> None:
    """Show the first rows as staging names them."""
    columns = list(table.columns.items())[:8]
    listed = ", ".join(f'"{name}"' for name, _ in columns)
    rows = duckdb.execute(
        f"select {listed} from read_parquet({quote_text(str(path))}) limit 3"
    ).fetchall()
    names = [column.rename or name for name, column in columns]
    print_table(names, [[shorten(str(c), 30) if c is not None else "" for c in r] for r in rows])


def _print_overlap(loads: SourceLoads, table: Table, root: Path, file: str) -> None:
    """Tell how many keys of a tried file the embedded rows have already."""
    others = [f for load, f in loads.list_files(table.table) if load.origin != "live"]
    if not others:
        return
    key = ", ".join(f'"{name}"' for name in table.key)
    listed = ", ".join(quote_text(str(root / other)) for other in others)
    query = (
        f"select count(*), count(*) filter (({key}) in (select {key} from "
        f"read_parquet([{listed}]))) from read_parquet({quote_text(str(root / file))})"
    )
    rows, known = duckdb.execute(query).fetchall()[0]
    click.echo(f"  {known} of {rows} keys stand among the embedded rows of {table.table} already")


def _print_reach(settings: Settings, contract: Contract) -> None:
    for table in contract.tables:
        name = get_staging_name(contract, table)
        marts = list_marts_above(settings.dbt_dir / "models", name)
        reach = ", ".join(marts) if marts else "no mart reads it yet"
        click.echo(f"{name} -> {reach}")


def _list_missing(settings: Settings, contract: Contract) -> list[str]:
    """Return what a source still lacks before it is whole."""
    missing = []
    staged = {path.stem for path in settings.dbt_dir.glob("models/staging/*/stg_*.sql")}
    for table in contract.tables:
        if get_staging_name(contract, table) not in staged:
            missing.append("the staging models; run: compute-balance source generate")
            break
    if not (settings.docs_dir / "notes" / f"{contract.source_id}.md").exists():
        missing.append(f"a note on what was doubted: docs/notes/{contract.source_id}.md")
    if contract.addresses and not (contract.folder / SAMPLES).exists() and has_parser(contract):
        missing.append(f"a sample of the upstream's format: {contract.source_id}/{SAMPLES}/")
    return missing
