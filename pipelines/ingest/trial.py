"""Trying one source in a throw-away folder: what it accepts, refuses, and does not know."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.archive.documents import Document
from pipelines.base.errors import ContractError
from pipelines.base.files import hash_file
from pipelines.base.settings import Settings, now_utc, today_utc
from pipelines.base.sql import quote_name
from pipelines.contracts.model import Contract, Entity
from pipelines.ingest.ingest import IngestSession, SourceLoads
from pipelines.ingest.order import order_sources
from pipelines.ingest.parsers import has_parser


@dataclass(frozen=True)
class Problem:
    """Rows of one table that were not accepted for one reason, with an example."""

    table: str
    kind: str
    field: str | None
    reason: str
    rows: int
    first_row: int
    value: str | None


def try_source(
    contracts: list[Contract], contract: Contract, settings: Settings, file: Path | None = None
) -> SourceLoads:
    """Load one source, or one file as its newest document, with the ids of all others.

    However many rows are bad, they are looked at: what a run would refuse for its share of them is
    told by `find_refusals`.

    Args:
        contracts: of all sources that can be used, the tried one among them.
        contract: the source.
        settings: a warehouse that nobody else uses.
        file: a file of the upstream's; it is read as if it had been fetched today.

    Raises:
        ContractError: the contract, a label table or the parser is wrong.
    """
    contract = contract.model_copy(update={"max_rejected_share": 1.0, "max_unknown_share": 1.0})
    others = [other for other in contracts if other.source_id != contract.source_id]
    session = IngestSession(settings)
    try:
        for other in order_sources([*others, contract]):
            if other.source_id == contract.source_id:
                if file is not None:
                    _archive_as_live(session, contract, file)
                return session.ingest_source(contract)
            if any(table.provides for table in other.tables):
                session.ingest_or_stand_aside(other)
    finally:
        session.close()
    raise ContractError(f"{contract.source_id}: no order of sources has it")


def list_known_ids(contracts: list[Contract], entity: Entity, settings: Settings) -> set[str]:
    """Return the ids and aliases of an entity that the sources which list them give.

    Args:
        contracts: of all sources that can be used.
        entity: chip, organisation, country ...
        settings: a warehouse that nobody else uses.
    """
    session = IngestSession(settings)
    try:
        for contract in order_sources(contracts):
            if any(table.provides for table in contract.tables):
                session.ingest_or_stand_aside(contract)
        name = quote_name(session.ids.tables[entity])
        return {row[0] for row in session.connection.execute(f"select id from {name}").fetchall()}
    finally:
        session.close()


def _archive_as_live(session: IngestSession, contract: Contract, file: Path) -> None:
    documents = {address.document: address.media for address in contract.addresses}
    documents |= {item.document: item.media for item in contract.embedded}
    name = next((d for d in documents if file.stem == d), next(iter(documents), None))
    if name is None:
        name = contract.tables[0].table
    if not has_parser(contract) and not contract.list_readable(name, False):
        raise ContractError(
            f"{contract.folder}/contract.yml: found no table that is read from {file.name}; "
            "expected one with read:, or a parser.py"
        )
    session.archive.store_file(
        file,
        Document(
            source_id=contract.source_id,
            document=name,
            sha256=hash_file(file),
            origin="live",
            address=file.name,
            media=documents.get(name, "csv"),
            document_on=today_utc(),
            fetched_at=now_utc(),
            bytes=file.stat().st_size,
        ),
    )


@contextmanager
def trial_settings(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Give settings of a warehouse in a folder that is removed in the end."""
    try:
        yield settings.model_copy(update={"warehouse_dir": folder})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_refusals(loads: SourceLoads, contract: Contract) -> list[str]:
    """Return which of the tried documents a run would refuse for their share of bad rows."""
    told = []
    for load in loads.current:
        for table in load.tables:
            bad = table.rows_quarantined - table.rows_waiting - table.rows_unlabelled
            for rows, limit, name in (
                (bad, contract.max_rejected_share, "max_rejected_share"),
                (table.rows_unlabelled, contract.max_unknown_share, "max_unknown_share"),
            ):
                if rows > limit * table.rows_read:
                    told.append(
                        f"{load.address}: {table.table}: {rows} of {table.rows_read} rows; the "
                        f"contract allows {limit:.1%} ({name})"
                    )
    return told


def list_problems(loads: SourceLoads, root: Path) -> list[Problem]:
    """Return why rows were not accepted, by reason and label, the most frequent first."""
    problems: list[Problem] = []
    for load in loads.current:
        for table in load.tables:
            if table.quarantine_file is None:
                continue
            rows = duckdb.execute(
                "select ?, kind, field, reason, count(distinct document_row), min(document_row), "
                "value from read_parquet(?) group by kind, field, reason, value "
                "order by 5 desc, 2, 3",
                [table.table, str(root / table.quarantine_file)],
            ).fetchall()
            problems += [Problem(*row) for row in rows]
    return _merge(problems)


def _merge(problems: list[Problem]) -> list[Problem]:
    """Put together what differs by its value alone, but for labels."""
    merged: dict[tuple, Problem] = {}
    for item in problems:
        label = item.value if item.kind == "unlabelled" else None
        key = (item.table, item.kind, item.field, item.reason, label)
        before = merged.get(key)
        if before is None:
            merged[key] = item
        else:
            first = min(before, item, key=lambda found: found.first_row)
            merged[key] = Problem(
                item.table, item.kind, item.field, item.reason, before.rows + item.rows,
                first.first_row, first.value,
            )  # fmt: skip
    return sorted(merged.values(), key=lambda item: (-item.rows, item.reason))
