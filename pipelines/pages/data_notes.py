"""The page on data notes: what differs from the data as they were collected, and why.

It is written from corrections, contracts and data. Longer reasoning, doubts and conflicts stand in
`docs/notes/SOURCE.md`, kept by people.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import duckdb

from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.corrections import Correction, load_corrections
from pipelines.contracts.model import Contract
from pipelines.contracts.model import Table as SourceTable
from pipelines.pages.page import Block, Heading, Page, Table, Text

PATH = "data-notes"
SHOWN_KEYS = 6
SHOWN_TEXT = 60


def make_data_notes_page(contracts: list[Contract], docs_dir: Path) -> Page:
    """Return the page: per source what was corrected, left out, and loaded as unverified.

    Args:
        contracts: of all sources.
        docs_dir: folder of the documentation, whose `notes/` hold a page per source.
    """
    blocks: list[Block] = [
        Text(
            "Every table is embedded as it was collected; nothing is changed in the files "
            "themselves. What was found wrong is mended by a correction that states the value it "
            "expects and expires once the provider shows another. Rows whose figure was recalled "
            "or not read are loaded with `is_verified` false and feed no mart. What was doubted, "
            "how conflicts between sources were read, and how the tables were checked stands in "
            "the note of each source."
        )
    ]
    for contract in contracts:
        blocks += _describe_source(contract, docs_dir)
    return Page(PATH, "Data notes", blocks)


def _describe_source(contract: Contract, docs_dir: Path) -> list[Block]:
    corrections = load_corrections(contract)
    unverified = {
        table.table: keys for table in contract.tables if (keys := list_unverified(contract, table))
    }
    note = docs_dir / "notes" / f"{contract.source_id}.md"
    told = f"checks, doubts and conflicts: `docs/notes/{note.name}`" if note.exists() else "no note"
    blocks: list[Block] = [Heading(contract.source_id), Text(f"{contract.title}; {told}.")]
    if corrections:
        columns = ("table", "rows", "field", "found", "used", "why")
        blocks.append(Table(columns, tuple(_describe_group(g) for g in _group(corrections))))
    blocks += [
        Text(f"Unverified in {table} ({len(keys)}): {', '.join(keys)}.")
        for table, keys in unverified.items()
    ]
    if not corrections and not unverified:
        blocks.append(Text("Nothing corrected, left out or unverified."))
    return blocks


def _group(corrections: list[Correction]) -> list[list[Correction]]:
    """Put corrections together that have the same table, field, action and reason."""
    groups: dict[tuple, list[Correction]] = defaultdict(list)
    for item in corrections:
        groups[item.table, item.field, item.action, item.reason].append(item)
    return list(groups.values())


def _describe_group(group: list[Correction]) -> tuple[str, ...]:
    first = group[0]
    keys = [" ".join(item.where.values()) for item in group[:SHOWN_KEYS]]
    count = sum(item.expect_rows for item in group)
    rows = ", ".join(f"`{key}`" for key in keys)
    if len(group) > SHOWN_KEYS:
        rows += f" and {len(group) - SHOWN_KEYS} more"
    if count > len(group):
        rows += f" ({count} rows)"
    used = {
        "replace": _show_all([item.value or "" for item in group]),
        "blank": "(empty)",
        "leave_out": "row left out",
    }[first.action]
    found = _show_all([item.expect or "(empty)" for item in group])
    return (first.table, rows, first.field or "", found, used, first.reason)


def _show_all(values: list[str]) -> str:
    distinct = list(dict.fromkeys(values))
    if len(distinct) > 3:
        return f"{len(distinct)} values"
    return ", ".join(value[:SHOWN_TEXT] for value in distinct)


def list_unverified(contract: Contract, table: SourceTable) -> list[str]:
    """Return the keys of a table's rows that were recalled or not read, in file order."""
    path = contract.folder / "data" / table.file_name
    if table.verified_when == "true" or not path.exists():
        return []
    key = "concat_ws(' ', " + ", ".join(quote_name(name) for name in table.key) + ")"
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(
            f"select {key} from read_csv({quote_text(str(path))}, all_varchar = true, "
            f"header = true, nullstr = '') where not coalesce({table.verified_when}, false)"
        ).fetchall()
    return [row[0] for row in rows]
