"""Parsers: what turns the bytes of a document that no kept reader understands into rows of text.

A source whose upstream is no plain table has a `parser.py` with

    def parse(document: Document, content: bytes) -> dict[str, pa.Table | ParsedRows]

that returns, by table name, the upstream's own rows as text columns (missing stays null).
`pipelines.ingest.parsed` holds what it may use to tell bad records one by one.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import ContractError
from pipelines.base.texts import shorten
from pipelines.contracts.model import Contract
from pipelines.ingest.parsed import ParsedRows

PARSER_FILE = "parser.py"
Parser = Callable[[Document, bytes], dict[str, pa.Table | ParsedRows]]


def has_parser(contract: Contract) -> bool:
    """Tell whether a source has a parser."""
    path: Path = contract.folder / PARSER_FILE
    return path.exists()


def load_parser(contract: Contract) -> Parser:
    """Import a source's `parser.py` and return its `parse` function.

    Raises:
        ContractError: the parser is missing, cannot be imported, or has no `parse`.
    """
    path: Path = contract.folder / PARSER_FILE
    if not path.exists():
        raise ContractError(
            f"{contract.folder}: found no {PARSER_FILE}; a source that fetches documents other "
            "than the CSV of its one table needs one, or says how to read them (read: ...)"
        )
    spec = importlib.util.spec_from_file_location(
        f"pipelines_source_{contract.source_id}_parser", path
    )
    if spec is None or spec.loader is None:
        raise ContractError(f"{path}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ContractError(
            f"{path}: cannot be imported: {type(error).__name__}: {shorten(str(error))}"
        ) from error
    parse = getattr(module, "parse", None)
    if not callable(parse):
        raise ContractError(f"{path}: found no function parse(document, content)")
    return parse
