"""dbt's manifest of the repository, parsed once; nothing is built for it."""

import pytest

from pipelines.base.settings import Settings
from pipelines.build.models import read_manifest, run_dbt


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Parse the models of the repository into a folder of the tests."""
    settings = Settings(warehouse_dir=tmp_path_factory.mktemp("parse"))
    run_dbt(settings, ["parse"])
    return read_manifest(settings)
