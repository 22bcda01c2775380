"""Names of assets: keys, groups and owners, all derived from contracts and dbt's manifest."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.contracts.model import AREAS, Contract, Table

# the build file that everything begins with, and what becomes of it, belong to no area
BUILD_GROUP = "build"
RELEASE_GROUP = "release"
GROUPS = (*AREAS, BUILD_GROUP, RELEASE_GROUP)
BUILD_KEY = dg.AssetKey(["build", "parameters"])
CARRIED_KEY = dg.AssetKey(["build", "carried_fingerprints"])
OUTLOOKS_KEY = dg.AssetKey(["build", "kept_outlooks"])
# what stands in a build file as soon as it begins
BEGUN_KEYS = (BUILD_KEY, CARRIED_KEY, OUTLOOKS_KEY)
AUDIT_KEY = dg.AssetKey(["audit"])
RELEASE_KEY = dg.AssetKey(["release"])


def get_raw_key(contract: Contract, table: Table) -> dg.AssetKey:
    """Return the key of a source table, the one that the generated dbt sources name."""
    return dg.AssetKey(["raw", contract.source_id, table.table])


def get_model_key(node: Mapping[str, Any]) -> dg.AssetKey:
    """Return the key of a dbt model: its schema and name, as in the build file."""
    return dg.AssetKey([node["config"]["schema"], node.get("alias") or node["name"]])


def get_model_area(node: Mapping[str, Any]) -> str:
    """Return the area of a dbt model: the folder below its layer."""
    return node["fqn"][2]


def list_areas(contracts: list[Contract], manifest: Mapping[str, Any]) -> list[str]:
    """Return the areas that have a source table or a model, in the order of areas."""
    found = {contract.get_area(table) for contract in contracts for table in contract.tables}
    found_in_models = {
        get_model_area(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    return [area for area in AREAS if area in found or area in found_in_models]


def get_owner(group: str) -> str:
    """Return who answers for the assets of a group."""
    return f"team:{group}"


def get_mart_keys(manifest: Mapping[str, Any]) -> dict[str, dg.AssetKey]:
    """Return the keys of all marts by name."""
    return {
        node["name"]: get_model_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["schema"] == "marts"
    }
