"""Where things are and how large they may grow; every path and limit of a run comes from here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Settings of one warehouse, from arguments or `COMPUTE_BALANCE_*` environment variables.

    The defaults describe this repository; tests point the same doors at a small project.
    """

    model_config = SettingsConfigDict(env_prefix="COMPUTE_BALANCE_", frozen=True, extra="forbid")

    sources_dir: Path = PROJECT_DIR / "pipelines" / "sources"
    dbt_dir: Path = PROJECT_DIR / "dbt"
    expectations_dir: Path = PROJECT_DIR / "expectations"
    docs_dir: Path = PROJECT_DIR / "docs"
    warehouse_dir: Path = PROJECT_DIR / "warehouse"
    keep_releases: int = Field(default=10, ge=1)
    memory_limit: str = "4GB"
    threads: int = Field(default=2, ge=1)
    # heap of Apache Spark on this machine, where a run is asked to build there
    spark_memory: str = "3g"
    draws: int = Field(default=1000, ge=1)
    seed: int = 20231219
    # how many bytes a packed document may have once it is unpacked
    unpacked_limit: int = Field(default=1_073_741_824, ge=1)
    # silence of a server, and the whole of one answer; a contract may give an address more
    fetch_timeout_s: float = Field(default=60.0, gt=0)
    fetch_total_s: float = Field(default=300.0, gt=0)
    fetch_limit: int = Field(default=536_870_912, ge=1)
    fetch_retries: int = Field(default=3, ge=1)
    # longest wait that a server may ask for, and the least time between two requests to one
    fetch_wait_s: float = Field(default=120.0, ge=0)
    fetch_pause_s: float = Field(default=0.2, ge=0)
    # days without a run that ended well, after which `status` calls the release stale
    stale_after_days: int = Field(default=7, ge=1)
    # what housekeeping keeps, in days; what a kept release cites or a source needs stays longer
    keep_release_days: int = Field(default=400, ge=1)
    keep_as_of_days: int = Field(default=90, ge=1)
    keep_what_if_days: int = Field(default=30, ge=1)
    keep_raw_days: int = Field(default=30, ge=1)
    keep_document_days: int = Field(default=400, ge=1)
    keep_log_days: int = Field(default=30, ge=1)
    # minutes without further news, after which Dagster's sensor builds
    quiet_minutes: int = Field(default=10, ge=0)
    # days for which Dagster keeps its own records of runs
    dagster_days: int = Field(default=30, ge=1)
    # lines of a run and messages of stages: for people, or one JSON object a line
    log_format: Literal["text", "json"] = "text"
    # object storage that this warehouse shares with other machines: s3://bucket/prefix
    store: str = ""
    # seconds after which the right of a silent machine to write there may be taken over
    store_lease_s: float = Field(default=600.0, gt=0)
    # whom a publisher may write to about our requests, for example an e-mail address
    contact: str = ""

    @property
    def archive_dir(self) -> Path:
        """Original bytes, named by their SHA-256."""
        return self.warehouse_dir / "data" / "archive"

    @property
    def raw_dir(self) -> Path:
        """Typed rows: one Parquet file per document and table."""
        return self.warehouse_dir / "data" / "raw"

    @property
    def history_dir(self) -> Path:
        """Intervals folded from snapshots: some Parquet files per table of mode `history`."""
        return self.warehouse_dir / "data" / "history"

    @property
    def quarantine_dir(self) -> Path:
        """Refused rows with field, value and reason: one Parquet file per document and table."""
        return self.warehouse_dir / "data" / "quarantine"

    @property
    def loads_dir(self) -> Path:
        """One record per loaded document; a raw file without a record does not count."""
        return self.warehouse_dir / "data" / "loads"

    @property
    def contracts_dir(self) -> Path:
        """The last good contract of each source, for a run in which it cannot be read."""
        return self.warehouse_dir / "data" / "contracts"

    @property
    def build_dir(self) -> Path:
        """Folder of the file that a run builds before it is audited."""
        return self.warehouse_dir / "build"

    @property
    def build_path(self) -> Path:
        """The build file; its stem is the database name that dbt's relations carry."""
        return self.build_dir / "compute_balance.duckdb"

    @property
    def current_path(self) -> Path:
        """The published file that BI tools open read-only."""
        return self.warehouse_dir / "compute_balance.duckdb"

    @property
    def releases_dir(self) -> Path:
        """The last releases, each in a folder named by its id."""
        return self.warehouse_dir / "releases"

    @property
    def as_of_dir(self) -> Path:
        """Releases of earlier days, each in a folder named by its day."""
        return self.warehouse_dir / "as_of"

    @property
    def what_if_dir(self) -> Path:
        """Private warehouses of what-if builds, each in a folder named by what it asks."""
        return self.warehouse_dir / "what_if"

    @property
    def status_dir(self) -> Path:
        """The status page and the metrics that every run writes anew."""
        return self.warehouse_dir / "status"

    @property
    def lock_path(self) -> Path:
        """The lock that one run at a time holds."""
        return self.warehouse_dir / "run.lock"


def today_utc() -> date:
    """Return the present day in UTC, the default as-of day of a build."""
    return datetime.now(UTC).date()


def now_utc() -> datetime:
    """Return the present moment in UTC, without zone, as all timestamps here are stored."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
