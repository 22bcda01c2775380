"""Tables of labels beside a contract: what the words of an upstream mean.

A source keeps `labels/TABLE.csv` with a column `label` and a column for each id that is read from
it. A row with an empty id says that what the label means is not followed here. Labels are matched
without regard to case and blanks.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pipelines.base.errors import ContractError
from pipelines.base.files import write_bytes
from pipelines.contracts.model import Contract

LABEL = "label"
NOTE = "note"


def fold_label(label: str) -> str:
    """Return a label as it is compared: small letters, single blanks."""
    return " ".join(label.split()).lower()


def get_label_path(contract: Contract, table: str) -> Path:
    """Return where a table of labels lies."""
    folder: Path = contract.folder
    return folder / "labels" / f"{table}.csv"


def list_label_paths(contract: Contract) -> list[Path]:
    """Return the label tables that a contract's columns are read through, each once."""
    names = {
        column.labels.table
        for table in contract.tables
        for column in table.columns.values()
        if column.labels
    }
    return [get_label_path(contract, name) for name in sorted(names)]


def read_labels(contract: Contract, table: str, columns: list[str]) -> list[dict[str, str]]:
    """Read one table of labels.

    Args:
        contract: the source's contract.
        table: name of the table.
        columns: the columns that are read from it.

    Returns:
        One row per label with `label`, folded, and the columns; an empty cell is "".

    Raises:
        ContractError: the file or one of the columns is missing, or a label stands there twice
            with different ids.
    """
    path = get_label_path(contract, table)
    if not path.exists():
        raise ContractError(
            f"{path}: file not found; the contract reads {', '.join(columns)} from it. Expected a "
            f"CSV file with the columns {LABEL}, {', '.join(columns)}"
        )
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (csv.Error, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: not readable as CSV: {error}") from error
    found: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, 2):
        absent = [name for name in (LABEL, *columns) if row.get(name) is None]
        if absent:
            raise ContractError(f"{path}: line {number}: found no cell for {', '.join(absent)}")
        folded = fold_label(row[LABEL])
        ids = {LABEL: folded} | {name: row[name].strip() for name in columns}
        if found.setdefault(folded, ids) != ids:
            raise ContractError(
                f"{path}: line {number}: label {row[LABEL]!r} stands there twice with different ids"
            )
    return list(found.values())


def settle_label(contract: Contract, table: str, column: str, label: str, value: str) -> Path:
    """Add a label to its table, or say anew what it means.

    Args:
        contract: the source's contract.
        table: name of the label table.
        column: the id that is read from it.
        label: the upstream's word.
        value: the id; "" for what is not followed here.

    Returns:
        The file that was written.
    """
    path = get_label_path(contract, table)
    rows: list[dict[str, str]] = []
    names = [LABEL, column]
    if path.exists():
        lines = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        rows = list(lines)
        names = list(lines.fieldnames or names)
    if column not in names:
        names.append(column)
    kept = [row for row in rows if fold_label(row[LABEL]) == fold_label(label)]
    if not kept:
        rows.append(kept_row := dict.fromkeys(names, "") | {LABEL: label})
        kept = [kept_row]
    for row in kept:
        row[column] = value
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: fold_label(row[LABEL])))
    write_bytes(path, text.getvalue().encode())
    return path
