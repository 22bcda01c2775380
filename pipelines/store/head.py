"""The one object of a store that says what is current: a snapshot, and the release for readers.

It is written last and in one step, so whoever starts from it sees a whole release.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pipelines.base.errors import StoreFault
from pipelines.base.files import format_json, parse_mapping
from pipelines.store.s3 import S3Place
from pipelines.store.snapshots import Snapshot, read_snapshot

HEAD = "current.json"


@dataclass(frozen=True)
class HeadNote:
    """What `current.json` says; `release` is the key below which the release's files lie."""

    number: int
    snapshot: str
    release_id: str | None
    release: str | None
    as_of: str | None
    content_hash: str | None
    put_at: str
    by: str


@dataclass(frozen=True)
class Head:
    """The note with its tag, and the list of files that it names."""

    note: HeadNote
    etag: str
    snapshot: Snapshot


def read_head_note(content: bytes | None) -> HeadNote | None:
    """Return what `current.json` says; None where there is none or it is something else."""
    found = parse_mapping(content or b"")
    try:
        return HeadNote(**{name: found[name] for name in HeadNote.__dataclass_fields__})
    except KeyError:
        return None


def read_head(place: S3Place) -> Head | None:
    """Return what is current in a store; None where nothing has been put there.

    Raises:
        StoreFault: the note or its list is not what was written.
    """
    tagged = place.read_tagged(HEAD)
    if tagged is None:
        return None
    note = read_head_note(tagged.content)
    if note is None:
        raise StoreFault(f"{place.address}/{HEAD}: is not what a run puts there; bring it back")
    snapshot = read_snapshot(place, note.snapshot)
    if snapshot is None:
        raise StoreFault(
            f"{place.address}: the list of snapshot {note.snapshot} cannot be read; bring an "
            f"earlier one back: compute-balance restore {place.address} --snapshot NAME"
        )
    return Head(note, tagged.etag, snapshot)


def write_head(place: S3Place, note: HeadNote, etag: str | None) -> str:
    """Let a store's readers see another snapshot; returns the new tag.

    Raises:
        Taken: somebody else has written the note since it had that tag.
    """
    return place.write_if(HEAD, format_json(asdict(note)), etag)
