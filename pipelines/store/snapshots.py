"""What a place keeps of a warehouse: contents by their digest, and lists of files that have them.

A place holds `objects/` (each content once, named by its SHA-256) and `snapshots/` (which file had
which content). A list may name a content elsewhere in the place: a store keeps releases under
their own names, so that a reader finds their tables. Left out of every copy are the build file and
Dagster's own events: a run makes the one again, and no figure rests on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.base.files import TEMPORARY_MARK, format_json, hash_bytes, parse_mapping, parse_twin
from pipelines.base.settings import Settings
from pipelines.release.lock import get_holder_path
from pipelines.store.places import Place

OBJECTS, SNAPSHOTS = "objects", "snapshots"
# folders of a warehouse that a run, a person or Dagster makes again
LEFT_OUT = ("build", "hand", "dagster", "damaged", "what_if", "data/spill", "data/unpacked")
# what this machine knows of its store
STATE_NOTE = "store.json"
# what the repository itself keeps in a warehouse that holds nothing yet, and what locks it
BLANK = ("README.md", "queries", "run.lock", "run.holder.json", STATE_NOTE)


@dataclass(frozen=True)
class Item:
    """One file of a snapshot: its digest, its mode, and the key of its content."""

    sha256: str
    mode: int
    key: str


@dataclass(frozen=True)
class Snapshot:
    """Which file of a warehouse had which content; files and links by their paths.

    `release_id` is the current release where the list does not say so by a published file.
    """

    name: str
    files: dict[str, Item] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    release_id: str | None = None


def list_files(settings: Settings) -> list[Path]:
    """Return what a copy of a warehouse holds: files and links, by path."""
    root = settings.warehouse_dir
    own = (settings.lock_path, get_holder_path(settings.lock_path), root / STATE_NOTE)
    left_out = [root / name for name in LEFT_OUT]
    return [
        path
        for path in sorted(root.rglob("*"))
        if (path.is_file() or path.is_symlink())
        and path not in own
        and TEMPORARY_MARK not in str(path.relative_to(root))
        and not any(folder in path.parents for folder in left_out)
    ]


def list_held(settings: Settings) -> list[str]:
    """Return what lies in the warehouse's folder beside what the repository keeps there."""
    root = settings.warehouse_dir
    held = [p.name for p in root.iterdir() if p.name not in BLANK] if root.exists() else []
    return sorted(name for name in held if TEMPORARY_MARK not in name)


def get_object_key(sha256: str) -> str:
    """Return the key under which a place keeps a content."""
    return f"{OBJECTS}/{sha256[:2]}/{sha256}"


def list_snapshots(place: Place) -> list[str]:
    """Return the names of a place's snapshots, oldest first."""
    keys = (key for key in place.list_keys(f"{SNAPSHOTS}/") if key.endswith(".json"))
    return sorted(Path(key).stem for key in keys)


def write_snapshot(place: Place, snapshot: Snapshot) -> None:
    """Keep a list twice, the second copy first, which says whether the list is whole."""
    files = {
        name: {"sha256": item.sha256, "mode": item.mode}
        | ({"key": item.key} if item.key != get_object_key(item.sha256) else {})
        for name, item in snapshot.files.items()
    }
    content = {"release_id": snapshot.release_id, "files": files, "links": snapshot.links}
    text = format_json(content)
    key = f"{SNAPSHOTS}/{snapshot.name}.json"
    place.write(f"{key}~", format_json({"sha256": hash_bytes(text), "text": text.decode()}))
    place.write(key, text)


def read_snapshot(place: Place, name: str) -> Snapshot | None:
    """Return a list from whichever copy of it is whole; None where neither is."""
    key = f"{SNAPSHOTS}/{name}.json"
    text = parse_twin(place.read(f"{key}~") or b"")
    content = parse_mapping(text.encode() if text is not None else place.read(key) or b"")
    files, links = content.get("files"), content.get("links")
    if not isinstance(files, dict) or not isinstance(links, dict):
        return None
    try:
        items = {
            path: Item(f["sha256"], f["mode"], f.get("key") or get_object_key(f["sha256"]))
            for path, f in files.items()
        }
    except (KeyError, TypeError, AttributeError):
        return None
    return Snapshot(name, items, links, content.get("release_id"))


def put_all(place: Place, wanted: Iterable[tuple[str, Path, str]]) -> None:
    """Put files, several at once where the place takes that; each is key, file and digest."""
    _do_all(place, wanted, lambda item: place.put_file(*item))


def get_all(place: Place, wanted: Iterable[tuple[Item, Path]], advice: str) -> None:
    """Bring contents to files, each checked by its digest.

    Args:
        place: where they are.
        wanted: items of a snapshot, each with the file to write.
        advice: what to do where a content is gone or altered, the end of the sentence.

    Raises:
        BackupError, StoreFault: names the content that is gone or altered.
    """

    def get(pair: tuple[Item, Path]) -> None:
        item, path = pair
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            found = place.get_file(item.key, path)
        except FileNotFoundError:
            raise place.fault(
                f"{place.address}/{item.key}: is gone (it is {path.name}); {advice}"
            ) from None
        if found != item.sha256:
            raise place.fault(
                f"{place.address}/{item.key}: was altered since it was written (it is {path.name})"
                f"; {advice}"
            )
        path.chmod(item.mode)

    _do_all(place, wanted, get)


def _do_all(place: Place, wanted: Iterable, do: Callable) -> None:
    """Do something with each, several at once where the place takes that; the first error ends it.

    What is under way then ends first, so that nothing is written behind the caller's back.
    """
    with ThreadPoolExecutor(place.workers) as pool:
        started = [pool.submit(do, item) for item in wanted]
        try:
            for future in started:
                future.result()
        except BaseException:
            for future in started:
                future.cancel()
            raise
