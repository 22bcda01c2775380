"""A query that must answer with one row says so when it answers with another number."""

import duckdb
import pytest

from pipelines.base.errors import UnexpectedRows
from pipelines.base.rows import fetch_dicts, fetch_row, fetch_value


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


def test_one_row_comes_with_its_cells(connection: duckdb.DuckDBPyConnection) -> None:
    assert fetch_row(connection, "select 1, null, ?", ["a"]) == (1, None, "a")
    assert fetch_value(connection, "select count(*) from range(3)") == 3
    assert fetch_value(connection, "select null") is None


def test_no_row_is_an_error_that_names_the_columns(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnexpectedRows, match=r"\(day, price\) found no row, expected exactly one"):
        fetch_row(connection, "select 1 as day, 2 as price where false")


def test_several_rows_are_an_error(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnexpectedRows, match="found more than one row"):
        fetch_value(connection, "from range(2)")


def test_a_value_is_one_column(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnexpectedRows, match="found 2 columns"):
        fetch_value(connection, "select 1, 2")


def test_rows_by_name(connection: duckdb.DuckDBPyConnection) -> None:
    rows = fetch_dicts(connection, "select i as n from range($stop) as t (i)", {"stop": 2})
    assert rows == [{"n": 0}, {"n": 1}]
    assert fetch_dicts(connection, "select 1 as n where false") == []
