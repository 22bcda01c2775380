"""What a machine knows of its store: when both were last the same, and with which files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.base.files import read_mapping, write_json
from pipelines.base.settings import Settings, now_utc
from pipelines.store.index import Index
from pipelines.store.s3 import S3Place
from pipelines.store.snapshots import STATE_NOTE


@dataclass(frozen=True)
class State:
    """Snapshot, release and digests when both were last the same; what was removed here since."""

    address: str
    snapshot: str | None
    release_id: str | None
    digests: Mapping[str, str]
    index: Index
    removed: frozenset[str] = frozenset()


def read_state(settings: Settings, place: S3Place) -> State:
    """Return what this machine knows of a store; of another store it knows nothing."""
    found = read_mapping(settings.warehouse_dir / STATE_NOTE)
    index = Index.from_mapping(found.get("index"))
    digests = found.get("digests")
    if found.get("address") != place.address or not isinstance(digests, dict):
        return State(place.address, None, None, {}, index)
    removed = found.get("removed")
    return State(
        place.address,
        found.get("snapshot"),
        found.get("release_id"),
        digests,
        index,
        frozenset(removed if isinstance(removed, list) else ()),
    )


def write_state(settings: Settings, state: State) -> None:
    """Keep what this machine knows of its store, and that all is well."""
    write_json(
        settings.warehouse_dir / STATE_NOTE,
        {
            "address": state.address,
            "snapshot": state.snapshot,
            "release_id": state.release_id,
            "same_at": now_utc(),
            "fault": None,
            "digests": dict(state.digests),
            "index": state.index.to_mapping(),
        },
    )


def note_fault(settings: Settings, fault: str) -> None:
    """Keep why the store is behind, for `status` and `doctor`."""
    path = settings.warehouse_dir / STATE_NOTE
    write_json(path, read_mapping(path) | {"fault": fault})


def note_removed(settings: Settings, paths: Iterable[Path]) -> None:
    """Keep that files went on purpose, so that the store does not bring them back."""
    path = settings.warehouse_dir / STATE_NOTE
    found = read_mapping(path)
    if found:
        names = {p.relative_to(settings.warehouse_dir).as_posix() for p in paths}
        write_json(path, found | {"removed": sorted({*(found.get("removed") or []), *names})})


def describe_store(settings: Settings) -> dict[str, Any] | None:
    """Return store, snapshot, when both were last the same, and why they are not; None if none."""
    if not settings.store:
        return None
    found = read_mapping(settings.warehouse_dir / STATE_NOTE)
    is_same = found.get("address") == settings.store.rstrip("/")
    return {
        "address": settings.store,
        "snapshot": found.get("snapshot") if is_same else None,
        "same_at": found.get("same_at") if is_same else None,
        "fault": found.get("fault"),
    }
