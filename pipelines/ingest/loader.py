"""Loading one document of one source: its record, if it still holds, else everything anew.

A record holds while the raw and quarantine files are what was written and no row waits for a day
that has come. Whatever is wrong with a document refuses it; what is wrong with the machine (no
room on the disk) ends the run and is remembered of no document.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.archive.documents import Archive, Document
from pipelines.base.errors import ComputeBalanceError, DocumentFault
from pipelines.base.files import get_temporary_path
from pipelines.base.settings import Settings, now_utc, today_utc
from pipelines.base.texts import shorten
from pipelines.contracts.corrections import Correction
from pipelines.contracts.model import Contract, Entity, Table
from pipelines.ingest.cells import Cells, read_csv_cells, read_parsed_cells
from pipelines.ingest.document_checks import check_file
from pipelines.ingest.ids import KnownIds
from pipelines.ingest.load import LoadContext, load_table
from pipelines.ingest.parsers import has_parser
from pipelines.ingest.read_document import open_cells, parse_document
from pipelines.ingest.records import Load, TableLoad, get_record_path, read_load, write_load
from pipelines.ingest.whole_files import WholeFiles


class DocumentLoader:
    """Loads documents through one session's connection, ids and folders."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, settings: Settings, archive: Archive,
        ids: KnownIds, files: WholeFiles,
    ) -> None:  # fmt: skip
        self.connection, self.settings, self.archive = connection, settings, archive
        self.ids, self.files = ids, files

    def find(self, document: Document, loader: str) -> Load | None:
        """Return the record of a document under a loader version, if it still holds."""
        load = read_load(
            get_record_path(
                self.settings.loads_dir,
                source_id=document.source_id,
                document=document.document,
                origin=document.origin,
                sha256=document.sha256,
                loader=loader,
            )
        )
        if load is None or (load.waits_until and load.waits_until <= today_utc()):
            return None
        return load if self.is_whole(load) else None

    def is_whole(self, load: Load) -> bool:
        """Tell whether the files of a load are those that were written."""
        return all(
            self.files.is_whole(table.file, table.sha256)
            and (
                table.quarantine_file is None
                or self.files.is_whole(table.quarantine_file, table.quarantine_sha256 or "")
            )
            for table in load.tables
        )

    def load(
        self,
        contract: Contract,
        document: Document,
        tables: list[Table],
        corrections: list[Correction],
        loader: str,
        kept_in: Path | None = None,
    ) -> Load:
        """Load a document, or refuse it; either is kept in a record.

        Args:
            contract: the source's contract.
            document: its record in the archive.
            tables: the tables that it may hold.
            corrections: of the source.
            loader: version of everything that shapes the rows beside the bytes.
            kept_in: the file in the repository with the same bytes, if there is one.

        Raises:
            ContractError: the contract, a label table or the parser is wrong.
            ComputeBalanceError: the disk or the memory is full.
        """
        status: Literal["accepted", "refused"] = "accepted"
        reason: str | None = None
        waits_until: date | None = None
        loads: list[TableLoad] = []
        try:
            path = self._open_archived(document, kept_in)
            loads = self._load_tables(contract, document, tables, corrections, loader, path)
            days = [table.waits_until for table in loads if table.waits_until]
            waits_until = min(days) if days else None
        except DocumentFault as fault:
            status, reason, waits_until = "refused", str(fault), fault.waits_until
        except (duckdb.IOException, duckdb.OutOfMemoryException, OSError, MemoryError) as error:
            told = shorten(str(error).splitlines()[0] if str(error) else type(error).__name__)
            raise ComputeBalanceError(
                f"{contract.source_id}: {document.address}: could not be loaded for want of room: "
                f"{told}; free disk or memory and run again"
            ) from error
        except duckdb.Error as error:
            told = shorten(str(error).splitlines()[0])
            status = "refused"
            reason = (
                f"{contract.source_id}: {document.address}: the engine cannot load it: {told}; "
                "expected rows that every rule of the contract can judge"
            )
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
            tables=loads if status == "accepted" else [],
            waits_until=waits_until,
        )
        write_load(self.settings.loads_dir, load)
        # the files are as they were just written
        self.is_whole(load)
        return load

    def _open_archived(self, document: Document, kept_in: Path | None) -> Path:
        """Return where the bytes are; a copy that is gone or altered is made again if it can be."""
        try:
            return self.archive.check(document.sha256)
        except (FileNotFoundError, ValueError) as error:
            if kept_in is None:
                raise DocumentFault(
                    f"{document.source_id}: {document.address}: the archived bytes are gone or "
                    f"altered ({error}); expected those with SHA-256 {document.sha256}. Fetch the "
                    "document again"
                ) from error
        self.archive.get_path(document.sha256).unlink(missing_ok=True)
        self.archive.store_file(kept_in, document)
        return self.archive.check(document.sha256)

    def _load_tables(
        self,
        contract: Contract,
        document: Document,
        tables: list[Table],
        corrections: list[Correction],
        loader: str,
        path: Path,
    ) -> list[TableLoad]:
        context = LoadContext(self.connection, self.ids.tables, self.settings, loader, today_utc())
        label = f"{contract.source_id}: {document.address}"
        folder = get_temporary_path(self.settings.warehouse_dir / "data" / "unpacked")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if document.origin == "embedded":
                cells = self._open_embedded(path, tables[0], document, label, folder)
                own = self.ids.add_own(tables[0])
                try:
                    load = load_table(contract, tables[0], document, corrections, context, cells)
                except DocumentFault:
                    self.ids.drop_lost(tables[0], own, None)
                    raise
                # a row that was not accepted is known to nobody, nor to the other rows of its table
                while self.ids.drop_lost(tables[0], own, load.file) and _refers_to(tables[0], own):
                    load = load_table(contract, tables[0], document, corrections, context, cells)
                return [load]
            return self._load_upstream(
                contract, document, tables, corrections, context, path, label, folder
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _open_embedded(
        self, path: Path, table: Table, document: Document, label: str, folder: Path
    ) -> Cells:
        if table.read is None:
            stats = check_file(path, label)
            sorted_path = folder / "sorted.csv"
            return read_csv_cells(self.connection, path, label, table, document, stats, sorted_path)
        limit = self.settings.unpacked_limit
        return open_cells(self.connection, path, table, document, label, folder, limit)

    def _load_upstream(
        self,
        contract: Contract,
        document: Document,
        tables: list[Table],
        corrections: list[Correction],
        context: LoadContext,
        path: Path,
        label: str,
        folder: Path,
    ) -> list[TableLoad]:
        """Load what a document of the upstream's own holds, by readers and by the parser."""
        loads = []
        is_parsed = has_parser(contract)
        readable = contract.list_readable(document.document, is_parsed)
        for number, table in enumerate(readable):
            inner = folder / str(number)
            inner.mkdir()
            cells = open_cells(
                self.connection, path, table, document, label, inner, self.settings.unpacked_limit
            )
            loads.append(load_table(contract, table, document, corrections, context, cells))
            shutil.rmtree(inner)
        if is_parsed:
            parsed = parse_document(contract, document, path.read_bytes(), label)
            for table in tables:
                if table.table in parsed and table not in readable:
                    told = f"{label}: {table.table}"
                    rows = parsed[table.table]
                    cells = read_parsed_cells(self.connection, rows, told, table, document)
                    loads.append(load_table(contract, table, document, corrections, context, cells))
        if not loads:
            raise DocumentFault(
                f"{label}: found no table of the contract in it; expected "
                f"{', '.join(table.table for table in tables)}"
            )
        return loads


def _refers_to(table: Table, entities: list[Entity]) -> bool:
    """Tell whether a table has columns that refer to some entities."""
    return any(column.references in entities for column in table.columns.values())
