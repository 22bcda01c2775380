"""The archive: every document as it was fetched, named by its SHA-256, never changed.

Beside the bytes stands one record per source and document (where it came from, when, ETag). A
second fetch of the same bytes renews the note of how the address answered last, and the list of
days on which they were seen; nothing else. A document that turned out to be wrong is withdrawn: it
stays here with the reason, and no build reads it.
Fetching itself belongs in `fetch.py`.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

from pipelines.base.errors import DamageFound
from pipelines.base.files import (
    get_temporary_path,
    hash_bytes,
    hash_file,
    read_kept_mapping,
    read_mapping,
    replace_file,
    write_bytes,
    write_json,
    write_kept_json,
)

logger = logging.getLogger(__name__)

# Rows kept in the repository in the contract's own columns, documents of the upstream that are
# kept there as they were published, and documents that were fetched.
Origin = Literal["embedded", "recorded", "live"]
ORIGINS: tuple[str, ...] = get_args(Origin)


@dataclass(frozen=True)
class Document:
    """One archived document of one source.

    `document` names what it is (the embedded file, or the contract's address); `document_on` is
    the day it shows the state of; `address` is a URL, or a path inside the repository.
    """

    source_id: str
    document: str
    sha256: str
    origin: Origin
    address: str
    media: str
    document_on: date
    fetched_at: datetime
    status: int | None = None
    etag: str | None = None
    bytes: int = 0
    last_modified: str | None = None


@dataclass(frozen=True)
class FetchNote:
    """How the last fetch of one address ended; `sha256` names the bytes it served last, if any."""

    document: str
    outcome: Literal["new", "unchanged", "failed"]
    message: str
    fetched_at: datetime
    sha256: str | None = None


@dataclass(frozen=True)
class Withdrawal:
    """Why a document is read by no build any more, and since when."""

    sha256: str
    reason: str
    at: datetime


class Archive:
    """Content-addressed store of documents under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_path(self, sha256: str) -> Path:
        """Return where the bytes with that hash are (or would be)."""
        return self.folder / "documents" / sha256[:2] / sha256

    def get_record_path(self, document: Document) -> Path:
        """Return where the record of a document is (or would be)."""
        folder = self.folder / "records" / document.source_id
        if document.origin != "live":
            # the same bytes may be kept in the repository and served by an address
            folder = folder / document.origin
        return folder / f"{document.document}-{document.sha256[:16]}.json"

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
        path = self.get_record_path(document)
        kept = self._read_record(path) if path.exists() else None
        if kept is None or kept.origin != document.origin:
            write_json(path, asdict(document))
            return document
        return kept

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
        found = [self._read_record(path) for path in sorted(folder.glob("*.json"))]
        for origin in ORIGINS:
            found += [self._read_record(path) for path in sorted((folder / origin).glob("*.json"))]
        # an older archive kept what was embedded beside what was fetched
        records = {(d.origin, d.document, d.sha256): d for d in found if d is not None}
        return sorted(records.values(), key=lambda d: (d.document_on, d.fetched_at, d.sha256))

    def _get_sightings_path(self, source_id: str, document: str) -> Path:
        return self.folder / "sightings" / source_id / f"{document}.json"

    def note_sighting(self, source_id: str, document: str, sha256: str, day: date) -> None:
        """Keep that an address served these bytes on a day; the last bytes of a day stand."""
        sightings = self.list_sightings(source_id, document)
        if sightings.get(day) != sha256:
            seen = sorted((sightings | {day: sha256}).items())
            write_kept_json(
                self._get_sightings_path(source_id, document),
                {seen_on.isoformat(): served for seen_on, served in seen},
            )

    def list_sightings(self, source_id: str, document: str) -> dict[date, str]:
        """Return by day the SHA-256 of what an address served; unchanged bytes stand here again."""
        content = read_kept_mapping(self._get_sightings_path(source_id, document))
        try:
            return {date.fromisoformat(day): str(sha256) for day, sha256 in content.items()}
        except ValueError as error:
            logger.warning("sightings of %s %s cannot be read: %s", source_id, document, error)
            return {}

    def _get_withdrawals_path(self, source_id: str) -> Path:
        return self.folder / "withdrawn" / f"{source_id}.json"

    def list_withdrawn(self, source_id: str) -> dict[str, Withdrawal]:
        """Return by SHA-256 the documents of a source that no build reads any more."""
        content = read_kept_mapping(self._get_withdrawals_path(source_id))
        try:
            return {
                sha256: Withdrawal(sha256, item["reason"], datetime.fromisoformat(item["at"]))
                for sha256, item in content.items()
            }
        except (KeyError, TypeError, ValueError) as error:
            raise DamageFound(
                f"{self._get_withdrawals_path(source_id)}: is no list of withdrawn documents "
                f"({error}), so nobody can say which are out of use; run: compute-balance repair"
            ) from None

    def withdraw(self, source_id: str, sha256: str, reason: str, at: datetime) -> None:
        """Take a document out of use; its bytes and its record stay."""
        withdrawn = self.list_withdrawn(source_id) | {sha256: Withdrawal(sha256, reason, at)}
        self._write_withdrawn(source_id, withdrawn)

    def restore(self, source_id: str, sha256: str) -> None:
        """Put a withdrawn document back into use."""
        withdrawn = self.list_withdrawn(source_id)
        withdrawn.pop(sha256, None)
        self._write_withdrawn(source_id, withdrawn)

    def _write_withdrawn(self, source_id: str, withdrawn: dict[str, Withdrawal]) -> None:
        write_kept_json(
            self._get_withdrawals_path(source_id),
            {
                item.sha256: {"reason": item.reason, "at": item.at.isoformat()}
                for item in withdrawn.values()
            },
        )

    def _get_note_path(self, source_id: str, document: str) -> Path:
        return self.folder / "fetches" / source_id / f"{document}.json"

    def write_fetch_note(self, source_id: str, note: FetchNote) -> None:
        """Keep how the last fetch of an address ended, in the place of the note before."""
        write_json(self._get_note_path(source_id, note.document), asdict(note))

    def list_fetch_notes(self, source_id: str) -> list[FetchNote]:
        """Return how the last fetch of each address of a source ended, by document."""
        folder = self.folder / "fetches" / source_id
        notes = [
            self.read_fetch_note(source_id, path.stem) for path in sorted(folder.glob("*.json"))
        ]
        return [note for note in notes if note is not None]

    def read_fetch_note(self, source_id: str, document: str) -> FetchNote | None:
        """Return how the last fetch of an address ended; None if it was never asked."""
        content = read_mapping(self._get_note_path(source_id, document))
        try:
            return FetchNote(
                **content | {"fetched_at": datetime.fromisoformat(content["fetched_at"])}
            )
        except (KeyError, TypeError, ValueError):
            return None

    def restore_record(self, document: Document) -> None:
        """Write the record of a document again as somebody else remembers it."""
        write_json(self.get_record_path(document), asdict(document))

    @staticmethod
    def _read_record(path: Path) -> Document | None:
        """Return a record; None, with a warning, where the file is cut or no record."""
        content = read_mapping(path)
        try:
            content["document_on"] = date.fromisoformat(content["document_on"])
            content["fetched_at"] = datetime.fromisoformat(content["fetched_at"])
            return Document(**content)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("%s is no record of a document and is passed over: %s", path, error)
            return None
