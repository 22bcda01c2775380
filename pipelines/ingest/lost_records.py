"""Records of archived documents that are gone or damaged, written again from the load records.

Without its record a fetched document would silently leave the build, though its bytes and its rows
are there. Embedded documents need none of this: their files lie in the repository.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.archive.documents import Archive, Document
from pipelines.base.settings import Settings
from pipelines.contracts.model import Contract
from pipelines.contracts.reading import Media
from pipelines.ingest.records import Load, read_load

_NAME = re.compile(r"(?P<document>.+)-live-(?P<sha>[0-9a-f]{16})-[0-9a-f]{16}")


def restore_lost_records(settings: Settings, contracts: list[Contract]) -> list[Path]:
    """Write again the records of fetched documents that are gone or cannot be read.

    Args:
        settings: the warehouse.
        contracts: their addresses say what kind of file a document is.

    Returns:
        The records that were written.
    """
    archive = Archive(settings.archive_dir)
    written = []
    for contract in contracts:
        for document in find_lost_records(settings, contract):
            archive.restore_record(document)
            written.append(archive.get_record_path(document))
    return written


def find_lost_records(settings: Settings, contract: Contract) -> list[Document]:
    """Return the fetched documents of a source whose record is gone or damaged, as they were."""
    archive = Archive(settings.archive_dir)
    known = {(d.document, d.sha256[:16]) for d in archive.list_documents(contract.source_id)}
    media: dict[str, Media] = {a.document: a.media for a in contract.addresses}
    lost: dict[tuple[str, str], Document] = {}
    for path in sorted((settings.loads_dir / contract.source_id).glob("*-live-*.json")):
        match = _NAME.fullmatch(path.stem)
        if match is None or (match["document"], match["sha"]) in known:
            continue
        load = read_load(path)
        if load and load.document in media and archive.get_path(load.sha256).exists():
            lost[load.document, load.sha256] = _remember(load, media[load.document], archive)
    return list(lost.values())


def _remember(load: Load, media: Media, archive: Archive) -> Document:
    return Document(
        source_id=load.source_id,
        document=load.document,
        sha256=load.sha256,
        origin=load.origin,
        address=load.address,
        media=media,
        document_on=load.document_on,
        fetched_at=load.fetched_at,
        bytes=archive.get_path(load.sha256).stat().st_size,
    )
