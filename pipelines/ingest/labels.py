"""Ids that are read from labels: each through the table beside the contract, else as known ids.

Rows whose label means something that is not followed here are left out with that reason; a label
that nobody has settled is a fault of its row (`row_checks.py`).
"""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow as pa

from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.labels import LABEL, read_labels
from pipelines.contracts.model import Contract, Table
from pipelines.ingest.cells import LABELLED, Cells, reading, require_all_lines

NOT_FOLLOWED = "label-not-followed"


def read_label_ids(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    cells: Cells,
    entity_tables: dict[str, str],
) -> Cells:
    """Fill the columns that are read from labels, in a copy of the cells.

    `corrected` must be there: it gets the rows that are left out.

    Raises:
        ContractError: a label table is missing or contradicts itself.
        DocumentFault, UnevenLines: the document cannot be read.
    """
    if not table.labelled:
        return cells
    joins: list[str] = []
    ids: dict[str, str] = {}
    out: list[str] = []
    for number, (name, labels) in enumerate(table.labelled.items()):
        alias, of = f"labels_{number}", f"c.{quote_name(labels.of)}"
        rows = read_labels(contract, labels.table, [name])
        connection.register(
            f"{alias}_rows",
            pa.table(
                {
                    LABEL: pa.array([row[LABEL] for row in rows], pa.string()),
                    "id": pa.array([row[name] for row in rows], pa.string()),
                }
            ),
        )
        connection.execute(f"create or replace temp table {alias} as from {alias}_rows")
        connection.unregister(f"{alias}_rows")
        folded = rf"lower(trim(regexp_replace({of}, '[\s\p{{Z}}]+', ' ', 'g')))"
        joins.append(f"left join {alias} on {folded} = {alias}.{LABEL}")
        known = "null"
        entity = table.columns[name].references
        if entity:
            # a label that is an id or alias of the reference list already needs no row
            spelled = (
                f"(select lower(id) as spelling, min(id) as id from {entity_tables[entity]} "
                f"group by spelling having count(*) = 1) as known_{number}"
            )
            joins.append(f"left join {spelled} on {folded} = known_{number}.spelling")
            exact = f"{of} in (select id from {entity_tables[entity]})"
            known = f"case when {exact} then {of} else known_{number}.id end"
        ids[name] = f"coalesce(nullif({alias}.id, ''), {known}) as {quote_name(name)}"
        out.append(
            f"select document_row, {quote_text(labels.of)} as field, {of} as found "
            f"from {LABELLED} as c inner join {alias} on {folded} = {alias}.{LABEL} "
            f"where {alias}.id = ''"
        )
    with reading(cells):
        count = fetch_value(
            connection,
            f"create or replace temp table {LABELLED} as "
            f"select c.* replace ({', '.join(ids.values())}) from {cells.numbered} as c "
            + " ".join(joins),
        )
    require_all_lines(connection, cells, count)
    for query in out:
        connection.execute(
            "insert into corrected select document_row, "
            f"'{NOT_FOLLOWED}', 'leave_out', 'the label table says: not followed here', "
            f"field, found from ({query})"
        )
    return replace(cells, numbered=LABELLED, rows_expected=None)
