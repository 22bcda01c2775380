"""`compute-balance source`: list, check, scaffold sources, and write what derives from them.

Where rows come from and what became of them is told by `trace` and `accounting` in
`provenance.py`; what is done with single documents stands in `source_documents.py`.
"""

from __future__ import annotations

import difflib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.base.errors import ComputeBalanceError, ContractError
from pipelines.base.settings import Settings
from pipelines.cli.provenance import accounting, trace
from pipelines.cli.source_documents import accept, backfill, restore, withdraw
from pipelines.cli.tables import print_json, print_table

if TYPE_CHECKING:
    from pipelines.contracts.model import Table


@click.group()
def source() -> None:
    """List, check and add sources."""


for command in (trace, accounting, withdraw, restore, accept, backfill):
    source.add_command(command)


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
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--limit", default=20, show_default=True, help="Reasons to show.")
def check(source_id: str, file: Path | None, limit: int) -> None:
    """Try one source in a throw-away folder: its contract, its parser, its rows.

    With FILE that file is read as if the upstream had just served it; else the samples and the
    embedded documents are. Nothing of the warehouse is touched. Exit code 1 if a document is
    refused or a row quarantined, 2 if the contract is wrong.
    """
    from pipelines.cli.source_check import check_source

    if check_source(Settings(), source_id, file, limit):
        raise SystemExit(1)


@source.command()
@click.argument("source_id")
@click.argument("column")
@click.argument("label")
@click.argument("value", required=False, default="")
def label(source_id: str, column: str, label: str, value: str) -> None:
    """Settle what a LABEL of an upstream means: the id VALUE for a COLUMN.

    Without VALUE the rows with the label are left out: what it means is not followed here.
    """
    from pipelines.contracts.labels import settle_label
    from pipelines.contracts.load import CONTRACT_FILE, load_contract

    settings = Settings()
    contract = load_contract(settings.sources_dir / source_id / CONTRACT_FILE)
    for table in contract.tables:
        if column in table.labelled:
            require_known_value(settings, f"{source_id}.{table.table}", table, column, value)
            path = settle_label(contract, table.labelled[column].table, column, label, value)
            click.echo(f"{path.name}: {label!r} is {value or 'not followed here'}; run again")
            return
    known = ", ".join(name for table in contract.tables for name in table.labelled) or "none"
    raise ContractError(
        f"{source_id}: column {column!r} is not read from labels; those that are: {known}"
    )


def require_known_value(
    settings: Settings, place: str, table: Table, column: str, value: str
) -> None:
    """Refuse an id that no list knows, and a word that the column may not hold.

    Raises:
        ContractError: names table and column, what was given, and what is near it.
    """
    from pipelines.contracts.feeds import list_words
    from pipelines.contracts.load import discover_contracts
    from pipelines.ingest.trial import list_known_ids, trial_settings

    wanted = table.columns[column]
    if not value:
        return
    fed = list_words(wanted.rename or column) if table.feeds == "rents" else ()
    known = set(wanted.values or fed)
    if wanted.references:
        contracts, _ = discover_contracts(settings.sources_dir)
        with (
            tempfile.TemporaryDirectory() as folder,
            trial_settings(settings, Path(folder) / "trial") as trial,
        ):
            known = list_known_ids(contracts, wanted.references, trial)
    if known and value not in known:
        near = ", ".join(difflib.get_close_matches(value, sorted(known), 5, 0.5))
        kind = f"a {wanted.references}" if wanted.references else "a word"
        raise ContractError(
            f"{place}: column {column}: found {value!r}; expected {kind} that is known"
            + (f", for example {near}" if near else f"; {len(known)} are")
        )


@source.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if out of date.")
def generate(only_check: bool) -> None:
    """Write what derives from the contracts: dbt's sources, staging models, rents and labels."""
    from pipelines.contracts import label_uses
    from pipelines.contracts.feeds import RENTS_PATH, write_rents_model
    from pipelines.contracts.load import discover_contracts
    from pipelines.contracts.staging import generate_staging, write_generated

    settings = Settings()
    contracts, faults = discover_contracts(settings.sources_dir)
    staging = settings.dbt_dir / "models" / "staging"
    for fault in faults:
        # a draft has nothing to be written yet; a source in use must be mended first
        if any(staging.glob(f"*/stg_{fault.source_id}__*.sql")):
            raise ContractError(fault.message)
        click.echo(f"passed over {fault.source_id}: {fault.message.splitlines()[0]}")
    files = {staging / name: text for name, text in generate_staging(contracts).items()}
    files[settings.dbt_dir / "models" / RENTS_PATH] = write_rents_model(contracts)
    files[settings.dbt_dir / "models" / label_uses.PATH] = label_uses.write_labels_model(contracts)
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
    changed = write_generated(files, staging)
    click.echo(f"{len(changed)} of {len(files)} files written")


@source.command()
@click.argument("source_id")
@click.option(
    "--from", "origin", required=False, help="A file of the source, or the address of one."
)
@click.option("--csv", "csv_path", required=False, help="The same as --from, for a file.")
@click.option("--area", required=True, help="Area of the warehouse, for example prices.")
@click.option(
    "--kind",
    type=click.Choice(["registry", "connector"]),
    default=None,
    help="By default connector for an address, registry for a file.",
)
def new(
    source_id: str, origin: str | None, csv_path: str | None, area: str, kind: str | None
) -> None:
    """Begin a source from a file or an address: contract, data, labels, note.

    The draft says what the file shows: format, headers, types, units. What only a person knows is
    marked DESCRIBE; until that is gone the source troubles nobody. Then run:
    compute-balance source check SOURCE_ID
    """
    from pipelines.cli.source_new import begin_source

    given = origin or csv_path
    if given is None:
        raise click.UsageError("give a file or an address: --from FILE_OR_ADDRESS")
    begin_source(Settings(), source_id, given, area, kind)
