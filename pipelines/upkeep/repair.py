"""Mending what `doctor` finds, from the archive and the kept releases; nothing good is deleted.

What is damaged beyond mending is set aside under `damaged/`, where nobody reads it and a person
still can.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from pipelines.archive.documents import Archive
from pipelines.base.files import (
    get_twin_path,
    hash_file,
    read_mapping,
    read_twin,
    write_bytes,
    write_json,
    write_kept_json,
)
from pipelines.base.settings import Settings, now_utc
from pipelines.build.kept import forget_build
from pipelines.contracts.load import discover_contracts
from pipelines.contracts.model import Contract
from pipelines.ingest.embedded import archive_table, list_upstream
from pipelines.ingest.ingest import ingest_all
from pipelines.ingest.lost_records import restore_lost_records
from pipelines.ingest.records import read_load
from pipelines.release.lock import hold_lock
from pipelines.release.mend import mend_release
from pipelines.release.outlooks import keep_outlooks
from pipelines.release.publish import CLOCK_NOTE, complete_publication, read_current_id
from pipelines.release.whole import is_database_whole
from pipelines.upkeep import files, releases
from pipelines.upkeep.findings import Finding

DAMAGED_DIR = "damaged"
# what each step mends, in the order in which one needs the other
ORDER = (
    "leftover", "note", "plain_note", "record", "document", "release", "published", "outlook",
    "load", "contract", "raw", "history", "build", "dead_run",
)  # fmt: skip


def find_damage(settings: Settings) -> list[Finding]:
    """Return everything that is wrong with a warehouse."""
    contracts, _ = discover_contracts(settings.sources_dir)
    return [*releases.find_release_damage(settings), *files.find_input_damage(settings, contracts)]


def repair(
    settings: Settings, progress: Callable[[str], None] = lambda line: None
) -> list[Finding]:
    """Mend what can be mended, under the lock.

    Args:
        settings: the warehouse.
        progress: receives a line for everything that was done.

    Returns:
        What is wrong still, with what a person can do about it.

    Raises:
        LockHeld: a run works on this warehouse.
    """
    # the note of this command's own lock takes the place of the one that a dead run left
    dead = releases.find_dead_lock(settings)
    with hold_lock(settings.lock_path, "repair"):
        contracts, _ = discover_contracts(settings.sources_dir)
        found = [*dead, *find_damage(settings)]
        for kind in ORDER:
            these = [finding for finding in found if finding.kind == kind]
            if these:
                for line in _MENDERS[kind](settings, contracts, these):
                    progress(line)
        left = find_damage(settings)
        if any(finding.kind in ("load", "contract", "raw", "history") for finding in found):
            forget_build(settings)
    return left


def accept_clock(settings: Settings) -> str | None:
    """Let the next run publish over a release that a clock in the future made.

    Returns:
        The release; None where the current one is of no day to come.
    """
    if not releases.find_wrong_clock(settings):
        return None
    release_id = read_current_id(settings)
    write_json(settings.warehouse_dir / CLOCK_NOTE, {"release_id": release_id, "at": now_utc()})
    return release_id


def _set_aside(settings: Settings, path: Path) -> str:
    target = settings.warehouse_dir / DAMAGED_DIR / path.relative_to(settings.warehouse_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    path.replace(target)
    return f"set aside: {target.relative_to(settings.warehouse_dir)}"


def _mend_leftovers(
    settings: Settings, contracts: list[Contract], found: list[Finding]
) -> list[str]:
    for finding in found:
        path = settings.warehouse_dir / finding.file
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return [f"removed {len(found)} unfinished files"]


def _mend_notes(settings: Settings, contracts: list[Contract], found: list[Finding]) -> list[str]:
    for finding in found:
        path = settings.warehouse_dir / finding.file
        text = read_twin(path)
        if text is not None:
            write_bytes(path, text.encode())
        elif path.exists():
            write_kept_json(path, read_mapping(path))
        else:
            _set_aside(settings, get_twin_path(path))
    return [f"wrote from its second copy: {finding.file}" for finding in found]


def _mend_plain_notes(
    settings: Settings, contracts: list[Contract], found: list[Finding]
) -> list[str]:
    return [_set_aside(settings, settings.warehouse_dir / finding.file) for finding in found]


def _mend_records(settings: Settings, contracts: list[Contract], found: list[Finding]) -> list[str]:
    for finding in found:
        path = settings.warehouse_dir / finding.file
        if path.exists():
            _set_aside(settings, path)
    restored = restore_lost_records(settings, contracts)
    _archive_embedded(settings, contracts)
    return [f"wrote from the load records: {len(restored)} records of documents"]


def _archive_embedded(settings: Settings, contracts: list[Contract]) -> None:
    """Put everything that lies in the repository into the archive, where it is missing."""
    archive = Archive(settings.archive_dir)
    for contract in contracts:
        for table in contract.tables:
            archive_table(archive, contract, table)
        list_upstream(archive, contract)


def _mend_documents(
    settings: Settings, contracts: list[Contract], found: list[Finding]
) -> list[str]:
    told = []
    for finding in found:
        path = settings.warehouse_dir / finding.file
        if path.exists():
            told.append(_set_aside(settings, path))
    _archive_embedded(settings, contracts)
    for finding in found:
        path = settings.warehouse_dir / finding.file
        if path.is_file() and hash_file(path) == path.name:
            told.append(f"archived again from the repository: {finding.file}")
    return told


def _mend_releases(
    settings: Settings, contracts: list[Contract], found: list[Finding]
) -> list[str]:
    told = []
    for finding in found:
        folder = settings.warehouse_dir / finding.file
        mended = mend_release(folder, [settings.current_path])
        if mended:
            told.append(f"mended {finding.file}: {', '.join(mended)}")
        elif not is_database_whole(folder):
            told.append(_set_aside(settings, folder))
    return told


def _mend_published(
    settings: Settings, contracts: list[Contract], found: list[Finding]
) -> list[str]:
    complete_publication(settings)
    return [f"published again: release {read_current_id(settings)}"]


def _mend_outlooks(
    settings: Settings, contracts: list[Contract], found: list[Finding]
) -> list[str]:
    written = keep_outlooks(settings)
    return [f"kept again from its release: outlook {path.name}" for path in written]


def _mend_loads(settings: Settings, contracts: list[Contract], found: list[Finding]) -> list[str]:
    told = []
    for finding in found:
        path = settings.warehouse_dir / finding.file
        if finding.kind != "raw" and path.exists():
            told.append(_set_aside(settings, path))
    known, faults = discover_contracts(settings.sources_dir)
    ingest_all(known, settings, faults=faults)
    # of an earlier version of contract or parser nothing can be made again, and no build reads it
    for path in sorted(settings.loads_dir.rglob("*.json")):
        load = read_load(path)
        if load and not files.are_rows_whole(settings, load):
            told.append(_set_aside(settings, path))
    return [*told, f"loaded again from the archive: {len(found)} files"]


def _mend_build(settings: Settings, contracts: list[Contract], found: list[Finding]) -> list[str]:
    forget_build(settings)
    for finding in found:
        path = settings.warehouse_dir / finding.file
        if path.suffix == ".json" and path.exists():
            path.unlink()
    return ["the next run builds from nothing"]


def _mend_dead_runs(
    settings: Settings, contracts: list[Contract], found: list[Finding]
) -> list[str]:
    # this command's own note stands there now, and goes with its lock
    return ["removed the note of a run that was killed"]


Mender = Callable[[Settings, list[Contract], list[Finding]], list[str]]
_MENDERS: dict[str, Mender] = {
    "leftover": _mend_leftovers,
    "note": _mend_notes,
    "plain_note": _mend_plain_notes,
    "record": _mend_records,
    "document": _mend_documents,
    "release": _mend_releases,
    "published": _mend_published,
    "outlook": _mend_outlooks,
    "load": _mend_loads,
    "contract": _mend_loads,
    "raw": _mend_loads,
    "history": _mend_loads,
    "build": _mend_build,
    "dead_run": _mend_dead_runs,
}
