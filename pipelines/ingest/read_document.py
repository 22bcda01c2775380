"""From an archived document to the cells of one table: by the contract's reader, or by a parser.

Whatever goes wrong on the way is a fault of the document, with its source and address, so that the
last good document stays in use and the other sources go on.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import ContractError, DocumentFault
from pipelines.base.texts import shorten
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.reading import TEXT_MEDIA
from pipelines.ingest.cells import Cells, read_csv_cells, read_parsed_cells
from pipelines.ingest.document_checks import check_bytes, check_file, write_utf8
from pipelines.ingest.parsed import ParsedRows, check_rows, describe_error
from pipelines.ingest.parsers import PARSER_FILE, load_parser
from pipelines.ingest.read_rows import describe_parquet, read_rows
from pipelines.ingest.unpack import PlainFile, unpack


def open_cells(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    table: Table,
    document: Document,
    label: str,
    folder: Path,
    limit: int,
) -> Cells:
    """Let `cells` read a table from a document, as the contract's reader says.

    Args:
        connection: the session.
        path: the archived bytes.
        table: the contract's table.
        document: what the bytes are.
        label: how to call the document.
        folder: where files may be written while the cells are in use.
        limit: how many bytes a packed document may have once unpacked.

    Raises:
        DocumentFault: the document cannot be read; names it, what was found and what was expected.
    """
    reader = table.reader
    files = [
        _decode(file, table, folder, number)
        for number, file in enumerate(unpack(path, reader, label, folder, limit))
    ]
    if reader.format == "parquet":
        if len(files) > 1:
            raise DocumentFault(f"{label}: found several Parquet members; expected one")
        query, unexpected = describe_parquet(connection, files[0].path, table, files[0].label)
        try:
            rows: pa.Table = connection.execute(query).to_arrow_table()
        except duckdb.Error as error:
            told = shorten(str(error).splitlines()[0])
            raise DocumentFault(f"{files[0].label}: not readable as Parquet: {told}") from error
        return _with_unexpected(
            read_parsed_cells(connection, ParsedRows(rows), label, table, document), unexpected
        )
    if reader.format == "csv" and not reader.members:
        stats = check_file(files[0].path, files[0].label)
        return read_csv_cells(
            connection, files[0].path, files[0].label, table, document, stats, folder / "sorted.csv"
        )
    for file in files:
        if reader.format != "excel":
            check_file(file.path, file.label, allow_page=reader.format == "html")
    parsed, unexpected = read_rows(files, table, document, label)
    return _with_unexpected(
        read_parsed_cells(connection, parsed, label, table, document), unexpected
    )


def _with_unexpected(cells: Cells, unexpected: list[str]) -> Cells:
    return Cells(**{**cells.__dict__, "unexpected": unexpected})


def _decode(file: PlainFile, table: Table, folder: Path, number: int) -> PlainFile:
    """Turn a text of another declared encoding into UTF-8; the others stay as they are."""
    encoding = table.reader.encoding
    if encoding == "utf-8" or table.reader.format in ("excel", "parquet"):
        return file
    target = folder / f"decoded-{number}"
    write_utf8(file.path, encoding, target, file.label)
    return PlainFile(target, file.member, file.label)


def parse_document(
    contract: Contract, document: Document, content: bytes, label: str
) -> dict[str, ParsedRows]:
    """Let a source's parser read a document.

    Returns:
        Rows by the name of the table.

    Raises:
        DocumentFault: the parser refuses the document, or fails on it in any other way.
        ContractError: the parser itself cannot be imported.
    """
    if document.media in TEXT_MEDIA:
        check_bytes(content, label, allow_page=document.media == "html")
    parse = load_parser(contract)
    try:
        found = parse(document, content)
    except DocumentFault as fault:
        told = str(fault)
        missing = [name for name in (contract.source_id, document.address) if name not in told]
        raise DocumentFault(f"{label}: {told}" if missing else told) from fault
    except MemoryError:
        raise  # not the document's doing, and not to be remembered of it
    except BaseException as error:
        # whatever a parser raises, even a panic of a library below it, is a refused document
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise DocumentFault(
            f"{label}: {describe_error(error)}; the parser ({_find_line(contract, error)}) "
            "expected a document like those before"
        ) from error
    if not isinstance(found, dict):
        raise DocumentFault(
            f"{label}: found {type(found).__name__} from the parser; expected tables by name"
        )
    known = {table.table for table in contract.tables}
    unknown = sorted(str(name) for name in set(found) - known)
    if unknown:
        raise ContractError(
            f"{contract.folder}/{PARSER_FILE}: found the table {', '.join(unknown)} from the "
            f"parser; the contract has {', '.join(sorted(known))}"
        )
    return {name: check_rows(rows, f"{label}: {name}") for name, rows in found.items()}


def _find_line(contract: Contract, error: BaseException) -> str:
    """Return the line of the parser in which an error arose."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == contract.folder]
    return f"{PARSER_FILE}, line {own[-1].lineno}" if own else PARSER_FILE
