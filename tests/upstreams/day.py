"""A live day over all connectors against the upstreams of this machine: fetched, and loaded."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from pipelines.archive.documents import Archive
from pipelines.archive.fetch import Fetch, fetch_source
from pipelines.archive.http import Asker
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract
from pipelines.ingest.ingest import IngestSession, SourceLoads, ingest_all
from pipelines.ingest.order import order_sources
from tests.upstreams.player import Upstreams

# when the first live day of a test is, whenever the test runs
FIRST_MOMENT = datetime(2026, 11, 26, 12)
# samples that hold a few rows of a large document, or a bad row among few
SMALL_SAMPLES = ("epoch_chip_counts", "exchange_rates", "mlperf_training_logs")


@dataclass
class LiveWarehouse:
    """The repository's sources in a warehouse of their own, and what became of each live day."""

    settings: Settings
    contracts: list[Contract]
    fetches: list[Fetch] = field(default_factory=list)
    loads: dict[str, SourceLoads] = field(default_factory=dict)

    @property
    def archive(self) -> Archive:
        """Where what was fetched is kept."""
        return Archive(self.settings.archive_dir)

    @property
    def connectors(self) -> list[Contract]:
        """The sources that have addresses."""
        return [contract for contract in self.contracts if contract.addresses]

    def get(self, source_id: str) -> Contract:
        """Return one contract."""
        return next(c for c in self.contracts if c.source_id == source_id)

    def fetch(self, *sources: str, days: int = 0) -> float:
        """Ask the addresses of connectors (all, or some); return the seconds that it took.

        Args:
            sources: which; all without any.
            days: how many days after the first one.
        """
        begun = time.monotonic()
        asker = Asker(self.settings)
        moment = FIRST_MOMENT + timedelta(days=days)
        with patch("pipelines.archive.fetch.now_utc", lambda: moment):
            self.fetches = [
                fetch
                for contract in self.connectors
                if not sources or contract.source_id in sources
                for fetch in fetch_source(contract, self.archive, self.settings, asker)
            ]
        return time.monotonic() - begun

    def load(self, *sources: str) -> float:
        """Load the connectors (all, or some) with what provides ids; return the seconds."""
        begun = time.monotonic()
        session = IngestSession(self.settings)
        for contract in order_sources(self.contracts):
            is_asked = bool(contract.addresses) and (not sources or contract.source_id in sources)
            if is_asked or any(table.provides for table in contract.tables):
                self.loads[contract.source_id] = session.ingest_or_stand_aside(contract)
        session.close()
        return time.monotonic() - begun

    def load_all(self) -> float:
        """Take in all sources, as a run does; return the seconds."""
        begun = time.monotonic()
        found = ingest_all(self.contracts, self.settings)
        self.loads = {loads.contract.source_id: loads for loads in found}
        return time.monotonic() - begun


def open_warehouse(folder: Path, contracts: list[Contract] | None = None) -> LiveWarehouse:
    """Return a warehouse of the repository's sources, or of some; nothing is fetched yet."""
    settings = Settings(
        warehouse_dir=folder,
        fetch_pause_s=0.0,
        fetch_timeout_s=2.0,
        fetch_total_s=2.0,
        contact="data@example.org",
    )
    found = [
        _accept_small(contract) if contract.source_id in SMALL_SAMPLES else contract
        for contract in contracts or load_contracts(settings.sources_dir)
    ]
    return LiveWarehouse(settings, found)


def _accept_small(contract: Contract) -> Contract:
    """Return a contract that takes a document of a few rows; all else is as it says."""
    tables = [table.model_copy(update={"min_rows": 1}) for table in contract.tables]
    return contract.model_copy(update={"tables": tables, "max_rejected_share": 0.5})


def play_all(upstreams: Upstreams, warehouse: LiveWarehouse) -> None:
    """Serve the samples of all connectors."""
    for contract in warehouse.connectors:
        upstreams.play(contract)
