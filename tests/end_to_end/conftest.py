"""What the tests on the real warehouse share."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.pages.site import write_site
from tests.conftest import RealWarehouse
from tests.end_to_end.recomputed import Market


@pytest.fixture(scope="module")
def market(real_warehouse: RealWarehouse) -> Iterator[Market]:
    """Give the offers of the current release, read once."""
    # while one connection is open, others to the same file cost nothing
    with duckdb.connect(str(real_warehouse.current.path), read_only=True):
        yield Market(real_warehouse)


@pytest.fixture(scope="session")
def real_site(real_warehouse: RealWarehouse) -> Path:
    """Write the pages of the current release once and give their folder."""
    index, _ = write_site(real_warehouse.settings)
    return index.parent
