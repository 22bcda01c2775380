"""Resources: the run that a Dagster run stands for, with its settings and the warehouse's lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg
from dagster_dbt import DbtCliResource
from pydantic import Field

from pipelines.base.errors import ComputeBalanceError
from pipelines.base.settings import Settings
from pipelines.build.models import get_dbt_executable
from pipelines.run.pipeline import hold_run, wait_for_lock
from pipelines.run.progress import is_worth_a_line
from pipelines.run.state import Run, require_draws, start_run


class Warehouse(dg.ConfigurableResource):
    """Where a warehouse is and how large its runs may grow; the fields are those of `Settings`."""

    sources_dir: str = Field(description="Folder with one folder per source.")
    dbt_dir: str = Field(description="The dbt project.")
    expectations_dir: str = Field(description="Folder with the suites of the audit.")
    docs_dir: str = Field(description="Folder of the documentation.")
    warehouse_dir: str = Field(description="Folder of loaded data, builds and releases.")
    keep_releases: int = Field(description="How many releases stay.")
    keep_release_days: int = Field(description="Days for which a release stays.")
    keep_as_of_days: int = Field(description="Days for which a build of an earlier day stays.")
    keep_what_if_days: int = Field(description="Days for which a what-if build stays.")
    keep_raw_days: int = Field(description="Days for which loaded rows out of use stay.")
    keep_document_days: int = Field(description="Days for which a document out of use stays.")
    keep_log_days: int = Field(description="Days for which logs stay.")
    memory_limit: str = Field(description="DuckDB's memory limit, for example 4GB.")
    threads: int = Field(description="DuckDB's threads.")
    draws: int = Field(description="Number of Monte Carlo draws.")
    seed: int = Field(description="Seed of the portable deviates.")
    fetch_timeout_s: float = Field(description="Seconds of silence after which a request ends.")
    fetch_total_s: float = Field(description="Seconds that one answer may take as a whole.")
    fetch_limit: int = Field(description="Bytes that one answer may have.")
    fetch_retries: int = Field(description="Attempts per address.")
    fetch_wait_s: float = Field(description="Longest wait in seconds that a server may ask for.")
    fetch_pause_s: float = Field(description="Seconds between two requests to one host, at least.")
    stale_after_days: int = Field(description="Days without a good run, then it is called stale.")
    quiet_minutes: int = Field(description="Minutes without news before the sensor builds.")
    dagster_days: int = Field(description="Days for which Dagster keeps records of runs.")
    log_format: str = Field(description="Form of log lines: text or json.")
    spark_memory: str = Field(description="Heap of Apache Spark where it builds the models here.")
    store: str = Field(description="Object storage shared with other machines: s3://bucket/prefix.")
    store_lease_s: float = Field(description="Seconds after which a silent writer's right is over.")
    contact: str = Field(description="Whom a publisher may write to about our requests.")
    unpacked_limit: int = Field(description="Bytes that a packed document may have once unpacked.")

    @classmethod
    def from_settings(cls, settings: Settings) -> "Warehouse":
        """Return the resource that stands for the given settings."""
        return cls(**settings.model_dump(mode="json"))

    def to_settings(self) -> Settings:
        """Return the settings that this resource stands for."""
        return Settings(**{name: getattr(self, name) for name in Settings.model_fields})


class WarehouseRun(dg.ConfigurableResource[Run]):
    """One run on a warehouse; the steps of a Dagster run share it and hand it what they find.

    It holds the warehouse's lock from the first step to the last, so that two Dagster runs, or one
    and a `compute-balance run`, never work on the same build file. All steps of a run therefore
    have to stay in one process (the in-process executor).
    """

    warehouse: dg.ResourceDependency[Warehouse]
    as_of: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="Build what the public knew on that day (UTC, YYYY-MM-DD); by default today.",
    )
    draws: int | None = Field(
        default=None, ge=1, description="Number of Monte Carlo draws; by default the warehouse's."
    )

    wait_s: float = Field(
        default=0.0, ge=0, description="Seconds to wait for a run of the command line to end."
    )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Run]:
        """Begin the run, hold its lock while steps use it, and keep in the end how it went."""
        settings = self.warehouse.to_settings()
        if self.draws:
            settings = settings.model_copy(update={"draws": self.draws})
        day = date.fromisoformat(self.as_of) if self.as_of else None
        if context.log is None:
            raise ComputeBalanceError("a run on a warehouse needs Dagster's log to report to")
        log = context.log.info

        def tell(line: str) -> None:
            # each line is a row of Dagster's storage, so of the counts only some are told
            if is_worth_a_line(line):
                log(line)

        require_draws(settings)
        wait_for_lock(settings, self.wait_s, tell)
        run = start_run(settings, day, tell)
        run.dagster_run_id = context.run_id
        with hold_run(run):
            yield run


def make_dbt_resource(settings: Settings) -> DbtCliResource:
    """Return dbt's command line for the project of the given settings."""
    return DbtCliResource(
        project_dir=str(settings.dbt_dir),
        profiles_dir=str(settings.dbt_dir),
        dbt_executable=str(get_dbt_executable()),
    )
