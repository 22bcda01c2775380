"""Loading one document: text cells, corrections, checks, then raw and quarantine files.

Bad rows go to quarantine with field, value and reason and the rest is loaded; above the
contract's `max_rejected_share` the whole document is refused. Files appear by rename, the load
record last, so that a crash leaves nothing that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.archive import Document
from pipelines.contracts.corrections import Correction
from pipelines.contracts.model import Contract, Table
from pipelines.errors import CorrectionExpired, DocumentFault
from pipelines.files import get_temporary_path, replace_file
from pipelines.ingest.document_checks import check_columns, read_csv_header
from pipelines.ingest.records import TableLoad
from pipelines.ingest.row_checks import write_cast, write_row_faults
from pipelines.settings import Settings, now_utc
from pipelines.sql import quote_name, quote_text

SHOWN_VALUE_LENGTH = 500


@dataclass(frozen=True)
class LoadContext:
    """What loading needs beside the document: connection, known ids, folders, version."""

    connection: duckdb.DuckDBPyConnection
    entity_tables: dict[str, str]
    settings: Settings
    loader: str
    loaded_on: date


def read_csv_cells(
    connection: duckdb.DuckDBPyConnection, path: Path, content: bytes, label: str
) -> list[str]:
    """Read a CSV file into the temporary table `cells`: text columns and `document_row`.

    Lines with another number of cells than the header go to the table `broken_lines`.

    Returns:
        The header's column names.
    """
    header = read_csv_header(content, label)
    types = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in header)
    connection.execute(
        "create or replace temp table broken_lines as select ''::varchar as line, "
        "0::bigint as document_row, ''::varchar as reason limit 0"
    )
    try:
        connection.execute(
            f"""
            create or replace temp table cells as
            select row_number() over () as document_row, *
            from read_csv(
                {quote_text(str(path))}, columns = {{{types}}}, auto_detect = false,
                header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
                encoding = 'utf-8', store_rejects = true, null_padding = false,
                max_line_size = 16777216
            )
            """
        )
    except duckdb.Error as error:
        raise DocumentFault(
            f"{label}: not readable as CSV: {str(error).splitlines()[0]}"
        ) from error
    connection.execute(
        """
        insert into broken_lines
        select csv_line, line - 1, error_message from reject_errors
        """
    )
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    return header


def read_parsed_cells(
    connection: duckdb.DuckDBPyConnection, rows: pa.Table, table: Table, label: str
) -> list[str]:
    """Put a parser's rows into the temporary table `cells`, every column as text."""
    connection.execute(
        "create or replace temp table broken_lines as select ''::varchar as line, "
        "0::bigint as document_row, ''::varchar as reason limit 0"
    )
    names = ", ".join(f"{quote_name(n)}::varchar as {quote_name(n)}" for n in rows.column_names)
    connection.register("parsed_rows", rows)
    connection.execute(
        "create or replace temp table cells as "
        f"select row_number() over () as document_row, {names} from parsed_rows"
    )
    connection.unregister("parsed_rows")
    return rows.column_names


def apply_corrections(
    connection: duckdb.DuckDBPyConnection,
    corrections: list[Correction],
    document: Document,
    label: str,
) -> None:
    """Mend known errors in `cells` and note which correction touched which row.

    A live document may hold other rows than the embedded one: a correction whose rows it does not
    hold does not concern it.

    Raises:
        CorrectionExpired: upstream no longer shows the value that a correction expects.
    """
    connection.execute(
        "create or replace temp table corrected (document_row bigint, correction_id varchar, "
        "action varchar, reason varchar, field varchar, found varchar)"
    )
    for item in corrections:
        where = " and ".join(f"{quote_name(name)} = ?" for name in item.where)
        rows = connection.execute(
            f"select document_row, {quote_name(item.field)} from cells where {where}",
            list(item.where.values()),
        ).fetchall()
        if not rows and document.origin == "live":
            continue
        found = sorted({value for _, value in rows}, key=str)
        if len(rows) != item.expect_rows or found != [item.expect]:
            raise CorrectionExpired(
                f"{label}: correction {item.id}: {item.field} of {item.where}: found {len(rows)} "
                f"rows with {found}, expected {item.expect_rows} with {item.expect!r}; upstream "
                "has changed: check the figure and take the correction out"
            )
        connection.executemany(
            "insert into corrected values (?, ?, ?, ?, ?, ?)",
            [(row, item.id, item.action, item.reason, item.field, value) for row, value in rows],
        )
        if item.action != "leave_out":
            connection.execute(
                f"update cells set {quote_name(item.field)} = ? where {where}",
                [item.value, *item.where.values()],
            )


def load_table(
    contract: Contract,
    table: Table,
    document: Document,
    corrections: list[Correction],
    context: LoadContext,
    label: str,
    columns_found: list[str],
) -> TableLoad:
    """Check the rows in `cells` and write the raw and the quarantine file of one table.

    Returns:
        The counts; accepted + quarantined + left out = read.

    Raises:
        DocumentFault: a column is missing, too few rows, or more rows are bad than
            `max_rejected_share` allows.
    """
    con = context.connection
    unexpected = check_columns(columns_found, table, label)
    apply_corrections(con, [c for c in corrections if c.table == table.table], document, label)
    con.execute("set variable loaded_on = ?::date", [context.loaded_on])
    _create_typed(con, table, context.entity_tables)
    _collect_faults(con, table, context.entity_tables)
    read = _count(con, "cells") + _count(con, "broken_lines")
    left_out = _count(
        con, "(select distinct document_row from corrected where action = 'leave_out')"
    )
    quarantined = _count(con, "(select distinct document_row from faults)")
    _refuse_if_unusable(con, contract, table, label, read, quarantined)

    stem = f"{document.sha256[:16]}-{context.loader[:16]}.parquet"
    raw_path = context.settings.raw_dir / contract.source_id / table.table / stem
    columns = ", ".join(quote_name(name) for name in table.columns)
    _copy(
        con,
        raw_path,
        f"""
        select
            {columns}, document_row,
            coalesce({table.verified_when}, false) as is_verified,
            (
                select string_agg(c.correction_id, ',' order by c.correction_id)
                from corrected as c where c.document_row = typed.document_row
            ) as correction_ids,
            {quote_text(document.sha256)} as document_sha256,
            {quote_text(document.origin)} as document_origin,
            date {quote_text(document.document_on.isoformat())} as document_on,
            timestamp {quote_text(now_utc().isoformat())} as loaded_at
        from typed
        where document_row not in (select document_row from faults)
        order by document_row
        """,
    )
    quarantine_path = None
    if quarantined or left_out:
        quarantine_path = context.settings.quarantine_dir / contract.source_id / table.table / stem
        _copy(con, quarantine_path, _write_quarantine_query(contract, table, document))
    accepted, unverified, newest = con.execute(
        "select count(*), count(*) filter (not is_verified), "
        f"{'max(published_on)' if 'published_on' in table.columns else 'null'} "
        f"from read_parquet({quote_text(str(raw_path))})"
    ).fetchone()
    if accepted + quarantined + left_out != read:
        raise DocumentFault(
            f"{label}: {read} rows read, but {accepted} accepted + {quarantined} quarantined + "
            f"{left_out} left out; expected the three to add up"
        )
    root = context.settings.warehouse_dir
    return TableLoad(
        table=table.table,
        file=str(raw_path.relative_to(root)),
        quarantine_file=str(quarantine_path.relative_to(root)) if quarantine_path else None,
        rows_read=read,
        rows_accepted=accepted,
        rows_quarantined=quarantined,
        rows_left_out=left_out,
        rows_corrected=_count(
            con, "(select distinct document_row from corrected where action <> 'leave_out')"
        ),
        rows_unverified=unverified,
        newest_published_on=newest,
        unexpected_columns=unexpected,
    )


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    return con.execute(f"select count(*) from {relation}").fetchone()[0]


def _create_typed(
    con: duckdb.DuckDBPyConnection, table: Table, entity_tables: dict[str, str]
) -> None:
    casts = ", ".join(
        f"{write_cast(name, column)} as {quote_name(name)}"
        for name, column in table.columns.items()
    )
    faults = write_row_faults(table, entity_tables)
    bad = " or ".join(f"coalesce({fault.condition}, false)" for fault in faults)
    con.execute(
        "create or replace temp table typed as "
        f"select document_row, {casts}, ({bad}) as has_bad_cell from cells "
        # a row that a correction leaves out is not judged a second time
        "where document_row not in "
        "(select document_row from corrected where action = 'leave_out')"
    )


def _collect_faults(
    con: duckdb.DuckDBPyConnection, table: Table, entity_tables: dict[str, str]
) -> None:
    """Fill `faults`: one row per document_row and fault, with field, value and reason."""
    con.execute(
        "create or replace temp table faults "
        "(document_row bigint, field varchar, value varchar, reason varchar)"
    )
    con.execute(
        "insert into faults select document_row, null, line, 'the line does not fit the header: ' "
        "|| reason from broken_lines"
    )
    shown = f"[1:{SHOWN_VALUE_LENGTH}]"
    if con.execute("select bool_or(has_bad_cell) from typed").fetchone()[0]:
        con.execute(
            "create or replace temp table bad_cells as select cells.* from cells "
            "join typed using (document_row) where has_bad_cell"
        )
        for fault in write_row_faults(table, entity_tables):
            con.execute(
                f"insert into faults select document_row, {quote_text(fault.field)}, "
                f"({quote_name(fault.field)}){shown}, {fault.reason} from bad_cells "
                f"where {fault.condition}"
            )
    for check in table.checks:
        con.execute(
            f"insert into faults select document_row, {quote_text(check.field)}, "
            f"({quote_name(check.field)}::varchar){shown}, {quote_text(check.reason)} "
            f"from typed where not has_bad_cell and not coalesce({check.rule}, true)"
        )
    _collect_duplicate_keys(con, table)


def _collect_duplicate_keys(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Of equal rows under one key the first stays; of unequal ones none can be trusted."""
    key = ", ".join(quote_name(name) for name in table.key)
    rest = ", ".join(quote_name(name) for name in table.columns)
    field = quote_text(", ".join(table.key))
    shown = "concat_ws(', ', " + ", ".join(f"{quote_name(n)}::varchar" for n in table.key) + ")"
    (repeated,) = con.execute(
        f"select count(*) - count(distinct ({key})) from typed where not has_bad_cell"
    ).fetchone()
    if not repeated:
        return
    con.execute(
        f"""
        insert into faults
        with keyed as (
            select
                document_row, {shown} as key_shown,
                count(*) over (partition by {key}) as copies,
                row_number() over (partition by {key} order by document_row) as copy_number,
                count(distinct ({rest})) over (partition by {key}) as versions
            from typed
            where not has_bad_cell
        )
        select
            document_row, {field}, key_shown,
            case when versions > 1
                then 'is a key of ' || copies || ' rows that differ; expected one row per key'
                else 'repeats an equal row; the first one is kept' end
        from keyed
        where copies > 1 and (versions > 1 or copy_number > 1)
        """
    )


def _refuse_if_unusable(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    label: str,
    read: int,
    quarantined: int,
) -> None:
    if read < table.min_rows:
        raise DocumentFault(
            f"{label}: found {read} rows, expected at least {table.min_rows}; the last good "
            "data stays in use"
        )
    share = quarantined / read if read else 0.0
    if share > contract.max_rejected_share:
        examples = con.execute(
            "select document_row, field, value, reason from faults order by document_row limit 3"
        ).fetchall()
        shown = "; ".join(
            f"row {row}: {field} = {value!r} {why}" for row, field, value, why in examples
        )
        raise DocumentFault(
            f"{label}: {quarantined} of {read} rows are bad ({share:.1%}); the contract allows "
            f"{contract.max_rejected_share:.1%} (max_rejected_share). First: {shown}"
        )


def _write_quarantine_query(contract: Contract, table: Table, document: Document) -> str:
    key = "concat_ws(', ', " + ", ".join(f"c.{quote_name(name)}" for name in table.key) + ")"
    whole_row = "to_json(c)::varchar"
    return f"""
        select
            {quote_text(contract.source_id)} as source_id,
            {quote_text(table.table)} as table_name,
            {quote_text(document.sha256)} as document_sha256,
            f.document_row, {key} as row_key, f.field, f.value, f.reason, f.kind,
            {whole_row} as row_json
        from (
            select document_row, field, value, reason, 'quarantined' as kind from faults
            union all
            select document_row, field, found, reason, 'left_out' from corrected
            where action = 'leave_out'
        ) as f
        left join cells as c using (document_row)
        order by f.document_row, f.field, f.reason
    """


def _copy(con: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    temporary = get_temporary_path(path)
    con.execute(
        f"copy ({query}) to {quote_text(str(temporary))} (format parquet, compression zstd)"
    )
    replace_file(temporary, path)
