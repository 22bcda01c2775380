"""Feeds by contract alone: what a table lacks for one, and words that its readers do not know."""

from pathlib import Path

import pytest

from pipelines.base.errors import ContractError
from pipelines.cli.source import require_known_value
from pipelines.contracts.feeds import COMMITMENTS, PROVIDER_TYPES, find_feed_faults
from pipelines.contracts.labels import settle_label
from pipelines.contracts.load import read_yaml
from pipelines.contracts.model import Contract
from tests.small_project.builder import PROJECT_DIR, SmallProject

COLUMNS = {
    "observed_on": {"type": "DATE"},
    "provider": {"type": "VARCHAR"},
    "provider_type": {"type": "VARCHAR", "fixed": "neocloud"},
    "gpu": {"type": "VARCHAR"},
    "chip_id": {"type": "VARCHAR", "references": "chip", "labels": {"of": "gpu", "table": "gpus"}},
    "term": {"type": "VARCHAR"},
    "commitment": {"type": "VARCHAR", "labels": {"of": "term", "table": "terms"}},
    "price_per_gpu_hour": {"type": "DOUBLE", "unit": "usd_per_hour"},
}


def make_contract(folder: Path, **columns: dict | None) -> Contract:
    """Return the contract of a tracker that feeds rents, with other columns or without some."""
    changed = {name: c for name, c in (COLUMNS | columns).items() if c is not None}
    return Contract.model_validate(
        {
            "source_id": "tracker",
            "title": "Tracker",
            "area": "prices",
            "kind": "registry",
            "description": "Rents of one tracker.",
            "cadence": "irregular",
            "fresh_for_days": 10,
            "embedded_on": "2024-04-01",
            "publishers": [
                {"name": "x", "licence": "x", "attribution": "x", "redistribution": "allowed"}
            ],
            "tables": [
                {
                    "table": "rents",
                    "description": "One row per rent.",
                    "key": ["observed_on", "provider", "gpu"],
                    "provenance": False,
                    "known_on": "observed_on",
                    "feeds": "rents",
                    "columns": {
                        name: {"description": f"Column {name}."} | column
                        for name, column in changed.items()
                    },
                }
            ],
            "folder": folder,
        }
    )


def find_faults(contract: Contract) -> list[str]:
    """Return what the one table lacks."""
    return find_feed_faults(contract, contract.tables[0])


def test_words_of_a_feed_are_checked_wherever_they_stand(tmp_path: Path) -> None:
    contract = make_contract(tmp_path)
    settle_label(contract, "terms", "commitment", "Flexible", "on_demand")
    settle_label(contract, "terms", "commitment", "Auction", "")
    assert find_faults(contract) == []
    settle_label(contract, "terms", "commitment", "A week", "weekly")
    (told,) = find_faults(contract)
    assert told.startswith("feeds: labels/terms.csv: column commitment holds weekly; expected only")
    plain = {"type": "VARCHAR"}
    (told,) = find_faults(make_contract(tmp_path, commitment=plain))
    assert told.startswith("feeds: column commitment has no values; expected only on_demand, spot")
    listed = plain | {"values": ["on_demand", "reserved_2y"]}
    assert find_faults(make_contract(tmp_path, commitment=listed)) == []
    fixed = {"type": "VARCHAR", "fixed": "cloud"}
    (told,) = find_faults(make_contract(tmp_path, commitment=None, provider_type=fixed))
    assert told.startswith("feeds: column provider_type holds cloud; expected only hyperscaler")


def test_words_of_the_feed_are_those_of_the_mart() -> None:
    suites = read_yaml(PROJECT_DIR / "expectations" / "prices.yml")
    asked = {
        item["name"]: item["kwargs"]["value_set"]
        for suite in suites
        if suite["suite"] == "fct_rental_price"
        for item in suite["expectations"]
        if "kwargs" in item
    }
    assert set(COMMITMENTS) == set(asked["commitment_in_vocabulary"])
    # an index is let through and stays out of rents
    assert set(PROVIDER_TYPES) - {"index"} == set(asked["provider_type_in_vocabulary"])


def test_label_is_not_settled_by_what_nobody_knows(small_project: SmallProject) -> None:
    table = make_contract(small_project.root).tables[0]
    settings = small_project.settings
    for column, value in (("chip_id", "chip-b"), ("commitment", "spot"), ("chip_id", "")):
        require_known_value(settings, "tracker.rents", table, column, value)
    with pytest.raises(ContractError) as caught:
        require_known_value(settings, "tracker.rents", table, "chip_id", "chip-bb")
    assert "found 'chip-bb'; expected a chip that is known, for example chip-b" in str(caught.value)
    with pytest.raises(ContractError, match="found 'on-demand'; expected a word that is known"):
        require_known_value(settings, "tracker.rents", table, "commitment", "on-demand")
