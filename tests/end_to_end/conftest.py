"""What the tests of traces share."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.conftest import RealWarehouse
from tests.end_to_end.recomputed import Market


@pytest.fixture(scope="module")
def market(real_warehouse: RealWarehouse) -> Iterator[Market]:
    """Give the offers of the current release, read once."""
    # while one connection is open, others to the same file cost nothing
    with duckdb.connect(str(real_warehouse.current.path), read_only=True):
        yield Market(real_warehouse)
