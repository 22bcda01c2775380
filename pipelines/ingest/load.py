"""Loading one document: corrections, checks, then raw and quarantine files.

A document is typed and written once; where nothing in it is bad, corrected or unverified, that
file becomes the raw file as it is. Bad rows go to quarantine with field, value and reason and the
rest is loaded; above the contract's `max_rejected_share` the whole document is refused. Files
appear by rename, the load record last, so that a crash leaves nothing that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.files import get_temporary_path, hash_file, replace_file
from pipelines.base.rows import fetch_row, fetch_value
from pipelines.base.settings import Settings, now_utc
from pipelines.base.sql import quote_name, quote_text
from pipelines.base.texts import shorten
from pipelines.contracts.corrections import Correction
from pipelines.contracts.model import Contract, Table
from pipelines.ingest.cells import Cells, UnevenLines, keep_broken_rows, mend_cells
from pipelines.ingest.drift import count_filled
from pipelines.ingest.labels import read_label_ids
from pipelines.ingest.records import TableLoad, get_stem
from pipelines.ingest.row_checks import SHOWN_VALUE_LENGTH, Fault, write_row_faults
from pipelines.ingest.staging_file import (
    PARQUET_OPTIONS,
    Findings,
    add_repeated_keys,
    add_suspects,
    clear_columns,
    read_staged,
    write_staged_file,
)


@dataclass(frozen=True)
class LoadContext:
    """What loading needs beside the document: connection, known ids, folders, version."""

    connection: duckdb.DuckDBPyConnection
    entity_tables: dict[str, str]
    settings: Settings
    loader: str
    loaded_on: date


def load_table(
    contract: Contract,
    table: Table,
    document: Document,
    corrections: list[Correction],
    context: LoadContext,
    cells: Cells,
) -> TableLoad:
    """Check the rows in `cells` and write the raw and the quarantine file of one table.

    Returns:
        The counts; accepted + quarantined + left out = read.

    Raises:
        DocumentFault: too few rows, or more rows are bad than `max_rejected_share` allows or more
            labels unknown than `max_unknown_share` does.
    """
    try:
        return _load_cells(contract, table, document, corrections, context, cells)
    except UnevenLines:
        if cells.reread is None:
            raise
        return _load_cells(contract, table, document, corrections, context, cells.reread())


def _load_cells(
    contract: Contract,
    table: Table,
    document: Document,
    corrections: list[Correction],
    context: LoadContext,
    cells: Cells,
) -> TableLoad:
    con = context.connection
    con.execute("set variable loaded_on = ?::date", [context.loaded_on])
    mine = [item for item in corrections if item.table == table.table]
    mended = mend_cells(con, cells, mine, document)
    cells = read_label_ids(con, contract, table, mended, context.entity_tables)
    faults = write_row_faults(table, context.entity_tables, cells.is_plain, cells.is_single_lined)
    stem = get_stem(document.document, document.origin, document.sha256, context.loader)
    raw_path = context.settings.raw_dir / contract.source_id / table.table / f"{stem}.parquet"
    quarantine_path = context.settings.quarantine_dir / raw_path.relative_to(
        context.settings.raw_dir
    )
    staged = get_temporary_path(raw_path.with_name(f"staged-{stem}.parquet"))
    try:
        written = write_staged_file(con, table, cells, document, faults, now_utc(), staged)
        left_out = _count(
            con, "(select distinct document_row from corrected where action = 'leave_out')"
        )
        broken = keep_broken_rows(con, cells)
        read = written + left_out + broken
        findings = clear_columns(con, table, cells, faults, staged)
        _collect_faults(con, table, cells, faults, findings, staged)
        counts = _judge_rows(con)
        _refuse_if_unusable(con, contract, table, document, cells.label, read, counts)
        if counts.quarantined or findings.unverified or _count(con, "corrected"):
            _write_raw_file(con, table, staged, raw_path)
        else:
            replace_file(staged, raw_path)
        has_quarantine = bool(counts.quarantined or left_out)
        if has_quarantine:
            _copy(con, quarantine_path, _write_quarantine_query(contract, table, document))
    finally:
        staged.unlink(missing_ok=True)
    accepted, unverified, newest = fetch_row(
        con,
        "select count(*), count(*) filter (not is_verified), "
        f"{'max(published_on)' if 'published_on' in table.columns else 'null'} "
        f"from read_parquet({quote_text(str(raw_path))})",
    )
    if accepted + counts.quarantined + left_out != read:
        raise DocumentFault(
            f"{cells.label}: {read} rows read, but {accepted} accepted + {counts.quarantined} "
            f"quarantined + {left_out} left out; expected the three to add up"
        )
    root = context.settings.warehouse_dir
    return TableLoad(
        table=table.table,
        file=str(raw_path.relative_to(root)),
        quarantine_file=str(quarantine_path.relative_to(root)) if has_quarantine else None,
        rows_read=read,
        rows_accepted=accepted,
        rows_quarantined=counts.quarantined,
        rows_left_out=left_out,
        rows_corrected=_count(
            con, "(select distinct document_row from corrected where action <> 'leave_out')"
        ),
        rows_unverified=unverified,
        newest_published_on=newest,
        unexpected_columns=cells.unexpected,
        rows_waiting=counts.waiting,
        rows_unlabelled=counts.unlabelled,
        sha256=hash_file(raw_path),
        quarantine_sha256=hash_file(quarantine_path) if has_quarantine else None,
        waits_until=counts.waits_until,
        filled={} if document.origin == "embedded" else count_filled(con, table, raw_path),
    )


@dataclass(frozen=True)
class _Counts:
    """How many rows are quarantined: bad ones, those that wait, those whose label is unknown."""

    quarantined: int
    bad: int
    waiting: int
    unlabelled: int
    waits_until: date | None


def _judge_rows(con: duckdb.DuckDBPyConnection) -> _Counts:
    """Count the rows with faults by their gravest one."""
    return _Counts(
        *fetch_row(
            con,
            """
            with judged as (
                select
                    document_row,
                    bool_or(kind = 'quarantined' and waits_until is null) as is_bad,
                    bool_or(kind = 'unlabelled') as is_unlabelled,
                    bool_or(kind = 'quarantined') as is_refused,
                    max(waits_until) as waits_until
                from faults
                group by document_row
            )
            select
                count(*),
                count(*) filter (is_refused),
                count(*) filter (not is_refused and not is_unlabelled),
                count(*) filter (not is_refused and is_unlabelled),
                min(waits_until) filter (not is_bad and not is_unlabelled)
            from judged
            """,
        )
    )


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    return fetch_value(con, f"select count(*) from {relation}")


def _write_raw_file(
    con: duckdb.DuckDBPyConnection, table: Table, staged: Path, raw_path: Path
) -> None:
    """Write the staged rows again without the bad ones, with what corrections touched."""
    is_touched = _count(con, "corrected") > 0
    ids = "touched.correction_ids" if is_touched else "typed.correction_ids"
    touched = """
        left join (
            select
                document_row,
                string_agg(correction_id, ',' order by correction_id) as correction_ids
            from corrected
            group by document_row
        ) as touched using (document_row)
    """
    # every row is numbered, so their order in the file means nothing; a sort would cost most of all
    _copy(
        con,
        raw_path,
        f"""
        select
            typed.* replace (
                coalesce({table.verified_when}, false) as is_verified,
                {ids} as correction_ids
            )
        from {read_staged(staged)} as typed
        {touched if is_touched else ""}
        where document_row not in (select document_row from faults)
        """,
    )


def _collect_faults(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    cells: Cells,
    faults: list[Fault],
    findings: Findings,
    staged: Path,
) -> None:
    """Fill `faults`: one row per document_row and fault, with field, value and reason.

    `bad_cells` keeps the text of the rows that may be bad or are left out, for the quarantine.
    """
    con.execute(
        "create or replace temp table faults (document_row bigint, field varchar, value varchar, "
        "reason varchar, kind varchar default 'quarantined', waits_until date)"
    )
    con.execute(
        "insert into faults (document_row, field, value, reason) "
        "select document_row, field, line, reason from broken_lines"
    )
    con.execute("create or replace temp table suspects (document_row bigint)")
    con.execute(f"create or replace temp table bad_cells as from {cells.numbered} limit 0")
    if not (findings.suspicions or findings.repeated_keys or _count(con, "corrected")):
        return
    if findings.suspicions:
        add_suspects(con, findings.suspicions, staged)
    if findings.repeated_keys:
        add_repeated_keys(con, table, staged)
    if not (_count(con, "suspects") or _count(con, "corrected")):
        return
    con.execute(
        f"create or replace temp table bad_cells as from {cells.numbered} "
        "where document_row in (from suspects) "
        "or document_row in (select document_row from corrected where action = 'leave_out')"
    )
    shown = f"[1:{SHOWN_VALUE_LENGTH}]"
    for fault in faults:
        con.execute(
            f"insert into faults select document_row, {quote_text(fault.field)}, "
            f"({quote_name(fault.field)}){shown}, {fault.reason}, {quote_text(fault.kind)}, "
            f"{fault.waits_until or 'null'} from bad_cells "
            f"where document_row in (from suspects) and ({fault.condition})"
        )
    # rules over several columns and keys are judged on rows whose cells are good
    con.execute(
        "create or replace temp table typed_suspects as "
        f"select * from {read_staged(staged)} where document_row in (from suspects) "
        "and document_row not in (select document_row from faults)"
    )
    for rule in table.rules:
        con.execute(
            "insert into faults (document_row, field, value, reason) "
            f"select document_row, {quote_text(rule.field)}, "
            f"({quote_name(rule.field)}::varchar){shown}, {rule.reason} "
            f"from typed_suspects where not coalesce({rule.rule}, true)"
        )
    _collect_duplicate_keys(con, table)


def _collect_duplicate_keys(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Of equal rows under one key the first stays; of unequal ones none can be trusted."""
    key = ", ".join(quote_name(name) for name in table.key)
    rest = ", ".join(quote_name(name) for name in table.columns)
    field = quote_text(", ".join(table.key))
    shown = "concat_ws(', ', " + ", ".join(f"{quote_name(n)}::varchar" for n in table.key) + ")"
    con.execute(
        f"""
        insert into faults (document_row, field, value, reason)
        with keyed as (
            select
                document_row, {shown} as key_shown,
                count(*) over (partition by {key}) as copies,
                row_number() over (partition by {key} order by document_row) as copy_number,
                count(distinct ({rest})) over (partition by {key}) as versions
            from typed_suspects
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
    document: Document,
    label: str,
    read: int,
    counts: _Counts,
) -> None:
    # what is embedded is known to be large; a document of the upstream may be a part of it
    is_whole = document.origin == "embedded" or table.document_mode == "snapshot"
    least = table.min_rows if is_whole else min(table.min_rows, 1)
    if read < least:
        raise DocumentFault(
            f"{label}: found {read} rows, expected at least {least}; the last good "
            "data stays in use"
        )
    allowed = table.max_rejected_share
    allowed = contract.max_rejected_share if allowed is None else allowed
    for bad, kind, limit, name, word in (
        (counts.bad, "quarantined", allowed, "max_rejected_share", "are bad"),
        (
            counts.unlabelled, "unlabelled", contract.max_unknown_share, "max_unknown_share",
            "have a label that nobody has settled",
        ),
    ):  # fmt: skip
        share = bad / read if read else 0.0
        if share > limit:
            examples = con.execute(
                "select document_row, field, value, reason from faults where kind = ? "
                "order by document_row limit 3",
                [kind],
            ).fetchall()
            shown = "; ".join(
                f"row {row}: {field} = {shorten(value or '', 100)!r} {shorten(why)}"
                for row, field, value, why in examples
            )
            fault = DocumentFault(
                f"{label}: {bad} of {read} rows {word} ({share:.1%}); the contract allows "
                f"{limit:.1%} ({name}). First: {shown}"
            )
            fault.waits_until = counts.waits_until
            raise fault
    if read and counts.quarantined == read and allowed < 1:
        fault = DocumentFault(
            f"{label}: found {read} rows, all of them quarantined; expected one that can be used. "
            "The last good data stays in use"
        )
        fault.waits_until = counts.waits_until
        raise fault


def _write_quarantine_query(contract: Contract, table: Table, document: Document) -> str:
    cut = f"[1:{SHOWN_VALUE_LENGTH}]"
    key = "concat_ws(', ', " + ", ".join(f"c.{quote_name(n)}{cut}" for n in table.key) + ")"
    cells = ", ".join(f"{quote_name(n)} := c.{quote_name(n)}{cut}" for n in table.columns)
    whole_row = f"to_json(struct_pack({cells}))::varchar"
    return f"""
        select
            {quote_text(contract.source_id)} as source_id,
            {quote_text(table.table)} as table_name,
            {quote_text(document.sha256)} as document_sha256,
            f.document_row, {key} as row_key, f.field, f.value, f.reason, f.kind,
            {whole_row} as row_json
        from (
            select document_row, field, value, reason, kind from faults
            union all
            select document_row, field, found, reason, 'left_out' from corrected
            where action = 'leave_out'
        ) as f
        left join bad_cells as c using (document_row)
        order by f.document_row, f.field, f.reason
    """


def _copy(con: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    temporary = get_temporary_path(path)
    con.execute(f"copy ({query}) to {quote_text(str(temporary))} ({PARQUET_OPTIONS})")
    replace_file(temporary, path)
