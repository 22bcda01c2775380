"""The content hash covers columns in order and rows by key, and nothing else."""

import duckdb
import pytest

from pipelines.release.content import Mart, combine_hashes, hash_mart, list_marts

KEY = ("quarter", "chip")


def hash_rows(rows: list[tuple], columns: tuple[str, ...] = ("quarter", "chip", "usd")) -> str:
    """Return the hash of a mart that holds rows in the order given."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema marts")
        types = ", ".join(f"{c} {'double' if c == 'usd' else 'varchar'}" for c in columns)
        connection.execute(f"create table marts.prices ({types})")
        marks = ", ".join("?" for _ in columns)
        for row in rows:
            connection.execute(f"insert into marts.prices values ({marks})", row)
        return hash_mart(connection, "memory", Mart("prices", KEY, columns))


ROWS = [("2023-01-01", "a", 2.05), ("2023-01-01", "b", 1.1), ("2023-04-01", "a", None)]


def test_order_of_rows_does_not_matter() -> None:
    assert hash_rows(ROWS) == hash_rows(ROWS[::-1])


def test_order_of_columns_matters() -> None:
    turned = [(chip, quarter, usd) for quarter, chip, usd in ROWS]
    assert hash_rows(ROWS) != hash_rows(turned, ("chip", "quarter", "usd"))


def test_name_of_a_column_matters() -> None:
    assert hash_rows(ROWS) != hash_rows(ROWS, ("quarter", "chip", "eur"))


@pytest.mark.parametrize(
    "changed",
    [
        [*ROWS[:2], ("2023-04-01", "a", 0.0)],  # null is not zero
        [*ROWS[:2], ("2023-04-01", "", None)],
        [("2023-01-01", "a", 2.0500000000000003), *ROWS[1:]],  # the next double after 2.05
        ROWS[:2],
        [*ROWS, ROWS[2]],
    ],
)
def test_any_other_content_has_another_hash(changed: list[tuple]) -> None:
    assert hash_rows(changed) != hash_rows(ROWS)


def test_cells_do_not_run_into_each_other() -> None:
    columns = ("quarter", "chip")
    assert hash_rows([("ab", "c")], columns) != hash_rows([("a", "bc")], columns)


def test_null_differs_from_empty_text() -> None:
    columns = ("quarter", "chip", "note")
    assert hash_rows([("q", "a", None)], columns) != hash_rows([("q", "a", "")], columns)


def test_empty_mart_has_a_hash() -> None:
    assert len(hash_rows([])) == 64


def test_release_hash_does_not_depend_on_the_order_of_marts() -> None:
    assert combine_hashes({"a": "1", "b": "2"}) == combine_hashes({"b": "2", "a": "1"})
    assert combine_hashes({"a": "1", "b": "2"}) != combine_hashes({"a": "2", "b": "1"})


def test_mart_without_a_key_is_refused() -> None:
    node = {"resource_type": "model", "schema": "marts", "name": "fct_price"}
    with (
        duckdb.connect(":memory:") as connection,
        pytest.raises(KeyError, match="fct_price: a mart needs a unique_key test"),
    ):
        list_marts({"nodes": {"model.x.fct_price": node}}, connection, "memory")
