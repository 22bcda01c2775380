"""A warehouse and its store, made the same at both ends of a run.

At the beginning what the store has and the folder lacks is brought, so that a machine that has
nothing goes on where another one stopped. At the end what is new is put there: documents and their
notes first, then rows, releases, the list of all that, and last the note of what is current. A kill
at any point leaves the note that was there, and so a whole release for readers.
"""

from __future__ import annotations

import shutil
import socket
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pipelines.base.errors import StoreConflict, StoreFault
from pipelines.base.files import get_temporary_path
from pipelines.base.settings import Settings, now_utc
from pipelines.release.latest import LATEST
from pipelines.release.manifest import read_manifest_file
from pipelines.release.publish import (
    CURRENT_NOTE,
    adopt_release,
    get_wal_path,
    read_current_id,
)
from pipelines.store.head import Head, HeadNote, read_head, write_head
from pipelines.store.index import Index, read_index
from pipelines.store.merge import Merge, merge
from pipelines.store.s3 import S3Place, Taken
from pipelines.store.snapshots import (
    OBJECTS,
    SNAPSHOTS,
    Item,
    Snapshot,
    get_all,
    get_object_key,
    list_files,
    list_snapshots,
    put_all,
    read_snapshot,
    write_snapshot,
)
from pipelines.store.state import State, read_state, write_state

RELEASES = "releases/"
DOCUMENTS = "data/archive/documents/"
KEPT_FOR_GOOD = ("data/archive/", "outlooks/")
# folders that a machine makes for itself, and what the repository brings along
NOT_SHARED = ("docs", "status", "queries", "README.md")
# lists beyond those that are kept, before the contents that only they name are removed
SLACK = 10
MENDS = "a machine that has the file puts it there again: compute-balance store check --mend"


def sync_up(
    settings: Settings, place: S3Place, progress: Callable[[str], None] = lambda line: None
) -> Head | None:
    """Bring what a store has and the folder lacks; the store's lease and the lock are held.

    Args:
        settings: the warehouse.
        place: its store.
        progress: receives a line if anything was brought.

    Returns:
        What is current in the store; None where nothing has been put there yet.

    Raises:
        StoreFault: out of reach, or a content is gone or altered; nothing was put in place.
        StoreConflict: both have gone on since they were last the same; nothing was done.
    """
    head = read_head(place)
    if head is None:
        return None
    state = read_state(settings, place)
    index = read_index(settings, list_shared(settings), state.index)
    there = {name: item.sha256 for name, item in head.snapshot.files.items()}
    damaged = index.find_damaged(DOCUMENTS)
    here = {name: sha256 for name, sha256 in index.digests.items() if name not in damaged}
    # what nobody removed is missing: nothing else could tell it again
    lost = {
        name
        for name in there.keys() - here.keys()
        if name in damaged or (name.startswith(KEPT_FOR_GOOD) and name not in state.removed)
    }
    was = {name: sha256 for name, sha256 in state.digests.items() if name not in lost}
    plan = merge(was, here, there)
    current = read_current_id(settings)
    wanted = choose_release(state.release_id, current, head.note.release_id)
    if plan.conflicts or wanted is None:
        raise StoreConflict(_describe_conflict(settings, place, state, plan))
    _bring(settings, place, head, plan)
    is_moved = bool(wanted) and wanted != current
    if is_moved:
        adopt_release(settings, wanted)
    if plan.take or plan.remove or is_moved:
        progress(
            f"  brought {len(plan.take)} files from {place.address}"
            + (f", removed {len(plan.remove)}" if plan.remove else "")
            + (f"; the current release is {wanted}" if is_moved else "")
        )
    index = read_index(settings, list_shared(settings), index)
    write_state(settings, State(place.address, head.note.snapshot, wanted or None, there, index))
    return head


def choose_release(was: str | None, mine: str | None, theirs: str | None) -> str | None:
    """Return the release to be current: of the side that has changed it; "" where there is none.

    None says that both sides have changed it to different ones.
    """
    if mine == theirs or theirs == was:
        return mine or ""
    if mine in (was, None):
        return theirs or ""
    return None


def _describe_conflict(settings: Settings, place: S3Place, state: State, plan: Merge) -> str:
    since = f"since snapshot {state.snapshot}" if state.snapshot else "and were never the same"
    what = ", ".join(plan.conflicts[:3]) or "the current release"
    return (
        f"{place.address}: the store and {settings.warehouse_dir} have both gone on {since} "
        f"({what}); nothing was done. To go on from the store, move the folder away or point "
        "COMPUTE_BALANCE_WAREHOUSE_DIR at an empty one; to keep the folder, name another prefix "
        "in COMPUTE_BALANCE_STORE"
    )


def _bring(settings: Settings, place: S3Place, head: Head, plan: Merge) -> None:
    """Bring files beside their places, all of them checked, and only then move them there."""
    root = settings.warehouse_dir
    staged = get_temporary_path(root / "brought")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        wanted = [(head.snapshot.files[name], staged / name) for name in plan.take]
        get_all(place, wanted, f"nothing was brought; {MENDS}")
        for name in sorted(plan.take, key=get_phase):
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (staged / name).replace(target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    for name in sorted(plan.remove, key=get_phase, reverse=True):
        path = root / name
        path.unlink(missing_ok=True)
        while path.parent != root and not any(path.parent.iterdir()):
            path = path.parent
            path.rmdir()


def get_phase(name: str) -> tuple[int, str]:
    """Return when a file is written, at either end: documents, their records, rows, releases."""
    beginnings = (DOCUMENTS, "data/archive/", "data/", "outlooks/", RELEASES, "as_of/")
    for place, beginning in enumerate(beginnings):
        if name.startswith(beginning):
            # a release without a manifest is none yet
            return place, f"{name.endswith('manifest.json')}{name}"
    return len(beginnings), name


def sync_down(
    settings: Settings,
    place: S3Place,
    head: Head | None,
    progress: Callable[[str], None] = lambda line: None,
) -> str | None:
    """Put what is new in the folder into its store, and let readers see it.

    Args:
        settings: the warehouse; the store's lease and the lock are held.
        place: its store.
        head: what was current there when this run began.
        progress: receives a line that says what was put.

    Returns:
        The name of the new snapshot; None if the store has everything already.

    Raises:
        StoreFault: out of reach, refused, or another machine has written to it meanwhile; what
            readers of the store see is what it was.
    """
    state = read_state(settings, place)
    index = read_index(settings, list_shared(settings), state.index)
    before = head.snapshot.files if head else {}
    files = make_items(settings, index, before)
    release_id = read_current_id(settings)
    if head and files == before and release_id == head.note.release_id:
        return None
    new = _list_new(settings, place, files, before)
    for phase in sorted({get_phase(name)[0] for _, name in new}):
        put_all(
            place,
            [
                (item.key, settings.warehouse_dir / name, item.sha256)
                for item, name in new
                if get_phase(name)[0] == phase
            ],
        )
    note = make_note(settings, release_id, 1 + (head.note.number if head else 0))
    write_snapshot(place, Snapshot(note.snapshot, files, release_id=release_id))
    try:
        write_head(place, note, head.etag if head else None)
    except Taken:
        raise StoreFault(
            f"{place.address}: another machine has written to this store while this run went on; "
            "what readers see there is that machine's. What is published here stands here"
        ) from None
    digests = {name: item.sha256 for name, item in files.items()}
    write_state(settings, State(place.address, note.snapshot, release_id, digests, index))
    size = sum((settings.warehouse_dir / name).stat().st_size for _, name in new)
    progress(f"  put {len(new)} new contents, {size / 1e6:,.1f} MB, into {place.address}")
    prune(settings, place)
    return note.snapshot


def make_items(settings: Settings, index: Index, before: Mapping[str, Item]) -> dict[str, Item]:
    """Return every shared file with the key of its content in the store.

    A file of a release stands under its own name, for readers, unless another content has that
    name already. An archived document that is damaged here is what the store has of it.
    """
    damaged = index.find_damaged(DOCUMENTS)
    files = {}
    for name, sha256 in index.digests.items():
        known = before.get(name)
        if name in damaged:
            if known:
                files[name] = known
            continue
        mode = (settings.warehouse_dir / name).stat().st_mode & 0o777
        if known and known.sha256 == sha256:
            files[name] = replace(known, mode=mode)
        else:
            is_free = name.startswith(RELEASES) and known is None
            files[name] = Item(sha256, mode, name if is_free else get_object_key(sha256))
    return files


def _list_new(
    settings: Settings, place: S3Place, files: Mapping[str, Item], before: Mapping[str, Item]
) -> list[tuple[Item, str]]:
    """Return the contents that the store lacks, each once with a file that has it.

    What a run that was killed has put is found by its name, which is its digest; of a release it is
    put again.
    """
    known = {item.key for item in before.values()}
    wanted = {item.key: (item, name) for name, item in files.items() if item.key not in known}
    left = place.list_keys(f"{OBJECTS}/") if len(wanted) > SLACK else {}
    return [
        (item, name)
        for key, (item, name) in wanted.items()
        if left.get(key) != (settings.warehouse_dir / name).stat().st_size
    ]


def make_note(settings: Settings, release_id: str | None, number: int) -> HeadNote:
    """Return the note of what is current, for readers and for other machines."""
    manifest = read_manifest_file(settings.releases_dir / (release_id or "none"))
    return HeadNote(
        number=number,
        # two machines may put at the same second: neither's list may have the other's name
        snapshot=f"{number:08d}-{now_utc():%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}",
        release_id=release_id,
        release=f"{RELEASES}{release_id}/" if release_id else None,
        as_of=manifest.as_of.isoformat() if manifest else None,
        content_hash=manifest.content_hash if manifest else None,
        put_at=now_utc().isoformat(),
        by=socket.gethostname(),
    )


def prune(settings: Settings, place: S3Place) -> int:
    """Remove old lists and the contents that no kept list names; returns how many contents went.

    As many lists stay as releases do; readers of a release that has just gone have some runs more.
    """
    names = list_snapshots(place)
    if len(names) <= settings.keep_releases + SLACK:
        return 0
    kept = [read_snapshot(place, name) for name in names[-settings.keep_releases :]]
    if not all(kept):
        return 0  # a list that cannot be read may name anything
    for name in names[: -settings.keep_releases]:
        for key in (f"{SNAPSHOTS}/{name}.json", f"{SNAPSHOTS}/{name}.json~"):
            place.delete(key)
    named = {item.key for snapshot in kept if snapshot for item in snapshot.files.values()}
    gone = {*place.list_keys(f"{OBJECTS}/"), *place.list_keys(RELEASES)} - named
    for key in sorted(gone):
        place.delete(key)
    return len(gone)


def list_shared(settings: Settings) -> list[Path]:
    """Return the files that a warehouse shares with its store.

    What is published is no copy of its own there: it is the database of the current release.
    """
    root = settings.warehouse_dir
    own = {settings.current_path, get_wal_path(settings), root / CURRENT_NOTE, root / LATEST}
    return [
        path
        for path in list_files(settings)
        if not path.is_symlink()
        and path not in own
        and path.relative_to(root).parts[0] not in NOT_SHARED
    ]
