"""Taking in all sources: embedded files and archived documents become raw tables, in order.

Sources that provide ids (chips, organisations, countries, policies) come before those that refer
to them. A document that was loaded before under the same contract, parser, corrections and ids is
not touched again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.archive.documents import Archive, Document, FetchNote
from pipelines.base.errors import ContractError, DocumentFault
from pipelines.base.files import hash_bytes, hash_file, hash_files
from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings, now_utc, today_utc
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.corrections import CORRECTIONS_FILE, Correction, load_corrections
from pipelines.contracts.governing import get_governing_variable
from pipelines.contracts.model import Contract, Table
from pipelines.ingest.cells import read_csv_cells, read_parsed_cells
from pipelines.ingest.document_checks import check_bytes, check_file
from pipelines.ingest.history import fold_history
from pipelines.ingest.load import LoadContext, load_table
from pipelines.ingest.parsers import PARSER_FILE, load_parser
from pipelines.ingest.records import (
    Load,
    TableLoad,
    get_record_path,
    list_loads,
    read_load,
    write_load,
)

logger = logging.getLogger(__name__)
INGEST_DIR = Path(__file__).parent


@dataclass(frozen=True)
class SourceLoads:
    """The documents of one source that a build reads, and what was refused on the way."""

    contract: Contract
    current: list[Load]
    refused: list[Load] = field(default_factory=list)
    loaded_now: int = 0
    unreachable: list[FetchNote] = field(default_factory=list)
    histories: dict[str, list[str]] = field(default_factory=dict)

    def list_view_files(self, table: str) -> list[str]:
        """Return the files that a table's raw view reads: its documents', or its history's."""
        return self.histories.get(table, [file for _, file in self.list_files(table)])

    def list_files(self, table: str) -> list[tuple[Load, str]]:
        """Return the raw files of a table with their documents, oldest document first."""
        return [(load, found.file) for load in self.current if (found := load.get_table(table))]


def order_sources(contracts: list[Contract]) -> list[Contract]:
    """Order sources so that ids are provided before they are referred to.

    Raises:
        ContractError: an entity has no provider, or two sources need each other.
    """
    providers: dict[str, set[str]] = {}
    for contract in contracts:
        for table in contract.tables:
            for entity in table.provides:
                providers.setdefault(entity, set()).add(contract.source_id)
    needs: dict[str, set[str]] = {}
    for contract in contracts:
        wanted = {
            column.references
            for table in contract.tables
            for column in table.columns.values()
            if column.references
        }
        for entity in sorted(wanted - providers.keys()):
            raise ContractError(
                f"{contract.folder}/contract.yml: a column references {entity}, but no table of "
                f"any source provides {entity} ids"
            )
        needs[contract.source_id] = {
            provider for entity in wanted for provider in providers[entity]
        } - {contract.source_id}
    by_id = {contract.source_id: contract for contract in contracts}
    try:
        return [by_id[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        raise ContractError(f"sources refer to each other in a circle: {error.args[1]}") from error


def ingest_all(
    contracts: list[Contract],
    settings: Settings,
    report: Callable[[SourceLoads], None] = lambda loads: None,
) -> list[SourceLoads]:
    """Load every source; `report` is called after each (for progress)."""
    session = IngestSession(settings)
    results = []
    for contract in order_sources(contracts):
        loads = session.ingest_source(contract)
        report(loads)
        results.append(loads)
    session.close()
    return results


class IngestSession:
    """One DuckDB connection and the ids known so far, over sources taken in order."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.archive = Archive(settings.archive_dir)
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("set memory_limit = ?", [settings.memory_limit])
        self.connection.execute(f"set threads = {int(settings.threads)}")
        self.connection.execute("set preserve_insertion_order = true")
        self.connection.execute(
            "set temp_directory = ?", [str(settings.warehouse_dir / "data" / "spill")]
        )
        self.entity_tables: dict[str, str] = {}
        self.first_providers: dict[str, str] = {}

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def add_ids(self, loads: SourceLoads) -> None:
        """Add the ids that a source's tables provide to the known ones."""
        for table in loads.contract.tables:
            self._add_table_ids(table, [name for _, name in loads.list_files(table.table)])

    def _add_table_ids(self, table: Table, files: list[str]) -> None:
        for entity, column in table.provides.items():
            for file in files:
                path = quote_text(str(self.settings.warehouse_dir / file))
                self._insert_ids(entity, column, f"read_parquet({path})")

    def _insert_ids(self, entity: str, column: str, relation: str) -> None:
        name = self.entity_tables.setdefault(entity, f"ids_{entity}")
        self.connection.execute(f"create temp table if not exists {name} (id varchar)")
        self.connection.execute(
            f"insert into {name} select distinct {quote_name(column)}::varchar from {relation} "
            f"where {quote_name(column)} is not null "
            f"and {quote_name(column)}::varchar not in (select id from {name})"
        )
        self.connection.execute(f"set variable {name} = (select list(id) from {name})")

    def _keep_governing_rows(self, contract: Contract, table: Table, files: list[str]) -> None:
        """Keep the rows of a table that governs another, for the rules of that one."""
        for other in contract.tables:
            if other.governed_by and other.governed_by.table == table.table:
                paths = ", ".join(quote_text(str(self.settings.warehouse_dir / f)) for f in files)
                columns = ", ".join(quote_name(name) for name in table.columns)
                self.connection.execute(
                    f"set variable {get_governing_variable(table.table)} = ("
                    f"select map_from_entries(list(({quote_name(other.governed_by.key)}, t))) "
                    f"from (select {columns} from read_parquet([{paths}])) as t)"
                )

    def _add_own_ids(self, table: Table) -> None:
        """Let the table that first defines an entity refer to its own rows (policy to policy)."""
        for entity, column in table.provides.items():
            if self.first_providers.setdefault(entity, table.table) == table.table:
                self._insert_ids(entity, column, "cells")

    def _hash_ids(self, contract: Contract) -> str:
        """Hash the id lists that a source refers to: new ids may free quarantined rows."""
        entities = sorted(
            {c.references for t in contract.tables for c in t.columns.values() if c.references}
        )
        parts = []
        for entity in entities:
            if entity in self.entity_tables:
                table = self.entity_tables[entity]
                value = fetch_value(
                    self.connection, f"select md5(string_agg(id, '|' order by id)) from {table}"
                )
                parts.append(f"{entity}={value}")
        # tables of its own are not loaded yet: their files stand for what they will provide
        parts += [
            f"{table.table}={hash_file(path)}"
            for table in contract.tables
            if set(table.provides) & set(entities)
            and (path := contract.folder / "data" / table.file_name).exists()
        ]
        return ";".join(parts)

    def hash_loader(self, contract: Contract) -> str:
        """Return the version of everything that shapes a source's raw rows beside the bytes."""
        own = [
            path
            for name in (PARSER_FILE, CORRECTIONS_FILE)
            if (path := contract.folder / name).exists()
        ]
        tables = [table.model_dump_json() for table in contract.tables]
        text = "\n".join(
            [
                *tables,
                str(contract.max_rejected_share),
                hash_files(own, contract.folder),
                hash_files(list(INGEST_DIR.glob("*.py")), INGEST_DIR),
                self._hash_ids(contract),
            ]
        )
        return hash_bytes(text.encode())

    def ingest_source(self, contract: Contract) -> SourceLoads:
        """Archive and load a source's embedded files and live documents.

        Returns:
            For each embedded table its newest good document, and all good live documents.
        """
        loader = self.hash_loader(contract)
        corrections = load_corrections(contract)
        embedded = [self._archive_embedded(contract, table) for table in contract.tables]
        current: list[Load] = []
        refused: list[Load] = []
        before = self._count_records(contract)
        for table, document in zip(contract.tables, embedded, strict=True):
            load = None
            if document is not None:
                load = self._load(contract, document, [table], corrections, loader)
                if load.status == "refused":
                    refused.append(load)
                    load = self._find_last_good(contract, table)
            else:
                load = self._find_last_good(contract, table)
            if load is not None:
                current.append(load)
                files = [t.file for t in load.tables]
                self._add_table_ids(table, files)
                self._keep_governing_rows(contract, table, files)
        notes = {
            address.document: self.archive.read_fetch_note(contract.source_id, address.document)
            for address in contract.addresses
        }
        for document in self.archive.list_documents(contract.source_id):
            if document.origin == "live":
                load = self._load(contract, document, contract.tables, corrections, loader)
                note = notes.get(document.document)
                if load.status == "accepted":
                    current.append(load)
                # what an address served once and has mended since is no news any more
                elif note is None or note.sha256 == document.sha256:
                    refused.append(load)
        for load in refused:
            logger.warning("document refused: %s", load.reason)
        return SourceLoads(
            contract,
            current,
            refused,
            self._count_records(contract) - before,
            [note for note in notes.values() if note is not None and note.outcome == "failed"],
            {
                table.table: fold_history(
                    self.connection,
                    table,
                    current,
                    {
                        document: self.archive.list_sightings(contract.source_id, document)
                        for document in {load.document for load in current}
                    },
                    self.settings.history_dir / contract.source_id / table.table,
                    self.settings.warehouse_dir,
                )
                for table in contract.tables
                if table.document_mode == "history"
            },
        )

    def _count_records(self, contract: Contract) -> int:
        return len(list((self.settings.loads_dir / contract.source_id).glob("*.json")))

    def _archive_embedded(self, contract: Contract, table: Table) -> Document | None:
        path = contract.folder / "data" / table.file_name
        if not path.exists():
            if contract.kind == "connector":
                return None  # the table comes from live documents only
            raise ContractError(f"{path}: file not found; the contract names table {table.table}")
        return self.archive.store_file(
            path,
            Document(
                source_id=contract.source_id,
                document=table.table,
                sha256=hash_file(path),
                origin="embedded",
                address=f"{contract.source_id}/data/{table.file_name}",
                media="csv",
                document_on=contract.embedded_on,
                fetched_at=now_utc(),
                bytes=path.stat().st_size,
            ),
        )

    def _find_last_good(self, contract: Contract, table: Table) -> Load | None:
        good = [
            load
            for load in list_loads(self.settings.loads_dir, contract.source_id)
            if load.origin == "embedded"
            and load.status == "accepted"
            and load.get_table(table.table)
        ]
        return good[-1] if good else None

    def _load(
        self,
        contract: Contract,
        document: Document,
        tables: list[Table],
        corrections: list[Correction],
        loader: str,
    ) -> Load:
        record = get_record_path(
            self.settings.loads_dir,
            contract.source_id,
            document.document,
            document.sha256,
            loader,
        )
        if record.exists():
            return read_load(record)
        status: Literal["accepted", "refused"] = "accepted"
        reason: str | None = None
        loads: list[TableLoad] = []
        try:
            loads = self._load_tables(contract, document, tables, corrections, loader)
        except DocumentFault as fault:
            status, reason = "refused", str(fault)
        load = Load(
            source_id=contract.source_id,
            document=document.document,
            sha256=document.sha256,
            loader=loader,
            loaded_at=now_utc(),
            status=status,
            origin=document.origin,
            address=document.address,
            document_on=document.document_on,
            fetched_at=document.fetched_at,
            contract_version=contract.contract_version,
            reason=reason,
            tables=loads,
        )
        write_load(self.settings.loads_dir, load)
        return load

    def _load_tables(
        self,
        contract: Contract,
        document: Document,
        tables: list[Table],
        corrections: list[Correction],
        loader: str,
    ) -> list:
        context = LoadContext(
            self.connection, self.entity_tables, self.settings, loader, today_utc()
        )
        label = f"{contract.source_id}: {document.address}"
        if document.origin == "embedded":
            path = self.archive.check(document.sha256)
            check_file(path, label)
            cells = read_csv_cells(self.connection, path, label)
            if set(tables[0].columns) <= set(cells.columns):
                self._add_own_ids(tables[0])
            return [load_table(contract, tables[0], document, corrections, context, cells)]
        content = self.archive.read(document.sha256)
        if document.media != "zip":
            check_bytes(content, label)
        parsed = load_parser(contract)(document, content)
        loads = []
        for table in tables:
            if table.table in parsed:
                cells = read_parsed_cells(
                    self.connection, parsed[table.table], f"{label}: {table.table}"
                )
                loads.append(load_table(contract, table, document, corrections, context, cells))
        if not loads:
            raise DocumentFault(f"{label}: the parser found no table of the contract")
        return loads
