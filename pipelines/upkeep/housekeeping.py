"""What may go after a while, and removing it: how long each kind stays is in the settings.

Never removed: the current release and those that are held, documents that a kept release cites or
that a source still reads, the last good document of an address, and the kept outlooks. What is
removed is removed under the lock.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.archive.documents import Archive, Document
from pipelines.base.errors import LockHeld
from pipelines.base.settings import Settings
from pipelines.contracts.load import discover_contracts
from pipelines.contracts.model import Contract
from pipelines.ingest.ingest import SourceLoads, ingest_all
from pipelines.ingest.records import get_record_path, list_loads
from pipelines.release.lock import hold_lock
from pipelines.release.manifest import Manifest, list_releases, read_manifest_file
from pipelines.release.publish import list_prunable
from pipelines.release.whole import list_release_folders

DAMAGED_DIR = "damaged"


@dataclass(frozen=True)
class Removal:
    """One file or folder that may go: its kind, where it is, its bytes, and why."""

    kind: str
    path: Path
    size: int
    why: str


def housekeep(settings: Settings, is_dry: bool = False) -> list[Removal]:
    """Remove what has outlived its time.

    Args:
        settings: the warehouse and its limits.
        is_dry: only say what would go.

    Returns:
        What went, or would go.

    Raises:
        LockHeld: a run works on this warehouse.
    """
    with hold_lock(settings.lock_path, "housekeeping"):
        found = [*list_cheap(settings), *list_inputs(settings)]
        if not is_dry:
            remove_all(found)
    return found


def tidy_up(settings: Settings) -> list[Removal]:
    """Remove what can be told without reading any source; for the end of a run.

    Nothing goes where another run has begun meanwhile: that one does it at its own end.
    """
    try:
        with hold_lock(settings.lock_path, "housekeeping"):
            found = list_cheap(settings)
            remove_all(found)
    except LockHeld:
        return []
    return found


def remove_all(found: list[Removal]) -> None:
    """Delete files and folders, records of loads before the rows that they vouch for."""
    for item in found:
        if item.path.is_dir() and not item.path.is_symlink():
            shutil.rmtree(item.path)
        else:
            item.path.unlink(missing_ok=True)


def list_cheap(settings: Settings) -> list[Removal]:
    """Return releases, earlier days, what-ifs, set-aside files and logs that may go."""
    root = settings.warehouse_dir
    found = [
        _note("release", settings.releases_dir / m.release_id, "beyond what is kept")
        for m in list_prunable(settings)
    ]
    groups = (
        ("as_of", settings.as_of_dir.glob("*"), settings.keep_as_of_days),
        ("what_if", settings.what_if_dir.glob("*"), settings.keep_what_if_days),
        ("damaged", (root / DAMAGED_DIR).glob("*/*"), settings.keep_log_days),
        ("failed_build", settings.build_dir.glob("failed.duckdb"), settings.keep_log_days),
        ("run_report", (root / "data" / "runs").glob("*.json"), settings.keep_log_days),
        ("log", _list_logs(settings), settings.keep_log_days),
    )
    for kind, paths, days in groups:
        for path in sorted(paths):
            if _is_older(path, days):
                found.append(_note(kind, path, f"older than {days} days"))
    return found


def _list_logs(settings: Settings) -> Iterator[Path]:
    for folder in (settings.build_dir / "dbt", settings.warehouse_dir / "hand"):
        yield from folder.glob("logs/*")
        yield from folder.glob("dbt.log*")


def list_inputs(settings: Settings) -> list[Removal]:
    """Return rows and documents that no build reads any more, and that nothing kept cites.

    The sources are taken in first, which costs nothing where nothing has changed: what they read
    is in use. A source that is not wholly right keeps everything.
    """
    contracts, faults = discover_contracts(settings.sources_dir)
    sources = ingest_all(contracts, settings, faults=faults)
    cited = _list_cited(settings)
    found: list[Removal] = []
    used_rows: set[Path] = set()
    for loads in sources:
        if loads.fault is None and not loads.refused:
            found += _list_old_rows(settings, loads)
            found += _list_old_documents(settings, loads, cited)
    gone = {item.path for item in found}
    for loads in sources:
        for load in list_loads(settings.loads_dir, loads.contract.source_id):
            if get_record_path(settings.loads_dir, load) not in gone:
                used_rows |= _list_row_files(settings, load)
    for folder in (settings.raw_dir, settings.quarantine_dir):
        for path in sorted(folder.rglob("*.parquet")):
            if path not in used_rows and path not in gone and _is_older(path, 1):
                found.append(_note("orphan", path, "no load record names it"))
    return found


def _list_row_files(settings: Settings, load: object) -> set[Path]:
    tables = getattr(load, "tables", [])
    files = [file for t in tables for file in (t.file, t.quarantine_file) if file]
    return {settings.warehouse_dir / file for file in files}


def _list_old_rows(settings: Settings, loads: SourceLoads) -> list[Removal]:
    """Return load records of earlier versions, each before the rows that it vouches for."""
    folder = settings.loads_dir
    current = {get_record_path(folder, load) for load in loads.current}
    kept = {path for load in loads.current for path in _list_row_files(settings, load)}
    found = []
    for load in list_loads(folder, loads.contract.source_id):
        record = get_record_path(folder, load)
        if record in current or not _is_older(record, settings.keep_raw_days):
            continue
        why = "loaded under an earlier contract, parser or list of ids"
        found.append(_note("load", record, why))
        found += [
            _note("raw", path, why)
            for path in sorted(_list_row_files(settings, load) - kept)
            if path.exists()
        ]
    return found


def _list_old_documents(settings: Settings, loads: SourceLoads, cited: set[str]) -> list[Removal]:
    """Return documents of a source that nothing reads, cites or may need again."""
    archive, contract = Archive(settings.archive_dir), loads.contract
    needed = cited | {load.sha256 for load in loads.current} | _list_last_good(archive, contract)
    documents = archive.list_documents(contract.source_id)
    gone: list[Document] = [
        document
        for document in documents
        if document.sha256 not in needed
        and _is_older(archive.get_record_path(document), settings.keep_document_days)
    ]
    going = {document.sha256 for document in gone}
    others = {
        document.sha256
        for path in sorted((settings.archive_dir / "records").glob("*"))
        if path.name != contract.source_id
        for document in archive.list_documents(path.name)
    }
    found = []
    for document in gone:
        why = "read by no build and cited by no kept release"
        found.append(_note("record", archive.get_record_path(document), why))
    for sha256 in sorted(going - others):
        path = archive.get_path(sha256)
        if path.exists():
            found.append(_note("document", path, "its last record goes"))
    return found


def _list_last_good(archive: Archive, contract: Contract) -> set[str]:
    """Return what each address served last, and what it was last seen with."""
    found = {note.sha256 for note in archive.list_fetch_notes(contract.source_id) if note.sha256}
    for address in contract.addresses:
        seen = archive.list_sightings(contract.source_id, address.document)
        if seen:
            found.add(seen[max(seen)])
    return found


def _list_cited(settings: Settings) -> set[str]:
    """Return the documents that a kept release, or a build of an earlier day, rests on."""
    manifests: list[Manifest | None] = [*list_releases(settings.releases_dir)]
    manifests += [read_manifest_file(f) for f in list_release_folders(settings.as_of_dir)]
    return {item["sha256"] for m in manifests if m is not None for item in m.documents}


def _is_older(path: Path, days: int) -> bool:
    changed = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    return changed < datetime.now(UTC) - timedelta(days=days)


def _note(kind: str, path: Path, why: str) -> Removal:
    return Removal(kind, path, measure(path), why)


def measure(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    if path.is_file() or path.is_symlink():
        return path.lstat().st_size
    return sum(p.lstat().st_size for p in path.rglob("*") if p.is_file() and not p.is_symlink())
