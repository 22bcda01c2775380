"""The documents of a source that lie in its folder: each table's rows, and recordings of upstream.

They take the same way as what is fetched: into the archive, under their SHA-256.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipelines.archive.documents import Archive, Document, Origin
from pipelines.base.errors import ContractError
from pipelines.base.files import hash_file
from pipelines.base.settings import now_utc
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.reading import DAY_MARK


def archive_table(
    archive: Archive, contract: Contract, table: Table
) -> tuple[Path, Document | None]:
    """Keep a table's embedded file in the archive; None where the table has none."""
    path = contract.folder / "data" / table.file_name
    if not path.exists():
        if contract.kind == "connector" or contract.embedded:
            return path, None  # the table comes from documents of the upstream only
        raise ContractError(f"{path}: file not found; the contract names table {table.table}")
    return path, _archive_file(
        archive, path, contract, table.table, "embedded", "csv", contract.embedded_on
    )


def list_upstream(archive: Archive, contract: Contract) -> list[tuple[Path | None, Document]]:
    """Return the upstream's own documents, oldest first, with their file in the repository."""
    found: list[tuple[Path | None, Document]] = []
    for item in contract.embedded:
        for day, path in _find_embedded(contract.folder, item.file, item.known_from):
            document = _archive_file(
                archive, path, contract, item.document, "recorded", item.media, day
            )
            found.append((path, document))
    live = archive.list_documents(contract.source_id)
    found += [(None, document) for document in live if document.origin == "live"]
    return sorted(found, key=lambda pair: (pair[1].document_on, pair[1].fetched_at))


def _archive_file(
    archive: Archive,
    path: Path,
    contract: Contract,
    name: str,
    origin: Origin,
    media: str,
    day: date,
) -> Document:
    return archive.store_file(
        path,
        Document(
            source_id=contract.source_id,
            document=name,
            sha256=hash_file(path),
            origin=origin,
            address=f"{contract.source_id}/{path.relative_to(contract.folder).as_posix()}",
            media=media,
            document_on=day,
            fetched_at=now_utc(),
            bytes=path.stat().st_size,
        ),
    )


def _find_embedded(folder: Path, file: str, known_from: date | None) -> list[tuple[date, Path]]:
    """Return the days and paths of embedded documents whose name may hold their day.

    Raises:
        ContractError: there is no such file, or a name that holds no day.
    """
    if known_from is not None:
        path = folder / file
        if not path.exists():
            raise ContractError(f"{path}: file not found; the contract lists it under embedded")
        return [(known_from, path)]
    before, _, after = file.partition(DAY_MARK)
    found = []
    for path in sorted(folder.glob(f"{before}*{after}")):
        name = path.relative_to(folder).as_posix()
        text = name.removeprefix(before).removesuffix(after)
        try:
            found.append((date.fromisoformat(text), path))
        except ValueError as error:
            raise ContractError(
                f"{path}: found {text!r} in the place of {{day}}; expected a day such as 2026-05-31"
            ) from error
    if not found:
        raise ContractError(f"{folder / file}: found no file; the contract lists some")
    return found
