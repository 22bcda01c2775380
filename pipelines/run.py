"""The main job as a sequence of stages: fetch, ingest, register, models, meta, audit, publish.

Each stage is a function of the run; the command line calls them in order in one process, and the
Dagster assets call the same functions. What a stage does belongs in its own room.
"""

from __future__ import annotations

import logging
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from pipelines import __version__
from pipelines.build.models import NodeResult, read_manifest, run_dbt
from pipelines.build.register import find_next_change, open_build, start_build
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import Contract
from pipelines.errors import AuditFailed, ComputeBalanceError
from pipelines.files import hash_bytes, hash_files, remove_leftovers, write_json
from pipelines.ingest.ingest import SourceLoads, ingest_all
from pipelines.quality.results import Check, count_checks
from pipelines.release.content import combine_hashes, hash_content, list_marts
from pipelines.release.lock import hold_lock
from pipelines.release.manifest import CONTRACT_VERSION, Manifest, list_releases
from pipelines.release.publish import (
    Publication,
    complete_publication,
    publish_as_of,
    publish_release,
    read_as_of,
    read_current_id,
)
from pipelines.release.write_meta import Freshness, RunRecord, StageRecord
from pipelines.settings import Settings, now_utc, today_utc

logger = logging.getLogger(__name__)
PACKAGE_DIR = Path(__file__).parent


@dataclass
class Run:
    """One run: what was asked for, and what its stages have found so far."""

    settings: Settings
    as_of: date
    run_id: str
    progress: Callable[[str], None] = lambda line: None
    contracts: list[Contract] = field(default_factory=list)
    sources: list[SourceLoads] = field(default_factory=list)
    nodes: list[NodeResult] = field(default_factory=list)
    freshness: list[Freshness] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    record: RunRecord | None = None
    fingerprint: str = ""
    next_change_on: date | None = None

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

    Raises:
        ContractError: a contract is invalid.
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
    contracts = load_contracts(settings.sources_dir)
    return Run(settings, day, run_id, progress, contracts, record=RunRecord(run_id, day))


def get_peak_mib() -> float:
    """Return the peak memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def time_stage(run: Run, stage: str) -> Iterator[None]:
    """Note start, duration and peak memory of a stage in the run's record."""
    run.progress(f"{stage} ...")
    started_at, began = now_utc(), time.monotonic()
    yield
    seconds = time.monotonic() - began
    run.record.stages.append(StageRecord(stage, started_at, seconds, get_peak_mib()))
    run.progress(f"{stage} done in {seconds:.1f} s")


def fetch_live(run: Run, only: list[str]) -> None:
    """Ask the addresses of connectors (all, or those of some sources or areas) for news."""
    from pipelines.archive import Archive
    from pipelines.fetch import fetch_source

    archive = Archive(run.settings.archive_dir)
    for contract in run.contracts:
        if contract.addresses and (not only or {contract.source_id, contract.area} & set(only)):
            for fetch in fetch_source(contract, archive, run.settings):
                run.progress(
                    f"  {fetch.source_id} {fetch.document}: {fetch.outcome}, {fetch.message}"
                )


def ingest_sources(run: Run) -> None:
    """Load all sources into raw tables."""

    def report(loads: SourceLoads) -> None:
        for load in loads.refused:
            run.progress(f"  REFUSED {load.reason}")
        if loads.loaded_now:
            tables = [table for load in loads.current for table in load.tables]
            accepted = sum(table.rows_accepted for table in tables)
            bad = sum(table.rows_quarantined for table in tables)
            run.progress(
                f"  {loads.contract.source_id}: {accepted:,} rows"
                + (f", {bad} quarantined" if bad else "")
            )

    run.sources = ingest_all(run.contracts, run.settings, report)
    run.fingerprint = compute_fingerprint(run)


def compute_code_version(settings: Settings) -> str:
    """Return version and hash of everything that shapes a release beside the documents."""
    code = hash_files(list(PACKAGE_DIR.rglob("*.py")), PACKAGE_DIR)
    parts = [code]
    for folder, patterns in (
        (settings.dbt_dir, ("models/**/*", "macros/**/*", "tests/**/*", "*.yml")),
        (settings.expectations_dir, ("**/*.yml", "**/*.py")),
    ):
        paths = [path for pattern in patterns for path in folder.glob(pattern) if path.is_file()]
        parts.append(hash_files(paths, folder))
    return f"{__version__}+{hash_bytes(''.join(parts).encode())[:12]}"


def compute_fingerprint(run: Run) -> str:
    """Return a hash of code, inputs and settings: all that a build depends on beside its day."""
    documents = sorted(
        (load.source_id, load.document, load.sha256, load.loader, load.status)
        for loads in run.sources
        for load in [*loads.current, *loads.refused]
    )
    terms = [contract.model_dump_json() for contract in run.contracts]
    text = "\n".join(
        [
            compute_code_version(run.settings),
            str(documents),
            *terms,
            f"{run.settings.draws} {run.settings.seed} {CONTRACT_VERSION}",
        ]
    )
    return hash_bytes(text.encode())


def find_unchanged(run: Run) -> Outcome | None:
    """Return the release that a build would only repeat, if there is one."""
    settings = run.settings
    if run.is_current:
        kept = list_releases(settings.releases_dir)
        newest = kept[0] if kept else None
        if newest and newest.fingerprint == run.fingerprint and newest.covers(run.as_of):
            current = read_current_id(settings)
            message = f"nothing changed since release {newest.release_id}"
            if current != newest.release_id:
                message += f", which was rolled back; the current release is {current}"
            return Outcome("unchanged", run, newest, settings.current_path, message)
        return None
    manifest = read_as_of(settings, run.as_of)
    if manifest and manifest.fingerprint == run.fingerprint:
        path = settings.as_of_dir / run.as_of.isoformat() / "compute_balance.duckdb"
        return Outcome("unchanged", run, manifest, path, "nothing changed since this build")
    return None


def register_raw(run: Run) -> None:
    """Start the build file and find the next day on which more becomes known."""
    start_build(run.settings, run.sources, run.as_of)
    change = find_next_change(run.sources, run.settings, run.as_of)
    quarter = find_next_quarter(run.as_of)
    run.next_change_on = min(change, quarter) if change else quarter


def find_next_quarter(day: date) -> date:
    """Return the first day of the quarter after a day: then the balance's grid grows."""
    month = 3 * ((day.month - 1) // 3) + 4
    return date(day.year + month // 13, month - 12 * (month // 13), 1)


def build_models(run: Run) -> None:
    """Run dbt: all models and their tests."""
    done = {"model": 0, "test": 0}

    def report(node: NodeResult) -> None:
        kind = "model" if node.kind == "model" else "test"
        done[kind] += 1
        if node.status in ("error", "fail"):
            run.progress(f"  FAILED {node.kind} {node.name}: {node.message}")
        elif sum(done.values()) % 50 == 0:
            run.progress(f"  {done['model']} models and {done['test']} tests done")

    run.nodes = run_dbt(run.settings, ["build"], report)


def write_meta(run: Run) -> None:
    """Fill schema `meta` of the build, all but the checks and the release itself."""
    from pipelines.release import write_meta as meta

    connection = open_build(run.settings)
    try:
        meta.create_meta_tables(connection)
        run.freshness = meta.measure_freshness(connection, run.sources, run.as_of)
        meta.write_sources(connection, run.sources, run.freshness)
        meta.write_documents(connection, run.sources)
        meta.write_lineage(connection, run.sources, read_manifest(run.settings))
        meta.write_corrections(connection, run.sources)
        meta.write_quarantine(connection, run.sources, run.settings)
        meta.write_assumptions(connection, run.sources)
    finally:
        connection.close()


def audit_build(run: Run) -> None:
    """Run every check on the build; keep the results in `meta.quality_result`.

    Raises:
        AuditFailed: a check of error severity failed. The build file stays for inspection.
    """
    from pipelines.quality import audit
    from pipelines.quality.suites import load_suites, write_raw_suites
    from pipelines.release.write_meta import write_checks

    suites = write_raw_suites(run.sources) + load_suites(run.settings.expectations_dir)
    connection = open_build(run.settings)
    try:
        run.checks = [
            *audit.check_contracts(run.sources),
            *audit.check_freshness(run.freshness),
            *audit.report_dbt_tests(run.nodes, read_manifest(run.settings)),
            *audit.run_suites(connection, suites, run.settings.expectations_dir),
        ]
        write_checks(connection, run.checks, run.run_id, now_utc())
    finally:
        connection.close()
    failed = [check for check in run.checks if not check.passed and check.severity == "error"]
    if failed:
        kept = _keep_failed_build(run)
        lines = [f"  {c.table}: {c.name}: {c.message}; found {c.observed}" for c in failed[:10]]
        raise AuditFailed(
            f"{len(failed)} of {len(run.checks)} checks failed; nothing was published. The build "
            f"stands at {kept} for inspection.\n" + "\n".join(lines)
        )


def _keep_failed_build(run: Run) -> Path:
    kept = run.settings.build_dir / "failed.duckdb"
    shutil.copyfile(run.settings.build_path, kept)
    return kept


def publish_build(run: Run) -> Publication:
    """Write the release and make it current, or put it beside as the release of an earlier day."""
    from pipelines.release.write_meta import insert_rows
    from pipelines.release.write_meta import write_run as write_run_rows

    settings = run.settings
    created_at = now_utc()
    connection = open_build(settings)
    try:
        marts = list_marts(read_manifest(settings), connection, settings.build_path.stem)
        hashes = hash_content(connection, settings.build_path.stem, marts)
        rows = {
            mart.name: connection.execute(f'select count(*) from marts."{mart.name}"').fetchone()[0]
            for mart in marts
        }
        content_hash = combine_hashes(hashes)
        empty = [name for name, count in rows.items() if count == 0]
        manifest = Manifest(
            release_id=f"{created_at:%Y%m%dT%H%M%SZ}-{content_hash[:8]}",
            created_at=created_at,
            as_of=run.as_of,
            code_version=compute_code_version(settings),
            contract_version=CONTRACT_VERSION,
            content_hash=content_hash,
            fingerprint=run.fingerprint,
            next_change_on=run.next_change_on,
            run_id=run.run_id,
            rows=rows,
            table_hashes=hashes,
            keys={mart.name: list(mart.key) for mart in marts},
            empty_tables=empty,
            checks=count_checks(run.checks),
            warnings=[f"{c.name}: {c.observed}" for c in run.checks if not c.passed],
            documents=_list_documents(run.sources),
            stages=[asdict(stage) for stage in run.record.stages],
        )
        insert_rows(
            connection,
            "release",
            [
                (
                    manifest.release_id,
                    created_at,
                    run.as_of,
                    manifest.code_version,
                    CONTRACT_VERSION,
                    content_hash,
                    not run.is_current,
                    ", ".join(empty) or None,
                )
            ],
        )
        run.record.stages.append(
            StageRecord("publish", created_at, None, get_peak_mib(), "under_way")
        )
        write_run_rows(connection, run.record)
        run.record.stages.pop()
    finally:
        connection.close()
    publish = publish_release if run.is_current else publish_as_of
    return publish(settings, marts, manifest)


def _list_documents(sources: list[SourceLoads]) -> list[dict]:
    return [
        {
            "source_id": load.source_id,
            "document": load.document,
            "sha256": load.sha256,
            "address": load.address,
            "status": load.status,
            "rows_accepted": sum(table.rows_accepted for table in load.tables),
            "rows_quarantined": sum(table.rows_quarantined for table in load.tables),
        }
        for loads in sources
        for load in [*loads.current, *loads.refused]
    ]


def prepare_warehouse(run: Run) -> None:
    """Clear what a killed run left behind, and finish a publication that it had begun."""
    settings = run.settings
    for folder in (settings.warehouse_dir / "data",):
        removed = remove_leftovers(folder)
        if removed:
            run.progress(f"removed {removed} unfinished files of an earlier run")
    for folder in (settings.releases_dir, settings.as_of_dir, settings.warehouse_dir):
        for path in folder.glob("*.writing-*") if folder.exists() else []:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    completed = complete_publication(settings)
    if completed:
        run.progress(f"finished publishing release {completed.release_id} of an earlier run")


def run_pipeline(
    settings: Settings,
    as_of: date | None = None,
    live: bool = False,
    only: list[str] | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Run the main job from end to end in this process.

    Args:
        settings: the warehouse to work on.
        as_of: build what the public knew on that day; by default the present day (UTC).
        live: fetch the connectors' documents first.
        only: with `live`, fetch only these sources or areas.
        progress: receives a line for everything worth telling while the run goes on.

    Returns:
        What was published, or the release that still holds because nothing changed.

    Raises:
        LockHeld: another run works on this warehouse.
        ContractError, BuildFailed, AuditFailed: nothing was published; what was stays published.
    """
    run = start_run(settings, as_of, progress)
    with hold_lock(settings.lock_path, f"run {run.run_id} as of {run.as_of}"):
        try:
            outcome = _run_stages(run, live, only or [])
        except Exception as error:
            write_run_report(run, "failed", str(error))
            raise
        write_run_report(run, outcome.status, outcome.message)
        return outcome


def _run_stages(run: Run, live: bool, only: list[str]) -> Outcome:
    prepare_warehouse(run)
    if live:
        with time_stage(run, "fetch"):
            fetch_live(run, only)
    with time_stage(run, "ingest"):
        ingest_sources(run)
    unchanged = find_unchanged(run)
    if unchanged:
        return unchanged
    with time_stage(run, "register"):
        register_raw(run)
    with time_stage(run, "models"):
        build_models(run)
    with time_stage(run, "meta"):
        write_meta(run)
    with time_stage(run, "audit"):
        audit_build(run)
    with time_stage(run, "publish"):
        publication = publish_build(run)
    return Outcome("published", run, publication.manifest, publication.path, "published")


def write_run_report(run: Run, status: str, message: str) -> None:
    """Keep how a run ended under `runs/`, for `status`; reports of the last 30 days stay."""
    folder = run.settings.warehouse_dir / "data" / "runs"
    write_json(
        folder / f"{run.run_id}.json",
        {
            "run_id": run.run_id,
            "as_of": run.as_of,
            "ended_at": now_utc(),
            "status": status,
            "message": message,
            "stages": [asdict(stage) for stage in run.record.stages],
        },
    )
    oldest: datetime = now_utc() - timedelta(days=30)
    for path in folder.glob("*.json"):
        if datetime.fromtimestamp(path.stat().st_mtime) < oldest:
            path.unlink()
