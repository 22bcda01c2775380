"""What one run is: what was asked for, what its stages have found so far, how it ended.

What a stage does belongs in `stages.py`, the order of stages in `pipeline.py` and in the Dagster
assets.
"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipelines.archive.fetch import Fetch
from pipelines.base.errors import ComputeBalanceError, ContractError, DrawsError
from pipelines.base.files import hash_bytes
from pipelines.base.settings import Settings, now_utc, today_utc
from pipelines.build.models import NodeResult
from pipelines.contracts.load import ContractFault, discover_contracts, read_yaml
from pipelines.contracts.model import Contract
from pipelines.contracts.staging import get_staging_name
from pipelines.ingest.ingest import SourceLoads
from pipelines.quality.records import Check, Freshness, RunRecord, StageRecord
from pipelines.release.manifest import Manifest
from pipelines.run.code_version import compute_code_version


@dataclass
class Run:
    """One run: what was asked for, and what its stages have found so far."""

    settings: Settings
    as_of: date
    run_id: str
    progress: Callable[[str], None] = lambda line: None
    contracts: list[Contract] = field(default_factory=list)
    contract_faults: list[ContractFault] = field(default_factory=list)
    sources: list[SourceLoads] = field(default_factory=list)
    nodes: list[NodeResult] = field(default_factory=list)
    freshness: list[Freshness] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)  # of the relations that the audit counted
    code_version: str = field(init=False)
    record: RunRecord = field(init=False)
    fingerprint: str = ""
    next_change_on: date | None = None
    outcome: "Outcome | None" = None
    failure: str | None = None
    fetched: list[str] = field(default_factory=list)  # how each address answered, where asked
    master: str | None = None  # where Apache Spark builds the models; None: DuckDB does
    answers: list[Fetch] = field(default_factory=list)  # the same, with source and document
    store_fault: str | None = None  # why the store is not as this folder is
    started_at: datetime = field(default_factory=now_utc)
    dagster_run_id: str | None = None

    def __post_init__(self) -> None:
        self.code_version = compute_code_version(self.settings)
        self.record = RunRecord(self.run_id, self.as_of)

    @property
    def is_current(self) -> bool:
        """Whether the build is of the present day and so replaces the current release."""
        return self.as_of >= today_utc()


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `published`, or `unchanged` with the release that still holds."""

    status: str
    run: Run
    manifest: Manifest
    path: Path
    message: str


def start_run(
    settings: Settings, as_of: date | None, progress: Callable[[str], None] = lambda line: None
) -> Run:
    """Begin a run: read the contracts and check what was asked for.

    A source whose contract is wrong, or that has no staging models yet, stands aside.

    Raises:
        ContractError: there is no source whose contract is right.
        ComputeBalanceError: `as_of` lies in the future.
    """
    today = today_utc()
    if as_of is not None and as_of > today:
        raise ComputeBalanceError(
            f"--as-of {as_of}: lies in the future; expected a day up to {today} (UTC)"
        )
    day = as_of or today
    moment = now_utc()
    run_id = f"{moment:%Y%m%dT%H%M%S}-{hash_bytes(str(time.time_ns()).encode())[:6]}"
    contracts, faults = discover_contracts(settings.sources_dir)
    staged = {path.stem for path in settings.dbt_dir.glob("models/staging/*/stg_*.sql")}
    for contract in contracts:
        missing = [n for t in contract.tables if (n := get_staging_name(contract, t)) not in staged]
        if missing:
            told = f"{contract.folder}: found no staging model {', '.join(missing)}; run: "
            told += "compute-balance source generate"
            faults.append(ContractFault(contract.source_id, contract.folder, told, is_draft=True))
    aside = {fault.source_id for fault in faults}
    contracts = [contract for contract in contracts if contract.source_id not in aside]
    if not contracts:
        raise ContractError("\n".join(fault.message for fault in faults))
    return Run(settings, day, run_id, progress, contracts, faults)


def require_draws(settings: Settings) -> None:
    """Refuse to build with fewer draws than the quantities of a balance need.

    The dbt project says how many: its variable `minimum_draws`. A project without it needs none.

    Raises:
        DrawsError: names both numbers.
    """
    project = read_yaml(settings.dbt_dir / "dbt_project.yml")
    least = int((project.get("vars") or {}).get("minimum_draws", 1))
    if settings.draws < least:
        raise DrawsError(
            f"{settings.draws} draws: found fewer than the {least} that the quantities of a "
            f"balance need; ask for {least} or more (--draws, COMPUTE_BALANCE_DRAWS)"
        )


def get_peak_mib() -> float:
    """Return the peak memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def time_stage(run: Run, stage: str) -> Iterator[None]:
    """Note start, duration, peak memory and failure of a stage in the run's record."""
    run.progress(f"{stage} ...")
    started_at, began, status = now_utc(), time.monotonic(), "failed"
    try:
        yield
        status = "done"
    except BaseException as error:
        run.failure = str(error) or type(error).__name__
        raise
    finally:
        seconds = time.monotonic() - began
        run.record.stages.append(StageRecord(stage, started_at, seconds, get_peak_mib(), status))
        run.progress(f"{stage} {status} in {seconds:.1f} s")


def require_stage(run: Run, stage: str) -> None:
    """Refuse to go on in a run that has left out an earlier stage.

    Raises:
        ComputeBalanceError: names the stage.
    """
    if not any(item.stage == stage and item.status == "done" for item in run.record.stages):
        raise ComputeBalanceError(
            f"run {run.run_id}: stage {stage} was not done in this run; what follows would rest on "
            "another run's work. Launch the whole pipeline"
        )
