"""From the bytes of a document to tables of text cells: CSV by default, else the source's parser.

A source whose upstream is no plain CSV has a `parser.py` with

    def parse(document: Document, content: bytes) -> dict[str, pa.Table]

that returns, by table name, the upstream's own rows as text columns (missing stays null).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import ContractError
from pipelines.contracts.model import Contract

PARSER_FILE = "parser.py"
Parser = Callable[[Document, bytes], dict[str, pa.Table]]


def load_parser(contract: Contract) -> Parser:
    """Import a source's `parser.py` and return its `parse` function.

    Raises:
        ContractError: the source has live addresses but no parser, or the parser has no `parse`.
    """
    path: Path = contract.folder / PARSER_FILE
    if not path.exists():
        raise ContractError(
            f"{contract.folder}: found no {PARSER_FILE}; a source that fetches documents other "
            "than the CSV of its one table needs one"
        )
    spec = importlib.util.spec_from_file_location(
        f"pipelines_source_{contract.source_id}_parser", path
    )
    if spec is None or spec.loader is None:
        raise ContractError(f"{path}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parse = getattr(module, "parse", None)
    if not callable(parse):
        raise ContractError(f"{path}: found no function parse(document, content)")
    return parse
