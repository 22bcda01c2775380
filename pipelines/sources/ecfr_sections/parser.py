"""From a part of the Code of Federal Regulations, as XML, to one row per section.

Sections are elements DIV8 and supplements DIV9; `N` names them, HEAD is the heading. Whatever else
stands in them is their text, with runs of blanks made one.
"""

import hashlib
from xml.etree import ElementTree

import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows, RowFault, collect_rows

KINDS = {"DIV8": "section", "DIV9": "appendix"}
COLUMNS = (*("part", "section", "kind", "heading", "text_start", "text_characters", "text_sha256"),)
SHOWN = 4000


def parse(document: Document, content: bytes) -> dict[str, ParsedRows | pa.Table]:
    """Read the sections of one part; the lists of versions are read by the contract.

    Args:
        document: its name ends with the part.
        content: the XML of the part on one day.

    Returns:
        `section_texts`: one row per section and supplement; nothing for a list of versions.

    Raises:
        DocumentFault: no XML, or no section in it.
    """
    if not document.document.startswith("text-"):
        return {}
    part = document.document.removeprefix("text-")
    if b"<!DOCTYPE" in content[:1000] or b"<!ENTITY" in content:
        raise DocumentFault(f"{document.address}: found definitions of entities; expected none")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise DocumentFault(f"{document.address}: found no XML ({error}); expected it") from error
    found = [element for element in root.iter() if element.tag in KINDS]
    if not found:
        raise DocumentFault(f"{document.address}: found no section (DIV8, DIV9); expected some")
    return {"section_texts": collect_rows(found, lambda one: _read(one, part), COLUMNS)}


def _read(element: object, part: str) -> dict[str, object]:
    assert isinstance(element, ElementTree.Element)
    name, head = element.get("N"), element.find("HEAD")
    if not name or head is None:
        raise RowFault("has no name or heading; expected N and HEAD", "section", element.tag)
    heading = " ".join("".join(head.itertext()).split())
    parts = [" ".join("".join(child.itertext()).split()) for child in element if child is not head]
    text = "\n".join(part_text for part_text in parts if part_text)
    shown = " ".join(text.split())[:SHOWN]
    return {
        "part": part,
        "section": name.removeprefix("§").strip(),
        "kind": KINDS[element.tag],
        "heading": heading,
        "text_start": shown or None,
        "text_characters": len(text),
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
