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
def real_site(real_warehouse: RealWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages of the current release once and give their folder.

    The warehouse beside it has no build of an earlier day: to compare every table with such a build
    takes longer than all pages, and tests of revisions do so on the small project.
    """
    folder = tmp_path_factory.mktemp("site") / "warehouse"
    folder.mkdir()
    settings = real_warehouse.settings.model_copy(update={"warehouse_dir": folder})
    for path in (real_warehouse.current.path, real_warehouse.settings.releases_dir):
        (folder / path.name).symlink_to(path)
    (folder / "current.json").symlink_to(real_warehouse.settings.warehouse_dir / "current.json")
    index, _ = write_site(settings)
    return index.parent
