"""The archive: every document as it was fetched, named by its SHA-256, never changed.

Beside the bytes stands one record per source and document (where it came from, when, ETag). A
second fetch of the same bytes renews the note of how the address answered last, and the list of
days on which they were seen; nothing else.
Fetching itself belongs in `fetch.py`.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pipelines.base.files import (
    get_temporary_path,
    hash_bytes,
    hash_file,
    replace_file,
    write_bytes,
    write_json,
)


@dataclass(frozen=True)
class Document:
    """One archived document of one source.

    `document` names what it is (the embedded file, or the contract's address); `document_on` is
    the day it shows the state of; `address` is a URL, or a path inside the repository.
    """

    source_id: str
    document: str
    sha256: str
    origin: Literal["embedded", "live"]
    address: str
    media: str
    document_on: date
    fetched_at: datetime
    status: int | None = None
    etag: str | None = None
    bytes: int = 0


@dataclass(frozen=True)
class FetchNote:
    """How the last fetch of one address ended; `sha256` names the bytes it served last, if any."""

    document: str
    outcome: Literal["new", "unchanged", "failed"]
    message: str
    fetched_at: datetime
    sha256: str | None = None


class Archive:
    """Content-addressed store of documents under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_path(self, sha256: str) -> Path:
        """Return where the bytes with that hash are (or would be)."""
        return self.folder / "documents" / sha256[:2] / sha256

    def _get_record_path(self, source_id: str, document: str, sha256: str) -> Path:
        return self.folder / "records" / source_id / f"{document}-{sha256[:16]}.json"

    def store(self, content: bytes, document: Document) -> Document:
        """Keep the bytes and a record of them; unchanged bytes add neither.

        Returns:
            The record as it stands, that is the first one made for these bytes.
        """
        sha256 = hash_bytes(content)
        if document.sha256 != sha256:
            raise ValueError(f"{document.document}: bytes have SHA-256 {sha256}")
        path = self.get_path(sha256)
        if not path.exists():
            write_bytes(path, content)
        self.note_sighting(document.source_id, document.document, sha256, document.document_on)
        return self._write_record(document)

    def store_file(self, file: Path, document: Document) -> Document:
        """Keep a copy of a file whose SHA-256 the record says, as `store` does with bytes.

        Returns:
            The record as it stands, that is the first one made for these bytes.
        """
        path = self.get_path(document.sha256)
        if not path.exists():
            temporary = get_temporary_path(path)
            shutil.copyfile(file, temporary)
            replace_file(temporary, path)
        return self._write_record(document)

    def _write_record(self, document: Document) -> Document:
        record = self._get_record_path(document.source_id, document.document, document.sha256)
        if not record.exists():
            write_json(record, asdict(document))
        return self._read_record(record)

    def read(self, sha256: str) -> bytes:
        """Return the bytes with that hash.

        Raises:
            FileNotFoundError: nothing with that hash is archived.
            ValueError: the file has been altered since it was archived.
        """
        return self.check(sha256).read_bytes()

    def check(self, sha256: str) -> Path:
        """Return where the bytes with that hash are, once they have been found unaltered.

        Raises:
            FileNotFoundError: nothing with that hash is archived.
            ValueError: the file has been altered since it was archived.
        """
        path = self.get_path(sha256)
        if hash_file(path) != sha256:
            raise ValueError(f"{path}: content no longer matches its SHA-256")
        return path

    def list_documents(self, source_id: str) -> list[Document]:
        """Return all documents of a source, oldest first."""
        folder = self.folder / "records" / source_id
        records = [self._read_record(path) for path in sorted(folder.glob("*.json"))]
        return sorted(records, key=lambda d: (d.document_on, d.fetched_at, d.sha256))

    def _get_sightings_path(self, source_id: str, document: str) -> Path:
        return self.folder / "sightings" / source_id / f"{document}.json"

    def note_sighting(self, source_id: str, document: str, sha256: str, day: date) -> None:
        """Keep that an address served these bytes on a day; the first bytes of a day stand."""
        sightings = self.list_sightings(source_id, document)
        if day not in sightings:
            seen = sorted((sightings | {day: sha256}).items())
            write_json(
                self._get_sightings_path(source_id, document),
                {seen_on.isoformat(): served for seen_on, served in seen},
            )

    def list_sightings(self, source_id: str, document: str) -> dict[date, str]:
        """Return by day the SHA-256 of what an address served; unchanged bytes stand here again."""
        path = self._get_sightings_path(source_id, document)
        if not path.exists():
            return {}
        content = json.loads(path.read_text(encoding="utf-8"))
        return {date.fromisoformat(day): sha256 for day, sha256 in content.items()}

    def _get_note_path(self, source_id: str, document: str) -> Path:
        return self.folder / "fetches" / source_id / f"{document}.json"

    def write_fetch_note(self, source_id: str, note: FetchNote) -> None:
        """Keep how the last fetch of an address ended, in the place of the note before."""
        write_json(self._get_note_path(source_id, note.document), asdict(note))

    def read_fetch_note(self, source_id: str, document: str) -> FetchNote | None:
        """Return how the last fetch of an address ended; None if it was never asked."""
        path = self._get_note_path(source_id, document)
        if not path.exists():
            return None
        content = json.loads(path.read_text(encoding="utf-8"))
        content["fetched_at"] = datetime.fromisoformat(content["fetched_at"])
        return FetchNote(**content)

    @staticmethod
    def _read_record(path: Path) -> Document:
        content = json.loads(path.read_text(encoding="utf-8"))
        content["document_on"] = date.fromisoformat(content["document_on"])
        content["fetched_at"] = datetime.fromisoformat(content["fetched_at"])
        return Document(**content)
