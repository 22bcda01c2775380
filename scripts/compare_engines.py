"""Hold a build of Apache Spark against one of DuckDB, table by table.

    .venv/bin/python -m scripts.compare_engines ONE.duckdb OTHER.duckdb [--schema marts]

Rows are the same if all that is no broken number (keys, codes, days, counts, texts) is the same;
broken numbers then have to agree to four significant digits: they differ by at most one unit of
the fourth. Ends with 1 where a table differs.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

# what finds a change since the build before: each engine has another hash, and no build follows
# one of Spark
FINGERPRINT = "fingerprint"
# one unit of the fourth significant digit
UNIT = "pow(10, floor(log10(greatest(abs(one), abs(other)))) - 3)"


@dataclass(frozen=True)
class Difference:
    """What differs in one table: rows of one file alone, numbers apart, and the widest of them."""

    table: str
    rows: int
    only_one: int
    only_other: int
    apart: int
    first: str

    @property
    def is_none(self) -> bool:
        """Whether the two files say the same."""
        return not (self.only_one or self.only_other or self.apart)


def compare_files(one: Path, other: Path, schema: str) -> list[Difference]:
    """Return what differs in the tables that both files have in a schema.

    Args:
        one, other: DuckDB files: builds or releases.
        schema: whose tables are compared; views rest on them.

    Raises:
        ValueError: the files have different tables, columns or types.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)"
        )
        columns = {side: list_columns(connection, side, schema) for side in ("one", "other")}
        if columns["one"] != columns["other"]:
            names = sorted(set(columns["one"].items()) ^ set(columns["other"].items()), key=str)
            raise ValueError(f"the files differ in tables, columns or types: {names[0]}")
        return [
            compare_table(connection, schema, table, dict(listed))
            for table, listed in columns["one"].items()
        ]


def list_columns(
    connection: duckdb.DuckDBPyConnection, side: str, schema: str
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the columns of all tables of a schema with their types, by table."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "inner join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = ? and schema_name = ? order by table_name, column_index",
        [side, schema],
    ).fetchall():
        found[table] = (*found.get(table, ()), (column, kind.replace("DECIMAL(38,0)", "HUGEINT")))
    return found


def compare_table(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, columns: dict[str, str]
) -> Difference:
    """Return what differs in one table."""
    columns = {column: kind for column, kind in columns.items() if column != FINGERPRINT}
    numbers = list_numbers(columns)
    codes = [f'"{column}"' for column, kind in columns.items() if not is_broken(kind)] or ["0"]
    for side in ("one", "other"):
        listed = ", ".join(f"{number} as n{i}" for i, number in enumerate(numbers))
        order = ", ".join(f"round(n{i}, 3)" for i in range(len(numbers))) or "1"
        connection.execute(
            f"create or replace temp table {side}_rows as select *, row_number() over "
            f"(partition by code order by {order}) as place from (select "
            f"hash({', '.join(codes)}) as code, rowid as row_number, "
            f'{listed or "0 as n0"} from {side}.{schema}."{table}")'
        )
    rows = count(connection, "from one_rows")
    only = {
        side: count(connection, f"from {side}_rows anti join {mate}_rows using (code, place)")
        for side, mate in (("one", "other"), ("other", "one"))
    }
    apart, first = 0, ""
    for i, number in enumerate(numbers):
        pairs = (
            f"from (select one_rows.n{i} as one, other_rows.n{i} as other, one_rows.row_number "
            f"from one_rows inner join other_rows using (code, place)) where {IS_APART}"
        )
        found = count(connection, pairs)
        apart += found
        if found and not first:
            worst = connection.execute(f"select one, other, row_number {pairs} limit 1").fetchone()
            first = f"{number}: {found} rows, first {worst}"
    return Difference(table, rows, only["one"], only["other"], apart, first)


IS_APART = (
    "one is distinct from other and (one is null or other is null or not isfinite(one) "
    f"or not isfinite(other) or abs(one - other) > 1.001 * {UNIT} and abs(one - other) > 1e-9)"
)


def is_broken(kind: str) -> bool:
    """Tell whether a type holds broken numbers."""
    return "DOUBLE" in kind or "FLOAT" in kind


def list_numbers(columns: dict[str, str]) -> list[str]:
    """Return an expression for each broken number of a table: columns, and fields of structures."""
    found = []
    for column, kind in columns.items():
        if kind.startswith("STRUCT"):
            fields = [field.strip().split(" ")[0] for field in kind[7:-1].split(",")]
            found += [f'"{column}".{field}' for field in fields]
        elif kind.endswith("[]") and is_broken(kind):
            found.append(f'list_sum("{column}")')
        elif is_broken(kind):
            found.append(f'"{column}"')
    return found


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return how many rows a query has."""
    row = connection.execute(f"select count(*) {query}").fetchone()
    assert row is not None
    return int(row[0])


def main() -> int:
    """Print each table that differs, and how many do not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--schema", default="marts")
    arguments = parser.parse_args()
    found = compare_files(arguments.one, arguments.other, arguments.schema)
    for table in found:
        if not table.is_none:
            print(
                f"{table.table}: {table.rows} rows, {table.only_one} and {table.only_other} "
                f"without a mate, {table.apart} numbers apart; {table.first}"
            )
    alike = sum(table.is_none for table in found)
    print(f"{alike} of {len(found)} tables agree")
    return 0 if alike == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
