"""What Dagster shows of this repository: assets, checks, lineage, jobs and the schedule."""

import difflib
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph
from filelock import FileLock

from pipelines.assets.keys import (
    AUDIT_KEY,
    BUILD_GROUP,
    BUILD_KEY,
    GROUPS,
    RELEASE_GROUP,
    RELEASE_KEY,
)
from pipelines.assets.manifest import hash_project
from pipelines.assets.resources import Warehouse
from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.contracts.load import load_contracts
from pipelines.contracts.model import AREAS
from scripts.write_asset_graph import SNAPSHOT, write_snapshot
from tests.small_project.builder import SmallProject

SNAPSHOT_COMMAND = ".venv/bin/python scripts/write_asset_graph.py"


def find_ancestors(graph: AssetGraph, key: dg.AssetKey) -> set[dg.AssetKey]:
    """Return everything that an asset is made from."""
    found: set[dg.AssetKey] = set()
    open_keys = [key]
    while open_keys:
        parents = graph.get(open_keys.pop()).parent_keys - found
        found |= parents
        open_keys += parents
    return found


def list_layer(graph: AssetGraph, layer: str) -> list[dg.AssetKey]:
    """Return the assets whose key begins with a layer's name."""
    return [key for key in graph.get_all_asset_keys() if key.path[0] == layer]


def test_dagster_loads_the_module_that_pyproject_names(
    repository_definitions: dg.Definitions, repository_settings: Settings, tmp_path: Path
) -> None:
    # the warehouse of the loaded definitions holds the parsed manifest already
    environment = os.environ | {
        "COMPUTE_BALANCE_WAREHOUSE_DIR": str(repository_settings.warehouse_dir),
        "DAGSTER_HOME": str(tmp_path),
    }
    finished = subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), "definitions", "validate"],
        cwd=PROJECT_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "pipelines.definitions" in finished.stdout + finished.stderr


def test_definitions_wait_for_a_manifest_that_another_process_is_writing(
    small_project: SmallProject,
) -> None:
    # a web server, a daemon and run workers load the definitions side by side
    folder = small_project.settings.build_dir / "definitions"
    folder.mkdir(parents=True)
    code = (
        "from pipelines.assets.manifest import parse_project\n"
        "from pipelines.base.settings import Settings\n"
        "print('loading', flush=True)\n"
        "print(parse_project(Settings()).manifest)"
    )
    with FileLock(str(folder / "parse.lock")):
        (folder / "parsed.sha256").write_text(hash_project(small_project.settings.dbt_dir))
        (folder / "manifest.json").write_text('{"nodes":')
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=PROJECT_DIR,
            env=small_project.get_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "loading\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        (folder / "manifest.json").write_text('{"nodes": {}}')
    output, errors = process.communicate(timeout=60)
    assert (output, process.returncode) == ("{'nodes': {}}\n", 0), errors


def test_graph_is_the_one_that_was_checked_in(
    repository_definitions: dg.Definitions, tmp_path: Path
) -> None:
    checked_in = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    write_snapshot(repository_definitions, tmp_path / SNAPSHOT.name)
    present = (tmp_path / SNAPSHOT.name).read_text(encoding="utf-8").splitlines()
    diff = "\n".join(difflib.unified_diff(checked_in, present, "checked in", "now", lineterm=""))
    assert not diff, f"the graph has changed; if that is meant, run {SNAPSHOT_COMMAND}\n{diff}"


def test_every_asset_has_group_owner_kind_and_description(repository_graph: AssetGraph) -> None:
    for key in repository_graph.get_all_asset_keys():
        node = repository_graph.get(key)
        name = key.to_user_string()
        assert node.group_name in GROUPS, name
        assert node.owners == [f"team:{node.group_name}"], name
        assert node.kinds, name
        assert node.description and node.description.startswith("One row per "), name


def test_every_source_table_is_an_asset(
    repository_graph: AssetGraph, repository_settings: Settings
) -> None:
    wanted = {
        dg.AssetKey(["raw", contract.source_id, table.table])
        for contract in load_contracts(repository_settings.sources_dir)
        for table in contract.tables
    }
    assert set(list_layer(repository_graph, "raw")) == wanted


def test_every_model_is_an_asset_of_the_area_of_its_folder(
    repository_graph: AssetGraph, repository_settings: Settings
) -> None:
    models = repository_settings.dbt_dir / "models"
    wanted = {
        # those of schema `bi` go without the layer before their name
        dg.AssetKey(
            [path.relative_to(models).parts[0], path.stem.removeprefix("bi_")]
        ): path.parent.name
        for path in models.glob("*/*/*.sql")
    }
    found = {
        key: repository_graph.get(key).group_name
        for layer in ("staging", "intermediate", "bridges", "marts", "bi")
        for key in list_layer(repository_graph, layer)
    }
    assert found == wanted


def test_lineage_reaches_from_every_mart_to_a_source_table(
    repository_graph: AssetGraph,
) -> None:
    marts = list_layer(repository_graph, "marts")
    raw = set(list_layer(repository_graph, "raw"))
    without = [key for key in marts if not find_ancestors(repository_graph, key) & raw]
    # the calendar is made from the as-of day alone
    calendar = dg.AssetKey(["marts", "dim_quarter"])
    assert without == [calendar]
    assert BUILD_KEY in find_ancestors(repository_graph, calendar)


def test_release_waits_for_the_audit_and_the_audit_for_every_mart(
    repository_graph: AssetGraph,
) -> None:
    assert repository_graph.get(RELEASE_KEY).parent_keys == {AUDIT_KEY}
    marts = set(list_layer(repository_graph, "marts"))
    assert repository_graph.get(AUDIT_KEY).parent_keys == marts


def test_checks_of_documents_and_of_the_audit_block(repository_graph: AssetGraph) -> None:
    raw = list_layer(repository_graph, "raw")
    documents = [dg.AssetCheckKey(key, "no_document_refused") for key in raw]
    rows = [dg.AssetCheckKey(key, "no_row_quarantined") for key in raw]
    assert all(repository_graph.get(key).blocking for key in documents)
    assert not any(repository_graph.get(key).blocking for key in rows)
    assert repository_graph.get(dg.AssetCheckKey(AUDIT_KEY, "no_check_failed")).blocking


def test_job_of_an_area_holds_its_assets_and_publishes_nothing(
    repository_definitions: dg.Definitions, repository_graph: AssetGraph
) -> None:
    for area in AREAS:
        job = repository_definitions.resolve_job_def(f"{area}_pipeline")
        chosen = job.asset_layer.executable_asset_keys
        own = {
            key
            for key in repository_graph.get_all_asset_keys()
            if repository_graph.get(key).group_name == area
        }
        assert own <= chosen, area
        assert not chosen & {AUDIT_KEY, RELEASE_KEY}, area


def test_resource_has_every_setting() -> None:
    assert set(Warehouse.model_fields) == set(Settings.model_fields)


def test_daily_run_fetches_and_publishes_in_utc(repository_definitions: dg.Definitions) -> None:
    schedule = repository_definitions.resolve_schedule_def("daily")
    assert schedule.execution_timezone == "UTC"
    assert schedule.job_name == "full_pipeline"
    with dg.build_schedule_context() as context:
        (request,) = schedule.evaluate_tick(context).run_requests
    assert request.run_config["ops"] == {"raw_tables": {"config": {"live": True}}}


def test_groups_point_one_way(repository_graph: AssetGraph) -> None:
    order = [BUILD_GROUP, *AREAS, RELEASE_GROUP]
    backward = [
        f"{key.to_user_string()} <- {parent.to_user_string()}"
        for key in repository_graph.get_all_asset_keys()
        for parent in repository_graph.get(key).parent_keys
        if order.index(repository_graph.get(parent).group_name or "")
        > order.index(repository_graph.get(key).group_name or "")
    ]
    assert backward == []


def test_months_are_built_as_of_their_last_day(repository_definitions: dg.Definitions) -> None:
    job = repository_definitions.resolve_job_def("months")
    assert job.partitions_def is not None
    assert job.partitions_def.get_first_partition_key() == "2019-01-01"
    assert job.partitioned_config is not None
    config = job.partitioned_config.get_run_config_for_partition_key("2024-02-01")
    assert config["resources"]["warehouse_run"]["config"]["as_of"] == "2024-02-29"


def test_connectors_have_a_freshness_policy_by_their_cadence(
    repository_definitions: dg.Definitions, repository_settings: Settings
) -> None:
    specs = {spec.key: spec for spec in repository_definitions.resolve_all_asset_specs()}
    for contract in load_contracts(repository_settings.sources_dir):
        for table in contract.tables:
            policy = specs[dg.AssetKey(["raw", contract.source_id, table.table])].freshness_policy
            assert (policy is not None) == bool(contract.addresses), contract.source_id
