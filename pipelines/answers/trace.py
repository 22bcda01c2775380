"""From one row of a mart back to the rows, documents and publishers that it rests on.

A release says in `meta.lineage` which documents feed each mart, and in `meta.document` where their
bytes came from. The rows are found in the raw files of those documents by the cells that they share
with the mart's row: the same chip (under any of its labels), owner, site, place and period. Where
a bridge of the release says which rows stand behind each figure, exactly those (`backing.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.answers.backing import read_backing
from pipelines.answers.citation import Citation, Step
from pipelines.base.errors import ReleaseError
from pipelines.base.rows import fetch_value
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.load import CONTRACT_FILE, load_contract
from pipelines.contracts.model import PROVENANCE, Contract, Table
from pipelines.ingest.records import list_loads
from pipelines.release.publish import find_readable

# columns of raw rows that date what a row describes, in the order of trust
PERIOD_COLUMNS = ("period_start", "observed_on", "on_date", "as_of", "month")
# mart columns that name what a row is about under another name in the sources
SAME_THING = {
    "owner": ("owner", "buyer"),
    "subject": ("system", "entity", "name"),
    "chip_id": ("chip_id",),
}
# which version of a row a mart shows
VERSIONS = ("vintage_id", "vintage_on")


@dataclass(frozen=True)
class Evidence:
    """Raw rows of one document that a mart's row rests on; none if only the table is known.

    `figure` says which of the row's figures they stand behind; None where that is not known.
    """

    source_id: str
    raw_table: str
    sha256: str
    address: str
    origin: str
    fetched_at: datetime | None
    document_on: date | None
    publisher: str
    licence: str
    matched_by: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple, ...]
    figure: str | None = None


@dataclass(frozen=True)
class Trace:
    """A mart's row with the evidence behind it, and the rows of marts to go on from."""

    table: str
    row: dict[str, Any]
    evidence: tuple[Evidence, ...]
    steps: tuple[Step, ...] = ()


def find_row(
    connection: duckdb.DuckDBPyConnection, table: str, key: list[str], values: list[str]
) -> dict[str, Any]:
    """Return the row of a mart under a key, given as `column=value` or as values in key order.

    Raises:
        ReleaseError: no row, or more than one, has that key; says what a key looks like.
    """
    named = _read_key(table, key, values)
    known = [row[0] for row in connection.execute(f"describe marts.{quote_name(table)}").fetchall()]
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise ReleaseError(
            f"{table} has no column {', '.join(unknown)}; its key is {', '.join(key)}, "
            f"its other columns are {', '.join(c for c in known if c not in key)}"
        )
    where = " and ".join(f"{quote_name(column)}::varchar = ?" for column in named)
    found = connection.execute(
        f"select * from marts.{quote_name(table)} where {where}", list(named.values())
    )
    columns = [column[0] for column in found.description]
    rows = found.fetchmany(2)
    if len(rows) == 1:
        return dict(zip(columns, rows[0], strict=True))
    # a row that the given cells fit, or any if none do
    examples = connection.execute(
        f"select {', '.join(quote_name(c) for c in key)} from marts.{quote_name(table)} "
        f"where {where if rows else 'true'} order by all limit 1",
        list(named.values()) if rows else [],
    ).fetchall()
    shown = " ".join(f"{c}={v}" for example in examples for c, v in zip(key, example, strict=True))
    left = [column for column in key if column not in named]
    seen = "more than one row" if rows else "no row"
    advice = f"; say {', '.join(left)} as well" if rows and left else ""
    raise ReleaseError(
        f"{table}: found {seen} for {' '.join(values)}; "
        f"expected one, given by its key{advice}, for example: {shown or 'the mart is empty'}"
    )


def _read_key(table: str, key: list[str], values: list[str]) -> dict[str, str]:
    """Return what was asked for by column.

    A value with an equals sign names its column, unless it stands in the place of a key column and
    what is before the sign is no name.
    """
    named: dict[str, str] = {}
    for position, value in enumerate(values):
        column, sign, rest = (part.strip() for part in value.partition("="))
        if not (sign and column.isidentifier()):
            if position >= len(key):
                raise ReleaseError(
                    f"{table}: {len(values)} values for a key of {len(key)}: {', '.join(key)}"
                )
            column, rest = key[position], value.strip()
        if column in named:
            raise ReleaseError(f"{table}: two values for {column}: {named[column]} and {rest}")
        named[column] = rest
    return named


def trace_row(settings: Settings, table: str, key: list[str], values: list[str]) -> Trace:
    """Walk one mart row back to raw rows, documents, addresses, publishers and days.

    Raises:
        ReleaseError: nothing is published, or there is no such table or row.
    """
    if not settings.current_path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    with duckdb.connect(str(find_readable(settings)), read_only=True) as connection:
        row = find_row(connection, table, key, values)
        documents = _list_documents(connection, table)
        labels = _list_labels(connection, row)
        countries = _list_countries(connection, row)
        backing = read_backing(connection, table, key, row)
    if backing is not None:
        contracts = _load_contracts(settings, {document[0] for document in documents})
        evidence = [
            found
            for citation in backing.citations
            for document in documents
            if (found := _find_cited(settings, contracts, document, citation))
        ]
        return Trace(table, row, tuple(evidence), tuple(backing.steps))
    wanted = [s.strip() for s in (row.get("source_ids") or "").split(",") if s.strip()]
    documents = [d for d in documents if not wanted or d[0] in wanted]
    contracts = _load_contracts(settings, {document[0] for document in documents})
    evidence = []
    for document in documents:
        contract, path = _find_raw(settings, contracts, document)
        matched: tuple[str, ...] = ()
        columns: tuple[str, ...] = ()
        rows: tuple[tuple, ...] = ()
        if contract is not None and path is not None:
            raw = contract.get_table(document[1])
            conditions = _write_conditions(raw, key, row, labels, countries)
            matched, columns, rows = _match_rows(path, raw, conditions)
        evidence.append(_make_evidence(document, matched, columns, rows))
    evidence.sort(key=lambda item: (not item.rows, item.source_id, item.raw_table))
    return Trace(table, row, tuple(evidence))


def _list_documents(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple]:
    """Return the documents that feed a mart, as the first fields of `Evidence`."""
    return connection.execute(
        "select l.source_id, l.raw_table, l.sha256, any_value(d.address), any_value(d.origin), "
        "any_value(d.fetched_at), any_value(d.document_on), any_value(s.publisher), "
        "any_value(s.licence) from meta.lineage as l "
        "left join meta.document as d using (source_id, sha256) "
        "left join meta.source as s using (source_id) where l.table_name = ? "
        "group by all order by l.source_id, l.raw_table, l.sha256",
        [table],
    ).fetchall()


def _load_contracts(settings: Settings, source_ids: set[str]) -> dict[str, Contract]:
    """Return the contracts of sources by id, without those that are no longer there."""
    paths = {i: settings.sources_dir / i / CONTRACT_FILE for i in sorted(source_ids)}
    return {i: load_contract(path) for i, path in paths.items() if path.exists()}


def _find_raw(
    settings: Settings, contracts: dict[str, Contract], document: tuple
) -> tuple[Contract | None, Path | None]:
    source_id, raw_table, sha256, *_ = document
    return contracts.get(source_id), _find_raw_file(settings, source_id, raw_table, sha256)


def _find_cited(
    settings: Settings, contracts: dict[str, Contract], document: tuple, citation: Citation
) -> Evidence | None:
    """Return the rows of a document that a figure cites; None where it holds none of them."""
    source_id, raw_table, sha256, *_ = document
    named = (citation.source_id, citation.raw_table) == (source_id, raw_table)
    if not named and citation.sha256 != sha256:
        return None
    contract, path = _find_raw(settings, contracts, document)
    if contract is None or path is None:
        return _make_evidence(document, (), (), (), citation.figure)
    raw = contract.get_table(raw_table)
    column = raw.key[0] if named else "document_row"
    condition = f"{quote_name(column)}::varchar in (select unnest(?::varchar[]))"
    matched, columns, rows = _match_rows(
        path, raw, {column: (condition, [list(citation.ids)])}, whole=True
    )
    return _make_evidence(document, matched, columns, rows, citation.figure) if rows else None


def _make_evidence(
    document: tuple,
    matched: tuple[str, ...],
    columns: tuple[str, ...],
    rows: tuple[tuple, ...],
    figure: str | None = None,
) -> Evidence:
    source_id, raw_table, sha256, address, origin, fetched_at, document_on, publisher, licence = (
        document
    )
    return Evidence(
        source_id,
        raw_table,
        sha256,
        address,
        origin,
        fetched_at,
        document_on,
        publisher,
        licence,
        matched,
        columns,
        rows,
        figure,
    )


def _list_labels(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> list[str]:
    """Return the chip of a row with all labels that the published aliases give it."""
    chip_id = row.get("chip_id")
    if chip_id is None:
        return []
    has_aliases = fetch_value(
        connection,
        "select count(*) from duckdb_tables() where schema_name = 'marts' "
        "and table_name = 'dim_chip_alias'",
    )
    if not has_aliases:
        return [chip_id]
    found = connection.execute(
        "select label from marts.dim_chip_alias where chip_id = ?", [chip_id]
    ).fetchall()
    return [chip_id, *(label for (label,) in found)]


def _list_countries(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> list[str] | None:
    region = row.get("region_id")
    if region in (None, "WORLD"):
        return None
    found = connection.execute(
        "select country_code from marts.dim_country where region_id = ?", [region]
    ).fetchall()
    return [code for (code,) in found]


def _find_raw_file(settings: Settings, source_id: str, raw_table: str, sha256: str) -> Path | None:
    for load in reversed(list_loads(settings.loads_dir, source_id)):
        if load.sha256 == sha256 and load.status == "accepted":
            counts = load.get_table(raw_table)
            path = settings.warehouse_dir / counts.file if counts else None
            if path is not None and path.exists():
                return path
    return None


def _match_rows(
    path: Path, table: Table, conditions: dict[str, tuple[str, list]], whole: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple, ...]]:
    """Return what rows were matched by, their shown columns, and the rows themselves.

    `whole` shows all columns of the source's own, so that a figure can be computed again.
    """
    if not conditions:
        return (), (), ()
    shown = [*table.key, *(c for c in conditions if c not in table.key)]
    if whole:
        shown += [c for c in table.columns if c not in PROVENANCE and c not in shown]
    cited = [
        c
        for c in ("source_publisher", "source_title", "source_url", "published_on", "accessed_on")
        if c in table.columns
    ]
    columns = tuple(dict.fromkeys(["document_row", *shown, *cited]))
    where = " and ".join(f"({condition})" for condition, _ in conditions.values())
    bound = [value for _, values in conditions.values() for value in values]
    # the rows of a large document are numbered by their place in the file alone
    rows = duckdb.execute(
        f"select {', '.join(quote_name(c) for c in columns)} from ("
        "select * replace (coalesce(document_row, file_row_number + 1) as document_row) "
        f"from read_parquet({quote_text(str(path))}, file_row_number = true)) "
        f"where is_verified and {where} order by document_row",
        bound,
    ).fetchall()
    return tuple(conditions), columns, tuple(rows)


def _write_conditions(
    table: Table,
    key: list[str],
    row: dict[str, Any],
    labels: list[str],
    countries: list[str] | None,
) -> dict[str, tuple[str, list]]:
    """Return raw column -> SQL condition and bound values, for each cell that both rows share."""
    conditions: dict[str, tuple[str, list]] = {}
    by_mart_name = {column.rename or name: name for name, column in table.columns.items()}
    ids = [i for i in (row.get("observation_ids") or "").split(",") if i]
    if ids:
        # the mart names the rows themselves; nothing else needs to agree
        return {
            table.key[0]: (f"{quote_name(table.key[0])} in (select unnest(?::varchar[]))", [ids])
        }
    for name, value in row.items():
        if value is None:
            continue
        raw = by_mart_name.get(name)
        if name == "chip_id" and "chip_id" in table.columns:
            conditions["chip_id"] = ("chip_id in (select unnest(?::varchar[]))", [labels])
        elif name in ("quarter_start", "month_start") and raw is None:
            column = _find_period_column(table)
            part = name.removesuffix("_start")
            if column:
                conditions[column] = (
                    f"date_trunc('{part}', {quote_name(column)}) = ?::date",
                    [value],
                )
        elif name == "region_id" and raw is None:
            column = next((c for c in ("country", "country_code") if c in table.columns), None)
            if column and countries is not None:
                conditions[column] = (
                    f"{quote_name(column)} in (select unnest(?::varchar[]))",
                    [countries],
                )
        elif raw is not None and (name in key or name in VERSIONS or raw in table.key):
            conditions[raw] = (f"{quote_name(raw)}::varchar = ?::varchar", [value])
        elif raw is None:
            column = next((c for c in SAME_THING.get(name, ()) if c in table.columns), None)
            if column:
                conditions[column] = (f"{quote_name(column)} = ?", [value])
    return conditions


def _find_period_column(table: Table) -> str | None:
    """Return the column that dates what a row describes; its days of citation do not."""
    own = [
        name
        for name, column in table.columns.items()
        if column.type == "DATE" and name not in PROVENANCE
    ]
    return next((name for name in PERIOD_COLUMNS if name in own), own[0] if own else None)
