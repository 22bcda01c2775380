"""Taking in all sources: embedded files and archived documents become raw tables, in order.

Sources that provide ids (chips, organisations, countries, policies) come before those that refer
to them. A document that was loaded before under the same contract, parser, corrections and ids is
not touched again. What is wrong with one source stops that source alone: its last good data stay in
use, and the others go on. Loading one document belongs in `loader.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from pipelines.archive.accepted import list_accepted
from pipelines.archive.documents import Archive, Document, FetchNote
from pipelines.base.code import hash_code
from pipelines.base.errors import ContractError
from pipelines.base.files import hash_bytes
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.corrections import CORRECTIONS_FILE, Correction, load_corrections
from pipelines.contracts.governing import get_governing_variable
from pipelines.contracts.kept import keep_contract, read_kept_contract
from pipelines.contracts.labels import list_label_paths
from pipelines.contracts.load import ContractFault
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.sql_check import check_sql
from pipelines.ingest.drift import Drift, DriftWatch
from pipelines.ingest.embedded import archive_table, list_upstream
from pipelines.ingest.history import fold_history
from pipelines.ingest.ids import KnownIds
from pipelines.ingest.loader import DocumentLoader
from pipelines.ingest.order import order_usable
from pipelines.ingest.parsers import PARSER_FILE, has_parser
from pipelines.ingest.records import Load, list_loads
from pipelines.ingest.sightings import Sighting, list_sightings
from pipelines.ingest.whole_files import WholeFiles

logger = logging.getLogger(__name__)
INGEST_DIR = Path(__file__).parent


@dataclass(frozen=True)
class SourceLoads:
    """The documents of one source that a build reads, and what was refused on the way.

    `sightings` say on which days which document counted, `drifts` what the upstream has changed.
    `fault` says what is wrong with the
    contract, if the source stands aside with its last good data.
    """

    contract: Contract
    current: list[Load]
    refused: list[Load] = field(default_factory=list)
    loaded_now: int = 0
    unreachable: list[FetchNote] = field(default_factory=list)
    histories: dict[str, list[str]] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)
    withdrawn: list[Document] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    fault: str | None = None

    def list_view_files(self, table: str) -> list[str]:
        """Return the files that a table's raw view reads: its documents', or its history's."""
        return self.histories.get(table, [file for _, file in self.list_files(table)])

    def list_files(self, table: str) -> list[tuple[Load, str]]:
        """Return the raw files of a table with their documents, oldest document first."""
        return [(load, found.file) for load in self.current if (found := load.get_table(table))]


def ingest_all(
    contracts: list[Contract],
    settings: Settings,
    report: Callable[[SourceLoads], None] = lambda loads: None,
    faults: list[ContractFault] | None = None,
) -> list[SourceLoads]:
    """Load every source.

    Args:
        contracts: of all sources that can be used.
        settings: the warehouse.
        report: called after each source, for progress.
        faults: sources whose contract is wrong; their last good data stay in use.

    Returns:
        What became of each source; one whose contract turns out to be wrong says so in `fault`.
    """
    contracts = list(contracts)
    told = {fault.source_id: fault.message for fault in faults or []}
    for fault in faults or []:
        kept = read_kept_contract(settings.contracts_dir, fault.source_id, fault.folder)
        if kept is not None:
            contracts.append(kept)
    ordered = order_usable(contracts, told, bool(faults))
    session = IngestSession(settings)
    results = []
    for contract in ordered:
        loads = session.ingest_or_stand_aside(contract, told.get(contract.source_id))
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
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(
            "set temp_directory = ?", [str(settings.warehouse_dir / "data" / "spill")]
        )
        self.ids = KnownIds(self.connection, settings.warehouse_dir)
        self.files = WholeFiles(settings.build_dir / "whole_files.json", settings.warehouse_dir)
        self.loader = DocumentLoader(self.connection, settings, self.archive, self.ids, self.files)

    def close(self) -> None:
        """End the connection."""
        self.files.save()
        self.connection.close()

    def add_ids(self, loads: SourceLoads) -> None:
        """Add the ids that a source's tables provide to the known ones."""
        for table in loads.contract.tables:
            self.ids.add_table(table, [name for _, name in loads.list_files(table.table)])

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

    def hash_loader(self, contract: Contract) -> str:
        """Return the version of everything that shapes a source's raw rows beside the bytes."""
        folder: Path = contract.folder
        own = [folder / name for name in (PARSER_FILE, CORRECTIONS_FILE, *contract.parser_reads)]
        own += list_label_paths(contract)
        tables = [table.model_dump_json() for table in contract.tables]
        text = "\n".join(
            [
                *tables,
                f"{contract.max_rejected_share} {contract.max_unknown_share}",
                hash_code([path for path in own if path.exists()], folder),
                hash_code(list(INGEST_DIR.glob("*.py")), INGEST_DIR),
                self.ids.hash(contract),
            ]
        )
        return hash_bytes(text.encode())

    def ingest_or_stand_aside(self, contract: Contract, fault: str | None = None) -> SourceLoads:
        """Load a source; one whose contract is wrong stands aside with its last good data."""
        if fault is None:
            try:
                loads = self.ingest_source(contract)
            except ContractError as error:
                fault = str(error)
            else:
                keep_contract(self.settings.contracts_dir, contract)
                return loads
        logger.warning("source %s stands aside: %s", contract.source_id, fault)
        return self._use_last_good(contract, fault)

    def _use_last_good(self, contract: Contract, fault: str) -> SourceLoads:
        """Return what was loaded last under the kept contract; nothing is loaded."""
        folder = self.settings.contracts_dir
        kept = read_kept_contract(folder, contract.source_id, contract.folder)
        if kept is None:
            return SourceLoads(contract, [], fault=fault)
        found = [
            load
            for load in list_loads(self.settings.loads_dir, kept.source_id)
            if load.status == "accepted" and self.loader.is_whole(load)
        ]
        # what belongs together was loaded under one version; of an embedded table the newest
        newest = found[-1].loader if found else ""
        current: dict[tuple[str, ...], Load] = {}
        for load in found:
            if load.loader == newest:
                is_table = load.origin == "embedded"
                key = (load.document, load.origin, "" if is_table else load.sha256)
                current[key] = load
        loads = SourceLoads(
            kept, list(current.values()),
            sightings=list_sightings(self.archive, kept, list(current.values())), fault=fault,
        )  # fmt: skip
        self.add_ids(loads)
        return self._with_histories(loads)

    def ingest_source(self, contract: Contract) -> SourceLoads:
        """Archive and load a source's embedded files and the documents of its upstream.

        Returns:
            For each embedded table its newest good document, and all good documents of the
            upstream that have not been withdrawn.

        Raises:
            ContractError: the contract, a label table or the parser is wrong.
        """
        loader = self.hash_loader(contract)
        corrections = load_corrections(contract)
        self._is_checked = False
        before = self._count_records(contract)
        current: list[Load] = []
        refused: list[Load] = []
        for table in contract.tables:
            path, document = archive_table(self.archive, contract, table)
            if document is None:
                continue
            good: Load | None = self._load(contract, document, [table], corrections, loader, path)
            if good is not None and good.status == "refused":
                refused.append(good)
                good = self._find_last_good(contract, table, corrections, loader)
            if good is not None:
                current.append(good)
                files = [t.file for t in good.tables]
                self.ids.add_table(table, files)
                self._keep_governing_rows(contract, table, files)
        loads = SourceLoads(contract, current, refused)
        self._take_upstream(loads, corrections, loader)
        for load in refused:
            logger.warning("document refused: %s", load.reason)
        return self._with_histories(
            replace(
                loads,
                loaded_now=self._count_records(contract) - before,
                sightings=list_sightings(self.archive, contract, current),
            )
        )

    def _take_upstream(
        self, loads: SourceLoads, corrections: list[Correction], loader: str
    ) -> None:
        """Load the upstream's own documents, and add what became of them to `loads`."""
        contract, archive = loads.contract, self.archive
        withdrawn = archive.list_withdrawn(contract.source_id)
        notes = {
            address.document: archive.read_fetch_note(contract.source_id, address.document)
            for address in contract.addresses
        }
        accepted = list_accepted(archive, contract.source_id)
        root = self.settings.warehouse_dir
        watch = DriftWatch(self.connection, contract, root, accepted)
        for kept_in, document in list_upstream(archive, contract):
            if document.sha256 in withdrawn:
                loads.withdrawn.append(document)
                continue
            load = watch.judge(
                self._load(contract, document, contract.tables, corrections, loader, kept_in)
            )
            note = notes.get(document.document)
            if load.status == "accepted":
                loads.current.append(load)
            # what an address served once and has mended since is no news any more
            elif document.origin != "live" or note is None or note.sha256 == document.sha256:
                loads.refused.append(load)
        failed = [note for note in notes.values() if note and note.outcome == "failed"]
        loads.unreachable.extend(failed)
        loads.drifts.extend(watch.list_drifts(archive, [*loads.current, *loads.refused]))

    def _with_histories(self, loads: SourceLoads) -> SourceLoads:
        """Fold the snapshots of tables of mode `history`, and return the loads with the files."""
        contract, sightings = loads.contract, {}
        for load in loads.current:
            if load.origin == "live":
                sightings[load.document] = self.archive.list_sightings(
                    contract.source_id, load.document
                )
        loads.histories.update(
            {
                table.table: fold_history(
                    self.connection,
                    table,
                    loads.current,
                    sightings,
                    self.settings.history_dir / contract.source_id / table.table,
                    self.settings.warehouse_dir,
                    self.files,
                )
                for table in contract.tables
                if table.document_mode == "history"
            }
        )
        return loads

    def _count_records(self, contract: Contract) -> int:
        return len(list((self.settings.loads_dir / contract.source_id).glob("*.json")))

    def _find_last_good(
        self, contract: Contract, table: Table, corrections: list[Correction], loader: str
    ) -> Load | None:
        """Return the embedded document of a table that was good last, read as of today.

        It is loaded again under the present contract; where that refuses it too, its rows stay in
        use as they were loaded, if they have the columns that are asked for now.
        """
        good = [
            load
            for load in list_loads(self.settings.loads_dir, contract.source_id)
            if load.origin == "embedded"
            and load.status == "accepted"
            and load.get_table(table.table)
        ]
        known = {d.sha256: d for d in self.archive.list_documents(contract.source_id)}
        for sha256 in dict.fromkeys(load.sha256 for load in reversed(good)):
            if sha256 in known and known[sha256].origin == "embedded":
                load = self._load(contract, known[sha256], [table], corrections, loader, None)
                if load.status == "accepted":
                    return load
        for load in reversed(good):
            if self.loader.is_whole(load) and self._has_columns(load, table):
                return load
        return None

    def _has_columns(self, load: Load, table: Table) -> bool:
        counted = load.get_table(table.table)
        if counted is None:
            return False
        file = self.settings.warehouse_dir / counted.file
        described = self.connection.execute(
            "describe select * from read_parquet(?)", [str(file)]
        ).fetchall()
        types = {name: type_ for name, type_, *_ in described}
        return all(types.get(name) == column.type for name, column in table.columns.items())

    def _load(
        self,
        contract: Contract,
        document: Document,
        tables: list[Table],
        corrections: list[Correction],
        loader: str,
        kept_in: Path | None,
    ) -> Load:
        """Return what became of a document, loading it if that is not known yet."""
        load = self.loader.find(document, loader)
        if load is not None:
            return load
        if not self._is_checked:
            check_sql(contract, has_parser(contract))
            self._is_checked = True
        return self.loader.load(contract, document, tables, corrections, loader, kept_in)
