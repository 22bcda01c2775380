"""Damage to what a warehouse keeps of its inputs: archive, raw rows, load records, notes, ledger.

Each function looks at one kind of file and returns findings; nothing is changed here.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.archive.documents import Archive, Document
from pipelines.base.files import (
    TEMPORARY_MARK,
    get_twin_path,
    hash_file,
    read_mapping,
    read_twin,
)
from pipelines.base.settings import Settings, today_utc
from pipelines.build.kept import get_note_path
from pipelines.contracts.kept import read_kept_contract
from pipelines.contracts.model import Contract
from pipelines.ingest.lost_records import find_lost_records
from pipelines.ingest.records import Load, read_load
from pipelines.quality.accepted import get_accepted_path
from pipelines.release.hold import HOLD_NOTE
from pipelines.release.ledger import find_damaged_outlooks, get_digests_path
from pipelines.release.publish import KEPT_NOTE, get_rollback_path
from pipelines.upkeep.findings import Finding

REPAIR = "run: compute-balance repair"


def find_input_damage(settings: Settings, contracts: list[Contract]) -> list[Finding]:
    """Return everything that is wrong with the inputs that a warehouse keeps."""
    return [
        *find_leftovers(settings),
        *find_damaged_notes(settings),
        *find_damaged_archive(settings, contracts),
        *find_damaged_loads(settings),
        *find_damaged_history(settings),
        *find_damaged_ledger(settings),
        *find_damaged_build(settings),
        *find_future_documents(settings, contracts),
    ]


def name(settings: Settings, path: Path) -> str:
    """Return a path as findings show it: relative to the warehouse."""
    return str(path.relative_to(settings.warehouse_dir))


def find_leftovers(settings: Settings) -> list[Finding]:
    """Return what killed processes were still writing, outside the build folder."""
    root = settings.warehouse_dir
    found = [p for p in sorted(root.rglob(f"*{TEMPORARY_MARK}*")) if root.exists()]
    outer = [p for p in found if not any(TEMPORARY_MARK in part.name for part in p.parents)]
    return [
        Finding("leftover", name(settings, p), "an unfinished file", "repair", REPAIR)
        for p in outer
    ]


def list_kept_notes(settings: Settings) -> list[Path]:
    """Return the notes that stand twice, by the path of the first copy."""
    archive = settings.archive_dir
    found = {
        get_rollback_path(settings),
        get_digests_path(settings),
        settings.warehouse_dir / KEPT_NOTE,
        settings.warehouse_dir / HOLD_NOTE,
        get_accepted_path(settings),
    }
    for folder in (archive / "sightings", archive / "withdrawn", archive / "accepted"):
        found |= {path for path in folder.rglob("*.json")}
        found |= {path.with_name(path.name[:-1]) for path in folder.rglob("*.json~")}
    return sorted(p for p in found if p.exists() or get_twin_path(p).exists())


def find_damaged_notes(settings: Settings) -> list[Finding]:
    """Return notes of which a copy is damaged, and JSON notes that cannot be read."""
    found = []
    for path in list_kept_notes(settings):
        text = read_twin(path)
        is_right = path.exists() and path.read_bytes() == (text or "").encode()
        if text is not None and not is_right:
            told = "differs from its second copy"
            found.append(Finding("note", name(settings, path), told, "repair", REPAIR))
        elif text is None and get_twin_path(path).exists():
            told = "its second copy is damaged"
            found.append(Finding("note", name(settings, path), told, "repair", REPAIR))
        elif text is None and not _is_json(path):
            found.append(
                Finding(
                    "lost_note", name(settings, path), "cannot be read, and has no second copy",
                    "backup", "compute-balance restore from a backup, or delete the file",
                )
            )  # fmt: skip
    plain = [
        *(settings.warehouse_dir / "data" / "runs").glob("*.json"),
        *(settings.archive_dir / "fetches").rglob("*.json"),
        *settings.warehouse_dir.glob("data/alerts.json"),
        *settings.build_dir.glob("whole_files.json"),
        get_note_path(settings),
    ]
    found += [
        Finding("plain_note", name(settings, p), "cannot be read", "repair", REPAIR)
        for p in plain
        if p.exists() and not _is_json(p)
    ]
    return found


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return False
    return True


def find_damaged_archive(settings: Settings, contracts: list[Contract]) -> list[Finding]:
    """Return archived bytes that are gone or altered, and records that are."""
    archive = Archive(settings.archive_dir)
    found: list[Finding] = []
    wanted: dict[str, Document] = {}
    for contract in contracts:
        source = contract.source_id
        for document in archive.list_documents(source):
            wanted.setdefault(document.sha256, document)
        for lost in find_lost_records(settings, contract):
            path = archive.get_record_path(lost)
            told = "the record of a fetched document is gone or damaged"
            found.append(Finding("record", name(settings, path), told, "repair", REPAIR))
        for path in sorted((settings.archive_dir / "records" / source).rglob("*.json")):
            if not {"sha256", "document"} <= read_mapping(path).keys():
                told = "the record cannot be read"
                found.append(Finding("record", name(settings, path), told, "repair", REPAIR))
    for sha256, document in sorted(wanted.items()):
        path = archive.get_path(sha256)
        if path.is_file() and hash_file(path) == sha256:
            continue
        told = "altered" if path.exists() else "gone"
        told = f"the bytes of {document.source_id} {document.document} are {told}"
        if document.origin == "live":
            advice = (
                "its rows stay in use from raw; fetch it again (compute-balance run --live) or "
                "take it from a backup (compute-balance restore)"
            )
            found.append(Finding("document", name(settings, path), told, "repair", advice))
        else:
            found.append(Finding("document", name(settings, path), told, "repair", REPAIR))
    return found


def find_damaged_loads(settings: Settings) -> list[Finding]:
    """Return load records that cannot be read, and raw or quarantine files that are not whole."""
    found = []
    for path in sorted(settings.loads_dir.rglob("*.json")):
        load = read_load(path)
        if load is None:
            told = "the load record cannot be read"
            found.append(Finding("load", name(settings, path), told, "repair", REPAIR))
            continue
        for file in list_damaged_rows(settings, load):
            told = "altered" if (settings.warehouse_dir / file).exists() else "gone"
            found.append(Finding("raw", file, f"rows of a document are {told}", "repair", REPAIR))
    for source in settings.contracts_dir.glob("*.yml"):
        if read_kept_contract(settings.contracts_dir, source.stem, source.parent) is None:
            told = "the kept contract cannot be read"
            found.append(Finding("contract", name(settings, source), told, "repair", REPAIR))
    return found


def list_damaged_rows(settings: Settings, load: Load) -> list[str]:
    """Return the raw and quarantine files of a load that are not what was written."""
    wanted = [
        (file, sha256)
        for table in load.tables
        for file, sha256 in (
            (table.file, table.sha256),
            (table.quarantine_file, table.quarantine_sha256),
        )
        if file and sha256
    ]
    root = settings.warehouse_dir
    return [
        f for f, sha256 in wanted if not ((root / f).is_file() and hash_file(root / f) == sha256)
    ]


def are_rows_whole(settings: Settings, load: Load) -> bool:
    """Tell whether the raw and quarantine files of a load are what was written."""
    return not list_damaged_rows(settings, load)


def find_damaged_history(settings: Settings) -> list[Finding]:
    """Return folded history that is not what its note says."""
    found = []
    for path in sorted(settings.history_dir.rglob("*.json")):
        files = read_mapping(path).get("sha256")
        folder = path.parent
        wrong = not isinstance(files, dict) or any(
            not (folder / file).is_file() or hash_file(folder / file) != sha256
            for file, sha256 in files.items()
        )
        if wrong:
            told = "history is not what was folded"
            found.append(Finding("history", name(settings, path), told, "repair", REPAIR))
    return found


def find_damaged_ledger(settings: Settings) -> list[Finding]:
    """Return kept outlooks that are gone or altered."""
    return [
        Finding(
            "outlook", name(settings, path), "a kept outlook is gone or altered", "repair",
            f"{REPAIR}; one whose release is gone comes back from a backup only",
        )
        for path in find_damaged_outlooks(settings)
    ]  # fmt: skip


def find_damaged_build(settings: Settings) -> list[Finding]:
    """Return a build file that is not what its run left, and dbt's notes that cannot be read."""
    found = []
    note = read_mapping(get_note_path(settings))
    path = settings.build_path
    if note and not (path.is_file() and hash_file(path) == note.get("sha256")):
        told = "the build file is not what the last run left"
        found.append(Finding("build", name(settings, path), told, "repair", REPAIR))
    for file in ("manifest.json", "run_results.json"):
        path = settings.build_dir / "dbt" / file
        if path.exists() and not read_mapping(path):
            told = "a note of dbt cannot be read"
            found.append(Finding("build", name(settings, path), told, "repair", REPAIR))
    return found


def find_future_documents(settings: Settings, contracts: list[Contract]) -> list[Finding]:
    """Return documents that were fetched on a day that has not come: a clock was wrong."""
    archive, today = Archive(settings.archive_dir), today_utc()
    return [
        Finding(
            "future", name(settings, archive.get_record_path(document)),
            f"fetched on {document.fetched_at.date()}, a day to come", "person",
            "set the clock right; if it was wrong then: compute-balance source withdraw "
            f"{document.source_id} {document.sha256[:12]} --reason 'wrong clock'",
        )
        for contract in contracts
        for document in archive.list_documents(contract.source_id)
        if document.origin == "live" and document.fetched_at.date() > today
        and document.sha256 not in archive.list_withdrawn(contract.source_id)
    ]  # fmt: skip
