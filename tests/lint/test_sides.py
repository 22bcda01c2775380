"""Tightness by quantities and tightness by prices are made apart: neither reads the other.

The walk goes from the last model of each side up to raw tables, and looks at the models, the raw
tables and the parameters of the registry that it meets.
"""

import pytest

QUANTITY_END = "int_balance__load_draws"
PRICE_END = "int_tightness__price_signs"
# what rents and prices are read from; a claim on compute costs what `compute_price` judges
PRICE_TABLES = {
    "rental_quotes",
    "china_prices",
    "contract_rents",
    "price_events",
    "skypilot_catalog",
}
PRICE_PARAMETERS = {
    "neutral_premium",
    "price_response",
    "spot_response",
    "spot_neutral_ratio",
    "indicator_noise",
    "indicator_noise_per_provider",
}
QUANTITY_TABLES = {
    "compute_claims",
    "constraint_statements",
    "demand_money_facts",
    "demand_drivers",
    "token_volumes",
    "training_runs",
}
# all that only demand, or the sharing out of supply, is made from
QUANTITY_PARAMETERS = {
    "wanted_factor",
    "wanted_by_reading",
    "compute_price",
    "fleet_used_share",
    "chain_structural_sd",
    "service_bound_sd",
    "token_anchor",
    "model_size_factor",
    "unobserved_factor",
}


def walk_up(manifest: dict, name: str) -> list[dict]:
    """Return a model and all models and raw tables that it rests on."""
    known = manifest["nodes"] | manifest["sources"]
    found: dict[str, dict] = {}
    open_ids = [i for i, node in manifest["nodes"].items() if node["name"] == name]
    assert len(open_ids) == 1, name
    while open_ids:
        unique_id = open_ids.pop()
        if unique_id not in found and unique_id in known:
            found[unique_id] = known[unique_id]
            open_ids += known[unique_id].get("depends_on", {}).get("nodes", [])
    return list(found.values())


def list_areas(nodes: list[dict]) -> set[str]:
    """Return the areas of the models, staging apart: a raw table is looked at by itself."""
    return {
        node["fqn"][2]
        for node in nodes
        if node["resource_type"] == "model" and node["fqn"][1] != "staging"
    }


def list_sources(nodes: list[dict]) -> set[str]:
    """Return the sources whose raw tables are read."""
    return {node["source_name"] for node in nodes if node["resource_type"] == "source"}


def list_parameters(nodes: list[dict]) -> set[str]:
    """Return the parameters of the registry that are read, as the macros note them."""
    return {
        note.rsplit(":", 1)[-1]
        for node in nodes
        for note in node["config"].get("meta", {})
        if note.startswith("assumptions:")
    }


def test_quantities_read_no_price(manifest: dict) -> None:
    nodes = walk_up(manifest, QUANTITY_END)
    assert {"demand", "supply"} <= list_areas(nodes)
    assert not list_areas(nodes) & {"prices", "tightness"}
    assert list_sources(nodes) >= QUANTITY_TABLES - {"demand_money_facts", "demand_drivers"}
    assert not list_sources(nodes) & PRICE_TABLES
    assert list_parameters(nodes) >= QUANTITY_PARAMETERS
    assert not list_parameters(nodes) & PRICE_PARAMETERS


def test_prices_read_no_quantity(manifest: dict) -> None:
    nodes = walk_up(manifest, PRICE_END)
    assert "prices" in list_areas(nodes)
    assert not list_areas(nodes) & {"supply", "demand", "balance"}
    assert list_sources(nodes) >= PRICE_TABLES - {"price_events"}
    assert not list_sources(nodes) & QUANTITY_TABLES
    assert list_parameters(nodes) >= PRICE_PARAMETERS
    assert not list_parameters(nodes) & QUANTITY_PARAMETERS


def test_the_walk_sees_a_side_that_reads_the_other(manifest: dict) -> None:
    nodes = walk_up(manifest, "int_tightness__levels")
    assert {"prices", "demand", "balance"} <= list_areas(nodes)
    assert list_sources(nodes) & PRICE_TABLES
    assert list_sources(nodes) & QUANTITY_TABLES


def test_both_sides_meet_in_the_readings_alone(manifest: dict) -> None:
    ends = {QUANTITY_END, PRICE_END}
    readers = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["fqn"][1:3] == ["intermediate", "tightness"]
        and ends & {i.rsplit(".", 1)[-1] for i in node["depends_on"]["nodes"]}
    }
    assert readers == {"int_tightness__readings", "int_tightness__indicator_weights"}


@pytest.mark.parametrize("end", [QUANTITY_END, PRICE_END])
def test_no_side_reads_a_mart(manifest: dict, end: str) -> None:
    assert {
        node["fqn"][1] for node in walk_up(manifest, end) if node["resource_type"] == "model"
    } <= {"staging", "intermediate"}
