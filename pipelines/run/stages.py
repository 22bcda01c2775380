"""The stages of the main job: fetch, ingest, register, models, meta, audit, publish.

Each stage is a function of the run. The command line calls them in order in one process, and the
Dagster assets call the same functions. What a stage does in detail belongs in its own room.
"""

import shutil
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

import duckdb

from pipelines.base.errors import AuditFailed, BuildFailed, ComputeBalanceError
from pipelines.base.faults import require_room
from pipelines.base.files import hash_bytes
from pipelines.base.settings import now_utc
from pipelines.build.kept import keep_build
from pipelines.build.keys import build_and_test
from pipelines.build.models import (
    NodeResult,
    count_nodes,
    get_results_path,
    get_target_dir,
    read_manifest,
    read_results,
    require_success,
)
from pipelines.build.register import find_next_change, find_next_quarter, open_build, start_build
from pipelines.ingest.ingest import SourceLoads, ingest_all
from pipelines.quality.records import StageRecord, count_checks
from pipelines.release.content import combine_hashes, hash_content, list_marts, sum_mart
from pipelines.release.lock import require_lock
from pipelines.release.manifest import CONTRACT_VERSION, Manifest, list_releases, name_release
from pipelines.release.outlooks import keep_outlooks
from pipelines.release.publish import (
    find_readable,
    publish_as_of,
    publish_release,
    read_as_of,
    read_current_id,
    read_rollback,
)
from pipelines.run.engines import build_elsewhere
from pipelines.run.held import find_held, require_no_hold
from pipelines.run.history import list_history
from pipelines.run.progress import Counter
from pipelines.run.state import Outcome, Run, get_peak_mib


def fetch_live(run: Run, only: list[str]) -> None:
    """Ask the addresses of connectors (all, or those of some sources or areas) for news.

    Raises:
        ComputeBalanceError: a name of `only` is that of no source or area.
    """
    from pipelines.archive.documents import Archive
    from pipelines.archive.fetch import fetch_source
    from pipelines.archive.http import Asker

    connectors = [contract for contract in run.contracts if contract.addresses]
    names = {name for c in run.contracts for name in (c.source_id, c.area)}
    if unknown := sorted(set(only) - names):
        near = get_close_matches(unknown[0], sorted(names), n=1)
        raise ComputeBalanceError(
            f"--only {unknown[0]}: no source or area has that name"
            + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(names))}")
        )
    archive = Archive(run.settings.archive_dir)
    asker = Asker(run.settings)
    for contract in connectors:
        if not only or {contract.source_id, contract.area} & set(only):
            for fetch in fetch_source(contract, archive, run.settings, asker):
                run.fetched.append(fetch.outcome)
                run.answers.append(fetch)
                run.progress(
                    f"  {fetch.source_id} {fetch.document}: {fetch.outcome}, {fetch.message}"
                )


def ingest_sources(run: Run) -> None:
    """Load all sources into raw tables."""
    aside = {fault.source_id for fault in run.contract_faults}
    counter = Counter(run.progress, "ingest", "sources", len(run.contracts), milestone=1000)

    def report(loads: SourceLoads) -> None:
        counter.add(sum(table.rows_accepted for load in loads.current for table in load.tables))
        if loads.fault and loads.contract.source_id not in aside:
            run.progress(f"  SET ASIDE {loads.contract.source_id}: {loads.fault}")
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

    for fault in run.contract_faults:
        run.progress(f"  SET ASIDE {fault.source_id}: {fault.message}")
    run.sources = ingest_all(run.contracts, run.settings, report, run.contract_faults)
    run.fingerprint = compute_fingerprint(run)


def compute_fingerprint(run: Run) -> str:
    """Return a hash of code, engine, inputs and settings: all that a build rests on but its day."""
    documents = sorted(
        (
            load.source_id,
            load.document,
            load.origin,
            load.sha256,
            load.loader,
            load.status,
            [(table.table, table.rows_accepted, table.rows_quarantined) for table in load.tables],
        )
        for loads in run.sources
        for load in [*loads.current, *loads.refused]
    )
    # when each of them counted, and what has become history
    days = [
        (loads.contract.source_id, loads.sightings, sorted(loads.histories.items()), loads.fault)
        for loads in run.sources
    ]
    silent = [
        (loads.contract.source_id, note.document)
        for loads in run.sources
        for note in loads.unreachable
    ]
    terms = [contract.model_dump_json() for contract in run.contracts]
    text = "\n".join(
        [
            run.code_version,
            duckdb.__version__ + (" and spark" if run.master else ""),
            str(documents),
            str(days),
            str(sorted((fault.source_id, fault.message) for fault in run.contract_faults)),
            str(silent),
            *terms,
            f"{run.settings.draws} {run.settings.seed} {CONTRACT_VERSION}",
        ]
    )
    return hash_bytes(text.encode())


def find_unchanged(run: Run) -> Outcome | None:
    """Return the release that a build would only repeat, or that is held, if there is one."""
    settings = run.settings
    if held := find_held(run):
        return held
    if run.is_current:
        kept = list_releases(settings.releases_dir)
        current = read_current_id(settings)
        # the newest by its id, unless a clock that was put back gave the current one an older id
        is_rolled_back = read_rollback(settings) is not None
        shown = [m for m in kept if is_rolled_back or m.release_id == current]
        newest = shown[0] if shown else None
        if newest and newest.fingerprint == run.fingerprint and newest.covers(run.as_of):
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
    """Start the build file and find the next day on which more becomes known.

    Raises:
        MachineFault: there is no room for what the last run left once more.
    """
    require_room(run.settings)
    taken = {loads.contract.source_id for loads in run.sources}
    is_kept = start_build(
        run.settings,
        run.sources,
        run.as_of,
        run.code_version,
        [fault for fault in run.contract_faults if fault.source_id not in taken],
    )
    if is_kept:
        run.progress("  carrying on from the build before; --rebuild begins with nothing")
    quarter = find_next_quarter(run.as_of)
    change = find_next_change(run.sources, run.settings, run.as_of) or quarter
    run.next_change_on = min(change, quarter)


def build_models(run: Run) -> None:
    """Run dbt: all models, and the tests of their data."""
    total = count_nodes(run.settings)
    counter = Counter(run.progress, "models", "models and tests done", total, milestone=50)

    def report(node: NodeResult) -> None:
        if node.status in ("error", "fail"):
            run.progress(f"  FAILED {node.kind} {node.name}: {node.message}")
        counter.add()

    with build_elsewhere(run):
        run.nodes = build_and_test(run.settings, report)


def take_models(run: Run) -> None:
    """Take over what a dbt process of its own has built on the run's build file.

    Raises:
        BuildFailed: that process built nothing, or a model or a blocking test failed.
    """
    if not get_results_path(run.settings).exists():
        raise BuildFailed(
            "dbt ended before it built anything; nothing was published. Its messages stand in the "
            f"step's output and in {get_target_dir(run.settings)}/dbt.log"
        )
    run.nodes = read_results(run.settings, read_manifest(run.settings))
    require_success(run.nodes)


def write_meta(run: Run) -> None:
    """Fill schema `meta` of the build, all but the checks and the release itself."""
    from pipelines.quality.freshness import measure_freshness
    from pipelines.release import write_meta as meta
    from pipelines.release.metrics import write_metrics
    from pipelines.release.table_keys import write_keys
    from pipelines.release.terms import write_terms

    connection = open_build(run.settings)
    try:
        meta.create_meta_tables(connection)
        manifest = read_manifest(run.settings)
        run.freshness = measure_freshness(connection, run.sources, run.as_of, manifest)
        meta.write_sources(connection, run.sources, run.freshness)
        meta.write_documents(connection, run.sources)
        meta.write_lineage(connection, run.sources, manifest)
        write_terms(connection, run.sources, manifest)
        write_keys(connection, manifest)
        write_metrics(connection, manifest)
        meta.write_drifts(connection, run.sources)
        meta.write_corrections(connection, run.sources)
        meta.write_quarantine(connection, run.sources, run.settings)
        meta.write_assumptions(connection, run.sources)
        meta.write_policy_inbox(connection, run.sources)
    finally:
        connection.close()


def audit_build(run: Run) -> None:
    """Run every check on the build; keep the results in `meta.quality_result`.

    Raises:
        AuditFailed: a check of error severity failed. The build file stays for inspection.
    """
    from pipelines.quality import audit
    from pipelines.quality.accepted import apply_accepted, keep_failed, list_accepted_checks
    from pipelines.quality.policy_watch import check_policy_watch
    from pipelines.quality.published_contract import check_published_contract
    from pipelines.quality.suites import load_suites, write_raw_suites
    from pipelines.release.table_keys import list_keys
    from pipelines.release.write_meta import write_checks

    suites = write_raw_suites(run.sources) + load_suites(run.settings.expectations_dir)
    connection = open_build(run.settings)
    try:
        manifest = read_manifest(run.settings)
        marts = list_marts(manifest, connection, run.settings.build_path.stem)
        keys = {mart.name: list(mart.key) for mart in marts}
        keys |= {table: key for (_, table), key in list_keys(manifest).items()}
        run.checks = [
            *check_published_contract(connection, run.settings.dbt_dir, keys),
            *audit.check_contracts(run.sources),
            *(
                audit.report_contract_fault(fault.source_id, fault.message)
                for fault in run.contract_faults
                if fault.source_id not in {loads.contract.source_id for loads in run.sources}
            ),
            *audit.check_freshness(run.freshness),
            *check_policy_watch(connection),
            *audit.report_dbt_tests(run.nodes, manifest),
            *audit.run_suites(
                connection,
                suites,
                run.settings.expectations_dir,
                # an earlier day is not compared with the present one
                previous=find_readable(run.settings) if run.is_current else None,
                is_current=run.is_current,
                rows=run.rows,
            ),
        ]
        run.checks = apply_accepted(run.checks, list_accepted_checks(run.settings))
        write_checks(connection, run.checks, run.run_id, now_utc())
    finally:
        connection.close()
    failed = [check for check in run.checks if not check.passed and check.severity == "error"]
    if run.is_current:
        keep_failed(run.settings, failed)
    if failed:
        kept = _keep_failed_build(run)
        lines = [f"  {c.table}: {c.name}: {c.message}; found {c.observed}" for c in failed[:10]]
        raise AuditFailed(
            f"{len(failed)} of {len(run.checks)} checks failed; nothing was published. The build "
            f"stands at {kept} for inspection.\n" + "\n".join(lines)
        )


def _keep_failed_build(run: Run) -> Path:
    return shutil.copyfile(run.settings.build_path, run.settings.build_dir / "failed.duckdb")


def publish_build(run: Run) -> Outcome:
    """Write the release and make it current, or put it beside as the release of an earlier day."""
    from pipelines.release.terms import describe_terms, make_citation
    from pipelines.release.write_meta import insert_rows
    from pipelines.release.write_meta import write_run as write_run_rows

    require_no_hold(run)
    settings = run.settings
    connection = open_build(settings)
    try:
        stem, known = settings.build_path.stem, run.rows
        marts = list_marts(read_manifest(settings), connection, stem)
        hashes = hash_content(connection, stem, marts)
        sums = {m.name: sum_mart(connection, stem, m, known.get(f"marts.{m.name}")) for m in marts}
        rows = {name: count for name, (count, _) in sums.items()}
        empty = [name for name, count in rows.items() if count == 0]
        content_hash = combine_hashes(hashes)
        created_at, release_id = name_release(settings.releases_dir, now_utc(), content_hash)
        manifest = Manifest(
            release_id=release_id,
            created_at=created_at,
            as_of=run.as_of,
            code_version=run.code_version,
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
                    "full",
                    describe_terms(connection),
                    make_citation(manifest.release_id, run.as_of, content_hash),
                )
            ],
        )
        run.record.stages.append(
            StageRecord("publish", created_at, None, get_peak_mib(), "under_way")
        )
        write_run_rows(connection, run.record)
        run.record.stages.pop()
        insert_rows(connection, "run_history", list_history(run))
    finally:
        connection.close()
    require_lock(settings.lock_path)
    publish = publish_release if run.is_current else publish_as_of
    publication = publish(settings, marts, manifest, sums)
    keep_outlooks(settings)
    if run.master is None:
        keep_build(settings, manifest.code_version, read_manifest(settings))
    return Outcome("published", run, publication.manifest, publication.path, "published")


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
