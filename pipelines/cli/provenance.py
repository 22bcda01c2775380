"""`compute-balance source trace` and `accounting`: where rows come from, and what became of all."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.base.errors import ContractError, ReleaseError
from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json, print_table

if TYPE_CHECKING:
    from pipelines.answers.trace import Evidence

# characters of a cell above which a column is only printed as JSON
LONGEST_CELL = 60


@click.command()
@click.argument("table")
@click.argument("key", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, help="Raw rows to show per document.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, every raw row included.")
def trace(table: str, key: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Walk one row of a mart back to raw rows, documents, addresses, publishers and days.

    KEY is the row's key, as column=value pairs or as values in the order of the key, for example:
    compute-balance source trace fct_datacenter_site google-new-albany 2025-10-14
    """
    from pipelines.answers.trace import trace_row
    from pipelines.release.manifest import list_releases
    from pipelines.release.publish import read_current_id

    settings = Settings()
    current = read_current_id(settings)
    manifest = next(
        (m for m in list_releases(settings.releases_dir) if m.release_id == current), None
    )
    keys = manifest.keys if manifest else {}
    if table not in keys:
        known = ", ".join(sorted(keys)) or "none, nothing is published"
        raise ReleaseError(f"there is no mart {table!r}; known are: {known}")
    found = trace_row(settings, table, keys[table], list(key))
    if as_json:
        print_json(
            {
                "table": found.table,
                "row": found.row,
                "evidence": [
                    {
                        **{k: v for k, v in item.__dict__.items() if k not in ("rows", "columns")},
                        "rows": [dict(zip(item.columns, r, strict=True)) for r in item.rows],
                    }
                    for item in found.evidence
                ],
                "steps": [step.__dict__ for step in found.steps],
            }
        )
        return
    click.echo(f"marts.{table}")
    for name, value in found.row.items():
        if value is not None:
            click.echo(f"  {name:<28} {value}")
    for item in found.evidence:
        _print_evidence(item, limit)
    if found.steps:
        click.echo("\nbehind it as well, each to be traced in turn:")
    for step in found.steps:
        cells = " ".join(shlex.quote(f"{name}={value}") for name, value in step.key.items())
        click.echo(f"  {step.table} {cells}")


def _print_evidence(item: Evidence, limit: int) -> None:
    click.echo()
    if item.figure:
        click.echo(f"{item.figure}:")
    click.echo(f"{item.source_id}: {item.raw_table}")
    click.echo(f"  document   {item.address} ({item.origin}, as of {item.document_on})")
    click.echo(f"  sha256     {item.sha256}")
    click.echo(f"  publisher  {item.publisher}")
    click.echo(f"  licence    {item.licence}")
    if not item.matched_by:
        click.echo(
            "  rows       the figure rests on rows of it, but its raw file is gone"
            if item.figure
            else "  rows       feeds the table as a whole; no cell names single rows"
        )
        return
    click.echo(f"  rows       {len(item.rows)} that share {', '.join(item.matched_by)}")
    if item.rows:
        _print_rows(item, limit)
    if len(item.rows) > limit:
        click.echo(f"  ... and {len(item.rows) - limit} more (--limit)")


def _print_rows(item: Evidence, limit: int) -> None:
    """Print rows without their empty columns and without long texts, which `--json` shows."""
    kept = [
        index
        for index, name in enumerate(item.columns)
        if any(row[index] is not None for row in item.rows)
        and (
            name in ("source_title", "source_url")
            or all(len(str(row[index])) <= LONGEST_CELL for row in item.rows)
        )
    ]
    print_table(
        [item.columns[index] for index in kept],
        [[row[index] for index in kept] for row in item.rows[:limit]],
    )


@click.command()
@click.option("--reasons", is_flag=True, help="Also list every row not taken as found, and why.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def accounting(reasons: bool, as_json: bool) -> None:
    """Load all embedded tables into a throw-away folder and account for every row.

    Each row is accepted as found, accepted with a correction, loaded but unverified, left out by a
    correction, or quarantined. Exit code 1 if the five do not add up to the rows of a file.
    """
    from pipelines.contracts.load import load_contracts
    from pipelines.ingest.ingest import ingest_all
    from pipelines.quality.accounting import account_for, list_reasons

    settings = Settings()
    with tempfile.TemporaryDirectory() as folder:
        trial = settings.model_copy(update={"warehouse_dir": Path(folder)})
        loaded = ingest_all(load_contracts(settings.sources_dir), trial)
        fates = [item for loads in loaded for item in account_for(loads, Path(folder))]
        why = [item for loads in loaded for item in list_reasons(loads, Path(folder))]
    if as_json:
        content = {"tables": [item.__dict__ for item in fates]}
        print_json({**content, "reasons": [r.__dict__ for r in why]} if reasons else content)
    else:
        _print_fates(fates)
        if reasons:
            click.echo()
            print_table(
                ["source", "table", "row", "fate", "field", "reason"],
                [(r.source_id, r.table, r.row, r.fate, r.field, r.reason) for r in why],
            )
    bad = [item for item in fates if item.problem]
    if bad:
        lines = "\n".join(f"  {i.source_id}.{i.table}: {i.problem}" for i in bad)
        raise ContractError(f"{len(bad)} of {len(fates)} tables do not add up:\n{lines}")


def _print_fates(fates: list) -> None:
    numbers = ("rows_in_file", "as_found", "corrected", "unverified", "left_out", "quarantined")
    rows = [
        (i.source_id, i.table, *(getattr(i, n) for n in numbers), i.problem is None) for i in fates
    ]
    total = ("all", f"{len(fates)} tables", *(sum(getattr(i, n) for i in fates) for n in numbers))
    rows.append((*total, all(i.problem is None for i in fates)))
    print_table(["source", "table", *(n.replace("_", " ") for n in numbers), "adds up"], rows)
