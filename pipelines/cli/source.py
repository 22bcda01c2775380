"""`compute-balance source`: list, check, scaffold sources, and write what derives from them.

Where rows come from and what became of them is told by `trace` and `accounting` in
`provenance.py`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.base.errors import ComputeBalanceError, ContractError
from pipelines.base.settings import Settings
from pipelines.cli.provenance import accounting, trace
from pipelines.cli.tables import print_json, print_table

if TYPE_CHECKING:
    from pipelines.ingest.ingest import SourceLoads


@click.group()
def source() -> None:
    """List, check and add sources."""


source.add_command(trace)
source.add_command(accounting)


@source.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, attribution included.")
def list_(as_json: bool) -> None:
    """List all sources with their terms; attribution is shown below the table."""
    from pipelines.contracts.load import load_contracts

    contracts = load_contracts(Settings().sources_dir)
    rows = [
        {
            "source_id": contract.source_id,
            "area": contract.area,
            "kind": contract.kind,
            "tables": len(contract.tables),
            "cadence": contract.cadence,
            "licence": ", ".join(dict.fromkeys(p.licence for p in contract.publishers)),
        }
        for contract in contracts
    ]
    if as_json:
        print_json([contract.model_dump(mode="json", exclude={"tables"}) for contract in contracts])
        return
    print_table(list(rows[0]), [list(row.values()) for row in rows])
    click.echo("\nAttribution to show beside the figures:")
    for contract in contracts:
        for publisher in contract.publishers:
            click.echo(f"  {contract.source_id}: {publisher.attribution} ({publisher.licence})")


@source.command()
@click.argument("source_id")
@click.option("--limit", default=20, show_default=True, help="Bad rows to show per table.")
def check(source_id: str, limit: int) -> None:
    """Load one source into a throw-away folder and show what its contract accepts and refuses.

    Exit code 1 if a document is refused or a row quarantined.
    """
    from pipelines.contracts.load import load_contracts
    from pipelines.ingest.ingest import IngestSession, order_sources

    settings = Settings()
    contracts = order_sources(load_contracts(settings.sources_dir))
    if source_id not in {contract.source_id for contract in contracts}:
        known = ", ".join(sorted(contract.source_id for contract in contracts))
        raise ContractError(f"there is no source {source_id!r}; known are: {known}")
    with tempfile.TemporaryDirectory() as folder:
        trial = settings.model_copy(update={"warehouse_dir": Path(folder)})
        session = IngestSession(trial)
        for contract in contracts:
            provides = any(table.provides for table in contract.tables)
            if contract.source_id == source_id:
                loads = session.ingest_source(contract)
                break
            if provides:
                session.ingest_source(contract)
        bad = _print_check(loads, trial, limit)
    if bad:
        raise SystemExit(1)


def _print_check(loads: SourceLoads, settings: Settings, limit: int) -> int:
    import duckdb

    bad = len(loads.refused)
    for load in loads.refused:
        click.echo(f"REFUSED  {load.reason}")
    for load in loads.current:
        for table in load.tables:
            click.echo(
                f"{table.table}: {table.rows_read} read = {table.rows_accepted} accepted + "
                f"{table.rows_quarantined} quarantined + {table.rows_left_out} left out; "
                f"{table.rows_corrected} corrected, {table.rows_unverified} unverified"
            )
            if table.unexpected_columns:
                click.echo(f"  columns not in the contract: {', '.join(table.unexpected_columns)}")
            if table.quarantine_file and table.rows_quarantined:
                bad += table.rows_quarantined
                found = duckdb.execute(
                    "select document_row, row_key, field, value, reason from read_parquet(?) "
                    "where kind = 'quarantined' limit ?",
                    [str(settings.warehouse_dir / table.quarantine_file), limit],
                ).fetchall()
                print_table(["row", "key", "field", "value", "reason"], found)
    return bad


@source.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if out of date.")
def generate(only_check: bool) -> None:
    """Write what derives from the contracts and descriptions.

    These are dbt sources, staging models, data notes, licences and the data dictionary.
    """
    from pipelines.contracts.load import load_contracts
    from pipelines.contracts.notes import write_data_notes
    from pipelines.contracts.staging import generate_staging, write_generated
    from pipelines.pages.generated import generate_documents, remove_orphans

    settings = Settings()
    contracts = load_contracts(settings.sources_dir)
    staging = settings.dbt_dir / "models" / "staging"
    files = {staging / name: text for name, text in generate_staging(contracts).items()}
    files[settings.docs_dir / "data-notes.md"] = write_data_notes(contracts, settings.docs_dir)
    files |= generate_documents(contracts, settings.dbt_dir, settings.docs_dir)
    if only_check:
        stale = [
            path.name
            for path, text in files.items()
            if not path.exists() or path.read_text("utf-8") != text
        ]
        if stale:
            raise ComputeBalanceError(
                f"out of date: {', '.join(stale)}; run: compute-balance source generate"
            )
        click.echo(f"{len(files)} files are up to date")
        return
    changed = [*write_generated(files, staging), *remove_orphans(settings.docs_dir, files)]
    click.echo(f"{len(changed)} of {len(files)} files written")


@source.command()
@click.argument("source_id")
@click.option(
    "--csv",
    "csv_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="A CSV file of the source, to draft columns from.",
)
@click.option("--area", required=True, help="Area of the warehouse, for example prices.")
@click.option(
    "--kind", type=click.Choice(["registry", "connector"]), default="registry", show_default=True
)
def new(source_id: str, csv_path: Path, area: str, kind: str) -> None:
    """Scaffold a source from a CSV file: folder, data, a drafted contract, staging.

    The draft types every column by what the file holds; descriptions, units, terms and checks are
    for you to write. Then run: compute-balance source check SOURCE_ID
    """
    from pipelines.contracts.draft import draft_source

    settings = Settings()
    folder = draft_source(settings.sources_dir, source_id, csv_path, area, kind)
    click.echo(f"wrote {folder}/contract.yml and data/{csv_path.name}")
    click.echo("next: fill in what is marked DESCRIBE, then run")
    click.echo(f"  compute-balance source check {source_id}")
    click.echo("  compute-balance source generate")
