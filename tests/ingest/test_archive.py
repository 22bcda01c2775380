"""The archive keeps bytes by their hash, once, and notices when they were altered."""

from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.archive.documents import Archive, Document, FetchNote
from pipelines.base.files import hash_bytes

CONTENT = b"a,b\n1,2\n"
# sha256 of the eight bytes above, from `printf 'a,b\n1,2\n' | sha256sum`
SHA256 = "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470"


def make_document(content: bytes, day: int = 1, **fields: object) -> Document:
    """Return the record of a live document fetched on a day of May 2024."""
    known = {
        "source_id": "shop",
        "document": "prices",
        "sha256": hash_bytes(content),
        "origin": "live",
        "address": "http://127.0.0.1/prices.csv",
        "media": "csv",
        "document_on": date(2024, 5, day),
        "fetched_at": datetime(2024, 5, day, 12),
    }
    return Document(**(known | fields))


def list_files(folder: Path) -> list[str]:
    """Return every file below a folder, relative to it."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_document_is_named_by_its_hash(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(CONTENT, make_document(CONTENT))
    assert archive.read(SHA256) == CONTENT
    assert list_files(tmp_path) == [
        f"documents/{SHA256[:2]}/{SHA256}",
        f"records/shop/prices-{SHA256[:16]}.json",
        "sightings/shop/prices.json",
        "sightings/shop/prices.json~",
    ]


def test_unchanged_bytes_make_no_new_vintage(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = archive.store(CONTENT, make_document(CONTENT, day=1))
    again = archive.store(CONTENT, make_document(CONTENT, day=9))
    assert again == first
    assert again.document_on == date(2024, 5, 1)
    assert archive.list_documents("shop") == [first]


def test_days_are_told_on_which_bytes_were_seen(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    other = b"a,b\n1,3\n"
    for day, content in ((1, CONTENT), (2, other), (3, CONTENT)):
        archive.store(content, make_document(content, day=day))
    assert archive.list_sightings("shop", "prices") == {
        date(2024, 5, 1): SHA256,
        date(2024, 5, 2): hash_bytes(other),
        date(2024, 5, 3): SHA256,
    }


def test_of_two_answers_on_a_day_the_later_counts(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    other = b"a,b\n1,3\n"
    for content in (CONTENT, other):
        archive.store(content, make_document(content, day=3))
    assert archive.list_sightings("shop", "prices") == {date(2024, 5, 3): hash_bytes(other)}


def test_changed_bytes_stand_beside_the_old_ones(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    old = archive.store(CONTENT, make_document(CONTENT, day=1))
    new = archive.store(b"a,b\n1,3\n", make_document(b"a,b\n1,3\n", day=2))
    assert archive.list_documents("shop") == [old, new]
    assert archive.read(old.sha256) == CONTENT


def test_altered_file_is_noticed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(CONTENT, make_document(CONTENT))
    archive.get_path(SHA256).write_bytes(b"a,b\n1,9\n")
    with pytest.raises(ValueError, match="no longer matches its SHA-256"):
        archive.read(SHA256)


def test_record_of_other_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="prices: bytes have SHA-256 "):
        Archive(tmp_path).store(CONTENT, make_document(b"other"))


def test_unknown_document_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Archive(tmp_path).read(SHA256)


def test_note_of_the_last_fetch_replaces_the_one_before(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert archive.read_fetch_note("shop", "prices") is None
    for outcome in ("failed", "new"):
        note = FetchNote("prices", outcome, "told", datetime(2024, 5, 1), SHA256)
        archive.write_fetch_note("shop", note)
    assert archive.read_fetch_note("shop", "prices") == note
